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
    return effects.length === 0 ? all : withWhatFollows(all, effects, state, given);
  }, decision);
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
