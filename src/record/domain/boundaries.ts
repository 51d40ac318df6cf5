import { instantMilliseconds, type IsoInstant } from '../../shared/calendar.js';
import { endingOf, graceEnd, hasBegunBefore, hasBegunBy } from './ends.js';
import { endOf, revokedAt, type Assignment, type Cycle, type Observation, type Standing, type Waiver } from './standing.js';

/** What time brings about in a standing, at its exact instant; exactly one of the numbers says of what. */
export interface Boundary {
  readonly boundary: Observation['boundary'];
  readonly cycle?: number;
  readonly assignment?: number;
  readonly waiver?: number;
  readonly instant: IsoInstant;
  /** The revision of the event from which it follows. */
  readonly observes: number;
}

/** Which boundary of what, wherever it lies. */
type Named = Pick<Observation, 'boundary' | 'cycle' | 'assignment' | 'waiver'>;

/** What is not recorded yet: observations that are not so any more, and boundaries that nothing recorded observes, in order. */
export interface Outstanding {
  readonly withdrawals: readonly Observation[];
  readonly boundaries: readonly Boundary[];
}

/**
 * Every boundary that time brings or has brought about by all that is recorded today, the earliest first. What was renewed, revoked,
 * fulfilled, withdrawn or ended has none from that instant on. A suspension moves none of them: a certification runs on under it.
 */
export function boundariesOf({ assignments, cycles, waivers }: Standing): readonly Boundary[] {
  const found = [
    ...assignments.flatMap((assignment) => ofAssignment(assignment, cycles)),
    ...cycles.flatMap((cycle, index) => ofCycle(cycle, cycles[index + 1])),
    ...waivers.flatMap(ofWaiver),
  ];
  return found
    .map((boundary) => ({ boundary, milliseconds: instantMilliseconds(boundary.instant) }))
    .sort((a, b) => a.milliseconds - b.milliseconds)
    .map(({ boundary }) => boundary);
}

/** Time that passes adds nothing here, so that a read model may keep when the first of it is due. */
export function outstandingOf(standing: Standing): Outstanding {
  const boundaries = boundariesOf(standing);
  const observed = standing.observations.filter(({ withdrawn }) => withdrawn === undefined);
  const [there, known] = [new Set(boundaries.map(identityOf)), new Set(observed.map(observedIdentity))];
  return {
    withdrawals: observed.filter((observation) => !there.has(observedIdentity(observation))),
    boundaries: boundaries.filter((boundary) => !known.has(identityOf(boundary))),
  };
}

/** When something is there to be recorded, in milliseconds; what must be withdrawn is due at once. Undefined where nothing ever is. */
export function dueFrom({ withdrawals, boundaries }: Outstanding): number | undefined {
  if (withdrawals.length > 0) return 0;
  const first = boundaries[0];
  return first === undefined ? undefined : instantMilliseconds(first.instant);
}

/** How often the same boundary, wherever it lay, was observed and taken back. */
export const withdrawalsOf = (standing: Standing, boundary: Named): number =>
  standing.observations.filter((known) => known.withdrawn !== undefined && subjectOf(known) === subjectOf(boundary)).length;

function ofAssignment(
  { number: assignment, revision: observes, dueAt, withdrawn, lateEvidence }: Assignment,
  cycles: readonly Cycle[],
) {
  if (dueAt === undefined) return [];
  const isOver =
    cycles.some((cycle) => cycle.assignment === assignment && hasBegunBy(cycle.validity.from, dueAt)) ||
    (withdrawn !== undefined && hasBegunBy(withdrawn.effective, dueAt));
  if (isOver) return [];
  return [
    { boundary: lateEvidence === 'refuse' ? 'missed' : 'overdue', assignment, instant: dueAt, observes } satisfies Boundary,
  ];
}

function ofCycle(cycle: Cycle, next: Cycle | undefined): readonly Boundary[] {
  const { number, awarded, boundaries = {}, reassessments = [], validity } = cycle;
  const { expiringAt, renewalOpensAt, renewalClosesAt } = boundaries;
  const observes = reassessments.findLast(({ after }) => after !== undefined)?.revision ?? awarded.revision;
  const ending = endingOf(cycle);
  const [ends, revoked] = [endOf(cycle), revokedAt(cycle)];
  const at = (boundary: Boundary['boundary'], instant: IsoInstant | undefined, until = Infinity): Boundary[] => {
    if (instant === undefined) return [];
    // Of two cycles with one end, each boundary belongs to the one that stood then.
    if (cycle.kind === 'update' && !hasBegunBy(validity.from, instant)) return [];
    const milliseconds = instantMilliseconds(instant);
    // What is renewed at the very instant of its end has run its whole time.
    const isNextThere = ENDS.has(boundary) ? hasBegunBefore : hasBegunBy;
    const isOver =
      milliseconds >= until || revoked <= milliseconds || (next !== undefined && isNextThere(next.validity.from, instant));
    if (isOver) return [];
    return [{ boundary, cycle: number, instant, observes: BY_EDITION.has(boundary) ? ending!.revision : observes }];
  };
  return [
    ...at('expiring', expiringAt, ends),
    // What a later edition ended is earned anew, so that its window never opens.
    ...at('renewal-opens', renewalOpensAt, ending === undefined ? undefined : ends),
    ...(ending === undefined
      ? at('expired', validity.endsAt)
      : at(ending.effect === 'void' ? 'voided' : 'update-overdue', ending.endsAt)),
    ...at('grace-ends', graceEnd(cycle)),
    ...at('lapsed', renewalClosesAt),
  ];
}

const BY_EDITION: ReadonlySet<Boundary['boundary']> = new Set(['voided', 'update-overdue']);
const ENDS: ReadonlySet<Boundary['boundary']> = new Set(['expired', ...BY_EDITION]);

function ofWaiver({ number: waiver, endsAt: instant, ended, revision: observes }: Waiver): readonly Boundary[] {
  const isOver = ended !== undefined && hasBegunBy(ended.effective, instant);
  return isOver ? [] : [{ boundary: 'waiver-ends', waiver, instant, observes }];
}

const subjectOf = ({ boundary, cycle, assignment, waiver }: Named): string => `${boundary}~${cycle ?? assignment ?? waiver}`;
const identityOf = (boundary: Boundary): string => `${subjectOf(boundary)}~${boundary.instant}`;
const observedIdentity = (observation: Observation): string =>
  `${subjectOf(observation)}~${'instant' in observation.effective ? observation.effective.instant : observation.effective.date}`;
