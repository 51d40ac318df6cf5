import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/adapters/sqlite/event-store.js';
import { SqliteFiles } from '../../src/adapters/sqlite/files.js';
import { SqliteKeys } from '../../src/adapters/sqlite/keys.js';
import { SqliteReadModelStore } from '../../src/adapters/sqlite/read-models.js';
import { describeEventFeedContract } from './event-feed.contract.js';
import { describeEventStoreContract } from './event-store.contract.js';
import { describeFilesContract } from './files.contract.js';
import { describeKeysContract } from './keys.contract.js';
import { describeReadModelStoreContract } from './read-model-store.contract.js';

/** A store in a folder of its own, which goes with it. */
function opening<Store extends { close(): Promise<void> }>(make: (path: string) => Store) {
  const folder = mkdtempSync(join(tmpdir(), 'certledger-contract-'));
  const path = join(folder, 'store.sqlite');
  let store = make(path);
  return {
    first: store,
    async close(): Promise<void> {
      await store.close();
      rmSync(folder, { recursive: true });
    },
    async reopen(): Promise<Store> {
      await store.close();
      store = make(path);
      return store;
    },
  };
}

const openEvents = () => {
  const { first, ...rest } = opening((path) => new SqliteEventStore(path));
  return Promise.resolve({ store: first, ...rest });
};

describeEventStoreContract('sqlite', openEvents);
describeEventFeedContract('sqlite', openEvents);
describeReadModelStoreContract('sqlite', () => {
  const { first, ...rest } = opening((path) => new SqliteReadModelStore(path));
  return Promise.resolve({ store: first, ...rest });
});
describeKeysContract('sqlite', () => {
  const { first, ...rest } = opening((path) => new SqliteKeys(path));
  return Promise.resolve({ keys: first, ...rest });
});
describeFilesContract('sqlite and a folder', () => {
  const { first, ...rest } = opening((path) => {
    mkdirSync(path, { recursive: true });
    return new SqliteFiles(path);
  });
  return Promise.resolve({ files: first, ...rest });
});
