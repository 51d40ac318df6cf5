import { randomUUID } from 'node:crypto';
import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { describeEventFeedContract } from './event-feed.contract.js';
import { describeEventStoreContract } from './event-store.contract.js';
import { describeLedgerContract } from './ledger.contract.js';

/** A real server, where there is one; its log cannot be emptied, so each opening takes names of its own in it. */
const SERVER = process.env['CERTLEDGER_TEST_EVENTSTORE_URL'] || undefined;

async function openShared(url: string) {
  const prefix = `test-${randomUUID()}-`;
  let store = await EventStoreDbEventStore.open(url, { prefix });
  return {
    store,
    close: () => store.close(),
    async reopen(): Promise<EventStoreDbEventStore> {
      await store.close();
      store = await EventStoreDbEventStore.open(url, { prefix });
      return store;
    },
  };
}

async function openDouble() {
  const double = await EventStoreDouble.start();
  let store = await EventStoreDbEventStore.open(double.url);
  return {
    store,
    async close(): Promise<void> {
      await store.close();
      await double.stop('kill');
    },
    async reopen(): Promise<EventStoreDbEventStore> {
      await store.close();
      await double.restart();
      store = await EventStoreDbEventStore.open(double.url);
      return store;
    },
  };
}

const open = SERVER === undefined ? openDouble : () => openShared(SERVER);

describeEventStoreContract('eventstoredb', open);
describeEventFeedContract('eventstoredb', open);
describeLedgerContract('eventstoredb', async () => ({ ...(await open()), keys: new MemoryKeys() }));

/** The way in which a real server is used by these tests, shown to work without one. */
describe('on a server that holds other things too', () => {
  let shared: EventStoreDouble;
  beforeAll(async () => {
    shared = await EventStoreDouble.start();
    await shared.systemEvents(100);
  });
  afterAll(() => shared.stop('kill'));

  describeEventStoreContract('eventstoredb', () => openShared(shared.url));
  describeEventFeedContract('eventstoredb', () => openShared(shared.url));
});
