import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.js';
import { parseStreamName } from '../../ledger/stream-name.js';
import type { Projections } from '../../projections/projections.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import type { Records } from '../records.js';
import { expiryDates, type ExpiryDocument } from '../views/expiry-dates.projection.js';
import { policyWrite } from './policy-write.js';
import type { Policy } from './rounds.js';

/** How many expiries one round records before it lets others work. */
export const EXPIRIES_PER_ROUND_MAX = 100;

/**
 * Records that certifications expired, each exactly once and with its exact effective instant, however late. The command
 * id derives from record, scheme, cycle, boundary, instant and the number of earlier withdrawals (none exist yet), so
 * that two policies, or one that runs again after a crash, end as one would.
 */
export class ExpireWhenDue implements Policy {
  readonly name = 'expire-when-due';
  /** Where the next round goes on, after a page in which something failed. */
  private after: string | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly records: Records,
    private readonly projections: Projections,
    private readonly logger: Logger,
  ) {}

  async round(): Promise<'more' | 'done'> {
    const page = await this.projections.find(expiryDates.name, {
      index: 'due',
      equals: [true],
      to: instantMilliseconds(this.ledger.clock.now()),
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
    return recorded === EXPIRIES_PER_ROUND_MAX ? 'more' : 'done';
  }

  private async observe({ record, scheme, cycle, endsAt }: ExpiryDocument) {
    const { organization } = parseStreamName(record);
    const key = ['expired', scheme, cycle, endsAt, 0];
    const write = await policyWrite(this.ledger.keyRing, this.name, organization, record, key);
    const receipt = await this.records.executeOn(record, write, 'observe-expiry', { type: 'ObserveExpiry', scheme, cycle }, key);
    if (isRejection(receipt)) throw new Error(`The expiry of a certification was refused: ${receipt.code}.`);
    return receipt;
  }
}
