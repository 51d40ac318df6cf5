import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.js';
import { parseStreamName } from '../../ledger/stream-name.js';
import type { Projections } from '../../projections/projections.js';
import { isRejection } from '../../shared/result.js';
import type { Records } from '../records.js';
import { expiryDates, type ExpiryDocument } from '../views/expiry-dates.projection.js';
import { DueObservations } from './due-observations.js';
import { policyWrite } from './policy-write.js';
import type { Policy } from './rounds.js';

/**
 * Records that certifications expired, each exactly once and with its exact effective instant, however late. The command
 * id derives from record, scheme, cycle, boundary, instant and the number of earlier withdrawals (none exist yet), so
 * that two policies, or one that runs again after a crash, end as one would.
 */
export class ExpireWhenDue implements Policy {
  readonly name = 'expire-when-due';
  private readonly observations: DueObservations;

  constructor(
    private readonly ledger: Ledger,
    private readonly records: Records,
    projections: Projections,
    logger: Logger,
  ) {
    const due = { projection: expiryDates, index: 'due' };
    this.observations = new DueObservations(ledger, projections, logger, due, (document) =>
      this.observe(document as unknown as ExpiryDocument),
    );
  }

  round(): Promise<'more' | 'done'> {
    return this.observations.round();
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
