import type { Logger } from 'pino';
import type { EventFeed } from '../../ledger/ports/event-store.js';
import type { Ledger } from '../../ledger/ledger.js';
import { parseStreamName } from '../../ledger/stream-name.js';
import type { Projections } from '../../projections/projections.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import type { Records } from '../records.js';
import { expiryDates, type ExpiryDocument } from '../views/expiry-dates.projection.js';

/** How many expiries one round records before it lets others work, and for how long: callers come before a backlog. */
export const EXPIRIES_PER_ROUND_MAX = 100;
const BACKLOG_PAUSE_MILLISECONDS = 250;
/** How far behind the last recorded time the clock may be before the policy stops: observing with a wrong clock is worse than late. */
export const CLOCK_BEHIND_MILLISECONDS_MAX = 60_000;

/**
 * Records that certifications expired, each exactly once and with its exact effective instant, however late. The command
 * id derives from record, scheme, cycle, boundary, instant and the number of earlier withdrawals (none exist yet), so
 * that two policies, or one that runs again after a crash, end as one would.
 */
export class ExpireWhenDue {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<unknown> = Promise.resolve();
  private stopped = false;
  /** Where the next round goes on, after a page in which something failed. */
  private after: string | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly feed: EventFeed,
    private readonly records: Records,
    private readonly projections: Projections,
    private readonly logger: Logger,
    private readonly intervalMilliseconds: number,
  ) {}

  start(): void {
    this.stopped = false;
    this.schedule(0);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
  }

  /** One round; answers how many expiries it recorded. */
  async observeDue(): Promise<number> {
    const now = instantMilliseconds(this.ledger.clock.now());
    const latest = await this.feed.latest();
    if (latest !== undefined && now < instantMilliseconds(latest.metadata.recordedAt) - CLOCK_BEHIND_MILLISECONDS_MAX) {
      this.logger.error('The clock is behind the last recorded time; no expiry is recorded until it is right again.');
      return 0;
    }
    const page = await this.projections.find(expiryDates.name, {
      index: 'due',
      equals: [true],
      to: now,
      after: this.after,
      limit: EXPIRIES_PER_ROUND_MAX,
    });
    let recordedTo: string | undefined;
    let recorded = 0;
    let failed = false;
    const outcomes = await Promise.allSettled(page.documents.map(({ body }) => this.observe(body as unknown as ExpiryDocument)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        this.logger.error({ err: outcome.reason as unknown }, 'An expiry could not be recorded; a later round tries it again.');
        failed = true;
        continue;
      }
      const receipt = outcome.value;
      if (receipt.outcome === 'recorded') recorded += 1;
      if (receipt.position !== null && (recordedTo === undefined || receipt.position > recordedTo)) recordedTo = receipt.position;
    }
    // What failed stays due and must not hold up what comes after it; at the end of the list all are tried again.
    this.after = failed ? page.next : undefined;
    // The next round must not see what this one has just recorded.
    if (recordedTo !== undefined) await this.projections.awaitPosition(expiryDates.name, recordedTo);
    return recorded;
  }

  private async observe({ record, scheme, cycle, endsAt }: ExpiryDocument) {
    const { organization } = parseStreamName(record);
    const key = ['expired', scheme, cycle, endsAt, 0];
    const write = {
      principal: { organization, actor: { key: 'policy', role: 'policy' } },
      origin: { kind: 'policy', policy: 'expire-when-due' },
      idempotencyKey: key,
      correlationId: await this.ledger.keyRing.commandId(organization, record, key),
    } as const;
    const receipt = await this.records.executeOn(record, write, 'observe-expiry', { type: 'ObserveExpiry', scheme, cycle }, key);
    if (isRejection(receipt)) throw new Error(`The expiry of a certification was refused: ${receipt.code}.`);
    return receipt;
  }

  private schedule(milliseconds: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.round = this.observeDue().then(
        (recorded) => this.schedule(recorded === EXPIRIES_PER_ROUND_MAX ? BACKLOG_PAUSE_MILLISECONDS : this.intervalMilliseconds),
        (err: unknown) => {
          this.logger.error({ err }, 'Expiries could not be recorded; the next round tries again.');
          this.schedule(this.intervalMilliseconds);
        },
      );
    }, milliseconds);
    this.timer.unref();
  }
}
