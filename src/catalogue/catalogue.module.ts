import { Module } from '@nestjs/common';
import { DefineCourseHandler, DefineCourseRoute } from './commands/define-course.js';
import { DefineSchemeHandler, DefineSchemeRoute } from './commands/define-scheme.js';
import { ReviseCourseHandler, ReviseCourseRoute } from './commands/revise-course.js';
import { ReviseSchemeHandler, ReviseSchemeRoute } from './commands/revise-scheme.js';
import { DefinitionRoutes, ListDefinitionsHandler, ShowDefinitionHandler } from './views/definitions.js';

/** Courses and certification schemes, in editions. */
@Module({
  controllers: [DefineCourseRoute, ReviseCourseRoute, DefineSchemeRoute, ReviseSchemeRoute, DefinitionRoutes],
  providers: [
    DefineCourseHandler,
    ReviseCourseHandler,
    DefineSchemeHandler,
    ReviseSchemeHandler,
    ListDefinitionsHandler,
    ShowDefinitionHandler,
  ],
})
export class CatalogueModule {}
