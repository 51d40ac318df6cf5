import { Module } from '@nestjs/common';
import { AttemptsAndReadsRoutes, ListAttemptsHandler, ListReadsHandler } from './attempts-and-reads.js';
import { AuditHistoryRoutes, ShowHistoryHandler } from './audit-history.js';
import { ExportEventsHandler, ExportRoutes } from './export-events.js';

/** What auditors read: the history of a learner, what was refused and read, and the log itself. */
@Module({
  controllers: [AuditHistoryRoutes, AttemptsAndReadsRoutes, ExportRoutes],
  providers: [ShowHistoryHandler, ListAttemptsHandler, ListReadsHandler, ExportEventsHandler],
})
export class AuditModule {}
