import type { AccountEvent } from './events.js';

/** Where credits come from (the first two) and where they are. */
export const ACCOUNTS = ['purchased', 'adjusted', 'available', 'reserved', 'consumed'] as const;
export type Account = (typeof ACCOUNTS)[number];

/** One side of a movement; the entries of an event sum to zero. */
export interface Entry {
  readonly account: Account;
  readonly credits: number;
}

/** What each account holds. The sources are counted as what came out of them, so that they equal the sum of the others. */
export type Balances = Readonly<Record<Account, number>>;

export const NO_CREDITS: Balances = { purchased: 0, adjusted: 0, available: 0, reserved: 0, consumed: 0 };

const moved = (from: Account, to: Account, credits: number): readonly Entry[] =>
  credits === 0
    ? []
    : [
        { account: from, credits: -credits },
        { account: to, credits },
      ];

/** What an event moves between the accounts; nothing where it only says or asks something. */
export function entriesOf(event: AccountEvent): readonly Entry[] {
  switch (event.type) {
    case 'CreditsPurchased':
      return moved('purchased', 'available', event.data.credits);
    case 'CreditsReserved':
      return moved('available', 'reserved', event.data.credits);
    case 'CreditsSettled':
      return [...moved('reserved', 'consumed', event.data.consumed), ...moved('reserved', 'available', event.data.released)];
    case 'CreditsReturned':
      return moved('consumed', 'available', event.data.credits);
    case 'CreditsAdjustmentApproved':
      return moved('adjusted', 'available', event.data.credits);
    case 'CreditsAdjustmentProposed':
    case 'CreditsAdjustmentDeclined':
    case 'LowBalanceThresholdSet':
    case 'BalanceBecameLow':
      return [];
  }
}

/** The balances after some entries more. */
export function booked(balances: Balances, entries: readonly Entry[]): Balances {
  const next = { ...balances };
  for (const { account, credits } of entries) next[account] += isSource(account) ? -credits : credits;
  return next;
}

/** Whether an account is one that credits come from. */
const isSource = (account: Account): boolean => account === 'purchased' || account === 'adjusted';

/** Whether a balance still stands as low that was told to be: until it has risen to the threshold again. */
export const isStillLow = (wasLow: boolean, available: number, threshold: number): boolean => wasLow && available < threshold;
