import type { Logger } from 'pino';
import type { AuditTrail } from '../../http/audit-trail.js';
import type { AuthenticatedRequest, Principal } from '../../http/principal.js';
import { PROBLEMS, type ProblemCode } from '../../http/problems.js';
import type { Ledger } from '../../ledger/ledger.js';
import type { Attempt } from '../domain/attempts.js';
import { readsDecider } from '../domain/reads.js';
import { appendToDay, dayStream } from './day-stream.js';
import { RefusedAttempts } from './refused-attempts.js';
import { targetOf } from './target.js';

/** Missing rights and refusals by the rules; what is malformed, too large, outdated or a fault of the machine is for the log only. */
const STATUSES_OF_REFUSALS: readonly number[] = [403, 404, 409, 422];

/** Puts into the audit history what authenticated callers were refused, and what auditors and exports read (domain.md, Who acts). */
export class RequestTrail implements AuditTrail {
  private readonly attempts: RefusedAttempts;

  constructor(
    private readonly ledger: Ledger,
    private readonly logger: Logger,
  ) {
    this.attempts = new RefusedAttempts(ledger);
  }

  async refused(request: AuthenticatedRequest, code: ProblemCode): Promise<void> {
    const problem = PROBLEMS[code];
    if (request.principal === undefined || !STATUSES_OF_REFUSALS.includes(problem.status) || 'retry' in problem) return;
    await this.recordAttempt(request.principal, request, { code });
  }

  async answered(request: AuthenticatedRequest, answer: unknown, isExport: boolean): Promise<void> {
    const { principal } = request;
    if (principal === undefined) return;
    const rows = isDryRun(request) ? {} : refusedRows(answer);
    const [code] = Object.keys(rows).sort((one, other) => weight(rows, other) - weight(rows, one));
    if (code !== undefined) await this.recordAttempt(principal, request, { code, rows });
    // An auditor changes nothing, so whatever one is answered was a read.
    if (!isExport && principal.actor.role !== 'auditor') return;
    const stream = dayStream(readsDecider.kind, principal, this.ledger.clock.now());
    await appendToDay(this.ledger, readsDecider, stream, {
      principal,
      request: request.id,
      what: await this.operation(principal, request),
    });
  }

  /** Never throws: a refusal stays the refusal that it is, also where it cannot be recorded. */
  private async recordAttempt(
    principal: Principal,
    request: AuthenticatedRequest,
    refusal: Pick<Attempt, 'code' | 'rows'>,
  ): Promise<void> {
    try {
      const operation = await this.operation(principal, request);
      await this.attempts.record({ principal, request: request.id, what: { ...refusal, ...operation } });
    } catch (err) {
      this.logger.error({ err, requestId: request.id, code: refusal.code }, 'A refused attempt could not be recorded.');
    }
  }

  private async operation(principal: Principal, request: AuthenticatedRequest): Promise<{ operation: string; target?: string }> {
    const target = await targetOf(this.ledger.keyRing, principal.organization, request);
    const operation = `${request.method} ${request.routeOptions.url}`;
    return { operation, ...(target === undefined ? {} : { target }) };
  }
}

/** How many rows of a batch were refused under each code; empty for every other answer. */
function refusedRows(answer: unknown): Record<string, number> {
  const rows = (answer as { rows?: unknown } | null | undefined)?.rows;
  const counts: Record<string, number> = {};
  if (!Array.isArray(rows)) return counts;
  for (const { outcome, code } of rows as { outcome?: unknown; code?: unknown }[]) {
    if (outcome === 'refused' && typeof code === 'string') counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
}

/** A batch is recorded under its most frequent code, but under a breach of four eyes wherever there is one. */
const weight = (rows: Readonly<Record<string, number>>, code: string): number => (code === 'FOUR_EYES' ? Infinity : rows[code]!);

/** A dry run decides and writes nothing. */
const isDryRun = ({ body }: AuthenticatedRequest): boolean =>
  (body as { dryRun?: unknown } | null | undefined)?.dryRun !== undefined;
