import type { Effective } from '../../shared/calendar.js';

/** A reason where a human decides: a code in the clear and a text that is sealed. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

export type RecordCommand =
  | {
      readonly type: 'RegisterLearner';
      readonly subject: string;
      readonly learner: string;
      readonly name?: string | undefined;
      readonly contact?: string | undefined;
    }
  | { readonly type: 'CorrectDetails'; readonly name?: string | undefined; readonly contact?: string | undefined }
  | {
      readonly type: 'CompleteCourse';
      readonly course: string;
      readonly effective: Effective;
      readonly grade?: string | undefined;
      readonly honours?: string | undefined;
    }
  | { readonly type: 'AwardByHand'; readonly scheme: string; readonly effective: Effective; readonly reason: Reason }
  | { readonly type: 'Revoke'; readonly scheme: string; readonly cycle?: number | undefined; readonly reason: Reason }
  | { readonly type: 'ObserveExpiry'; readonly scheme: string; readonly cycle: number };

export type RecordRejectionCode =
  | 'LEARNER_EXISTS'
  | 'LEARNER_UNKNOWN'
  | 'COURSE_UNKNOWN'
  | 'SCHEME_UNKNOWN'
  | 'EFFECTIVE_IN_FUTURE'
  | 'VALIDITY_OUT_OF_RANGE'
  | 'PERSON_REQUIRED'
  | 'ALREADY_CERTIFIED'
  | 'AWARD_BEFORE_EARLIER_CYCLE'
  | 'NOT_CERTIFIED'
  | 'ALREADY_REVOKED';
