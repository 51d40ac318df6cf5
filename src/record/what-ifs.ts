import type { WhatIf } from '../catalogue/published.js';
import type { PlannedEdition, WhatIfs as WhatIfsOfDrafts } from '../catalogue/services.js';
import { awaitReadModel } from '../http/reading.js';
import { canonicalJson } from '../ledger/canonical-json.js';
import type { Actor } from '../ledger/envelope.js';
import type { Clock } from '../ledger/ports/clock.js';
import type { EventFeed } from '../ledger/ports/event-store.js';
import type { Projections } from '../projections/projections.js';
import type { Json } from '../shared/json.js';
import { reject, type Rejection } from '../shared/result.js';
import type { RecordState } from './domain/state.js';
import { whatIf, type WhatIfChange } from './domain/what-if.js';
import { everyLearner } from './views/every-learner.js';
import { learnerStatus } from './views/learner-status.projection.js';

/** How many learners an organization may have for the publication of a draft to wait until all of them were looked at. */
export const WHAT_IF_LEARNERS_MAX = 20_000;

/** Where a list stands that nobody changes any more; an event refers to it. */
export interface KeptList {
  readonly address: string;
  readonly subject: string;
  readonly size: number;
}

/** Keeps the list of a what-if, sealed and outside of the log. */
export interface SealedLists {
  write(
    organization: string,
    name: string,
    lines: AsyncIterable<string>,
    actor: Actor,
  ): Promise<KeptList & { readonly digest: string }>;
  read(organization: string, list: KeptList): Promise<AsyncIterable<Buffer> | { readonly erased: true } | undefined>;
}

/** One learner for whom something changes; the list is in the order of their records. */
export interface WhatIfRow extends WhatIfChange {
  /** The record's stream, which tells nothing of who it is. */
  readonly record: string;
}

/** The first line names the edition, so that one list is not taken for another; every further one is a learner. */
export const headerOf = ({ scheme, edition }: Pick<PlannedEdition, 'scheme' | 'edition'>): string =>
  `${canonicalJson({ scheme, edition })}\n`;
export const lineOf = (row: WhatIfRow): string => `${canonicalJson(row as unknown as Json)}\n`;

/** Counts one learner after the other. */
export class WhatIfTally {
  readonly counts = { learners: 0, gain: 0, lose: 0, mustUpdate: 0, updated: 0, moved: 0 };

  constructor(private readonly planned: Omit<PlannedEdition, 'organization'>) {}

  /** What changes for this learner, if anything does. */
  add(record: RecordState, stream: string, now: string): WhatIfRow | undefined {
    this.counts.learners += 1;
    const found = whatIf(record, this.planned, now);
    if (found === undefined) return undefined;
    const { change, before } = found;
    if (change === 'must-update') this.counts.mustUpdate += 1;
    else if (change !== 'moved') this.counts[change] += 1;
    if (before !== undefined) this.counts.moved += 1;
    return { record: stream, ...found };
  }
}

/** What a draft of a scheme would change for all learners, over the whole history as it stands. */
export class WhatIfs implements WhatIfsOfDrafts {
  constructor(
    private readonly projections: Projections,
    private readonly feed: Pick<EventFeed, 'end'>,
    private readonly clock: Clock,
    private readonly lists: SealedLists,
    private readonly learnersMax = WHAT_IF_LEARNERS_MAX,
  ) {}

  async sealed(planned: PlannedEdition, actor: Actor): Promise<WhatIf | Rejection> {
    const { organization, scheme, edition } = planned;
    await awaitReadModel(this.projections, learnerStatus.name, await this.feed.end());
    const tally = new WhatIfTally(planned);
    const name = `what-if-${scheme}-${edition}.ndjson`;
    try {
      const { digest, ...file } = await this.lists.write(organization, name, this.lines(planned, tally), actor);
      return { ...tally.counts, digest, file };
    } catch (error) {
      if (error instanceof TooManyLearners) return tooLarge(this.learnersMax);
      throw error;
    }
  }

  /** The bytes of the list of an edition, by which its digest can be checked. */
  read(organization: string, { file }: WhatIf): ReturnType<SealedLists['read']> {
    return this.lists.read(organization, file);
  }

  private async *lines(planned: PlannedEdition, tally: WhatIfTally): AsyncGenerator<string> {
    const now = this.clock.now();
    yield headerOf(planned);
    for await (const page of everyLearner(this.projections, planned.organization)) {
      if (tally.counts.learners + page.length > this.learnersMax) throw new TooManyLearners();
      for (const { stream, document } of page) {
        const row = tally.add(document.record, stream, now);
        if (row !== undefined) yield lineOf(row);
      }
    }
  }
}

/** Ends the list in the middle, so that nothing of it is kept. */
class TooManyLearners extends Error {}

const tooLarge = (max: number): Rejection<'WHAT_IF_TOO_LARGE'> =>
  reject(
    'WHAT_IF_TOO_LARGE',
    `The organization has more than ${max} learners, too many to look at each before a publication answers.`,
  );
