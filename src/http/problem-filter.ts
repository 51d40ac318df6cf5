import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { isLedgerError } from '../ledger/errors.js';
import { InvalidCursor } from '../projections/ports/read-model-store.js';
import type { AuditTrail } from './audit-trail.js';
import { isProblemCode, problemDocument, ProblemException, PROBLEMS, type ProblemCode, type ProblemExtras } from './problems.js';

/** The pause that a caller is asked to make before it repeats, in seconds. */

const FRAMEWORK: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'MALFORMED_JSON',
  FST_ERR_BAD_URL: 'BAD_REQUEST',
  FST_ERR_MAX_PARAM_LENGTH: 'ROUTE_UNKNOWN',
};

/** The one place where a failure becomes an answer (RFC 9457); what is no known failure is a bug and is logged with its stack. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly trail: Pick<AuditTrail, 'refused'>,
    /** The methods that an address takes, if there is anything. */
    private readonly methodsAt: (url: string) => readonly string[],
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { code, extras } = this.classify(thrown, request);
    await this.trail.refused(request, code);
    this.send(request, http.getResponse<FastifyReply>(), code, extras);
  }

  /** Also for what the router refuses before any hook or filter of the framework runs. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { code, extras } = this.classify(thrown, request);
    this.send(request, reply, code, extras);
  }

  private classify(thrown: unknown, request: FastifyRequest): { code: ProblemCode; extras: ProblemExtras } {
    if (thrown instanceof ProblemException) return { code: thrown.code, extras: thrown.extras };
    if (thrown instanceof InvalidCursor) return { code: 'INVALID_CURSOR', extras: {} };
    if (isLedgerError(thrown)) {
      if (PROBLEMS[thrown.code].status >= 500)
        this.logger.error({ code: thrown.code, err: thrown }, 'The ledger could not answer.');
      // Only what a caller can act on leaves the process; the message of a damaged store names files and stays in the log.
      return { code: thrown.code, extras: PROBLEMS[thrown.code].status >= 500 ? {} : { detail: thrown.message } };
    }
    // Nest wraps what Fastify throws and keeps the original as the cause.
    const original = (thrown instanceof HttpException ? thrown.cause : undefined) ?? thrown;
    const framework = FRAMEWORK[(original as { code?: string }).code ?? ''];
    if (framework !== undefined) return { code: framework, extras: {} };
    const status = thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: number }).statusCode;
    if (status === 404) return this.nothingThere(request);
    if (status !== undefined && status >= 400 && status < 500) return { code: 'BAD_REQUEST', extras: {} };
    this.logger.error({ err: thrown }, 'A fault in certledger.');
    return { code: 'INTERNAL', extras: {} };
  }

  /** RFC 9110, 15.5.6: where another method would have been answered, it is said so. */
  private nothingThere({ method, url }: FastifyRequest): { code: ProblemCode; extras: ProblemExtras } {
    const methods = this.methodsAt(url);
    // Behind an open end of an address, as of the documentation's files, the method is right and still nothing may be there.
    if (methods.length === 0 || methods.includes(method)) return { code: 'ROUTE_UNKNOWN', extras: {} };
    return { code: 'METHOD_NOT_ALLOWED', extras: { detail: `${method} is not taken here, but ${methods.join(', ')}.` } };
  }

  private send(request: FastifyRequest, reply: FastifyReply, code: ProblemCode, extras: ProblemExtras): void {
    const problem = PROBLEMS[code];
    if ('retry' in problem) void reply.header('retry-after', problem.retry);
    if (code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
    if (code === 'METHOD_NOT_ALLOWED') void reply.header('allow', this.methodsAt(request.url).join(', '));
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .send(problemDocument(code, extras, request.id));
  }
}

/** A refusal by the rules on its way out. */
export function refused(rejection: { code: string; detail: string; pointer?: string | undefined }): ProblemException {
  return new ProblemException(isProblemCode(rejection.code) ? rejection.code : 'INTERNAL', {
    detail: rejection.detail,
    pointer: rejection.pointer,
  });
}
