import type { Actor } from '../../ledger/envelope.js';
import { assert } from '../../shared/assert.js';
import { reject, type Rejection } from '../../shared/result.js';
import { batchOf, consumedOf, openOf, type AccountState, type ReservedBatch } from './account-state.js';
import type { AccountEvent } from './events.js';
import { insufficient } from './insufficient.js';
import { reasonedBy, refuseNobody, type Reason } from './reasons.js';

export interface Reserve {
  readonly type: 'Reserve';
  readonly batch: string;
  /** One credit each. */
  readonly sittings: readonly string[];
  /** Of the preview that was confirmed; over the sittings, so that it tells one set of them from another. */
  readonly digest: string;
}
export interface Settle {
  readonly type: 'Settle';
  readonly batch: string;
  readonly settlement: number;
  readonly consumed: number;
  readonly released: number;
  readonly last: boolean;
}
export interface ReturnCredits {
  readonly type: 'ReturnCredits';
  readonly batch?: string | undefined;
  readonly credits: number;
  readonly subject: string;
  readonly reason: Reason;
}
export type BatchCommand = Reserve | Settle | ReturnCredits;

type Decision = readonly AccountEvent[] | Rejection;

/** The commit point of a confirmation: all sittings of the batch, or none. */
export function reserve({ batch, sittings, digest }: Reserve, state: AccountState): Decision {
  const credits = sittings.length;
  assert(new Set(sittings).size === credits, 'A batch names each of its sittings once, as each costs one credit.');
  const known = batchOf(state, batch);
  if (known !== undefined && (known.digest !== digest || known.reserved !== credits))
    return reject('BATCH_RESERVED', 'The batch has reserved credits for other sittings. Confirm these as another batch.');
  if (known !== undefined) return [];
  const { available } = state.balances;
  if (credits > available) return insufficient(credits, available);
  return [{ type: 'CreditsReserved', data: { batch, sittings: [...sittings], credits, digest } }];
}

/** What became of sittings of a batch: numbered without a gap, never more than was reserved, the last when nothing is left open. */
export function settle({ type: _, ...data }: Settle, state: AccountState): Decision {
  const known = batchOf(state, data.batch);
  if (known === undefined) return unknownBatch();
  const made = known.settlements.length;
  if (data.settlement <= made) return isSame(known, data) ? [] : misfit(`Settlement ${data.settlement} is recorded otherwise.`);
  if (known.settlements.at(-1)?.last === true) return misfit('The last settlement of the batch is recorded.');
  if (data.settlement !== made + 1) return misfit(`Settlement ${made + 1} comes next.`);
  const settled = data.consumed + data.released;
  const open = openOf(known);
  if (settled === 0 || settled > open) return misfit(`It settles ${settled} credits, and ${open} are open.`);
  if (data.last !== (settled === open)) return misfit(`It leaves ${open - settled} credits open; the last one leaves none.`);
  return [{ type: 'CreditsSettled', data }];
}

/** After a reasoned revocation: never more than was consumed, by the batch where one is named. */
export function returnCredits({ batch, credits, ...why }: ReturnCredits, state: AccountState, actor: Actor): Decision {
  const nobody = refuseNobody(actor);
  if (nobody !== undefined) return nobody;
  const known = batch === undefined ? undefined : batchOf(state, batch);
  if (batch !== undefined && known === undefined) return unknownBatch();
  const { consumed } = state.balances;
  const most = known === undefined ? consumed : Math.min(consumed, consumedOf(known));
  if (credits > most)
    return reject('CREDITS_NOT_CONSUMED', `${credits} credits are to come back and ${most} are consumed.`, '/credits');
  return [{ type: 'CreditsReturned', data: { ...(batch === undefined ? {} : { batch }), credits, ...reasonedBy(why) } }];
}

function isSame({ settlements }: ReservedBatch, { settlement, consumed, released, last }: Omit<Settle, 'type'>): boolean {
  const known = settlements[settlement - 1];
  return known?.consumed === consumed && known.released === released && known.last === last;
}

const unknownBatch = (): Rejection => reject('BATCH_UNKNOWN', 'The account knows no batch with this id.', '/batch');
const misfit = (detail: string): Rejection => reject('SETTLEMENT_MISFIT', detail);
