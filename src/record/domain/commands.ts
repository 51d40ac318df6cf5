import type { Effective } from '../../shared/calendar.js';
import type { ACTIVITY_KINDS } from './events.js';

/** A reason where a human decides: a code in the clear and a text that is sealed. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** A course and, where the caller tells its presentations (its runs) apart, which of them. */
export interface InCourse {
  readonly course: string;
  readonly presentation?: string | undefined;
}

/** When an assignment begins and by when it must be fulfilled; what is absent follows from the scheme. */
export interface AssignmentTerms {
  readonly start?: Effective | undefined;
  readonly due?: Effective | undefined;
  readonly completeWithin?: string | undefined;
}

export type RecordCommand =
  | {
      readonly type: 'RegisterLearner';
      readonly subject: string;
      readonly learner: string;
      readonly name?: string | undefined;
      readonly contact?: string | undefined;
      readonly groups?: readonly string[] | undefined;
    }
  | { readonly type: 'CorrectDetails'; readonly name?: string | undefined; readonly contact?: string | undefined }
  | { readonly type: 'ChangeGroups'; readonly groups: readonly string[] }
  /** `person` is the pseudonym of the person who is this learner. */
  | { readonly type: 'BindToPerson'; readonly person: string }
  | ({ readonly type: 'Enrol'; readonly effective: Effective } & InCourse)
  | ({
      readonly type: 'WithdrawEnrolment';
      readonly effective: Effective;
      readonly reason?: Reason | undefined;
    } & InCourse)
  | ({
      readonly type: 'ReportActivity';
      readonly activity: string;
      readonly kind: (typeof ACTIVITY_KINDS)[number];
      readonly effective: Effective;
      readonly percent?: number | undefined;
      readonly score?: string | undefined;
      readonly count?: number | undefined;
      readonly carriedOver?: true | undefined;
    } & InCourse)
  | ({
      readonly type: 'CompleteCourse';
      readonly effective: Effective;
      readonly grade?: string | undefined;
      readonly honours?: string | undefined;
      readonly validUntil?: string | undefined;
    } & InCourse)
  | { readonly type: 'CompletePlan'; readonly learningPlan: string; readonly effective: Effective }
  | {
      readonly type: 'Approve';
      readonly target: InCourse | { readonly scheme: string };
      readonly label: string;
      readonly effective: Effective;
      readonly reason?: Reason | undefined;
    }
  | ({ readonly type: 'AssignScheme'; readonly scheme: string; readonly effective: Effective } & AssignmentTerms)
  | { readonly type: 'StartAssignment'; readonly scheme: string; readonly effective: Effective }
  | { readonly type: 'WithdrawAssignment'; readonly scheme: string; readonly reason: Reason }
  | { readonly type: 'AwardByHand'; readonly scheme: string; readonly effective: Effective; readonly reason: Reason }
  | { readonly type: 'ApproveAward'; readonly scheme: string; readonly reason?: Reason | undefined }
  | { readonly type: 'DeclineAward'; readonly scheme: string; readonly reason: Reason }
  | { readonly type: 'Revoke'; readonly scheme: string; readonly cycle?: number | undefined; readonly reason: Reason }
  | { readonly type: 'ObserveExpiry'; readonly scheme: string; readonly cycle: number }
  /** A policy's: look again at this record after a publication. */
  | { readonly type: 'Reevaluate'; readonly kind: 'scheme' | 'learningPlan'; readonly id: string };

export type Of<Type extends RecordCommand['type']> = Extract<RecordCommand, { type: Type }>;

export type RecordRejectionCode =
  | 'LEARNER_EXISTS'
  | 'LEARNER_UNKNOWN'
  | 'OUTSIDE_RESPONSIBILITY'
  | 'NAME_CORRECTED_BY_ADMIN'
  | 'LEARNER_BOUND'
  | 'GROUP_UNKNOWN'
  | 'COURSE_UNKNOWN'
  | 'LEARNING_PLAN_UNKNOWN'
  | 'SCHEME_UNKNOWN'
  | 'DEFINITION_RETIRED'
  | 'EFFECTIVE_IN_FUTURE'
  | 'VALIDITY_OUT_OF_RANGE'
  | 'VALID_UNTIL_BEFORE_COMPLETION'
  | 'PERSON_REQUIRED'
  | 'FOUR_EYES'
  | 'NOT_ENROLLED'
  | 'PRESENTATION_REQUIRED'
  | 'WITHDRAWAL_BEFORE_ENROLMENT'
  | 'ACTIVITY_UNKNOWN'
  | 'ACTIVITY_RESULT_UNFIT'
  | 'SCORE_OUT_OF_RANGE'
  | 'ACTIVITY_BEFORE_ENROLMENT'
  | 'COMPLETED_BY_CRITERIA'
  | 'APPROVAL_UNKNOWN'
  | 'ASSIGNMENT_OPEN'
  | 'NOT_ASSIGNED'
  | 'TOO_EARLY'
  | 'DUE_BEFORE_START'
  | 'NO_PROPOSAL'
  | 'PROPOSAL_OPEN'
  | 'ALREADY_CERTIFIED'
  | 'AWARD_BEFORE_EARLIER_CYCLE'
  | 'NOT_CERTIFIED'
  | 'ALREADY_REVOKED';
