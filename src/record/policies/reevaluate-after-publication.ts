import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Catalogue } from '../../catalogue/published.js';
import type { CatalogueFacts } from '../../catalogue/services.js';
import { envelopeOf } from '../../http/write-request.js';
import type { EventFeed } from '../../ledger/ports/event-store.js';
import type { Ledger } from '../../ledger/ledger.js';
import { streamName } from '../../ledger/stream-name.js';
import type { Projections } from '../../projections/projections.js';
import { isRejection } from '../../shared/result.js';
import { publicationDecider } from '../domain/publication.js';
import { whatFollows } from '../domain/reevaluation.js';
import type { Records } from '../records.js';
import { everyLearner, type StoredLearner } from '../views/every-learner.js';
import { learnerStatus } from '../views/learner-status.projection.js';
import { policyWrite } from './policy-write.js';
import { publications, type PublicationDocument } from './publications.projection.js';
import type { Policy } from './rounds.js';

/** How many publications of one organization share one pass over its learners. */
export const PUBLICATIONS_PER_ROUND_MAX = 50;
/** How long a decision that read the definitions before a publication has to land, so that the pass sees it. */
const LANDING_MILLISECONDS_MAX = 1_000;

interface Counted {
  readonly publication: PublicationDocument;
  looked: number;
  changed: number;
}

/**
 * After a publication looks again at all learners of the organization (domain.md, Award). What would follow is found in memory, and
 * only where something does is the record asked, under an id that derives from the publication: whatever is cut short goes on with
 * the next round and ends as if it had not been. A learner who acts later decides on the new definitions anyway.
 */
export class ReevaluateAfterPublication implements Policy {
  readonly name = 'reevaluate-after-publication';

  constructor(
    private readonly ledger: Ledger,
    private readonly feed: EventFeed,
    private readonly catalogue: CatalogueFacts,
    private readonly records: Records,
    private readonly projections: Projections,
    private readonly logger: Logger,
    private readonly intervalMilliseconds: number,
  ) {}

  async round(stopping: AbortSignal): Promise<'more' | 'done'> {
    const page = await this.projections.find(publications.name, {
      index: 'pending',
      equals: [true],
      limit: PUBLICATIONS_PER_ROUND_MAX,
    });
    const pending = page.documents.map(({ body }) => body as unknown as PublicationDocument);
    const [first] = pending;
    if (first === undefined) return 'done';
    await setTimeout(Math.min(this.intervalMilliseconds, LANDING_MILLISECONDS_MAX), undefined, { signal: stopping });
    const { organization } = first;
    if ((await this.projections.awaitPosition(learnerStatus.name, await this.feed.end())) === 'behind') return 'done';
    const together = pending.filter((publication) => publication.organization === organization);
    const counted = together.map((publication) => ({ publication, looked: 0, changed: 0 }));
    const { facts } = await this.catalogue.read(organization);
    for await (const learners of everyLearner(this.projections, organization)) {
      stopping.throwIfAborted();
      for (const count of counted) await this.lookAt(learners, count, facts);
    }
    for (const count of counted) await this.applied(count);
    return page.next !== undefined || together.length < pending.length ? 'more' : 'done';
  }

  private async lookAt(learners: readonly StoredLearner[], count: Counted, facts: Catalogue): Promise<void> {
    const { kind, id } = count.publication;
    const now = this.ledger.clock.now();
    const touched = learners.filter(({ document }) => whatFollows(document.record, { kind, id }, facts, now).length > 0);
    const changes = await Promise.all(touched.map(({ stream }) => this.reevaluate(stream, count.publication)));
    count.looked += learners.length;
    count.changed += changes.filter((isChanged) => isChanged).length;
  }

  private async reevaluate(stream: string, { organization, publication, kind, id }: PublicationDocument): Promise<boolean> {
    const key = ['reevaluate', publication];
    const write = await policyWrite(this.ledger.keyRing, this.name, organization, stream, key);
    const receipt = await this.records.executeOn(stream, write, 'reevaluate', { type: 'Reevaluate', kind, id }, key);
    if (!isRejection(receipt)) return receipt.outcome !== 'unchanged';
    // The rules of one learner's own case are no reason to keep all others waiting.
    this.logger.warn({ stream, publication, code: receipt.code }, 'A learner could not be looked at again after a publication.');
    return false;
  }

  private async applied({ publication: { organization, publication, kind, id, edition }, looked, changed }: Counted) {
    const stream = streamName(publicationDecider.kind, organization, publication);
    const key = ['applied', publication];
    const write = await policyWrite(this.ledger.keyRing, this.name, organization, stream, key);
    const receipt = await this.ledger.execute({
      decider: publicationDecider,
      stream,
      command: { kind, id, edition, looked, changed },
      // What was counted is no part of the request: a pass that runs again may count otherwise.
      envelope: await envelopeOf(this.ledger.keyRing, write, stream, 'publication-applied', key),
      facts: async () => ({ facts: undefined }),
    });
    // The next round must not see what this one has just applied.
    if (!isRejection(receipt) && receipt.position !== null)
      await this.projections.awaitPosition(publications.name, receipt.position);
  }
}
