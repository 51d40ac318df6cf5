import type { Collection, Db, Document } from 'mongodb';
import type { MongoConnection } from './client.js';
import { isMissingCollection, isRefused, isUnknownCommand } from './errors.js';
import { documentsName, type ModelEntry, ModelRegistry, orderField } from './model-registry.js';

export type MongoTopology = 'standalone' | 'replica-set' | 'sharded';

export interface InspectedModel {
  readonly name: string;
  readonly version: string;
  readonly checkpoint: string | null;
  readonly indexes: readonly string[];
  /** Declared and not there: finds are right without them, and slow. The projection's next start makes them. */
  readonly missingIndexes: readonly string[];
}

/** What `doctor` tells about a server that can be reached; one that cannot fails at `MongoConnection.open`. */
export interface MongoInspection {
  readonly address: string;
  readonly version: string;
  readonly topology: MongoTopology;
  /** The server's clock minus ours, right to within half of `roundTripMilliseconds`. */
  readonly clockDifferenceMilliseconds: number;
  readonly roundTripMilliseconds: number;
  /** What the user of the URL may not do, for example `write certledger-keys`. */
  readonly refusals: readonly string[];
  /** Empty too where reading is refused. */
  readonly models: readonly InspectedModel[];
}

const PROBED = 'certledger-doctor';

/** Looks without changing anything; `now` is this machine's clock in milliseconds. */
export async function inspectMongo(connection: MongoConnection, now: () => number): Promise<MongoInspection> {
  const admin = connection.models.admin();
  const { version } = await connection.call(() => admin.command({ buildInfo: 1, ...connection.bounded }));
  const asked = now();
  const greeting = await connection.call(() => greet(connection));
  const answered = now();
  const refusals: string[] = [];
  for (const database of [connection.models, connection.keys, connection.files])
    refusals.push(...(await refusalsOf(connection, database)));
  const mayRead = !refusals.includes(`read ${connection.models.databaseName}`);
  return {
    address: connection.address,
    version: String(version),
    topology: topologyOf(greeting),
    clockDifferenceMilliseconds: Math.round(timeOf(greeting) - (asked + answered) / 2),
    roundTripMilliseconds: answered - asked,
    refusals,
    models: mayRead ? await modelsOf(connection) : [],
  };
}

/** Every server since 5.0 knows `hello`; what speaks MongoDB's protocol without being MongoDB may know the older word only. */
async function greet(connection: MongoConnection): Promise<Document> {
  const admin = connection.models.admin();
  try {
    return await admin.command({ hello: 1, ...connection.bounded });
  } catch (error) {
    if (!isUnknownCommand(error)) throw error;
    return admin.command({ isMaster: 1, ...connection.bounded });
  }
}

function topologyOf({ setName, msg }: Document): MongoTopology {
  if (msg === 'isdbgrid') return 'sharded';
  return setName === undefined ? 'standalone' : 'replica-set';
}

const timeOf = ({ localTime }: Document): number => (localTime instanceof Date ? localTime.getTime() : Number.NaN);

/** Each probe asks for a right and finds nothing to do: no document and no collection has its name. */
async function refusalsOf(connection: MongoConnection, database: Db): Promise<readonly string[]> {
  const probed = database.collection<{ _id: string }>(PROBED);
  const probes: Readonly<Record<string, (collection: Collection<{ _id: string }>) => Promise<unknown>>> = {
    read: (collection) => collection.findOne({ _id: PROBED }, connection.bounded),
    write: (collection) => collection.updateOne({ _id: PROBED }, { $set: { probed: true } }),
    drop: (collection) => collection.drop(),
  };
  const refused: string[] = [];
  for (const [right, probe] of Object.entries(probes)) {
    const isAllowed = await connection.call(() =>
      probe(probed).then(
        () => true,
        (error: unknown) => isAllowedAfter(error),
      ),
    );
    if (!isAllowed) refused.push(`${right} ${database.databaseName}`);
  }
  return refused;
}

function isAllowedAfter(error: unknown): boolean {
  if (isMissingCollection(error)) return true;
  if (isRefused(error)) return false;
  throw error;
}

async function modelsOf(connection: MongoConnection): Promise<readonly InspectedModel[]> {
  const models: InspectedModel[] = [];
  for (const entry of await new ModelRegistry(connection).entries()) {
    const standing = await indexesOf(connection, entry);
    const declared = Object.keys(entry.indexes);
    const isThere = (index: string): boolean => standing.has(orderField(index));
    models.push({
      name: entry.name,
      version: entry.version,
      checkpoint: entry.checkpoint,
      indexes: declared.filter(isThere),
      missingIndexes: declared.filter((index) => !isThere(index)),
    });
  }
  return models;
}

/** The fields that an index of their own is there for; none while the collection is not. */
async function indexesOf(connection: MongoConnection, entry: ModelEntry): Promise<ReadonlySet<string>> {
  return connection.call(async () => {
    try {
      const indexes = await connection.models.collection(documentsName(entry)).listIndexes().toArray();
      return new Set(indexes.map(({ key }) => Object.keys(key as object).join()));
    } catch (error) {
      if (isMissingCollection(error)) return new Set<string>();
      throw error;
    }
  });
}

/** The free space of the disk below the databases, where the server tells it. */
export async function freeBytesOf(connection: MongoConnection): Promise<number | undefined> {
  const { fsTotalSize, fsUsedSize }: Document = await connection.call(() =>
    connection.models.command({ dbStats: 1, ...connection.bounded }),
  );
  return typeof fsTotalSize === 'number' && typeof fsUsedSize === 'number' ? fsTotalSize - fsUsedSize : undefined;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

/** What the operator should know of the connection, each as a sentence. */
export function warningsOf({ client }: MongoConnection): readonly string[] {
  const { tls, hosts } = client.options;
  const open = tls ? [] : hosts.filter(({ host }) => host !== undefined && !LOOPBACK.test(host)).map(String);
  if (open.length === 0) return [];
  return [
    `The connection to MongoDB at ${open.join(', ')} is not encrypted: whoever can listen reads every read model, wrapped key and the password. Give the servers certificates and add tls=true to CERTLEDGER_MONGODB_URL.`,
  ];
}
