import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { MongoConnection } from '../../src/adapters/mongodb/client.js';
import { MongoKeys } from '../../src/adapters/mongodb/keys.js';
import { describeEventFeedContract } from '../contract/event-feed.contract.js';
import { describeEventStoreContract } from '../contract/event-store.contract.js';
import { describeLedgerContract } from '../contract/ledger.contract.js';
import { dropAndClose } from '../support/mongodb/opening.js';
import { databaseUrl, newName, serverOf } from '../support/places.js';

/** A log of its own on the server of the run, which holds many; a reopening is what another process would find. */
const openEvents = async () => {
  const prefix = `${newName()}-`;
  const open = () => EventStoreDbEventStore.open(serverOf('CERTLEDGER_TEST_EVENTSTORE_URL'), { prefix });
  let store = await open();
  return {
    store,
    close: () => store.close(),
    async reopen(): Promise<EventStoreDbEventStore> {
      await store.close();
      store = await open();
      return store;
    },
  };
};

describeEventStoreContract('the EventStoreDB of the run', openEvents);
describeEventFeedContract('the EventStoreDB of the run', openEvents);
describeLedgerContract('the engines of the run', async () => {
  const { store, close } = await openEvents();
  const mongo = await MongoConnection.open(databaseUrl(newName()));
  return {
    store,
    keys: new MongoKeys(mongo),
    async close(): Promise<void> {
      await close();
      await dropAndClose(mongo);
    },
  };
});
