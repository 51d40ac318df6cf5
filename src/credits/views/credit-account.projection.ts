import type { Actor } from '../../ledger/envelope.js';
import type { Secret } from '../../ledger/sealed.js';
import type { ProjectedEvent, Projection } from '../../projections/define-projection.js';
import type { JsonObject } from '../../shared/json.js';
import { accountDecider } from '../domain/account.js';
import { booked, entriesOf, isStillLow, NO_CREDITS, type Balances } from '../domain/entries.js';
import type { AccountEvent } from '../domain/events.js';

export interface PendingDocument {
  readonly adjustment: number;
  readonly credits: number;
  readonly reasonCode: string;
  readonly reason: Secret;
  readonly since: string;
  readonly who: Actor;
}
/** One document per account: what it holds, and the adjustments that wait, which are few. */
export interface AccountDocument {
  readonly balances: Balances;
  readonly threshold: number;
  readonly low: boolean;
  readonly pending: readonly PendingDocument[];
  /** The revision of the last event that no policy recorded. */
  readonly etag: number;
}

export const NO_ACCOUNT: AccountDocument = { balances: NO_CREDITS, threshold: 0, low: false, pending: [], etag: -1 };

export const creditAccount: Projection = {
  name: 'credit-account',
  version: 1,
  indexes: {},
  keyOf: ({ stream, stored }) => (stream.kind === accountDecider.kind ? stored.stream : undefined),
  fold(body, projected) {
    const { event, stored } = projected;
    const before = (body as unknown as AccountDocument | undefined) ?? NO_ACCOUNT;
    const noted = note(before, projected);
    const balances = booked(before.balances, entriesOf(event as AccountEvent));
    const low = isStillLow(noted.low, balances.available, noted.threshold);
    const etag = stored.metadata.origin.kind === 'policy' ? before.etag : stored.revision;
    return { ...noted, balances, low, etag } satisfies AccountDocument as unknown as JsonObject;
  },
};

function note(before: AccountDocument, { event, stored }: ProjectedEvent): AccountDocument {
  const { type, data } = event as AccountEvent;
  switch (type) {
    case 'CreditsAdjustmentProposed': {
      const { adjustment, credits, reasonCode, reason } = data;
      const { recordedAt: since, actor: who } = stored.metadata;
      return { ...before, pending: [...before.pending, { adjustment, credits, reasonCode, reason, since, who }] };
    }
    case 'CreditsAdjustmentApproved':
    case 'CreditsAdjustmentDeclined':
      return { ...before, pending: before.pending.filter(({ adjustment }) => adjustment !== data.adjustment) };
    case 'LowBalanceThresholdSet':
      return { ...before, threshold: data.threshold };
    case 'BalanceBecameLow':
      return { ...before, low: true };
    case 'CreditsPurchased':
    case 'CreditsReserved':
    case 'CreditsSettled':
    case 'CreditsReturned':
      return before;
  }
}
