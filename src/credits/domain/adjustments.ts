import type { Actor } from '../../ledger/envelope.js';
import { reject, type Rejection } from '../../shared/result.js';
import type { AccountState, PendingAdjustment } from './account-state.js';
import type { AccountEvent } from './events.js';
import { insufficient } from './insufficient.js';
import { reasonedBy, refuseNobody, type Reason } from './reasons.js';

/** How many adjustments of one account may wait for their second person. */
export const ADJUSTMENTS_PENDING_MAX = 20;

export interface ProposeAdjustment {
  readonly type: 'ProposeAdjustment';
  /** Below zero takes credits away. */
  readonly credits: number;
  readonly subject: string;
  readonly reason: Reason;
}
export interface ApproveAdjustment {
  readonly type: 'ApproveAdjustment';
  readonly adjustment: number;
}
export interface DeclineAdjustment {
  readonly type: 'DeclineAdjustment';
  readonly adjustment: number;
  readonly subject: string;
  readonly reason: Reason;
}
export type AdjustmentCommand = ProposeAdjustment | ApproveAdjustment | DeclineAdjustment;

type Decision = readonly AccountEvent[] | Rejection;

export function proposeAdjustment({ credits, ...why }: ProposeAdjustment, state: AccountState, actor: Actor): Decision {
  const nobody = refuseNobody(actor);
  if (nobody !== undefined) return nobody;
  if (state.pending.length >= ADJUSTMENTS_PENDING_MAX)
    return reject('TOO_MANY_ADJUSTMENTS', `At most ${ADJUSTMENTS_PENDING_MAX} adjustments wait. Decide some of them first.`);
  const adjustment = state.adjustments + 1;
  return [{ type: 'CreditsAdjustmentProposed', data: { adjustment, credits, ...reasonedBy(why) } }];
}

/** By another person than who proposed it, whatever key that person uses. */
export function approveAdjustment({ adjustment }: ApproveAdjustment, state: AccountState, actor: Actor): Decision {
  const nobody = refuseNobody(actor);
  if (nobody !== undefined) return nobody;
  const pending = pendingOf(state, adjustment);
  if ('kind' in pending) return pending;
  if (pending.proposedBy === actor.person) return reject('FOUR_EYES', 'Another person than who proposed it approves it.');
  const { credits } = pending;
  const { available } = state.balances;
  if (available + credits < 0) return insufficient(-credits, available);
  return [{ type: 'CreditsAdjustmentApproved', data: { adjustment, credits } }];
}

/** Also by who proposed it: what is taken back needs no second person. */
export function declineAdjustment({ adjustment, ...why }: DeclineAdjustment, state: AccountState, actor: Actor): Decision {
  const nobody = refuseNobody(actor);
  if (nobody !== undefined) return nobody;
  const pending = pendingOf(state, adjustment);
  if ('kind' in pending) return pending;
  const { credits } = pending;
  return [{ type: 'CreditsAdjustmentDeclined', data: { adjustment, credits, ...reasonedBy(why) } }];
}

function pendingOf({ pending, adjustments }: AccountState, adjustment: number): PendingAdjustment | Rejection {
  const known = pending.find((one) => one.adjustment === adjustment);
  if (known !== undefined) return known;
  return adjustment <= adjustments
    ? reject('ADJUSTMENT_DECIDED', 'The adjustment was approved or declined before.')
    : reject('ADJUSTMENT_UNKNOWN', 'The account has no adjustment with this number.');
}
