import { Module } from '@nestjs/common';
import { ImportRowsHandler, ImportRowsRoute } from './import-rows.js';

/** Rows of other systems, each with its own outcome. */
@Module({ controllers: [ImportRowsRoute], providers: [ImportRowsHandler] })
export class ImportsModule {}
