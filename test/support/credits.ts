import type { AccountEvent } from '../../src/credits/domain/events.js';
import { booked, entriesOf, NO_CREDITS, type Balances } from '../../src/credits/domain/entries.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import type { Service } from './service.js';

export interface BalanceAnswer extends Balances {
  readonly organization: string;
  readonly threshold?: number;
  readonly low?: boolean;
  readonly etag?: number;
}
export interface StatementItem {
  readonly revision: number;
  readonly position: string;
  readonly what: string;
  readonly who: { readonly key: string; readonly role: string; readonly home?: string };
  readonly entries: readonly { readonly account: string; readonly credits: number }[];
  readonly available: number;
  readonly reference?: string;
  readonly batch?: string;
  readonly reason?: { readonly code: string; readonly text: unknown };
}
export interface StatementAnswer {
  readonly opening: Balances;
  readonly items: readonly StatementItem[];
  readonly closing: Balances;
  readonly next?: string;
}

/** The sum of the entries in the log itself, without any read model. */
export const provenBalance = (events: readonly StoredEvent[], stream: string): Balances =>
  events
    .filter((event) => event.stream === stream)
    .reduce((balances, { type, data }) => booked(balances, entriesOf({ type, data } as unknown as AccountEvent)), NO_CREDITS);

export const balance = async (service: Service, asked: string, token?: string): Promise<BalanceAnswer> => {
  const at = `minPosition=${await service.engines.store.end()}`;
  const answer = await service.get(`/v1/credits?${at}${asked}`, token === undefined ? {} : { token });
  return answer.json<BalanceAnswer>();
};
