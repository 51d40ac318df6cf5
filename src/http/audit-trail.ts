import { SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { assert } from '../shared/assert.js';
import type { AuthenticatedRequest } from './principal.js';
import type { ProblemCode } from './problems.js';

/** Told of every answer to an authenticated caller before its first byte leaves. */
export interface AuditTrail {
  /** What it throws is answered instead. */
  answered(request: AuthenticatedRequest, answer: unknown, isExport: boolean): Promise<void>;
  /** Never throws. */
  refused(request: AuthenticatedRequest, code: ProblemCode): Promise<void>;
}

const EXPORT_METADATA = 'certledger:export';
/** A route that hands out the log or large parts of it, so that its reads are recorded whoever asks. */
export const Export = () => SetMetadata(EXPORT_METADATA, true);

/** Stands outside of all that makes an answer, so that only what really is answered counts as read. */
export class AuditTrailInterceptor implements NestInterceptor {
  constructor(private readonly trail: AuditTrail) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<AuthenticatedRequest>();
    const reply = http.getResponse<FastifyReply>();
    const isExport = Reflect.getMetadata(EXPORT_METADATA, context.getHandler()) === true;
    return next.handle().pipe(
      mergeMap(async (answer: unknown) => {
        assert(!reply.raw.headersSent, 'A handler answers by its result and never past the audit trail.');
        try {
          await this.trail.answered(request, answer, isExport);
        } catch (error) {
          // The headers speak of an answer that is not given.
          for (const name of Object.keys(reply.getHeaders())) void reply.removeHeader(name);
          throw error;
        }
        return answer;
      }),
    );
  }
}
