import type { Effective } from '../../shared/calendar.js';
import type { Reason } from './commands.js';

/** How a renewal was asked for: by the learner or on the learner's behalf, by an administrator, or by the link of a notice. */
export type RenewalIntent =
  | { readonly how: 'renew-now' }
  | { readonly how: 'by-admin'; readonly reason: Reason }
  /** What the token says, which was checked before; `token` is its digest. */
  | { readonly how: 'notice'; readonly token: string; readonly cycle: number; readonly expires: string };

export type RenewalCommand =
  | {
      readonly type: 'OpenRenewal';
      readonly scheme: string;
      readonly intent: RenewalIntent;
      /** JSON Pointer of one of the alternatives; absent where the learner leaves it open. */
      readonly alternative?: string | undefined;
      /** Now unless told. */
      readonly effective?: Effective | undefined;
    }
  | { readonly type: 'WithdrawRenewal'; readonly scheme: string; readonly reason: Reason }
  | {
      readonly type: 'AttributeEvidence';
      readonly scheme: string;
      /** Revisions of the evidence in the record. */
      readonly evidence: readonly number[];
      readonly reason: Reason;
    };

export type RenewalRejectionCode =
  | 'NOT_RENEWABLE'
  | 'RENEWAL_TOO_EARLY'
  | 'RENEWAL_CLOSED'
  | 'RENEWAL_OPEN'
  | 'NO_RENEWAL'
  | 'RENEWAL_BACKDATED'
  | 'CERTIFICATION_SUSPENDED'
  | 'ALTERNATIVE_UNKNOWN'
  | 'NOTICE_EXPIRED'
  | 'NOTICE_SPENT'
  | 'NOTICE_OUTDATED'
  | 'EVIDENCE_UNFIT'
  | 'EVIDENCE_USED';
