import { EventStoreDbEventStore, type EventStoreDbOptions } from '../adapters/eventstoredb/event-store.js';
import { MongoConnection, type MongoTimes } from '../adapters/mongodb/client.js';
import { MongoFiles } from '../adapters/mongodb/files.js';
import { warningsOf } from '../adapters/mongodb/inspection.js';
import { MongoKeys } from '../adapters/mongodb/keys.js';
import { MongoLeases } from '../adapters/mongodb/leases.js';
import { MongoReadModelStore } from '../adapters/mongodb/read-models.js';
import type { ClusterSettings } from './cluster-settings.js';
import type { Engines } from './engines.js';
import { masterKeyOf } from './master-key-file.js';

/** The engines of the cluster profile, and what the operator should know of the connections. */
export interface ClusterEngines extends Engines {
  readonly warnings: readonly string[];
}

/** Connects to the engines that the settings name; several instances of the service may do so at once. */
export async function openCluster(
  configuration: ClusterSettings,
  options?: EventStoreDbOptions,
  times?: MongoTimes,
): Promise<ClusterEngines> {
  const { CERTLEDGER_EVENTSTORE_URL, CERTLEDGER_MONGODB_URL, CERTLEDGER_MASTER_KEY, CERTLEDGER_DATA } = configuration;
  const mongo = await MongoConnection.open(CERTLEDGER_MONGODB_URL, times);
  try {
    const store = await EventStoreDbEventStore.open(CERTLEDGER_EVENTSTORE_URL, options);
    const close = async (): Promise<void> => {
      await store.close();
      await mongo.close();
    };
    try {
      const keys = new MongoKeys(mongo);
      const holdsLedger = (await keys.page(undefined, 1)).length > 0 || (await store.latest()) !== undefined;
      const master = masterKeyOf(CERTLEDGER_MASTER_KEY, CERTLEDGER_DATA, holdsLedger);
      const warnings = [...store.warnings, ...warningsOf(mongo)];
      const [readModels, leases, files] = [new MongoReadModelStore(mongo), new MongoLeases(mongo), new MongoFiles(mongo)];
      return { store, readModels, leases, keys, files, master, close, warnings };
    } catch (error) {
      await store.close();
      throw error;
    }
  } catch (error) {
    await mongo.close();
    throw error;
  }
}
