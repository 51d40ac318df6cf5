import type { Decider } from '../../ledger/decider.js';
import type { Actor } from '../../ledger/envelope.js';
import { isRejection, reject, type Rejection } from '../../shared/result.js';
import { evolveAccount, NEW_ACCOUNT, saleOf, type AccountState } from './account-state.js';
import { approveAdjustment, declineAdjustment, proposeAdjustment, type AdjustmentCommand } from './adjustments.js';
import { reserve, returnCredits, settle, type BatchCommand } from './batches.js';
import type { AccountEvent } from './events.js';

export type AccountCommand =
  | { readonly type: 'Purchase'; readonly credits: number; readonly reference?: string | undefined }
  | { readonly type: 'SetThreshold'; readonly threshold: number }
  | BatchCommand
  | AdjustmentCommand;

/**
 * The credits of one organization, decided in one stream, so that nothing is ever spent twice. Nobody edits a balance: it
 * is the sum of the entries of all events (`entriesOf`).
 */
export const accountDecider: Decider<AccountState, AccountCommand, AccountEvent> = {
  kind: 'account',
  initial: NEW_ACCOUNT,

  decide(command, state, { actor }) {
    const decided = decideAlone(command, state, actor);
    return isRejection(decided) ? decided : withLowBalance(state, decided);
  },

  evolve: (state, event, { person }) => evolveAccount(state, event, person),
};

function decideAlone(command: AccountCommand, state: AccountState, actor: Actor): readonly AccountEvent[] | Rejection {
  switch (command.type) {
    case 'Purchase': {
      const { credits, reference } = command;
      const sold = reference === undefined ? undefined : saleOf(state, reference);
      if (sold !== undefined && sold !== credits)
        return reject('SALE_RECORDED', `Under this reference ${sold} credits were sold, not ${credits}.`, '/reference');
      if (sold !== undefined) return [];
      return [{ type: 'CreditsPurchased', data: { credits, ...(reference === undefined ? {} : { reference }) } }];
    }
    case 'SetThreshold': {
      const { threshold } = command;
      return threshold === state.threshold ? [] : [{ type: 'LowBalanceThresholdSet', data: { threshold } }];
    }
    case 'Reserve':
      return reserve(command, state);
    case 'Settle':
      return settle(command, state);
    case 'ReturnCredits':
      return returnCredits(command, state, actor);
    case 'ProposeAdjustment':
      return proposeAdjustment(command, state, actor);
    case 'ApproveAdjustment':
      return approveAdjustment(command, state, actor);
    case 'DeclineAdjustment':
      return declineAdjustment(command, state, actor);
  }
}

/** In the commit of what made the balance low, and once until it has risen again. */
function withLowBalance(state: AccountState, events: readonly AccountEvent[]): readonly AccountEvent[] {
  const { balances, threshold, low } = events.reduce((next, event) => evolveAccount(next, event, undefined), state);
  const { available } = balances;
  if (events.length === 0 || low || available >= threshold) return events;
  return [...events, { type: 'BalanceBecameLow', data: { threshold, available } }];
}
