import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Projection } from '../../projections/define-projection.js';
import type { Projections } from '../../projections/projections.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';

/** How many boundaries one round observes before it lets others work. */
export const OBSERVATIONS_PER_ROUND_MAX = 100;

/** A read model whose documents come due: an index over whether something is left to observe and when it is due. */
export interface DueDocuments {
  readonly projection: Projection;
  readonly index: string;
}

/** Records what time brought about, page after page; what fails stays due and holds nothing up. */
export class DueObservations {
  /** Where the next round goes on, after a page in which something failed. */
  private after: string | undefined;

  constructor(
    private readonly ledger: Ledger,
    private readonly projections: Projections,
    private readonly logger: Logger,
    private readonly due: DueDocuments,
    private readonly observe: (document: JsonObject) => Promise<Receipt>,
  ) {}

  async round(): Promise<'more' | 'done'> {
    const { projection, index } = this.due;
    const page = await this.projections.find(projection.name, {
      index,
      equals: [true],
      to: instantMilliseconds(this.ledger.clock.now()),
      after: this.after,
      limit: OBSERVATIONS_PER_ROUND_MAX,
    });
    let recordedTo: string | undefined;
    let recorded = 0;
    let failed = false;
    const outcomes = await Promise.allSettled(page.documents.map(({ body }) => this.observe(body)));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        this.logger.error({ err: outcome.reason as unknown }, 'A boundary could not be recorded; a later round tries it again.');
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
    if (recordedTo !== undefined) await this.projections.awaitPosition(projection.name, recordedTo);
    return recorded === OBSERVATIONS_PER_ROUND_MAX ? 'more' : 'done';
  }
}
