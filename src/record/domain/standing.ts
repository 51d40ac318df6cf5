import { instantMilliseconds, type Effective, type IsoInstant } from '../../shared/calendar.js';
import type { ChecklistLeaf, RecordEvent, ValidityInterval } from './events.js';
import { isSubmissionEvent, type SubmissionEvent } from './submission-events.js';
import { evolveSubmissions, type Submission } from './submission.js';

/** One award with its interval; an earlier one is never overwritten. */
export interface Cycle {
  readonly number: number;
  readonly kind: 'initial' | 'renewal';
  readonly how: 'automatic' | 'by-hand' | 'on-approval';
  readonly edition: number;
  readonly awarded: { readonly revision: number; readonly effective: Effective; readonly recordedAt: string };
  readonly validity: ValidityInterval;
  /** The assignment that it fulfilled, and whether late. */
  readonly assignment?: number | undefined;
  readonly late?: true | undefined;
  readonly revoked?: {
    readonly revision: number;
    readonly effective: Effective;
    readonly reasonCode: string;
    readonly recordedAt: string;
  };
  /** Who asked for a revocation that waits for a second person. */
  readonly revocationProposed?: { readonly revision: number; readonly person: string };
  /** The revision of the policy's observation; bookkeeping, from which no status is made. */
  readonly expiryObserved?: number;
}

/** The scheme was asked of the learner, with all that is needed to say later whether it was done in time. */
export interface Assignment {
  readonly number: number;
  readonly edition: number;
  readonly effective: Effective;
  readonly start?: Effective | undefined;
  readonly startsAt?: IsoInstant | undefined;
  readonly due?: Effective | undefined;
  readonly dueAt?: IsoInstant | undefined;
  readonly lateEvidence: 'refuse' | 'accept-late';
  readonly priorEvidence: 'count' | 'ignore';
  readonly started?: { readonly effective: Effective; readonly how: 'explicit' | 'by-evidence' };
  readonly withdrawn?: { readonly effective: Effective; readonly reasonCode: string };
}

/** An award that waits for persons to approve it. */
export interface Proposal {
  readonly number: number;
  readonly edition: number;
  readonly how: 'on-approval' | 'by-hand';
  readonly effective: Effective;
  readonly recordedAt: string;
  readonly checklist: readonly ChecklistLeaf[];
  readonly assignment?: number | undefined;
  readonly late?: true | undefined;
  readonly approvals: number;
  /** Who proposed by hand; nobody proposed what the evidence itself earned. */
  readonly proposedBy?: string | undefined;
  readonly approvedBy: readonly string[];
  readonly closed?: 'awarded' | 'declined';
  /** When it was closed, so that a status before that instant is still found. */
  readonly closedAt?: string;
}

/** All facts of one learner in one scheme; what a status there is follows from them and an instant. */
export interface Standing {
  readonly assignments: readonly Assignment[];
  readonly proposals: readonly Proposal[];
  readonly cycles: readonly Cycle[];
  readonly submissions: readonly Submission[];
}

export const emptyStanding: Standing = { assignments: [], proposals: [], cycles: [], submissions: [] };

/** The events that are about a learner in one scheme. */
export type StandingEvent =
  | SubmissionEvent
  | Extract<
      RecordEvent,
      {
        type:
          | 'SchemeAssigned'
          | 'AssignmentStarted'
          | 'AssignmentWithdrawn'
          | 'AwardProposed'
          | 'AwardEndorsed'
          | 'AwardDeclined'
          | 'CertificationAwarded'
          | 'RevocationProposed'
          | 'CertificationRevoked'
          | 'CertificationExpired';
      }
    >;

const STANDING_EVENTS: ReadonlySet<string> = new Set<Exclude<StandingEvent, SubmissionEvent>['type']>([
  'SchemeAssigned',
  'AssignmentStarted',
  'AssignmentWithdrawn',
  'AwardProposed',
  'AwardEndorsed',
  'AwardDeclined',
  'CertificationAwarded',
  'RevocationProposed',
  'CertificationRevoked',
  'CertificationExpired',
]);
export const isStandingEvent = (event: { readonly type: string }): event is StandingEvent =>
  STANDING_EVENTS.has(event.type) || isSubmissionEvent(event);

export interface At {
  readonly revision: number;
  readonly recordedAt: string;
  /** The pseudonym of the person who acted, where one did. */
  readonly person?: string | undefined;
}

export function evolveStanding(standing: Standing, event: StandingEvent, at: At): Standing {
  if (isSubmissionEvent(event)) return { ...standing, submissions: evolveSubmissions(standing.submissions, event, at) };
  switch (event.type) {
    case 'SchemeAssigned': {
      const { scheme: _, assignment, ...terms } = event.data;
      return { ...standing, assignments: [...standing.assignments, { number: assignment, ...terms }] };
    }
    case 'AssignmentStarted': {
      const { assignment, effective, how } = event.data;
      return { ...standing, assignments: changed(standing.assignments, assignment, { started: { effective, how } }) };
    }
    case 'AssignmentWithdrawn': {
      const { assignment, effective, reasonCode } = event.data;
      return { ...standing, assignments: changed(standing.assignments, assignment, { withdrawn: { effective, reasonCode } }) };
    }
    case 'AwardProposed': {
      const { edition, proposal, how, effective, checklist, assignment, late, approvals } = event.data;
      const proposedBy = how === 'by-hand' ? at.person : undefined;
      const made = { number: proposal, edition, how, effective, recordedAt: at.recordedAt, checklist, assignment, late };
      return { ...standing, proposals: [...standing.proposals, { ...made, approvals, proposedBy, approvedBy: [] }] };
    }
    case 'AwardEndorsed': {
      const known = standing.proposals.find(({ number }) => number === event.data.proposal)!;
      const approvedBy = [...known.approvedBy, at.person!];
      return { ...standing, proposals: changed(standing.proposals, known.number, { approvedBy }) };
    }
    case 'AwardDeclined':
      return closed(standing, event.data.proposal, 'declined', at);
    case 'CertificationAwarded': {
      const { edition, cycle, kind, how, effective, validity, assignment, late, proposal } = event.data;
      const awarded = { revision: at.revision, effective, recordedAt: at.recordedAt };
      const made = { number: cycle, kind, how, edition, awarded, validity, assignment, late };
      const next = { ...standing, cycles: [...standing.cycles, made] };
      return proposal === undefined ? next : closed(next, proposal, 'awarded', at);
    }
    case 'RevocationProposed':
      return withCycle(standing, event.data.cycle, {
        revocationProposed: { revision: at.revision, person: at.person! },
      });
    case 'CertificationRevoked': {
      const { cycle, effective, reasonCode } = event.data;
      const revoked = { revision: at.revision, effective, reasonCode, recordedAt: at.recordedAt };
      return withCycle(standing, cycle, { revoked });
    }
    case 'CertificationExpired':
      return withCycle(standing, event.data.cycle, { expiryObserved: at.revision });
  }
}

function changed<Item extends { readonly number: number }>(
  items: readonly Item[],
  number: number,
  change: Partial<Item>,
): readonly Item[] {
  return items.map((item) => (item.number === number ? { ...item, ...change } : item));
}

const withCycle = (standing: Standing, cycle: number, change: Partial<Cycle>): Standing => ({
  ...standing,
  cycles: changed(standing.cycles, cycle, change),
});

const closed = (standing: Standing, proposal: number, how: 'awarded' | 'declined', at: At): Standing => ({
  ...standing,
  proposals: changed(standing.proposals, proposal, { closed: how, closedAt: at.recordedAt }),
});

/** Whether it can still be fulfilled: neither withdrawn nor fulfilled, and not past a due instant that refuses late evidence. */
export function openAssignment(standing: Standing, now: IsoInstant): Assignment | undefined {
  const assignment = pendingAssignment(standing);
  return assignment === undefined || isMissed(assignment, now) ? undefined : assignment;
}

/** The last assignment while nothing fulfilled or withdrew it, missed or not. */
export function pendingAssignment(standing: Standing): Assignment | undefined {
  const last = standing.assignments.at(-1);
  if (last === undefined || last.withdrawn !== undefined) return undefined;
  return standing.cycles.some(({ assignment }) => assignment === last.number) ? undefined : last;
}

/** Rule 001-4: due is exclusive; at the due instant it is too late. */
export const isPastDue = ({ dueAt }: Assignment, at: IsoInstant): boolean =>
  dueAt !== undefined && instantMilliseconds(at) >= instantMilliseconds(dueAt);
/** Whether it is too late for good, as late evidence is refused. */
export const isMissed = (assignment: Assignment, at: IsoInstant): boolean =>
  assignment.lateEvidence === 'refuse' && isPastDue(assignment, at);

export const endOf = (cycle: Cycle): number =>
  cycle.validity.endsAt === undefined ? Number.POSITIVE_INFINITY : instantMilliseconds(cycle.validity.endsAt);
