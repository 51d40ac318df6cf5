import type { Actor } from '../../ledger/envelope.js';
import { reject, type Rejection } from '../../shared/result.js';

/** Why a human decided as they did: a code in the clear, a text that is sealed. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** What a reasoned event holds of its reason; `subject` owns the key of the words. */
export const reasonedBy = ({ reason, subject }: { readonly reason: Reason; readonly subject: string }) => ({
  reasonCode: reason.code,
  subject,
  reason: reason.text,
});

/** What a human decides needs a person who answers for it. */
export const refuseNobody = ({ person }: Actor): Rejection<'PERSON_REQUIRED'> | undefined =>
  person === undefined ? reject('PERSON_REQUIRED', 'Use a key that is bound to a person, who answers for this.') : undefined;
