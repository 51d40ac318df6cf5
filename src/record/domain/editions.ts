import { editionOf, type SchemeEdition } from '../../catalogue/published.js';
import { effectiveInstant, instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import { schemeUnknown, type Decision, type Given } from './circumstances.js';
import type { Of } from './commands.js';
import { withConsequences } from './consequences.js';
import { heldUntil } from './endings.js';
import type { RecordEvent } from './events.js';
import { standingCycle, type Cycle } from './standing.js';
import { foldAll, standingOf, type RecordState } from './state.js';

/** What a new edition does to who holds an earlier one (rule 003-10); what was decided about it is in docs/adr/0018-editions-and-holders.md. */

/**
 * A policy's, after a publication: the effect on the cycle that the learner holds, once, with what follows
 * from it. Whose cycle was over when the edition was published is not touched, however late the policy comes.
 */
export function applyEdition(command: Of<'ApplyEdition'>, state: RecordState, given: Given): Decision {
  const { scheme: id, edition: number, publishedAt } = command;
  const edition = editionOf(given.facts.schemes, id, number);
  if (edition === undefined) return schemeUnknown();
  const cycle = standingCycle(standingOf(state, id));
  const applied = cycle === undefined ? undefined : effectOf(edition, cycle, publishedAt);
  return applied === undefined ? [] : withWhatFollows([], [applied], state, given);
}

/** What makes a cycle the one that stands. */
const STANDS_AFTER: ReadonlySet<RecordEvent['type']> = new Set([
  'CertificationAwarded',
  'CertificationReassessed',
  'CertificationReinstated',
]);

/**
 * Who is awarded an earlier edition, because the assignment or the proposal was pinned to it, or holds it again, because what came
 * after it lost its ground, is met in the same commit by what the editions after it do to its holders: the policy that went through the
 * records after their publication did not see that cycle stand.
 */
export function withLaterEditions(decision: Decision, state: RecordState, given: Given): Decision {
  if (isRejection(decision)) return decision;
  const decided = decision as readonly RecordEvent[];
  const schemes = decided.flatMap(({ type, data }) => (STANDS_AFTER.has(type) && 'scheme' in data ? [data.scheme!] : []));
  return [...new Set(schemes)].reduce<readonly RecordEvent[]>((events, scheme) => {
    const cycle = standingCycle(standingOf(foldAll(state, events, given.now, given.actor.person), scheme));
    if (cycle === undefined) return events;
    const later = given.facts.schemes.get(scheme)!.slice(cycle.edition);
    const effects = later.flatMap((edition) => effectOf(edition, cycle, given.now) ?? []);
    return effects.length === 0 ? events : withWhatFollows(events, effects, state, given);
  }, decided);
}

/** What follows from an effect: an update, or the first award again where the evidence for it is there already. */
function withWhatFollows(
  before: readonly RecordEvent[],
  effects: readonly RecordEvent[],
  state: RecordState,
  given: Given,
): readonly RecordEvent[] {
  const followed = withConsequences(effects, foldAll(state, before, given.now, given.actor.person), given);
  // What cannot be awarded now keeps no effect away.
  return [...before, ...(isRejection(followed) ? effects : (followed as readonly RecordEvent[]))];
}

/** Nothing where holders keep it, where the cycle is of this edition or a later one, where it was applied, or where it was over by `at`. */
function effectOf(edition: SchemeEdition, cycle: Cycle, at: IsoInstant): RecordEvent | undefined {
  const { scheme, timeZone, published, holders } = edition;
  if (holders === undefined || holders.kind === 'keep' || edition.edition <= cycle.edition) return undefined;
  if (cycle.endings?.some((known) => known.edition === edition.edition) === true) return undefined;
  if (heldUntil(cycle) <= instantMilliseconds(at)) return undefined;
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
