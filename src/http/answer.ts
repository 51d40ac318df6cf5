import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { map, type Observable } from 'rxjs';
import { isRejection } from '../shared/result.js';
import { refused } from './problem-filter.js';

/** Turns refusals into problems and gives every answer that carries a revision its ETag. */
@Injectable()
export class AnswerInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (isRejection(answer)) throw refused(answer);
        const etag = typeof answer === 'object' && answer !== null ? (answer as { etag?: unknown }).etag : undefined;
        if (typeof etag === 'number' && etag >= 0) void reply.header('etag', `"${etag}"`);
        return answer;
      }),
    );
  }
}

export const receiptSchema = z
  .object({
    outcome: z.enum(['recorded', 'replayed', 'unchanged']),
    stream: z.string(),
    revision: z.int(),
    position: z.string().nullable(),
    eventIds: z.array(z.uuid()),
    etag: z.int(),
  })
  .meta({
    description: 'What was recorded, as the log holds it. Send "position" as minPosition to read your own write.',
  });
