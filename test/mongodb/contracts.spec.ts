import { MongoConnection } from '../../src/adapters/mongodb/client.js';
import { MongoFiles } from '../../src/adapters/mongodb/files.js';
import { MongoKeys } from '../../src/adapters/mongodb/keys.js';
import { MongoLeases } from '../../src/adapters/mongodb/leases.js';
import { MongoReadModelStore } from '../../src/adapters/mongodb/read-models.js';
import { describeFilesContract } from '../contract/files.contract.js';
import { describeKeysContract } from '../contract/keys.contract.js';
import { describeLeasesContract } from '../contract/leases.contract.js';
import { describeReadModelStoreContract } from '../contract/read-model-store.contract.js';
import { dropAndClose, newDatabase, urlOf } from '../support/mongodb/opening.js';

/** A store over a connection of its own; a reopening is what another process would find. */
async function opening<Store>(make: (connection: MongoConnection) => Store) {
  const url = urlOf({ database: newDatabase() });
  let connection = await MongoConnection.open(url);
  return {
    first: make(connection),
    close: () => dropAndClose(connection),
    async reopen(): Promise<Store> {
      await connection.close();
      connection = await MongoConnection.open(url);
      return make(connection);
    },
  };
}

describeReadModelStoreContract('mongodb', async () => {
  const { first, ...rest } = await opening((connection) => new MongoReadModelStore(connection));
  return { store: first, ...rest };
});
describeKeysContract('mongodb', async () => {
  const { first, ...rest } = await opening((connection) => new MongoKeys(connection));
  return { keys: first, ...rest };
});
describeLeasesContract('mongodb', async () => {
  const { first, ...rest } = await opening((connection) => new MongoLeases(connection));
  return { leases: first, ...rest };
});
describeFilesContract('mongodb', async () => {
  const { first, ...rest } = await opening((connection) => new MongoFiles(connection));
  return { files: first, ...rest };
});
