import type { Effective } from '../../shared/calendar.js';
import type { CorrectionCommand, CorrectionRejectionCode } from './correction-commands.js';
import type { DecisionCommand, DecisionRejectionCode } from './decision-commands.js';
import type { ACTIVITY_KINDS } from './events.js';
import type { RenewalCommand, RenewalRejectionCode } from './renewal-commands.js';
import type { EvidenceKind, ScanVerdict, SOURCE_CHECK_WAYS } from './submission-events.js';

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

/** A file that was uploaded before, kept from being collected; name and plain digest are sealed with what refers to it. */
export interface PinnedAttachment {
  readonly address: string;
  readonly size: number;
  readonly mediaType: string;
  readonly name: string;
  readonly digest: string;
}

/** Which submission: by its number or, for who knows no number, the last one under a label of a scheme. */
export type SubmissionName = number | { readonly scheme: string; readonly label: string };

export type SubmissionCommand =
  | {
      readonly type: 'SubmitEvidence';
      readonly scheme: string;
      readonly label: string;
      readonly title?: string | undefined;
      readonly kind: EvidenceKind;
      readonly effective: Effective;
      /** When it was handed in, where that was before and elsewhere. */
      readonly submitted?: Effective | undefined;
      readonly validUntil?: string | undefined;
      readonly note?: string | undefined;
      readonly attachment?: PinnedAttachment | undefined;
    }
  | { readonly type: 'WithdrawSubmission'; readonly of: SubmissionName; readonly reason?: Reason | undefined }
  | { readonly type: 'ApproveSubmission'; readonly of: SubmissionName; readonly reason?: Reason | undefined }
  | { readonly type: 'DeclineSubmission'; readonly of: SubmissionName; readonly reason: Reason }
  | { readonly type: 'ClaimReview'; readonly of: SubmissionName }
  | { readonly type: 'ReleaseReview'; readonly of: SubmissionName }
  | {
      readonly type: 'CheckSource';
      readonly of: SubmissionName;
      readonly authority: string;
      readonly how: (typeof SOURCE_CHECK_WAYS)[number];
      readonly effective: Effective;
      readonly dueAgain?: string | undefined;
      readonly reference?: string | undefined;
    }
  /** A scanner's. */
  | {
      readonly type: 'RecordScan';
      readonly submission: number;
      readonly attachment: string;
      readonly verdict: ScanVerdict;
      readonly scanner: string;
      /** What it found, or which limit it met. */
      readonly signature?: string | undefined;
    }
  /** A policy's. */
  | { readonly type: 'ObserveReview'; readonly submission: number; readonly threshold: 'aged' | 'escalated' };

export type RecordCommand =
  | SubmissionCommand
  | DecisionCommand
  | CorrectionCommand
  | RenewalCommand
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
  /** A policy's: record what time has brought about. */
  | { readonly type: 'ObserveBoundaries'; readonly scheme: string }
  /** A policy's: what a new edition does to who holds an earlier one; `publishedAt` is when its publication was recorded. */
  | { readonly type: 'ApplyEdition'; readonly scheme: string; readonly edition: number; readonly publishedAt: string }
  /** A policy's: look again at this record after a publication. */
  | { readonly type: 'Reevaluate'; readonly kind: 'scheme' | 'learningPlan'; readonly id: string };

export type Of<Type extends RecordCommand['type']> = Extract<RecordCommand, { type: Type }>;

export type RecordRejectionCode =
  | DecisionRejectionCode
  | CorrectionRejectionCode
  | RenewalRejectionCode
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
  | 'ALREADY_REVOKED'
  | 'LABEL_UNKNOWN'
  | 'TITLE_ALTERED'
  | 'KIND_NOT_TAKEN'
  | 'ATTACHMENT_REQUIRED'
  | 'ATTACHMENT_NOT_CLEAN'
  | 'VALID_UNTIL_BEFORE_ISSUE'
  | 'SUBMISSION_OPEN'
  | 'SUBMISSION_UNKNOWN'
  | 'SUBMISSION_DECIDED'
  | 'NOT_SUBMITTER'
  | 'REVIEW_CLAIMED'
  | 'SOURCE_CHECK_REQUIRED'
  | 'CHECK_DUE_BEFORE_CHECK';
