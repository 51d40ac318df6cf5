import { EXPIRING_FROM_DEFAULT, type SchemeEdition } from '../../catalogue/published.js';
import {
  dateAt,
  effectiveMilliseconds,
  instantAt,
  instantBefore,
  instantMilliseconds,
  type IsoDate,
  type IsoInstant,
} from '../../shared/calendar.js';
import { renewalCloses } from './ends.js';
import {
  endOf,
  isPastDue,
  ofOneTerm,
  revokedAt,
  type Assignment,
  type Cycle,
  type Ending,
  type Proposal,
  type Renewal,
  type Standing,
  type Suspension,
  type Waiver,
} from './standing.js';
import type { Submission } from './submission.js';

/** Machine codes of a learner's status in a scheme (domain.md, Status), in their order of precedence. */
export const STATUS_CODES = [
  'suspended',
  'update-required',
  'renewing',
  'expiring',
  'certified',
  'waived',
  'awaiting-review',
  'missed',
  'overdue',
  'in-progress',
  'assigned',
  'revoked',
  'lapsed',
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
  /** The renewal that is open at that instant. */
  readonly renewal?: number | undefined;
  readonly waiver?: number | undefined;
}

/**
 * The status at an instant, a function of the facts in one scheme and that instant alone: right even if no scheduler ever ran.
 * Where several codes fit, this order decides: a certification that has not ended (suspended, update-required, renewing, expiring,
 * certified); a waiver; then what is asked and not fulfilled (awaiting-review of an award or a submission, renewing, missed or overdue,
 * in-progress, assigned); then how the last certification ended (revoked, lapsed, expired); then withdrawn. Undefined before the first
 * fact that names the scheme. `valid` stands beside it: in a grace that keeps validity a certification still holds after its end.
 */
export function statusAt(
  standing: Standing,
  editionOf: (edition: number) => Pick<SchemeEdition, 'timeZone' | 'notices'>,
  at: IsoInstant,
): SchemeStatus | undefined {
  const zoneOf: ZoneOf = (edition) => editionOf(edition).timeZone;
  const cycle = standing.cycles.findLast((known) => beginsAt(known, zoneOf) <= instantMilliseconds(at));
  const own = cycle === undefined ? undefined : cycleStatusAt(cycle, undefined, zoneOf, at);
  const renewal = cycle === undefined || own === 'revoked' ? undefined : renewalAt(standing, cycle, zoneOf, at);
  const renewing = renewal === undefined ? {} : { renewal: renewal.number };
  if (cycle !== undefined && own === 'current') {
    const status = heldStatusAt(cycle, renewal, editionOf, at);
    // Its update or its renewal may wait for approval meanwhile.
    const proposal = proposalAt(standing, at);
    return {
      status,
      valid: status !== 'suspended',
      edition: cycle.edition,
      cycle: cycle.number,
      ...endsOf(cycle, zoneOf),
      ...renewing,
      ...(proposal === undefined ? {} : { proposal: proposal.number }),
    };
  }
  const valid = cycle !== undefined && own === 'expired' && holdsInGrace(cycle, zoneOf, at);
  const held = cycle === undefined ? {} : { cycle: cycle.number, ...endsOf(cycle, zoneOf) };
  const waiver = standing.waivers.findLast((known) => isWaivedAt(known, at));
  if (waiver !== undefined) {
    const edition = cycle?.edition ?? standing.assignments.at(-1)?.edition ?? waiver.edition;
    return { status: 'waived', valid, edition, waiver: waiver.number, ...held };
  }
  const asked = askedStatusAt(standing, renewal, zoneOf, at);
  if (asked !== undefined) return { valid, ...asked, ...held };
  if (cycle !== undefined) return { status: endedStatusAt(cycle, own, at), valid, edition: cycle.edition, ...held };
  const last = standing.assignments.findLast((known) => isAssignedBy(known, zoneOf, at));
  return last?.withdrawn === undefined ? undefined : { status: 'withdrawn', valid: false, edition: last.edition };
}

/** The award that waits for approval at an instant. */
const proposalAt = ({ proposals }: Standing, at: IsoInstant): Proposal | undefined =>
  proposals.findLast(({ recordedAt, closedAt }) => isBy(recordedAt, at) && (closedAt === undefined || !isBy(closedAt, at)));

/** What is asked of the learner and not fulfilled at an instant. */
function askedStatusAt(
  standing: Standing,
  renewal: Renewal | undefined,
  zoneOf: ZoneOf,
  at: IsoInstant,
): Omit<SchemeStatus, 'valid'> | undefined {
  const assignment = unfulfilledAt(standing, zoneOf, at);
  const asked = {
    ...(assignment === undefined ? {} : { assignment: assignment.number }),
    ...(renewal === undefined ? {} : { renewal: renewal.number }),
  };
  const proposal = proposalAt(standing, at);
  if (proposal !== undefined) {
    return { status: 'awaiting-review', edition: proposal.edition, proposal: proposal.number, ...asked };
  }
  const waiting = standing.submissions.find((known) => isWaitingAt(known, zoneOf, at) && !isTooLate(known, assignment, zoneOf));
  if (waiting !== undefined) {
    const edition = renewal?.edition ?? assignment?.edition ?? waiting.edition;
    return { status: 'awaiting-review', edition, submission: waiting.number, ...asked };
  }
  if (renewal !== undefined) return { status: 'renewing', edition: renewal.edition, ...asked };
  if (assignment === undefined) return undefined;
  return { status: taskStatusAt(assignment, zoneOf, at), edition: assignment.edition, ...asked };
}

/** Of a certification that has not ended. */
function heldStatusAt(
  cycle: Cycle,
  renewal: Renewal | undefined,
  editionOf: (edition: number) => Pick<SchemeEdition, 'timeZone' | 'notices'>,
  at: IsoInstant,
): StatusCode {
  const zoneOf: ZoneOf = (edition) => editionOf(edition).timeZone;
  if (isSuspendedAt(cycle, at)) return 'suspended';
  if (updateAskedAt(cycle, zoneOf, at) !== undefined) return 'update-required';
  if (renewal !== undefined) return 'renewing';
  return isExpiring(cycle, editionOf(cycle.edition), at) ? 'expiring' : 'certified';
}

/** A window that has closed leaves the initial path only (domain.md, Renewal). */
function endedStatusAt(cycle: Cycle, own: CycleStatus | undefined, at: IsoInstant): StatusCode {
  if (own === 'revoked') return 'revoked';
  const closes = cycle.boundaries?.renewalClosesAt;
  return closes !== undefined && isBy(closes, at) ? 'lapsed' : 'expired';
}

/** Suspended and reinstated are effective at an instant, so their zone does not matter. */
export const suspensionAt = ({ suspensions = [] }: Cycle, at: IsoInstant): Suspension | undefined =>
  suspensions.findLast(
    ({ from, until }) =>
      effectiveMilliseconds(from, 'UTC') <= instantMilliseconds(at) &&
      (until === undefined || effectiveMilliseconds(until, 'UTC') > instantMilliseconds(at)),
  );
export const isSuspendedAt = (cycle: Cycle, at: IsoInstant): boolean => suspensionAt(cycle, at) !== undefined;

/** The last edition that asks the holder of a cycle for an update, by an instant. */
export const updateAskedAt = ({ endings = [] }: Cycle, zoneOf: ZoneOf, at: IsoInstant): Ending | undefined =>
  endings.findLast(
    ({ effect, effective, edition }) =>
      effect === 'must-update' && effectiveMilliseconds(effective, zoneOf(edition)) <= instantMilliseconds(at),
  );

function holdsInGrace(cycle: Cycle, zoneOf: ZoneOf, at: IsoInstant): boolean {
  const { boundaries, endings = [] } = cycle;
  const ends = endings.map(({ endsAt }) => instantMilliseconds(endsAt));
  const holdsUntil = boundaries?.holdsUntil;
  return (
    holdsUntil !== undefined &&
    Math.min(instantMilliseconds(holdsUntil), ...ends) > instantMilliseconds(at) &&
    beginsAt(cycle, zoneOf) <= instantMilliseconds(at) &&
    !isSuspendedAt(cycle, at)
  );
}

/** The renewal of a cycle that is open at an instant; a fulfilled one has made the next cycle. */
function renewalAt({ cycles, renewals }: Standing, cycle: Cycle, zoneOf: ZoneOf, at: IsoInstant): Renewal | undefined {
  const term = ofOneTerm(cycles, cycle);
  return renewals.findLast(
    ({ cycle: renewed, effective, edition, withdrawn, closesAt }) =>
      term.has(renewed) &&
      effectiveMilliseconds(effective, zoneOf(edition)) <= instantMilliseconds(at) &&
      (withdrawn === undefined || effectiveMilliseconds(withdrawn.effective, zoneOf(edition)) > instantMilliseconds(at)) &&
      !isClosedBy(renewalCloses({ closesAt }, cycle), at),
  );
}

const isClosedBy = (closesAt: IsoInstant | undefined, at: IsoInstant): boolean => closesAt !== undefined && isBy(closesAt, at);

export const isWaivedAt = ({ effective, endsAt, ended }: Waiver, at: IsoInstant): boolean =>
  effectiveMilliseconds(effective, 'UTC') <= instantMilliseconds(at) &&
  !isBy(endsAt, at) &&
  (ended === undefined || effectiveMilliseconds(ended.effective, 'UTC') > instantMilliseconds(at));

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

function isExpiring(cycle: Cycle, edition: Pick<SchemeEdition, 'timeZone' | 'notices'>, at: IsoInstant): boolean {
  const from = cycle.boundaries?.expiringAt ?? expiringAt(cycle, edition);
  return from !== undefined && isBy(from, at);
}

/** Of awards from before their boundaries stood in them. */
function expiringAt({ validity: { endsAt } }: Cycle, { timeZone, notices }: Pick<SchemeEdition, 'timeZone' | 'notices'>) {
  return endsAt === undefined ? undefined : instantBefore(endsAt, notices?.expiringFrom ?? EXPIRING_FROM_DEFAULT, timeZone);
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

/** Where a later edition ends it first, its last valid day is the one in which that instant's last moment lies. */
export function endsOf({ validity, endings = [] }: Cycle, zoneOf: ZoneOf): Pick<SchemeStatus, 'lastValidDay' | 'endsAt'> {
  const [first] = [...endings].sort((a, b) => instantMilliseconds(a.endsAt) - instantMilliseconds(b.endsAt));
  const { lastValidDay, endsAt } = validity;
  if (first === undefined || (endsAt !== undefined && instantMilliseconds(endsAt) <= instantMilliseconds(first.endsAt)))
    return { lastValidDay, endsAt };
  const last = instantAt(instantMilliseconds(first.endsAt) - 1);
  return { lastValidDay: dateAt(last, zoneOf(first.edition)), endsAt: first.endsAt };
}

/** What became of one cycle at an instant; `next` is the cycle after it. Superseded is neither expired nor revoked. */
export function cycleStatusAt(cycle: Cycle, next: Cycle | undefined, zoneOf: ZoneOf, at: IsoInstant): CycleStatus {
  const instant = instantMilliseconds(at);
  if (revokedAt(cycle) <= instant) return 'revoked';
  const ends = endOf(cycle);
  const superseded = next === undefined ? Number.POSITIVE_INFINITY : beginsAt(next, zoneOf);
  if (superseded <= instant && superseded < ends) return 'superseded';
  return ends <= instant ? 'expired' : 'current';
}

export const beginsAt = (cycle: Cycle, zoneOf: ZoneOf): number =>
  effectiveMilliseconds(cycle.validity.from, zoneOf(cycle.edition));
