import { EXPIRING_FROM_DEFAULT, type SchemeEdition } from '../../catalogue/published.js';
import {
  effectiveMilliseconds,
  instantBefore,
  instantMilliseconds,
  type IsoDate,
  type IsoInstant,
} from '../../shared/calendar.js';
import { endOf, isPastDue, type Assignment, type Cycle, type Standing } from './standing.js';
import type { Submission } from './submission.js';

/** Machine codes of a learner's status in a scheme (domain.md, Status); renewals and waivers will add theirs. */
export const STATUS_CODES = [
  'certified',
  'expiring',
  'awaiting-review',
  'missed',
  'overdue',
  'in-progress',
  'assigned',
  'revoked',
  'expired',
  'withdrawn',
] as const;
export type StatusCode = (typeof STATUS_CODES)[number];
export type CycleStatus = 'current' | 'superseded' | 'expired' | 'revoked';

/** The time zone of an edition: a cycle is counted in the zone of the edition that it began under, whatever came later. */
export type ZoneOf = (edition: number) => string;

export interface SchemeStatus {
  readonly status: StatusCode;
  /** Does the certification hold at that instant? */
  readonly valid: boolean;
  readonly edition: number;
  readonly cycle?: number | undefined;
  readonly lastValidDay?: IsoDate | undefined;
  readonly endsAt?: IsoInstant | undefined;
  /** The assignment that is not fulfilled at that instant. */
  readonly assignment?: number | undefined;
  /** The award that waits for approval at that instant. */
  readonly proposal?: number | undefined;
  /** The submission that waits for review at that instant; of several the one that waits longest. */
  readonly submission?: number | undefined;
}

/**
 * The status at an instant, a function of the facts in one scheme and that instant alone: right even if no scheduler ever ran.
 * Where several codes fit, this order decides: a certification that holds (certified, expiring); then what is asked and not
 * fulfilled (awaiting-review of an award or a submission, missed or overdue, in-progress, assigned); then how the last certification ended (revoked, expired);
 * then withdrawn. Undefined before the first fact that names the scheme.
 */
export function statusAt(
  standing: Standing,
  editionOf: (edition: number) => Pick<SchemeEdition, 'timeZone' | 'notices'>,
  at: IsoInstant,
): SchemeStatus | undefined {
  const zoneOf: ZoneOf = (edition) => editionOf(edition).timeZone;
  const cycle = standing.cycles.findLast((known) => beginsAt(known, zoneOf) <= instantMilliseconds(at));
  const own = cycle === undefined ? undefined : cycleStatusAt(cycle, undefined, zoneOf, at);
  const held = cycle === undefined ? {} : { cycle: cycle.number, ...endsOf(cycle) };
  if (cycle !== undefined && own === 'current') {
    const status = isExpiring(cycle, editionOf(cycle.edition), at) ? 'expiring' : 'certified';
    return { status, valid: true, edition: cycle.edition, ...held };
  }
  const assignment = unfulfilledAt(standing, zoneOf, at);
  const asked = assignment === undefined ? {} : { assignment: assignment.number };
  const proposal = standing.proposals.findLast(
    ({ recordedAt, closedAt }) => isBy(recordedAt, at) && (closedAt === undefined || !isBy(closedAt, at)),
  );
  if (proposal !== undefined) {
    const { number, edition } = proposal;
    return { status: 'awaiting-review', valid: false, edition, proposal: number, ...held, ...asked };
  }
  const waiting = standing.submissions.find((known) => isWaitingAt(known, zoneOf, at) && !isTooLate(known, assignment, zoneOf));
  if (waiting !== undefined) {
    const edition = assignment?.edition ?? waiting.edition;
    return { status: 'awaiting-review', valid: false, edition, submission: waiting.number, ...held, ...asked };
  }
  if (assignment !== undefined) {
    return { status: taskStatusAt(assignment, zoneOf, at), valid: false, edition: assignment.edition, ...held, ...asked };
  }
  if (cycle !== undefined) return { status: own === 'revoked' ? own : 'expired', valid: false, edition: cycle.edition, ...held };
  const last = standing.assignments.findLast((known) => isAssignedBy(known, zoneOf, at));
  return last?.withdrawn === undefined ? undefined : { status: 'withdrawn', valid: false, edition: last.edition };
}

/** The last assignment made by an instant, unless it was withdrawn or fulfilled by a cycle that had begun. */
function unfulfilledAt(standing: Standing, zoneOf: ZoneOf, at: IsoInstant): Assignment | undefined {
  const last = standing.assignments.findLast((known) => isAssignedBy(known, zoneOf, at));
  if (last === undefined) return undefined;
  const isFulfilled = standing.cycles.some(
    (cycle) => cycle.assignment === last.number && beginsAt(cycle, zoneOf) <= instantMilliseconds(at),
  );
  if (isFulfilled) return undefined;
  const { withdrawn } = last;
  const isWithdrawn =
    withdrawn !== undefined && effectiveMilliseconds(withdrawn.effective, zoneOf(last.edition)) <= instantMilliseconds(at);
  return isWithdrawn ? undefined : last;
}

/** Overdue where late is still accepted, missed where it is not; due is exclusive (rule 001-4). */
function taskStatusAt(assignment: Assignment, zoneOf: ZoneOf, at: IsoInstant): StatusCode {
  const { lateEvidence, started, edition } = assignment;
  if (isPastDue(assignment, at)) return lateEvidence === 'refuse' ? 'missed' : 'overdue';
  const isStarted = started !== undefined && effectiveMilliseconds(started.effective, zoneOf(edition)) <= instantMilliseconds(at);
  return isStarted ? 'in-progress' : 'assigned';
}

function isExpiring(cycle: Cycle, { timeZone, notices }: Pick<SchemeEdition, 'timeZone' | 'notices'>, at: IsoInstant): boolean {
  const { endsAt } = cycle.validity;
  return endsAt !== undefined && isBy(instantBefore(endsAt, notices?.expiringFrom ?? EXPIRING_FROM_DEFAULT, timeZone), at);
}

/** Whether a submission was handed in by an instant and not decided by then. */
export const isWaitingAt = ({ review, submitted, edition, outcome }: Submission, zoneOf: ZoneOf, at: IsoInstant): boolean =>
  review === 'required' &&
  effectiveMilliseconds(submitted, zoneOf(edition)) <= instantMilliseconds(at) &&
  (outcome === undefined || !isBy(outcome.recordedAt, at));

/** What was done or handed in when it was missed already is reviewed, and leaves it missed. */
const isTooLate = ({ effective, submitted, edition }: Submission, assignment: Assignment | undefined, zoneOf: ZoneOf): boolean =>
  assignment?.dueAt !== undefined &&
  assignment.lateEvidence === 'refuse' &&
  [effective, submitted].some((time) => effectiveMilliseconds(time, zoneOf(edition)) >= instantMilliseconds(assignment.dueAt!));

const isBy = (instant: IsoInstant, at: IsoInstant): boolean => instantMilliseconds(instant) <= instantMilliseconds(at);
const isAssignedBy = ({ effective, edition }: Assignment, zoneOf: ZoneOf, at: IsoInstant): boolean =>
  effectiveMilliseconds(effective, zoneOf(edition)) <= instantMilliseconds(at);
const endsOf = ({ validity }: Cycle) => ({ lastValidDay: validity.lastValidDay, endsAt: validity.endsAt });

/** What became of one cycle at an instant; `next` is the cycle after it. Superseded is neither expired nor revoked. */
export function cycleStatusAt(cycle: Cycle, next: Cycle | undefined, zoneOf: ZoneOf, at: IsoInstant): CycleStatus {
  const instant = instantMilliseconds(at);
  if (cycle.revoked !== undefined && effectiveMilliseconds(cycle.revoked.effective, zoneOf(cycle.edition)) <= instant)
    return 'revoked';
  const ends = endOf(cycle);
  const superseded = next === undefined ? Number.POSITIVE_INFINITY : beginsAt(next, zoneOf);
  if (superseded <= instant && superseded < ends) return 'superseded';
  return ends <= instant ? 'expired' : 'current';
}

export const beginsAt = (cycle: Cycle, zoneOf: ZoneOf): number =>
  effectiveMilliseconds(cycle.validity.from, zoneOf(cycle.edition));
