import type { SchemeContent } from '../../src/catalogue/domain/content.js';
import type { RenewalPolicy } from '../../src/catalogue/published.js';
import type { Of } from '../../src/record/domain/commands.js';
import type { RenewalIntent } from '../../src/record/domain/renewal-commands.js';
import { isRejection, type Rejection } from '../../src/shared/result.js';
import { definitions, PureRecord, REASON, scheme } from './pure-record.js';

/** What tests of renewals write over a record without a store. */

export const C1 = { course: 'C1' };
export const C2 = { course: 'C2' };
export const C3 = { course: 'C3' };
export const WINDOW: RenewalPolicy = { opensBefore: 'P3M', closesAfter: 'P1M' };
export const OPENING = '2025-03-01T09:00:00Z';
export const LATER = '2025-03-12T00:00:00Z';
export const RENEW_NOW = { how: 'renew-now' } as const;
export const BY_ADMIN: RenewalIntent = { how: 'by-admin', reason: REASON };

export const facts = (
  renewal: RenewalPolicy | null,
  criteria: SchemeContent['criteria'] = C1,
  more: Partial<SchemeContent> = {},
) =>
  definitions(
    ['C1', 'C2', 'C3'],
    scheme('S', criteria, { duration: 'P1Y' }, 'UTC', { ...more, ...(renewal === null ? {} : { renewal }) }),
  );
export const open = (more: Partial<Of<'OpenRenewal'>> = {}): Of<'OpenRenewal'> => ({
  type: 'OpenRenewal',
  scheme: 'S',
  intent: RENEW_NOW,
  ...more,
});
export const attribute = (...evidence: number[]): Of<'AttributeEvidence'> => ({
  type: 'AttributeEvidence',
  scheme: 'S',
  evidence,
  reason: REASON,
});
export const withdraw: Of<'WithdrawRenewal'> = { type: 'WithdrawRenewal', scheme: 'S', reason: REASON };
export const notice = (more: Partial<Extract<RenewalIntent, { how: 'notice' }>> = {}): RenewalIntent => ({
  how: 'notice',
  token: 'a'.repeat(64),
  cycle: 1,
  expires: '2099-01-01T00:00:00Z',
  ...more,
});

/** Certified from 15 March 2024 to 15 March 2025; renewable from 16 December 2024 to 15 April 2025. */
export function held(renewal: RenewalPolicy | null = WINDOW, now = OPENING, criteria: SchemeContent['criteria'] = C1) {
  const record = PureRecord.bound(facts(renewal, criteria));
  record.complete('C1', '2024-03-15');
  if (record.cycles('S').length === 0) record.complete('C2', '2024-03-15');
  record.now = now;
  return record;
}
export const detailOf = (answer: unknown): string => (isRejection(answer) ? (answer as Rejection).detail : 'accepted');
