import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.js';
import type { Receipt } from '../../ledger/receipt.js';
import { parseStreamName } from '../../ledger/stream-name.js';
import type { Projections } from '../../projections/projections.js';
import { isRejection } from '../../shared/result.js';
import type { Records } from '../records.js';
import { reviews, type ReviewDocument } from '../views/reviews.projection.js';
import { DueObservations } from './due-observations.js';
import { policyWrite } from './policy-write.js';
import type { Policy } from './rounds.js';

/**
 * Records that a review is late and that it is a matter for somebody else (rule 001-16), each once and with its exact effective
 * instant, however late, so that the feed carries it. The command id derives from record, submission, boundary and instant.
 */
export class ObserveReviews implements Policy {
  readonly name = 'observe-reviews';
  private readonly observations: DueObservations;

  constructor(
    private readonly ledger: Ledger,
    private readonly records: Records,
    projections: Projections,
    logger: Logger,
  ) {
    const due = { projection: reviews, index: 'due' };
    this.observations = new DueObservations(ledger, projections, logger, due, (document) =>
      this.observe(document as unknown as ReviewDocument),
    );
  }

  round(): Promise<'more' | 'done'> {
    return this.observations.round();
  }

  private async observe({ record, submission, threshold, due }: ReviewDocument): Promise<Receipt> {
    const { organization } = parseStreamName(record);
    const key = [`review-${threshold}`, submission, due];
    const write = await policyWrite(this.ledger.keyRing, this.name, organization, record, key);
    const command = { type: 'ObserveReview', submission, threshold } as const;
    const receipt = await this.records.executeOn(record, write, 'observe-review', command, key);
    if (isRejection(receipt)) throw new Error(`The age of a review was refused: ${receipt.code}.`);
    return receipt;
  }
}
