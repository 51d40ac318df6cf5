import { z } from 'zod';
import type { Decider } from '../../ledger/decider.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { defineEvent } from '../../ledger/event-registry.js';
import { operationName, targetName } from './reads.js';

/** How many refused attempts of one actor on one day are each an event; beyond it there is one whenever their count has doubled. */
export const ATTEMPTS_RECORDED_MAX = 32;

const refusalCode = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/);
const attemptRefused = z.strictObject({
  code: refusalCode,
  operation: operationName,
  target: targetName.optional(),
  /** Which refusal of the actor's day this is: those between two events are told by the difference. */
  count: z.int().min(1),
  /** Of a batch: how many of its rows were refused under each code. */
  rows: z.record(refusalCode, z.int().min(1)).optional(),
});

export type Attempt = z.infer<typeof attemptRefused>;
export type AttemptRefused = LedgerEvent<'AttemptRefused', Attempt>;
export const attemptEvents = [defineEvent('AttemptRefused', attemptRefused)];

/**
 * Whether a refusal has an event of its own. A caller that runs into the same wall all day must not fill the log, so the first
 * ones are recorded and then every one that doubles them; a breach of four eyes attempted is never left out.
 */
export function hasOwnEvent({ code, count }: Pick<Attempt, 'code' | 'count'>): boolean {
  return code === 'FOUR_EYES' || count <= ATTEMPTS_RECORDED_MAX || Number.isInteger(Math.log2(count / ATTEMPTS_RECORDED_MAX));
}

/** The refused attempts of one actor on one day (domain.md, Who acts). */
export const attemptsDecider: Decider<{ count: number }, Attempt, AttemptRefused> = {
  kind: 'attempts',
  initial: { count: 0 },
  decide: (attempt) => (hasOwnEvent(attempt) ? [{ type: 'AttemptRefused', data: { ...attempt } }] : []),
  // Two refusals at once may be recorded in the other order.
  evolve: ({ count }, { data }) => ({ count: Math.max(count, data.count) }),
};
