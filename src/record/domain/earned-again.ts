import type { Catalogue, SchemeEdition } from '../../catalogue/published.js';
import { effectiveInstant, effectiveMilliseconds, type Effective } from '../../shared/calendar.js';
import { renewedValidity, validityOf } from './award-dates.js';
import { anewFrom, evaluateWay, renewalWay, windowFrom, type Way } from './earning.js';
import type { ChecklistLeaf, ValidityInterval } from './events.js';
import { earliestEnd, WHOLE_TIME } from './scheme-evidence.js';
import { endOf, groundsOf, isPastDue, type Cycle, type Standing } from './standing.js';
import { standingOf, type RecordState } from './state.js';
import { revisionOf } from './submission.js';
import { updatedValidity, updateOf } from './updates.js';

/** What was awarded, or proposed to be, and by which revision of the record. */
export interface Earned extends Pick<Cycle, 'kind' | 'number' | 'edition' | 'checklist' | 'assignment' | 'renews' | 'renewal'> {
  readonly recorded: number;
  readonly recordedAt: string;
}

/** What the evidence comes to now on the way on which something was earned before. */
export interface EarnedAgain {
  readonly checklist: readonly ChecklistLeaf[];
  /** Absent where the criteria are not met any more. */
  readonly met?: Met | undefined;
}

interface Met {
  readonly effective: Effective;
  readonly late?: true | undefined;
  /** Absent beyond the year 9999. */
  readonly validity: ValidityInterval | undefined;
}

/**
 * Evaluates again what was earned before, first over what had been recorded by then; where that is not enough any more, over all on
 * which no later cycle stands. It stays before the cycle that came after it.
 */
export function earnedAgain(id: string, earned: Earned, state: RecordState, editions: readonly SchemeEdition[]): EarnedAgain {
  const standing = standingOf(state, id);
  // An update stands on the same evidence as the cycle that it updates.
  const later = standing.cycles.filter(({ number, kind }) => number > earned.number && kind !== 'update');
  const begins = later.map(({ validity, edition }) => effectiveMilliseconds(validity.from, editions[edition - 1]!.timeZone));
  const own = new Set(groundsOf(earned));
  const others = new Set(later.flatMap(groundsOf).filter((revision) => !own.has(revision)));
  const evaluated = evaluationOf(id, earned, standing, editions, Math.min(Infinity, ...begins));
  const then = evaluated(onlyWith(state, id, (revision) => revision <= earned.recorded || own.has(revision)));
  return then.met === undefined ? evaluated(onlyWith(state, id, (revision) => !others.has(revision))) : then;
}

function evaluationOf(
  id: string,
  earned: Earned,
  standing: Standing,
  editions: readonly SchemeEdition[],
  until: number,
): (state: RecordState) => EarnedAgain {
  const before = standing.cycles.find(({ number }) => number === earned.renews);
  if (earned.kind === 'update' && before !== undefined) {
    return (state) => updatedAgain(before, editions[earned.edition - 1]!, state, new Map([[id, editions]]));
  }
  const way = wayOf(earned, standing, editions);
  const bounded = { ...way, window: { ...way.window, until: Math.min(way.window.until, until) } };
  return (state) => onWay(bounded, state);
}

function updatedAgain(before: Cycle, scheme: SchemeEdition, state: RecordState, schemes: Catalogue['schemes']): EarnedAgain {
  const { effective, checklist } = updateOf(before, scheme, state, { schemes });
  return { checklist, met: effective === undefined ? undefined : { effective, validity: updatedValidity(before, effective) } };
}

/** The way on which it was earned, as the cycles before it stand now. */
export function wayOf(earned: Earned, standing: Standing, editions: readonly SchemeEdition[]): Way {
  const cycles = standing.cycles.filter(({ number }) => number < earned.number);
  const assignments = standing.assignments.filter(({ revision }) => revision < earned.recorded);
  const before = { ...standing, cycles, assignments };
  // A renewal that was done again follows on the same cycle as the one that lost its ground.
  const last = cycles.find(({ number }) => number === earned.renews) ?? cycles.at(-1);
  const assignment = assignments.find(({ number }) => number === earned.assignment);
  const renewal = standing.renewals.find(({ number }) => number === earned.renewal);
  if (renewal !== undefined && last !== undefined) return { ...renewalWay(renewal, last, before, editions), assignment };
  const scheme = editions[earned.edition - 1]!;
  // A cycle that was revoked since had ended for the one after it all the same.
  const anew = anewFrom(before, editions, earned.recordedAt) ?? (last === undefined ? WHOLE_TIME.from : endOf(last));
  const window = windowFrom(scheme, assignment, anew, before);
  return { scheme, criteria: scheme.criteria, pointer: '', window, assignment };
}

function onWay(way: Way, state: RecordState): EarnedAgain {
  const { satisfied, effective, checklist } = evaluateWay(way, state);
  if (!satisfied) return { checklist };
  const { scheme, renews } = way;
  const ends = earliestEnd(checklist, state);
  const validity =
    renews === undefined ? validityOf(scheme, effective!, ends) : renewedValidity(scheme, renews.cycle, effective!, ends);
  return { checklist, met: { effective: effective!, late: isLate(way, effective!, state) || undefined, validity } };
}

/** In time is what the evidence from before the due instant alone would have earned; a renewal is done when it is done. */
function isLate(way: Way, effective: Effective, state: RecordState): boolean {
  const { scheme, window, assignment, renews } = way;
  if (assignment === undefined) return false;
  if (renews !== undefined) return isPastDue(assignment, effectiveInstant(effective, scheme.timeZone));
  if (window.due === undefined) return false;
  return !evaluateWay({ ...way, window: { ...window, until: Math.min(window.until, window.due) } }, state).satisfied;
}

/** The record with that evidence alone whose revision counts. */
function onlyWith(state: RecordState, id: string, counts: (revision: number) => boolean): RecordState {
  const isCounted = ({ revision }: { readonly revision: number }): boolean => counts(revision);
  const standing = standingOf(state, id);
  const submissions = standing.submissions.filter((submission) => counts(revisionOf(submission)));
  return {
    ...state,
    completions: state.completions.filter(isCounted),
    planCompletions: state.planCompletions.filter(isCounted),
    approvals: state.approvals.filter(isCounted),
    schemes: { ...state.schemes, [id]: { ...standing, submissions } },
  };
}
