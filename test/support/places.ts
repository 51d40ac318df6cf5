import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryFiles } from '../../src/adapters/memory/files.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { MemoryLeases } from '../../src/adapters/memory/leases.js';
import { MemoryReadModelStore } from '../../src/adapters/memory/read-models.js';
import { MONGO_TIMES, type MongoTimes } from '../../src/adapters/mongodb/client.js';
import { openCluster } from '../../src/app/cluster.js';
import type { ClusterSettings } from '../../src/app/cluster-settings.js';
import { openEmbedded } from '../../src/app/embedded.js';
import type { Engines } from '../../src/app/engines.js';
import { MasterKey } from '../../src/ledger/master-key.js';

/** The end-to-end suites run over the engines of this profile; `npm run test:mongodb` says which, nobody else does. */
export const PROFILE = process.env['CERTLEDGER_TEST_PROFILE'] === 'cluster' ? 'cluster' : 'embedded';

const MASTER_KEY = Buffer.alloc(32, 7);

/** Where a ledger lives. Each instance of the service opens it for itself, and finds there what the others wrote. */
export interface Place {
  open(): Promise<Engines>;
}

export function memoryEngines(): Engines {
  return {
    store: new MemoryEventStore(),
    readModels: new MemoryReadModelStore(),
    leases: new MemoryLeases(),
    keys: new MemoryKeys(),
    files: new MemoryFiles(),
    master: new MasterKey(MASTER_KEY),
    close: async () => undefined,
  };
}

/** An empty place that no folder belongs to. */
export function newPlace(): Place {
  if (PROFILE === 'cluster') return clusterPlace({ CERTLEDGER_MASTER_KEY: MASTER_KEY.toString('hex') });
  const engines = memoryEngines();
  return { open: async () => engines };
}

const clusterPlaces = new Map<string, Place>();

/** The place of a folder: the folder itself, or what stands for it on the cluster profile, with the master key in the folder. */
export function placeOf(folder: string): Place {
  if (PROFILE === 'embedded') return { open: () => openEmbedded(folder, undefined) };
  const place = clusterPlaces.get(folder) ?? clusterPlace({ CERTLEDGER_DATA: folder });
  clusterPlaces.set(folder, place);
  return place;
}

/** How the names begin by which whoever started the run, and this worker of it, find and remove what they left on a server. */
const BEGINNING = `certledger-${process.env['CERTLEDGER_TEST_RUN'] ?? 'test'}-w${process.env['JEST_WORKER_ID'] ?? '0'}-`;
const names: string[] = [];

export function newName(): string {
  const name = `${BEGINNING}${randomBytes(6).toString('hex')}`;
  names.push(name);
  return name;
}

let dropped: Promise<void> | undefined;

/** A worker runs one suite after the other, and a server that holds all that they ever wrote would answer slower and slower. */
async function dropDatabasesOfEarlierSuites(): Promise<void> {
  const client = await MongoClient.connect(serverOf('CERTLEDGER_TEST_MONGODB_URL'));
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  const earlier = databases.filter(({ name }) => name.startsWith(BEGINNING) && !names.some((own) => name.startsWith(own)));
  for (const { name } of earlier) await client.db(name).dropDatabase();
  await client.close();
}

/** Tests measure no time, so nothing gives up early where the machine is slow. */
const PATIENT: MongoTimes = {
  ...MONGO_TIMES,
  selectionMilliseconds: 60_000,
  serverMilliseconds: 60_000,
  socketMilliseconds: 90_000,
  retryMilliseconds: 60_000,
};

/** Streams and databases of its own on the servers of the run, which many places share. */
function clusterPlace(given: { CERTLEDGER_DATA?: string; CERTLEDGER_MASTER_KEY?: string }): Place {
  const name = newName();
  const settings: ClusterSettings = {
    CERTLEDGER_DATA: '',
    CERTLEDGER_MASTER_KEY: undefined,
    ...given,
    CERTLEDGER_EVENTSTORE_URL: serverOf('CERTLEDGER_TEST_EVENTSTORE_URL'),
    CERTLEDGER_MONGODB_URL: databaseUrl(name),
  };
  return {
    open: async () => {
      await (dropped ??= dropDatabasesOfEarlierSuites());
      return openCluster(settings, { prefix: `${name}-` }, PATIENT);
    },
  };
}

/** A database of that name on the MongoDB server of the run. */
export function databaseUrl(name: string): string {
  const url = new URL(serverOf('CERTLEDGER_TEST_MONGODB_URL'));
  url.pathname = `/${name}`;
  return url.href;
}

export function serverOf(setting: string): string {
  const url = process.env[setting];
  if (url === undefined || url === '')
    throw new Error(`The cluster profile needs a server at ${setting}; npm run test:mongodb starts it.`);
  return url;
}
