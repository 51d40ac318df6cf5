import { editionOf, latest, type Catalogue, type SchemeEdition } from '../../catalogue/published.js';
import {
  effectiveDate,
  effectiveInstant,
  effectiveMilliseconds,
  instantMilliseconds,
  type Effective,
  type IsoInstant,
} from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import { needsSecond } from './awards.js';
import { reasonFields, schemeUnknown, type Decision, type Given } from './circumstances.js';
import type { Of, Reason } from './commands.js';
import type { Moment } from './evaluate.js';
import type { DataOf, RecordEvent } from './events.js';
import { evaluateScheme, WHOLE_TIME } from './scheme-evidence.js';
import { endOf, standingCycle, suspensionOf, type Cycle, type Ending, type Proposal, type Standing } from './standing.js';
import { foldAll, standingOf, type RecordState } from './state.js';
import type { ZoneOf } from './status.js';

/** What a new edition does to who holds an earlier one (rule 003-10); what was decided about it is in docs/adr/0018-editions-and-holders.md. */

/**
 * A policy's, after a publication: the effect on the cycle that the learner holds, once, and at once the update where the evidence is
 * there already. Whose cycle was over when the edition was published is not touched, however late the policy comes.
 */
export function applyEdition(command: Of<'ApplyEdition'>, state: RecordState, given: Given): Decision {
  const { scheme: id, edition: number, publishedAt } = command;
  const edition = editionOf(given.facts.schemes, id, number);
  if (edition === undefined) return schemeUnknown();
  const cycle = standingCycle(standingOf(state, id));
  const applied = cycle === undefined ? undefined : effectOf(edition, cycle, publishedAt);
  return applied === undefined ? [] : withUpdate([applied], id, state, given);
}

/**
 * Who is awarded an earlier edition, because the assignment or the proposal was pinned to it, is met in the same commit by what the
 * editions after it do to its holders: the policy that went through the records after their publication saw no cycle there.
 */
export function withLaterEditions(decision: Decision, state: RecordState, given: Given): Decision {
  if (isRejection(decision)) return decision;
  return (decision as readonly RecordEvent[]).reduce<Decision>((events, { type, data }) => {
    if (type !== 'CertificationAwarded') return events;
    const all = events as readonly RecordEvent[];
    const standing = standingOf(foldAll(state, all, given.now, given.actor.person), data.scheme);
    const cycle = standingCycle(standing);
    if (cycle?.number !== data.cycle) return all;
    const later = given.facts.schemes.get(data.scheme)!.slice(data.edition);
    const effects = later.flatMap((edition) => effectOf(edition, cycle, given.now) ?? []);
    return effects.length === 0 ? all : withUpdate([...all, ...effects], data.scheme, state, given);
  }, decision);
}

function withUpdate(events: readonly RecordEvent[], id: string, state: RecordState, given: Given): readonly RecordEvent[] {
  const update = automaticUpdate(id, foldAll(state, events, given.now, given.actor.person), given);
  return update === undefined ? events : [...events, update];
}

/** Nothing where holders keep it, where the cycle is of this edition or a later one, where it was applied, or where it was over by `at`. */
function effectOf(edition: SchemeEdition, cycle: Cycle, at: IsoInstant): RecordEvent | undefined {
  const { scheme, timeZone, published, holders } = edition;
  if (holders === undefined || holders.kind === 'keep' || edition.edition <= cycle.edition) return undefined;
  if (cycle.endings?.some((known) => known.edition === edition.edition) === true) return undefined;
  if (holdsUntil(cycle) <= instantMilliseconds(at)) return undefined;
  const by = holders.kind === 'void' ? holders.at : holders.by;
  const data = {
    scheme,
    edition: edition.edition,
    cycle: cycle.number,
    effect: holders.kind,
    effective: { date: published },
    by,
  };
  return { type: 'EditionApplied', data: { ...data, endsAt: effectiveInstant(by, timeZone) } };
}

/** Until when a cycle holds, its grace included; in milliseconds, exclusive. */
function holdsUntil(cycle: Cycle): number {
  const { boundaries, endings = [] } = cycle;
  const grace = boundaries?.holdsUntil === undefined ? endOf(cycle) : instantMilliseconds(boundaries.holdsUntil);
  const ends = endings.map(({ endsAt }) => instantMilliseconds(endsAt));
  return Math.max(endOf(cycle), Math.min(grace, ...ends));
}

const endingsBy = (cycle: Cycle, effect: Ending['effect']): readonly Ending[] =>
  (cycle.endings ?? []).filter((known) => known.effect === effect);

/** What asks for an update of a cycle, the last of several; what is void at some time is not updated but earned afresh. */
export const updateAsked = (cycle: Cycle): Ending | undefined =>
  endingsBy(cycle, 'void').length > 0 ? undefined : endingsBy(cycle, 'must-update').at(-1);

/**
 * The update that the evidence of a record earns, or its proposal where a person must approve it. All evidence counts that is true
 * before the cycle ends; fresh evidence is needed only where the newest edition asks for a later edition of a course.
 */
export function automaticUpdate(id: string, state: RecordState, given: Given): RecordEvent | undefined {
  const standing = standingOf(state, id);
  const cycle = updatable(standing);
  const isProposed = standing.proposals.some(({ closed }) => closed === undefined);
  if (cycle === undefined || isProposed || suspensionOf(cycle) !== undefined) return undefined;
  const scheme = latest(given.facts.schemes, id)!;
  const { timeZone, award, capByEvidence } = scheme;
  const begins = beginning(scheme, cycle, given.facts);
  const until = endOf(cycle);
  if (begins.milliseconds >= until) return undefined;
  const validOn = capByEvidence === true ? { validOn: effectiveDate(begins.effective, timeZone) } : {};
  const { evaluation } = evaluateScheme(scheme, state, { ...WHOLE_TIME, until, ...validOn });
  if (!evaluation.satisfied) return undefined;
  const met = effectiveMilliseconds(evaluation.effective!, timeZone);
  const effective = met > begins.milliseconds ? evaluation.effective! : begins.effective;
  const ground = { effective, checklist: [...evaluation.checklist] };
  if (award === 'automatic') return updated(scheme, cycle, state, { how: 'automatic', ...ground });
  const proposal = standing.proposals.length + 1;
  const approvals = needsSecond(scheme, given.facts) ? 2 : 1;
  const { subject } = state.profile!;
  const data = { subject, scheme: id, edition: scheme.edition, proposal, how: 'on-approval' as const, ...ground, approvals };
  return { type: 'AwardProposed', data };
}

/** An update begins neither before the edition that it is made to came into force nor before the cycle that it comes after. */
function beginning({ scheme, published, timeZone }: SchemeEdition, { edition, validity }: Cycle, { schemes }: Catalogue): Moment {
  const moment = (effective: Effective, zone: string) => ({ effective, milliseconds: effectiveMilliseconds(effective, zone) });
  const began = moment(validity.from, editionOf(schemes, scheme, edition)!.timeZone);
  const inForce = moment({ date: published }, timeZone);
  return began.milliseconds > inForce.milliseconds ? began : inForce;
}

/** The award of a proposal that would update the cycle held; undefined where it would be a first award or a renewal, or was made by hand. */
export function approvedUpdate(
  scheme: SchemeEdition,
  { how, renewal, effective, checklist, number }: Proposal,
  state: RecordState,
  reason: Reason | undefined,
): RecordEvent | undefined {
  const cycle = updatable(standingOf(state, scheme.scheme));
  if (how !== 'on-approval' || renewal !== undefined || cycle === undefined || cycle.edition >= scheme.edition) return undefined;
  return updated(scheme, cycle, state, { how, effective, checklist: [...checklist], proposal: number, ...reasonFields(reason) });
}

/** The cycle held, where an edition asks for its update. */
export function updatable(standing: Standing): Cycle | undefined {
  const cycle = standingCycle(standing);
  return cycle === undefined || updateAsked(cycle) === undefined ? undefined : cycle;
}

type Ground = Pick<DataOf<'CertificationAwarded'>, 'how' | 'effective' | 'checklist' | 'proposal' | 'reasonCode' | 'reason'>;

/** It keeps the old end (domain.md, Editions), and with it whatever was opened for the renewal at that end. */
function updated({ scheme, edition }: SchemeEdition, cycle: Cycle, state: RecordState, ground: Ground): RecordEvent {
  const { number, validity } = cycle;
  const { subject } = state.profile!;
  const made = { subject, scheme, edition, cycle: number + 1, kind: 'update' as const, renews: number };
  return { type: 'CertificationAwarded', data: { ...made, ...ground, validity: { ...validity, from: ground.effective } } };
}

/**
 * From when on evidence counts for a first award again, in milliseconds; undefined where no edition opened that path. Void: whatever is
 * done since the edition came into force, so that nobody who is quick is without the certification for a day. Not updated in time: from
 * the end of that time on, like after a lapse.
 */
export function afreshFrom(cycle: Cycle, zoneOf: ZoneOf, at: IsoInstant): number | undefined {
  const voided = endingsBy(cycle, 'void').at(-1);
  if (voided !== undefined) return effectiveMilliseconds(voided.effective, zoneOf(voided.edition));
  const missed = endingsBy(cycle, 'must-update').some(({ endsAt }) => instantMilliseconds(endsAt) === endOf(cycle));
  return missed && endOf(cycle) <= instantMilliseconds(at) ? endOf(cycle) : undefined;
}
