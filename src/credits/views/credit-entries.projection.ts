import type { Actor } from '../../ledger/envelope.js';
import type { Secret } from '../../ledger/sealed.js';
import type { Projection } from '../../projections/define-projection.js';
import type { JsonObject } from '../../shared/json.js';
import { accountDecider } from '../domain/account.js';
import { entriesOf, type Entry } from '../domain/entries.js';
import type { AccountEvent } from '../domain/events.js';

/** One document per event that moved credits: what it moved and what caused it. The sittings of a batch stay in the log. */
export interface EntryDocument {
  readonly account: string;
  readonly revision: number;
  readonly position: string;
  readonly event: string;
  readonly what: AccountEvent['type'];
  readonly recordedAt: string;
  readonly who: Actor;
  readonly entries: readonly Entry[];
  readonly reference?: string;
  readonly batch?: string;
  readonly settlement?: number;
  readonly adjustment?: number;
  readonly reasonCode?: string;
  readonly reason?: Secret;
}

export const creditEntries: Projection = {
  name: 'credit-entries',
  version: 1,
  indexes: { byAccount: ['account', 'revision'] },
  keyOf: ({ stream, stored, event }) =>
    stream.kind === accountDecider.kind && entriesOf(event as AccountEvent).length > 0 ? stored.position : undefined,
  fold(_, { stored, event }) {
    const { stream: account, revision, position, id, metadata } = stored;
    return {
      account,
      revision,
      position,
      event: id,
      what: event.type as AccountEvent['type'],
      recordedAt: metadata.recordedAt,
      who: metadata.actor,
      entries: entriesOf(event as AccountEvent),
      ...causeOf(event as AccountEvent),
    } satisfies EntryDocument as unknown as JsonObject;
  },
};

function causeOf(event: AccountEvent): Partial<EntryDocument> {
  switch (event.type) {
    case 'CreditsPurchased': {
      const { reference } = event.data;
      return reference === undefined ? {} : { reference };
    }
    case 'CreditsReserved':
      return { batch: event.data.batch };
    case 'CreditsSettled':
      return { batch: event.data.batch, settlement: event.data.settlement };
    case 'CreditsReturned': {
      const { batch, reasonCode, reason } = event.data;
      return { ...(batch === undefined ? {} : { batch }), reasonCode, reason };
    }
    case 'CreditsAdjustmentApproved':
      return { adjustment: event.data.adjustment };
    case 'CreditsAdjustmentProposed':
    case 'CreditsAdjustmentDeclined':
    case 'LowBalanceThresholdSet':
    case 'BalanceBecameLow':
      return {};
  }
}
