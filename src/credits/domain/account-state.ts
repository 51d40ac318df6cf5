import { booked, entriesOf, isStillLow, NO_CREDITS, type Balances } from './entries.js';
import type { AccountEvent } from './events.js';

/** What a batch has of the account: reserved once, settled in numbered steps, perhaps returned in part. */
export interface ReservedBatch {
  readonly reserved: number;
  readonly digest: string;
  readonly settlements: readonly { readonly consumed: number; readonly released: number; readonly last: boolean }[];
  readonly returned: number;
}

/** An adjustment that waits for its second person. */
export interface PendingAdjustment {
  readonly adjustment: number;
  readonly credits: number;
  readonly proposedBy?: string | undefined;
}

export interface AccountState {
  readonly balances: Balances;
  readonly threshold: number;
  readonly low: boolean;
  /** How many credits were sold under each reference. */
  readonly sales: Readonly<Record<string, number>>;
  readonly batches: Readonly<Record<string, ReservedBatch>>;
  /** How many adjustments were ever proposed, and those that wait. */
  readonly adjustments: number;
  readonly pending: readonly PendingAdjustment[];
}

export const NEW_ACCOUNT: AccountState = {
  balances: NO_CREDITS,
  threshold: 0,
  low: false,
  sales: {},
  batches: {},
  adjustments: 0,
  pending: [],
};

/** A reference may be called like something that every object has. */
export const saleOf = ({ sales }: AccountState, reference: string): number | undefined =>
  Object.hasOwn(sales, reference) ? sales[reference] : undefined;
export const batchOf = ({ batches }: AccountState, batch: string): ReservedBatch | undefined => batches[batch];
/** What of a batch has no outcome yet. */
export const openOf = ({ reserved, settlements }: ReservedBatch): number =>
  settlements.reduce((open, { consumed, released }) => open - consumed - released, reserved);
/** What of a batch is consumed and was not given back. */
export const consumedOf = ({ settlements, returned }: ReservedBatch): number =>
  settlements.reduce((sum, { consumed }) => sum + consumed, -returned);

export function evolveAccount(state: AccountState, event: AccountEvent, person: string | undefined): AccountState {
  const noted = note(state, event, person);
  const balances = booked(state.balances, entriesOf(event));
  return { ...noted, balances, low: isStillLow(noted.low, balances.available, noted.threshold) };
}

/** Everything that an event says beside what it moves. */
function note(state: AccountState, event: AccountEvent, person: string | undefined): AccountState {
  switch (event.type) {
    case 'CreditsPurchased': {
      const { reference, credits } = event.data;
      return reference === undefined ? state : { ...state, sales: { ...state.sales, [reference]: credits } };
    }
    case 'CreditsReserved': {
      const { batch, credits, digest } = event.data;
      return withBatch(state, batch, { reserved: credits, digest, settlements: [], returned: 0 });
    }
    case 'CreditsSettled': {
      const { batch, consumed, released, last } = event.data;
      const known = batchOf(state, batch)!;
      return withBatch(state, batch, { ...known, settlements: [...known.settlements, { consumed, released, last }] });
    }
    case 'CreditsReturned': {
      const { batch, credits } = event.data;
      if (batch === undefined) return state;
      const known = batchOf(state, batch)!;
      return withBatch(state, batch, { ...known, returned: known.returned + credits });
    }
    case 'CreditsAdjustmentProposed': {
      const { adjustment, credits } = event.data;
      return { ...state, adjustments: adjustment, pending: [...state.pending, { adjustment, credits, proposedBy: person }] };
    }
    case 'CreditsAdjustmentApproved':
    case 'CreditsAdjustmentDeclined':
      return { ...state, pending: state.pending.filter(({ adjustment }) => adjustment !== event.data.adjustment) };
    case 'LowBalanceThresholdSet':
      return { ...state, threshold: event.data.threshold };
    case 'BalanceBecameLow':
      return { ...state, low: true };
  }
}

const withBatch = (state: AccountState, batch: string, known: ReservedBatch): AccountState => ({
  ...state,
  batches: { ...state.batches, [batch]: known },
});
