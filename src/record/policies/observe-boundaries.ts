import type { Logger } from 'pino';
import type { Ledger } from '../../ledger/ledger.js';
import type { Receipt } from '../../ledger/receipt.js';
import { parseStreamName } from '../../ledger/stream-name.js';
import type { Projections } from '../../projections/projections.js';
import { assert } from '../../shared/assert.js';
import type { Json } from '../../shared/json.js';
import { isRejection } from '../../shared/result.js';
import { outstandingOf, withdrawalsOf } from '../domain/boundaries.js';
import type { Standing } from '../domain/standing.js';
import type { Records } from '../records.js';
import { schemeStandings, type SchemeStandingDocument } from '../views/scheme-standings.projection.js';
import { DueObservations } from './due-observations.js';
import { policyWrite } from './policy-write.js';
import type { Policy } from './rounds.js';

/**
 * Records what time brought about, each boundary exactly once and with its exact effective instant, however late, and takes back what
 * is not so any more. The command id derives from record, scheme, cycle (or assignment, or waiver), boundary, instant and the number
 * of earlier withdrawals of the first of them, so that two policies, or one that runs again after a crash, end as one would.
 */
export class ObserveBoundaries implements Policy {
  readonly name = 'observe-boundaries';
  private readonly observations: DueObservations;

  constructor(
    private readonly ledger: Ledger,
    private readonly records: Records,
    projections: Projections,
    logger: Logger,
  ) {
    const due = { projection: schemeStandings, index: 'due' };
    this.observations = new DueObservations(ledger, projections, logger, due, (document) =>
      this.observe(document as unknown as SchemeStandingDocument),
    );
  }

  round(): Promise<'more' | 'done'> {
    return this.observations.round();
  }

  private async observe({ record, scheme, standing }: SchemeStandingDocument): Promise<Receipt> {
    const { organization } = parseStreamName(record);
    const key = keyOf(scheme, standing);
    const write = await policyWrite(this.ledger.keyRing, this.name, organization, record, key);
    const command = { type: 'ObserveBoundaries', scheme } as const;
    const receipt = await this.records.executeOn(record, write, 'observe-boundaries', command, key);
    if (isRejection(receipt)) throw new Error(`What time brought about was refused: ${receipt.code}.`);
    return receipt;
  }
}

function keyOf(scheme: string, standing: Standing): Json {
  const { withdrawals, boundaries } = outstandingOf(standing);
  const [gone] = withdrawals;
  if (gone !== undefined) return ['withdrawn', scheme, gone.boundary, gone.revision];
  const [first] = boundaries;
  assert(first !== undefined, 'a standing that is due has something to observe');
  const number = first.cycle ?? first.assignment ?? first.waiver!;
  return [first.boundary, scheme, number, first.instant, withdrawalsOf(standing, first)];
}
