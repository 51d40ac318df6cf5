import { Module } from '@nestjs/common';
import { AuditHistoryRoutes, ShowHistoryHandler } from './audit-history.js';
import { ExportEventsHandler, ExportRoutes } from './export-events.js';

/** What auditors read: the history of a learner, and the log itself. */
@Module({ controllers: [AuditHistoryRoutes, ExportRoutes], providers: [ShowHistoryHandler, ExportEventsHandler] })
export class AuditModule {}
