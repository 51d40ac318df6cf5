import { effectiveMilliseconds, instantMilliseconds, type Effective, type IsoInstant } from '../../shared/calendar.js';
import type { Secret } from '../../ledger/sealed.js';
import type { Boundaries, ChecklistLeaf, DataOf, ValidityInterval } from './events.js';
import type { Submission } from './submission.js';

/** One award with its interval; an earlier one is never overwritten. */
export interface Cycle {
  readonly number: number;
  readonly kind: 'initial' | 'renewal' | 'update';
  readonly how: 'automatic' | 'by-hand' | 'on-approval';
  readonly edition: number;
  /** The cycle before it, and the renewal that it ended. */
  readonly renews?: number | undefined;
  readonly renewal?: number | undefined;
  readonly awarded: { readonly revision: number; readonly effective: Effective; readonly recordedAt: string };
  readonly validity: ValidityInterval;
  /** On what it stands: as it was awarded or, where a fact was corrected since, as it was reassessed. */
  readonly checklist: readonly ChecklistLeaf[];
  readonly boundaries?: Boundaries | undefined;
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
  readonly suspensions?: readonly Suspension[];
  readonly scopes?: readonly Scope[];
  /** What became of it when a fact was corrected, oldest first. */
  readonly reassessments?: readonly Reassessment[];
  /** What later editions did to it, oldest first. */
  readonly endings?: readonly Ending[];
}

/** A time in which a certification did not hold, and which ended or has not ended yet. */
export interface Suspension {
  readonly from: Effective;
  readonly reasonCode: string;
  readonly until?: Effective;
}

/** That a certification covers less than before. */
export interface Scope {
  readonly revision: number;
  readonly effective: Effective;
  readonly scope: Secret;
  readonly reasonCode: string;
}

export type Reassessment = Pick<DataOf<'CertificationReassessed'>, 'ground' | 'effective' | 'before' | 'after'> & {
  readonly revision: number;
  readonly recordedAt: IsoInstant;
};
export type Ending = Omit<DataOf<'EditionApplied'>, 'scheme' | 'cycle'> & { readonly revision: number };

/** That a cycle is to be renewed: only evidence from then on counts for it (domain.md, Renewal intent). */
export interface Renewal {
  readonly number: number;
  readonly cycle: number;
  readonly edition: number;
  readonly how: DataOf<'RenewalOpened'>['how'];
  readonly token?: string | undefined;
  readonly alternative?: string | undefined;
  readonly effective: Effective;
  readonly revision: number;
  readonly closesAt?: IsoInstant | undefined;
  /** Revisions of facts that an administrator let count for it. */
  readonly attributed: readonly number[];
  readonly withdrawn?: { readonly effective: Effective; readonly reasonCode: string };
}

/** That a certification is not asked of the learner for a time; never a completion. */
export interface Waiver {
  readonly number: number;
  readonly edition: number;
  readonly effective: Effective;
  readonly lastDay: string;
  readonly endsAt: IsoInstant;
  readonly evidence: Secret;
  readonly reasonCode: string;
  readonly revision: number;
  readonly ended?: { readonly effective: Effective; readonly reasonCode: string };
}

export interface Appeal {
  readonly number: number;
  readonly kind: DataOf<'AppealOpened'>['kind'];
  readonly against: number;
  readonly effective: Effective;
  readonly reasonCode: string;
  readonly reason: Secret;
  readonly recordedAt: IsoInstant;
  /** Who opened it, where that was a person. */
  readonly person?: string | undefined;
  readonly decided?: {
    readonly outcome: DataOf<'AppealDecided'>['outcome'];
    readonly revision: number;
    readonly recordedAt: IsoInstant;
    readonly reasonCode: string;
    readonly reason: Secret;
    readonly remedy?: Secret | undefined;
    readonly person?: string | undefined;
  };
}

/** A decision about the learner that may be appealed against, and who took it. */
export interface Decided {
  readonly type: string;
  readonly revision: number;
  readonly recordedAt: IsoInstant;
  readonly person?: string | undefined;
}

/** The policy's observation of a boundary; bookkeeping, from which no status is made. */
export type Observation = Omit<DataOf<'BoundaryObserved'>, 'scheme' | 'boundary'> & {
  readonly boundary: DataOf<'ObservationWithdrawn'>['boundary'];
  readonly revision: number;
  readonly withdrawn?: true;
};

/** The scheme was asked of the learner, with all that is needed to say later whether it was done in time. */
export interface Assignment {
  readonly number: number;
  readonly revision: number;
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
  readonly revision: number;
  readonly recordedAt: string;
  readonly checklist: readonly ChecklistLeaf[];
  readonly assignment?: number | undefined;
  readonly late?: true | undefined;
  /** The renewal that it would end, where it is one. */
  readonly renewal?: number | undefined;
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
  readonly renewals: readonly Renewal[];
  readonly waivers: readonly Waiver[];
  readonly appeals: readonly Appeal[];
  readonly decisions: readonly Decided[];
  readonly observations: readonly Observation[];
}

export const emptyStanding: Standing = {
  assignments: [],
  proposals: [],
  cycles: [],
  submissions: [],
  renewals: [],
  waivers: [],
  appeals: [],
  decisions: [],
  observations: [],
};

export interface At {
  readonly revision: number;
  readonly recordedAt: string;
  /** The pseudonym of the person who acted, where one did. */
  readonly person?: string | undefined;
}

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

/** Where its validity ends, or earlier where a later edition ends it; in milliseconds, exclusive. */
export function endOf({ validity, endings = [] }: Cycle): number {
  const ends = [validity, ...endings].map(({ endsAt }) => (endsAt === undefined ? Infinity : instantMilliseconds(endsAt)));
  return Math.min(...ends);
}

/** When it was revoked, or lost the last of its grounds, in milliseconds; never, where it was not. */
export function revokedAt({ revoked, reassessments = [] }: Cycle): number {
  const groundless = reassessments.at(-1);
  const times = [revoked?.effective, groundless?.after === undefined ? groundless?.effective : undefined];
  // Both are effective at an instant, so that no zone matters.
  return Math.min(...times.map((time) => (time === undefined ? Infinity : effectiveMilliseconds(time, 'UTC'))));
}

/** The last cycle, where it could still be renewed, updated or end: neither revoked nor without ground. */
export function standingCycle({ cycles }: Standing): Cycle | undefined {
  const last = cycles.at(-1);
  return last === undefined || revokedAt(last) !== Infinity ? undefined : last;
}

/**
 * The last cycle or, where that is a renewal or an update which lost its ground, the one before it: what it was for can be done again.
 * What a person revoked is not.
 */
export function renewedCycle({ cycles }: Pick<Standing, 'cycles'>): Cycle | undefined {
  const last = cycles.at(-1);
  if (last === undefined || last.revoked !== undefined) return undefined;
  if (revokedAt(last) === Infinity) return last;
  return last.renews === undefined ? undefined : renewedCycle({ cycles: cycles.filter(({ number }) => number <= last.renews!) });
}

/** The numbers of a cycle and of those that it updated, which all have one end and so one renewal. */
export function ofOneTerm(cycles: readonly Cycle[], { number, kind, renews }: Cycle): ReadonlySet<number> {
  const before = kind === 'update' ? cycles.find((known) => known.number === renews) : undefined;
  return new Set([number, ...(before === undefined ? [] : ofOneTerm(cycles, before))]);
}

/** The renewal of the last cycle that is neither withdrawn nor fulfilled; evidence from before its window closed may come later. */
export function pendingRenewal(standing: Standing): Renewal | undefined {
  const last = standing.renewals.at(-1);
  const cycle = renewedCycle(standing);
  if (last === undefined || cycle === undefined || last.withdrawn !== undefined) return undefined;
  return ofOneTerm(standing.cycles, cycle).has(last.cycle) ? last : undefined;
}

/** Revisions of the evidence on which a cycle stands. */
export const groundsOf = ({ checklist }: Pick<Cycle, 'checklist'>): readonly number[] =>
  checklist.flatMap(({ satisfied, by }) => (satisfied && by !== undefined ? [by] : []));

export const suspensionOf = ({ suspensions = [] }: Cycle): Suspension | undefined => {
  const last = suspensions.at(-1);
  return last?.until === undefined ? last : undefined;
};
