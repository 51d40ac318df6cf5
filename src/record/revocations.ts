import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { editionOf, type Catalogue } from '../catalogue/published.js';
import { CatalogueFacts } from '../catalogue/services.js';
import type { Principal } from '../http/principal.js';
import { awaitReadModel } from '../http/reading.js';
import { digestOf } from '../ledger/canonical-json.js';
import { Clock } from '../ledger/ports/clock.js';
import { EventFeed } from '../ledger/ports/event-store.js';
import { DOCUMENTS_PER_FIND_MAX, type FindOptions } from '../projections/ports/read-model-store.js';
import { Projections } from '../projections/projections.js';
import { effectiveDate, instantMilliseconds } from '../shared/calendar.js';
import { isRejection, reject, type Rejection } from '../shared/result.js';
import { recordDecider } from './domain/decider.js';
import type { RecordEvent } from './domain/events.js';
import { REVOCATIONS_PER_BATCH_MAX, type ConfirmedRevocations, type RevocationFilter } from './domain/revocation-batch.js';
import { awards, type AwardDocument } from './views/awards.projection.js';
import { isInGroup, isInReach, unknownGroup } from './views/learner-documents.js';
import { learnerStatus, type LearnerDocument } from './views/learner-status.projection.js';

/** One certification that a filter matches, and what its revocation would be. */
export interface Match {
  readonly award: AwardDocument;
  readonly learner: LearnerDocument;
  /** Where two persons revoke, the first one proposes. */
  readonly outcome: 'revoke' | 'propose' | 'refused';
  readonly refusal?: Rejection;
}

export interface Selection {
  readonly matches: readonly Match[];
  /** Over what matched, the revision of each record and what each revocation would be. */
  readonly digest: string;
  /** The end of the log that this includes. */
  readonly position: string;
  /** By their streams, the records that were in question and were written to after the position that was asked about. */
  readonly changed: ReadonlyMap<string, LearnerDocument>;
}

/** Finds what a revocation of many would revoke, decides each in memory, and writes nothing. */
@Injectable()
export class Revocations {
  constructor(
    private readonly projections: Projections,
    private readonly catalogue: CatalogueFacts,
    private readonly feed: EventFeed,
    private readonly clock: Clock,
  ) {}

  async select(principal: Principal, filter: RevocationFilter, since?: string): Promise<Selection | Rejection> {
    const { facts } = await this.catalogue.read(principal.organization);
    const { scheme, group } = filter;
    if (scheme !== undefined && !facts.schemes.has(scheme))
      return reject('SCHEME_UNKNOWN', 'There is no scheme with this id.', '/filter/scheme');
    if (group !== undefined && !facts.groups.has(group)) return { ...unknownGroup(), pointer: '/filter/group' };
    const position = await this.feed.end();
    // Also looks whether the position that is asked about is one of this log.
    await awaitReadModel(this.projections, learnerStatus.name, since);
    for (const { name } of [awards, learnerStatus]) await awaitReadModel(this.projections, name, position);
    const matches: Match[] = [];
    const changed = new Map<string, LearnerDocument>();
    for await (const page of this.pages(principal.organization, filter)) {
      const wanted = page.filter((award) => isWanted(award, filter, facts));
      const stored = await this.projections.getMany(learnerStatus.name, [...new Set(wanted.map(({ record }) => record))]);
      const learners = new Map<string, LearnerDocument>();
      for (const { key, body, position: written } of stored) {
        const learner = body as unknown as LearnerDocument;
        if (!isInReach(learner.record, principal)) continue;
        if (since !== undefined && written > since) changed.set(key, learner);
        if (isInGroup(learner.record, group)) learners.set(key, learner);
      }
      for (const award of wanted) {
        const learner = learners.get(award.record);
        if (learner !== undefined) matches.push(this.matchOf(award, learner, principal, facts));
      }
      if (matches.length > REVOCATIONS_PER_BATCH_MAX) return tooMany();
    }
    return { matches, digest: digestOf(matches.map(identityOf).sort()), position, changed };
  }

  private async *pages(organization: string, filter: RevocationFilter): AsyncGenerator<readonly AwardDocument[]> {
    const { scheme, recordedFrom, recordedUntil } = filter;
    const where =
      filter.import === undefined
        ? { index: 'byScheme', equals: [organization, scheme!] }
        : { index: 'byBatch', equals: [organization, filter.import.batch] };
    const bounds = {
      ...(recordedFrom === undefined ? {} : { from: instantMilliseconds(recordedFrom) }),
      ...(recordedUntil === undefined ? {} : { to: instantMilliseconds(recordedUntil) - 1 }),
    };
    let after: string | undefined;
    do {
      const options: FindOptions = { ...where, ...bounds, after, limit: DOCUMENTS_PER_FIND_MAX };
      const page = await this.projections.find(awards.name, options);
      yield page.documents.map(({ body }) => body as unknown as AwardDocument);
      // Between two pages others get their turn.
      await setImmediate();
      after = page.next;
    } while (after !== undefined);
  }

  /** What the record itself would answer; why it is revoked changes nothing about that. */
  private matchOf(award: AwardDocument, learner: LearnerDocument, principal: Principal, facts: Catalogue): Match {
    const { scheme, cycle } = award;
    const { actor, responsibility } = principal;
    const decision = recordDecider.decide({ type: 'Revoke', scheme, cycle, reason: NO_REASON }, learner.record, {
      facts: { ...facts, responsibility },
      now: this.clock.now(),
      actor,
      origin: { kind: 'api' },
    });
    if (isRejection(decision)) return { award, learner, outcome: 'refused', refusal: decision };
    const isProposal = (decision as readonly RecordEvent[]).some(({ type }) => type === 'RevocationProposed');
    return { award, learner, outcome: isProposal ? 'propose' : 'revoke' };
  }
}

const NO_REASON = { code: 'preview', text: '' };

function isWanted(award: AwardDocument, filter: RevocationFilter, facts: Catalogue): boolean {
  const { scheme, edition, awardedFrom, awardedUntil } = filter;
  if (scheme !== undefined && award.scheme !== scheme) return false;
  if (edition !== undefined && award.edition !== edition) return false;
  if (filter.import?.source !== undefined && award.source !== filter.import.source) return false;
  const day = effectiveDate(award.effective, editionOf(facts.schemes, award.scheme, award.edition)!.timeZone);
  return (awardedFrom === undefined || awardedFrom <= day) && (awardedUntil === undefined || day <= awardedUntil);
}

/** What the digest is over, as a text of its own so that the order in which they were found does not matter. */
const identityOf = ({ award: { record, scheme, cycle }, learner: { etag }, outcome, refusal }: Match): string =>
  JSON.stringify([record, scheme, cycle, etag, refusal?.code ?? outcome]);

/** What of a selection is carried out. */
export const rowsOf = ({ matches }: Selection): ConfirmedRevocations['rows'] =>
  matches
    .filter(({ outcome }) => outcome !== 'refused')
    .map(({ award: { record, scheme, cycle }, learner: { etag } }) => ({ record, scheme, cycle, etag }));

const tooMany = (): Rejection =>
  reject(
    'TOO_MANY_REVOCATIONS',
    `More than ${REVOCATIONS_PER_BATCH_MAX} certifications match. Narrow the filter, for instance by when they were recorded.`,
    '/filter',
  );
