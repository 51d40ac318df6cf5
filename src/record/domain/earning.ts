import {
  children,
  editionOf,
  isLeaf,
  latest,
  type Criteria,
  type SchemeEdition,
  type SchemeLeaf,
} from '../../catalogue/published.js';
import {
  effectiveDate,
  effectiveInstant,
  effectiveMilliseconds,
  instantMilliseconds,
  type IsoInstant,
} from '../../shared/calendar.js';
import { renewalTime } from './award-dates.js';
import type { Given } from './circumstances.js';
import { afreshFrom } from './endings.js';
import { renewalCloses } from './ends.js';
import type { Evaluation } from './evaluate.js';
import { evaluateScheme, WHOLE_TIME, type Window } from './scheme-evidence.js';
import {
  endOf,
  groundsOf,
  pendingAssignment,
  pendingRenewal,
  renewedCycle,
  revokedAt,
  suspensionOf,
  type Assignment,
  type Cycle,
  type Renewal,
  type Standing,
} from './standing.js';
import { standingOf, type RecordState } from './state.js';

/** A way on which evidence earns a scheme: whose criteria must be met, and by which evidence. */
export interface Way {
  readonly scheme: SchemeEdition;
  readonly criteria: Criteria;
  /** JSON Pointer of these criteria in the tree among whose alternatives they were chosen. */
  readonly pointer: string;
  readonly window: Window;
  /** What was asked of the learner and would be fulfilled. */
  readonly assignment?: Assignment | undefined;
  /** The renewal that would be done, and the cycle that it renews; absent on the way to a first award. */
  readonly renews?: { readonly renewal: Renewal; readonly cycle: Cycle };
}

/** Which evidence counts for a first award: as the assignment says or, without one, as the edition says. */
export function windowOf(scheme: SchemeEdition, assignment: Assignment | undefined): Window {
  const { timeZone } = scheme;
  if (assignment === undefined) {
    const from =
      scheme.priorEvidence === 'ignore' ? effectiveMilliseconds({ date: scheme.published }, timeZone) : WHOLE_TIME.from;
    return { ...WHOLE_TIME, from };
  }
  const start = assignment.startsAt ?? effectiveInstant(assignment.effective, timeZone);
  const due = assignment.dueAt === undefined ? undefined : instantMilliseconds(assignment.dueAt);
  return {
    from: assignment.priorEvidence === 'ignore' ? instantMilliseconds(start) : WHOLE_TIME.from,
    until: due !== undefined && assignment.lateEvidence === 'refuse' ? due : WHOLE_TIME.until,
    due,
  };
}

/**
 * Every way on which evidence can earn a scheme for this learner now. While a certification stands it is only renewed; what was
 * suspended is neither until it is reinstated, and what was revoked is awarded by a person only.
 */
export function waysOf(id: string, state: RecordState, { facts, now }: Pick<Given, 'facts' | 'now'>): readonly Way[] {
  const standing = standingOf(state, id);
  const editions = facts.schemes.get(id) ?? [];
  const last = standing.cycles.at(-1);
  if (editions.length === 0 || (last !== undefined && suspensionOf(last) !== undefined)) return [];
  const renewal = pendingRenewal(standing);
  const anew = anewFrom(standing, editions, now);
  return [
    ...(renewal === undefined ? [] : [renewalWay(renewal, renewedCycle(standing)!, standing, editions)]),
    ...(anew === undefined ? [] : [firstWay(standing, editions, anew)]),
  ];
}

/** What was asked of a learner is pinned to the edition that was asked; only an event moves it. */
function firstWay(standing: Standing, editions: readonly SchemeEdition[], anew: number): Way {
  const assignment = pendingAssignment(standing);
  const scheme = assignment === undefined ? editions.at(-1)! : editions[assignment.edition - 1]!;
  const window = windowFrom(scheme, assignment, anew, standing);
  return { scheme, criteria: scheme.criteria, pointer: '', window, assignment };
}

/**
 * Which evidence counts for a first award where that of earlier cycles does not: an edition that was published with an earlier date, or
 * a day on which one cycle ends and evidence is done, would else let the same evidence earn both.
 */
export function windowFrom(
  scheme: SchemeEdition,
  assignment: Assignment | undefined,
  anew: number,
  { cycles }: Pick<Standing, 'cycles'>,
): Window {
  const window = windowOf(scheme, assignment);
  const used = cycles.flatMap((cycle) => (revokedAt(cycle) === Infinity ? groundsOf(cycle) : []));
  return { ...window, from: Math.max(window.from, anew), used };
}

/** Trap 14: one fresh item never refreshes the whole, because nothing counts but what was done for this renewal. */
export function renewalWay(renewal: Renewal, cycle: Cycle, standing: Standing, editions: readonly SchemeEdition[]): Way {
  const scheme = editions[renewal.edition - 1]!;
  const { timeZone } = scheme;
  const { effective, revision, attributed, alternative: pointer = '' } = renewal;
  const closesAt = renewalCloses(renewal, cycle);
  const until = closesAt === undefined ? WHOLE_TIME.until : instantMilliseconds(closesAt);
  const fromDay = effectiveMilliseconds({ date: effectiveDate(effective, timeZone) }, timeZone);
  const window: Window = {
    from: effectiveMilliseconds(effective, timeZone),
    until,
    due: closesAt === undefined ? undefined : until,
    intent: { opened: revision, fromDay, attributed, used: usedBy(standing, cycle) },
  };
  const chosen = alternativesOf(renewalCriteria(scheme)).find((known) => known.pointer === pointer);
  return { scheme, criteria: chosen?.criteria ?? renewalCriteria(scheme), pointer, window, renews: { renewal, cycle } };
}

/** What earned the cycle that is renewed or one before it. */
export const usedBy = ({ cycles }: Standing, cycle: Cycle): readonly number[] =>
  cycles.flatMap((known) => (known.number <= cycle.number ? groundsOf(known) : []));

/** What renews a certification: criteria of their own, else those of the first award. */
export const renewalCriteria = ({ renewal, criteria }: SchemeEdition): Criteria => renewal?.criteria ?? criteria;

/** One of the ways in which criteria can be met, of which a learner chooses one (rule 000-7). */
export interface Alternative {
  readonly pointer: string;
  readonly criteria: Criteria;
}

/** ◆ What any one of may be done is a choice; what stands beside something else that must be done as well is none. */
export function alternativesOf(criteria: Criteria, pointer = ''): readonly Alternative[] {
  const isChoice = !isLeaf<SchemeLeaf>(criteria) && ('any' in criteria || ('of' in criteria && criteria.atLeast === 1));
  if (!isChoice) return [];
  return children<SchemeLeaf>(criteria, pointer).flatMap(({ node, pointer: at }) => [
    { pointer: at, criteria: node },
    ...alternativesOf(node, at),
  ]);
}

/**
 * From when on evidence counts for a first award, in milliseconds: always before any, and again after the last certification that had
 * a ground lapsed, or was ended by a later edition. Undefined while it can still be renewed, and where only a person may award.
 */
export function anewFrom(standing: Standing, editions: readonly SchemeEdition[], at: IsoInstant): number | undefined {
  const last = standing.cycles.at(-1);
  if (last?.revoked !== undefined) return undefined;
  const held = standing.cycles.findLast((cycle) => revokedAt(cycle) === Infinity);
  if (held === undefined) return WHOLE_TIME.from;
  const newest = editions.at(-1)!;
  const ends = endOf(held);
  const afresh = afreshFrom(held, (edition) => editions[edition - 1]!.timeZone, at);
  if (afresh !== undefined) return afresh;
  const closesAt = renewalTime(held, newest)?.closesAt;
  if (closesAt !== undefined) return instantMilliseconds(closesAt);
  // What was done for a renewal that lost its ground is not done again with what earned the cycle before it.
  return held !== last || isAskedAnew(standing, ends, newest) ? ends : undefined;
}

/** ◆ What cannot be renewed is earned anew where it is asked of the learner again after its end. */
function isAskedAnew(standing: Standing, ends: number, { renewal, timeZone }: SchemeEdition): boolean {
  const assignment = pendingAssignment(standing);
  return renewal === undefined && assignment !== undefined && effectiveMilliseconds(assignment.effective, timeZone) >= ends;
}

/** The edition under which a learner earns a scheme: the one that is being renewed under or was assigned, else the newest. */
export function editionFor(id: string, state: RecordState, given: Pick<Given, 'facts' | 'now'>): SchemeEdition | undefined {
  const [way] = waysOf(id, state, given);
  if (way !== undefined) return way.scheme;
  const { schemes } = given.facts;
  const assignment = pendingAssignment(standingOf(state, id));
  return assignment === undefined ? latest(schemes, id) : editionOf(schemes, id, assignment.edition);
}

/** The criteria of a way over the evidence that counts on it; a checklist names its leaves from the root of the tree. */
export const evaluateWay = (way: Way, state: RecordState): Evaluation => judgedOn(way, state).evaluation;

/** The same with the window in which evidence counted. */
export function judgedOn(
  { scheme, criteria, pointer, window: asked }: Way,
  state: RecordState,
): { readonly evaluation: Evaluation; readonly window: Window } {
  const { evaluation, window } = evaluateScheme({ ...scheme, criteria }, state, asked);
  const checklist = evaluation.checklist.map((line) => ({ ...line, path: pointer + line.path }));
  return { evaluation: { ...evaluation, checklist }, window };
}
