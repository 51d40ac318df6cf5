import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { describeEventFeedContract } from './event-feed.contract.js';
import { describeEventStoreContract } from './event-store.contract.js';
import { describeLedgerContract } from './ledger.contract.js';

const openEvents = async () => {
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
};

describeEventStoreContract('eventstoredb', openEvents);
describeEventFeedContract('eventstoredb', openEvents);
describeLedgerContract('eventstoredb', async () => ({ ...(await openEvents()), keys: new MemoryKeys() }));
