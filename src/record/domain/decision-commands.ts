import type { APPEAL_KINDS, APPEAL_OUTCOMES } from './certification-events.js';
import type { Reason } from './commands.js';

/** What persons decide about a certification after its award, and how the learner takes issue with a decision. */
export type DecisionCommand =
  | { readonly type: 'SuspendCertification'; readonly scheme: string; readonly reason: Reason }
  | { readonly type: 'ReinstateCertification'; readonly scheme: string; readonly reason: Reason }
  /** `covers` is what is left of it, in words. */
  | { readonly type: 'ReduceScope'; readonly scheme: string; readonly covers: string; readonly reason: Reason }
  | {
      readonly type: 'GrantWaiver';
      readonly scheme: string;
      readonly lastDay: string;
      /** On what it rests, in words. */
      readonly evidence: string;
      readonly reason: Reason;
    }
  | { readonly type: 'EndWaiver'; readonly scheme: string; readonly reason: Reason }
  | {
      readonly type: 'OpenAppeal';
      readonly scheme: string;
      readonly kind: (typeof APPEAL_KINDS)[number];
      /** The revision of the decision. */
      readonly against: number;
      readonly reason: Reason;
    }
  | {
      readonly type: 'DecideAppeal';
      readonly scheme: string;
      readonly appeal: number;
      readonly outcome: (typeof APPEAL_OUTCOMES)[number];
      /** What is to be done about it, in words; nothing of it happens by itself. */
      readonly remedy?: string | undefined;
      readonly reason: Reason;
    };

export type DecisionRejectionCode =
  | 'CERTIFICATION_ENDED'
  | 'ALREADY_SUSPENDED'
  | 'NOT_SUSPENDED'
  | 'WAIVER_OUT_OF_RANGE'
  | 'WAIVER_STANDS'
  | 'NO_WAIVER'
  | 'NOT_A_DECISION'
  | 'APPEAL_OPEN'
  | 'APPEAL_UNKNOWN'
  | 'APPEAL_DECIDED';
