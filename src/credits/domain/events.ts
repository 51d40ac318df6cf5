import { z } from 'zod';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { defineEvent } from '../../ledger/event-registry.js';
import { sealedSchema, type Secret } from '../../ledger/sealed.js';
import { definitionId, reasonCode } from '../../shared/text.js';

/** How many credits one sale, one adjustment or one return moves at the most. */
export const CREDITS_MAX = 1_000_000;
/** How many sittings one batch takes at the most; their ids fit into one append. */
export const SITTINGS_RESERVED_MAX = 10_000;

const MEND = `Must be a whole number of credits from 1 to ${CREDITS_MAX.toLocaleString('en')}; credits are never divided.`;
/** Credits are counted in whole numbers, from one on. */
export const credits = z.int({ error: MEND }).min(1, { error: MEND }).max(CREDITS_MAX, { error: MEND });

const SIGNED = `Must be a whole number of credits other than 0, from -${CREDITS_MAX.toLocaleString('en')} to ${CREDITS_MAX.toLocaleString('en')}.`;
/** By how much a balance was wrong; below zero takes credits away. */
export const signedCredits = z
  .int({ error: SIGNED })
  .min(-CREDITS_MAX, { error: SIGNED })
  .max(CREDITS_MAX, { error: SIGNED })
  .refine((value) => value !== 0, { error: SIGNED });

const BELOW = `Must be a whole number of credits from 0 to ${CREDITS_MAX.toLocaleString('en')}; 0 never warns.`;
export const thresholdCredits = z.int({ error: BELOW }).min(0, { error: BELOW }).max(CREDITS_MAX, { error: BELOW });

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const counted = z.int().min(0);
const numbered = z.int().min(1);
const reasoned = { reasonCode, subject: z.uuid(), reason: sealedSchema };

const creditsPurchased = z.strictObject({ credits, reference: definitionId.optional() });
const creditsReserved = z.strictObject({
  batch: z.uuid(),
  /** The id of each sitting, as its stream's name ends. */
  sittings: z.array(hex).min(1).max(SITTINGS_RESERVED_MAX),
  credits,
  digest: hex,
});
const creditsSettled = z.strictObject({
  batch: z.uuid(),
  settlement: numbered,
  consumed: counted,
  released: counted,
  last: z.boolean(),
});
const creditsReturned = z.strictObject({ batch: z.uuid().optional(), credits, ...reasoned });
const adjustmentProposed = z.strictObject({ adjustment: numbered, credits: signedCredits, ...reasoned });
const adjustmentApproved = z.strictObject({ adjustment: numbered, credits: signedCredits });
const adjustmentDeclined = z.strictObject({ adjustment: numbered, credits: signedCredits, ...reasoned });
const thresholdSet = z.strictObject({ threshold: thresholdCredits });
const becameLow = z.strictObject({ threshold: thresholdCredits, available: counted });

/** As the log holds it, with what is sealed still open where a decision has just made it. */
type Reasoned<Schema extends z.ZodType> = Omit<z.infer<Schema>, 'reason'> & { readonly reason: Secret };

export type AccountEvent =
  | LedgerEvent<'CreditsPurchased', z.infer<typeof creditsPurchased>>
  | LedgerEvent<'CreditsReserved', z.infer<typeof creditsReserved>>
  | LedgerEvent<'CreditsSettled', z.infer<typeof creditsSettled>>
  | LedgerEvent<'CreditsReturned', Reasoned<typeof creditsReturned>>
  | LedgerEvent<'CreditsAdjustmentProposed', Reasoned<typeof adjustmentProposed>>
  | LedgerEvent<'CreditsAdjustmentApproved', z.infer<typeof adjustmentApproved>>
  | LedgerEvent<'CreditsAdjustmentDeclined', Reasoned<typeof adjustmentDeclined>>
  | LedgerEvent<'LowBalanceThresholdSet', z.infer<typeof thresholdSet>>
  | LedgerEvent<'BalanceBecameLow', z.infer<typeof becameLow>>;

const reasonSealed = { sealed: [{ field: 'reason', subject: 'subject' }] };

export const accountEvents = [
  defineEvent('CreditsPurchased', creditsPurchased),
  defineEvent('CreditsReserved', creditsReserved),
  defineEvent('CreditsSettled', creditsSettled),
  defineEvent('CreditsReturned', creditsReturned, reasonSealed),
  defineEvent('CreditsAdjustmentProposed', adjustmentProposed, reasonSealed),
  defineEvent('CreditsAdjustmentApproved', adjustmentApproved),
  defineEvent('CreditsAdjustmentDeclined', adjustmentDeclined, reasonSealed),
  defineEvent('LowBalanceThresholdSet', thresholdSet),
  defineEvent('BalanceBecameLow', becameLow),
];
