import { Module } from '@nestjs/common';
import { ChangeOrganizationRulesHandler, ChangeOrganizationRulesRoute } from './commands/change-organization-rules.js';
import { CreateDraftHandler, CreateDraftRoute } from './commands/create-draft.js';
import { DefineCourseHandler, DefineCourseRoute } from './commands/define-course.js';
import { DefineGroupHandler, DefineGroupRoute } from './commands/define-group.js';
import { DefineLearningPlanHandler, DefineLearningPlanRoute } from './commands/define-learning-plan.js';
import { DefineSchemeHandler, DefineSchemeRoute } from './commands/define-scheme.js';
import { DiscardDraftHandler, DiscardDraftRoute } from './commands/discard-draft.js';
import { PublishDraftHandler, PublishDraftRoute } from './commands/publish-draft.js';
import { RetireDefinitionHandler, RetireDefinitionRoutes } from './commands/retire-definition.js';
import { ReviseCourseHandler, ReviseCourseRoute } from './commands/revise-course.js';
import { ReviseLearningPlanHandler, ReviseLearningPlanRoute } from './commands/revise-learning-plan.js';
import { ReviseSchemeHandler, ReviseSchemeRoute } from './commands/revise-scheme.js';
import { SaveDraftHandler, SaveDraftRoute } from './commands/save-draft.js';
import { DefinitionRoutes, ListDefinitionsHandler, ShowDefinitionHandler } from './views/definitions.js';
import { DraftRoutes, ListDraftsHandler, ShowDraftHandler } from './views/drafts.js';
import { LintDefinitionHandler, LintRoute } from './views/lint.js';
import { ListGroupsHandler, OrganizationRoutes, ShowOrganizationRulesHandler } from './views/organization.js';

/** Courses, learning plans and certification schemes, in editions, with their drafts; groups and rules of the organization. */
@Module({
  controllers: [
    DefineCourseRoute,
    ReviseCourseRoute,
    DefineLearningPlanRoute,
    ReviseLearningPlanRoute,
    DefineSchemeRoute,
    ReviseSchemeRoute,
    RetireDefinitionRoutes,
    DefineGroupRoute,
    ChangeOrganizationRulesRoute,
    CreateDraftRoute,
    SaveDraftRoute,
    DiscardDraftRoute,
    PublishDraftRoute,
    DefinitionRoutes,
    DraftRoutes,
    LintRoute,
    OrganizationRoutes,
  ],
  providers: [
    DefineCourseHandler,
    ReviseCourseHandler,
    DefineLearningPlanHandler,
    ReviseLearningPlanHandler,
    DefineSchemeHandler,
    ReviseSchemeHandler,
    RetireDefinitionHandler,
    DefineGroupHandler,
    ChangeOrganizationRulesHandler,
    CreateDraftHandler,
    SaveDraftHandler,
    DiscardDraftHandler,
    PublishDraftHandler,
    ListDefinitionsHandler,
    ShowDefinitionHandler,
    ListDraftsHandler,
    ShowDraftHandler,
    LintDefinitionHandler,
    ListGroupsHandler,
    ShowOrganizationRulesHandler,
  ],
})
export class CatalogueModule {}
