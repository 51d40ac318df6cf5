import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { Codec } from '../../src/ledger/codec.js';
import type { Decider } from '../../src/ledger/decider.js';
import type { LedgerEvent, Origin, StoredEvent } from '../../src/ledger/envelope.js';
import { isLedgerError } from '../../src/ledger/errors.js';
import { defineEvent, EventRegistry } from '../../src/ledger/event-registry.js';
import { KeyRing } from '../../src/ledger/key-ring.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { EventFeed, EventStore } from '../../src/ledger/ports/event-store.js';
import type { Keys } from '../../src/ledger/ports/keys.js';
import type { Receipt } from '../../src/ledger/receipt.js';
import { sealedSchema, type Sealed } from '../../src/ledger/sealed.js';
import type { Json } from '../../src/shared/json.js';
import { reject, type Rejection } from '../../src/shared/result.js';
import { ADMIN } from './pure-record.js';

/** The smallest business that a ledger can keep: a sum that must never pass a limit, with a sealed note. */
export type TallyEvent =
  LedgerEvent<'Added', { subject: string; amount: number; note?: Sealed | string }> | LedgerEvent<'Noticed', object>;
export interface TallyCommand {
  readonly add: readonly number[];
  readonly note?: string;
}

export const TALLY_LIMIT = 100;
export const TALLY_SUBJECT = '0190a1b2-0000-7000-8000-00000000aaaa';
export const STREAM = 'tally-acme-1';

export const tallyDecider: Decider<number, TallyCommand, TallyEvent> = {
  kind: 'tally',
  initial: 0,
  subject: () => TALLY_SUBJECT,
  decide: ({ add, note }, sum) => {
    if (sum + add.reduce((total, amount) => total + amount, 0) > TALLY_LIMIT) return reject('TOO_MUCH', 'The limit is reached.');
    if (add[0] === 0) return [];
    if (add[0] === -1) return [{ type: 'Noticed', data: {} }];
    const noted = note === undefined ? {} : { note };
    return add.map((amount) => ({ type: 'Added', data: { subject: TALLY_SUBJECT, amount, ...noted } }));
  },
  evolve: (sum, event) => (event.type === 'Added' ? sum + event.data.amount : sum),
};

const added = z.strictObject({ subject: z.uuid(), amount: z.int(), note: sealedSchema.optional() });
export const tallyRegistry = new EventRegistry([
  defineEvent('Added', added, { sealed: [{ field: 'note', subject: 'subject' }] }),
  defineEvent('Noticed', z.strictObject({})),
]);

let ticks = 0;
/** Never the same instant twice, so that two decisions can be told apart. */
export const ticking = { now: () => new Date(Date.UTC(2024, 5, 1) + (ticks += 1)).toISOString() };

/** An instance of the program: its caches and queues are its own, the store and the keys may be shared. */
export function instance(
  store: EventStore,
  keys: Keys,
  pause: (milliseconds: number) => Promise<void> = async () => undefined,
): Ledger {
  const keyRing = new KeyRing(keys, Buffer.alloc(32, 1));
  return new Ledger(store, new Codec(tallyRegistry, keyRing), keyRing, ticking, pause);
}

export interface Sent {
  readonly key: string;
  readonly add: readonly number[];
  readonly note?: string;
  readonly ifMatch?: number;
  readonly origin?: Origin;
  readonly stream?: string;
}

export async function send(
  ledger: Ledger,
  { key, add, note, ifMatch, origin, stream = STREAM }: Sent,
): Promise<Receipt | Rejection> {
  const body: Json = { add, ...(note === undefined ? {} : { note }) };
  const envelope = {
    organization: 'acme',
    commandId: await ledger.keyRing.commandId('acme', stream, key),
    actor: ADMIN,
    origin: origin ?? { kind: 'api' as const },
    correlationId: uuidv7(),
    operation: 'add',
    body,
    ifMatch,
  };
  const command = { add, ...(note === undefined ? {} : { note }) };
  return ledger.execute({ decider: tallyDecider, stream, command, envelope, facts: async () => ({ facts: undefined }) });
}

/** Sends again with the same key while the failure says that this may help, as a careful caller does. */
export async function sendUntilAnswered(ledger: Ledger, sent: Sent): Promise<Receipt | Rejection> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(ledger, sent);
    } catch (error) {
      if (attempt === 10 || !isLedgerError(error) || !error.retryable) throw error;
    }
  }
}

/** All events of a feed up to its present end, in order. */
export async function eventsOf(feed: EventFeed): Promise<readonly StoredEvent[]> {
  const stop = new AbortController();
  const events: StoredEvent[] = [];
  for await (const item of feed.open({ signal: stop.signal })) {
    if (item.kind === 'event') events.push(item.event);
    if (item.kind === 'caught-up') break;
  }
  stop.abort();
  return events;
}
