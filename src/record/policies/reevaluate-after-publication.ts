import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Catalogue } from '../../catalogue/published.js';
import type { CatalogueFacts } from '../../catalogue/services.js';
import { envelopeOf } from '../../http/write-request.js';
import { isLedgerError } from '../../ledger/errors.js';
import type { EventFeed } from '../../ledger/ports/event-store.js';
import type { Ledger } from '../../ledger/ledger.js';
import { streamName } from '../../ledger/stream-name.js';
import type { Projections } from '../../projections/projections.js';
import { isRejection } from '../../shared/result.js';
import type { Of } from '../domain/commands.js';
import { publicationDecider } from '../domain/publication.js';
import { effectsOfEdition, whatFollows } from '../domain/reevaluation.js';
import type { RecordState } from '../domain/state.js';
import type { Records } from '../records.js';
import { everyLearner, type StoredLearner } from '../views/every-learner.js';
import { learnerStatus } from '../views/learner-status.projection.js';
import { policyWrite } from './policy-write.js';
import { publications, type PublicationDocument } from './publications.projection.js';
import type { Policy } from './rounds.js';

/** How many publications one round takes up; those of one organization share one pass over its learners. */
export const PUBLICATIONS_PER_ROUND_MAX = 50;
/** How long a decision that read the definitions before a publication has to land, so that the pass sees it. */
const LANDING_MILLISECONDS_MAX = 1_000;

/** Where one record can take nothing more, that is no reason to keep all others waiting. */
const NEVER_FOR_THIS_RECORD: ReadonlySet<string> = new Set(['STREAM_FULL', 'KEY_UNUSABLE']);

type CommandAfter = Of<'ApplyEdition' | 'Reevaluate'>;

/** What would bring something about: what the edition does to a holder, with what follows from it, or what it earns. */
function commandAfter(
  { kind, id, edition, publishedAt }: PublicationDocument,
  record: RecordState,
  facts: Catalogue,
  now: string,
): CommandAfter | undefined {
  const apply = { type: 'ApplyEdition', scheme: id, edition, publishedAt } as const;
  if (kind === 'scheme' && effectsOfEdition(record, apply, facts, now).length > 0) return apply;
  return whatFollows(record, { kind, id }, facts, now).length > 0 ? { type: 'Reevaluate', kind, id } : undefined;
}

interface Counted {
  readonly publication: PublicationDocument;
  looked: number;
  changed: number;
}

/**
 * After a publication looks again at all learners of the organization (domain.md, Award), and brings to who holds an earlier edition
 * what the new one says of holders (rule 003-10). What would follow is found in memory, and only where something does is the record
 * asked, under an id that derives from the publication: whatever is cut short goes on with the next round and ends as if it had not
 * been. A learner who acts later decides on the new definitions anyway.
 */
export class ReevaluateAfterPublication implements Policy {
  readonly name = 'reevaluate-after-publication';
  /** Where the next round goes on, after a page in which something failed. */
  private after: string | undefined;

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
      after: this.after,
      limit: PUBLICATIONS_PER_ROUND_MAX,
    });
    const pending = page.documents.map(({ body }) => body as unknown as PublicationDocument);
    if (pending.length > 0) {
      await setTimeout(Math.min(this.intervalMilliseconds, LANDING_MILLISECONDS_MAX), undefined, { signal: stopping });
      if ((await this.projections.awaitPosition(learnerStatus.name, await this.feed.end())) === 'behind') return 'done';
    }
    let failed = false;
    for (const organization of new Set(pending.map((publication) => publication.organization))) {
      const together = pending.filter((publication) => publication.organization === organization);
      try {
        await this.lookAgain(organization, together, stopping);
      } catch (err) {
        stopping.throwIfAborted();
        this.logger.error({ err, organization }, 'Publications could not be applied; a later round tries them again.');
        failed = true;
      }
    }
    // What failed stays pending and must not hold up what comes after it; at the end of the list all are tried again.
    this.after = failed ? page.next : undefined;
    return page.next === undefined ? 'done' : 'more';
  }

  private async lookAgain(organization: string, together: readonly PublicationDocument[], stopping: AbortSignal): Promise<void> {
    const counted = together.map((publication) => ({ publication, looked: 0, changed: 0 }));
    const { facts } = await this.catalogue.read(organization);
    for await (const learners of everyLearner(this.projections, organization)) {
      stopping.throwIfAborted();
      for (const count of counted) await this.lookAt(learners, count, facts);
    }
    for (const count of counted) await this.applied(count);
  }

  private async lookAt(learners: readonly StoredLearner[], count: Counted, facts: Catalogue): Promise<void> {
    const now = this.ledger.clock.now();
    const touched = learners.flatMap(({ stream, document }) => {
      const command = commandAfter(count.publication, document.record, facts, now);
      return command === undefined ? [] : [{ stream, command }];
    });
    // All of them end before a failure is told, so that nothing is on its way any more when the policy has stopped.
    const changes = await Promise.allSettled(touched.map(({ stream, command }) => this.send(stream, command, count.publication)));
    for (const change of changes) {
      if (change.status === 'rejected') throw change.reason;
      if (change.value) count.changed += 1;
    }
    count.looked += learners.length;
  }

  private async send(stream: string, command: CommandAfter, of: PublicationDocument): Promise<boolean> {
    const { organization, publication } = of;
    const operation = command.type === 'ApplyEdition' ? 'apply-edition' : 'reevaluate';
    const key = [operation, publication];
    const write = await policyWrite(this.ledger.keyRing, this.name, organization, stream, key);
    let code: string;
    try {
      const receipt = await this.records.executeOn(stream, write, operation, command, key);
      if (!isRejection(receipt)) return receipt.outcome !== 'unchanged';
      code = receipt.code;
    } catch (error) {
      if (!isLedgerError(error) || !NEVER_FOR_THIS_RECORD.has(error.code)) throw error;
      code = error.code;
    }
    this.logger.warn({ stream, publication, code }, 'A learner could not be looked at again after a publication.');
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
