import { z } from 'zod';
import { ALTERNATIVE_CHARACTERS_MAX, type Records } from '../record/published.js';
import { definitionId } from '../shared/text.js';
import { effectiveOf, optionalReasonOf, reasonOf } from './row-times.js';
import { date, instant, isWholeReason, ofLearner, optionalReason, reason, REASON_IN_PART } from './row-parts.js';

const ofScheme = { ...ofLearner, scheme: definitionId };

/** With a reason an administrator opened it; without a time of its own it is opened by the import itself. */
const renewalRow = z
  .strictObject({
    kind: z.literal('renewal'),
    ...ofScheme,
    alternative: z.string().min(1).max(ALTERNATIVE_CHARACTERS_MAX).optional(),
    openedAt: instant,
    openedOn: date,
    ...optionalReason,
  })
  .refine(({ openedAt, openedOn }) => openedAt === undefined || openedOn === undefined, {
    message: 'Give only one of openedAt (an instant) or openedOn (a date).',
  })
  .refine(isWholeReason, REASON_IN_PART);
const renewalWithdrawalRow = z.strictObject({ kind: z.literal('renewal-withdrawal'), ...ofScheme, ...reason });

/** That a certification was to be renewed; what was done for it is told by the rows that come after. */
export const renewalRows = [renewalRow, renewalWithdrawalRow] as const;
export type RenewalRow = z.infer<(typeof renewalRows)[number]>;

type RecordCommand = Parameters<Records['execute']>[3];

export function renewalCommandOf(row: RenewalRow): RecordCommand {
  const { scheme } = row;
  if (row.kind === 'renewal-withdrawal') return { type: 'WithdrawRenewal', scheme, reason: reasonOf(row) };
  const { alternative, openedAt, openedOn } = row;
  const why = optionalReasonOf(row);
  const intent = why === undefined ? ({ how: 'renew-now' } as const) : ({ how: 'by-admin', reason: why } as const);
  const time = openedAt === undefined && openedOn === undefined ? {} : effectiveOf(openedAt, openedOn);
  return { type: 'OpenRenewal', scheme, intent, alternative, ...time };
}
