import { type AnyBulkWriteOperation, MongoClient, type WriteConcernSettings } from 'mongodb';
import { MongoConnection } from '../../src/adapters/mongodb/client.js';
import { MongoReadModelStore } from '../../src/adapters/mongodb/read-models.js';
import { formatPosition } from '../../src/ledger/position.js';
import type { StoredDocument } from '../../src/projections/ports/read-model-store.js';
import { batch, BATCHES, model } from '../samples.js';
import { repeat, type Load, type OpenSubject } from '../subject.js';

/** Prepared for each round, so that no batch is written twice; a round ends with its time or with these. */
const BATCHES_PER_ROUND = 20;
const CONFIRMED: WriteConcernSettings = { w: 'majority', journal: true };
const keys = Array.from({ length: BATCHES }, (_, number) => batch(number, '').map(({ key }) => key));

interface Held {
  readonly _id: string;
  readonly position: string;
  readonly body: string;
  readonly order: Readonly<Record<string, string>>;
}

let commits = 0;
const nextBatches = (count: number) =>
  Array.from({ length: count }, (_, at) => {
    const to = formatPosition('00000000', ++commits);
    return { to, changes: batch(at % BATCHES, to) };
  });
const keysOf = (turn: number): string[] => keys[turn % BATCHES]!;

/** Takes one of what was prepared after the other until the time is over or none is left. */
async function takeEach<T>(prepared: readonly T[], { milliseconds }: Load, take: (one: T) => Promise<number>): Promise<number> {
  const end = performance.now() + milliseconds;
  let done = 0;
  for (const one of prepared) {
    done += await take(one);
    if (performance.now() >= end) break;
  }
  return done;
}

/** Everything is made before the measure begins: what is left is the driver and the server. */
const operationOf =
  (isConditional: boolean) =>
  ({ key, position, body }: StoredDocument): AnyBulkWriteOperation<Held> => {
    const order = {
      byOrganization: `2acme${key}`,
      bySchemeAndDay: `2acme2work-at-height2${body['lastValidDay'] as string}${key}`,
    };
    const held = { position, body: JSON.stringify(body), order };
    const filter = isConditional ? { _id: key, position: { $lt: position } } : { _id: key };
    return { updateOne: { filter, update: { $set: held }, upsert: true } };
  };

async function bareCollection(url: string) {
  const client = await MongoClient.connect(url, { retryReads: false, retryWrites: false });
  const collection = client.db().collection<Held>('documents', { writeConcern: CONFIRMED });
  for (const index of Object.keys(model.indexes)) await collection.createIndex({ [`order.${index}`]: 1 });
  return { client, collection };
}

const bulkWrites =
  (isConditional: boolean): OpenSubject =>
  async ({ mongodb }) => {
    const { client, collection } = await bareCollection(`${mongodb}/bench-${isConditional ? 'conditional' : 'plain'}`);
    return {
      prepare: async (load) => {
        const prepared = nextBatches(BATCHES_PER_ROUND).map(({ changes }) => changes.map(operationOf(isConditional)));
        return () =>
          takeEach(prepared, load, async (operations) => {
            const { matchedCount, upsertedCount } = await collection.bulkWrite(operations, { ordered: false });
            return matchedCount + upsertedCount;
          });
      },
      close: () => client.close(),
    };
  };

/** The operations that the adapter sends: each only over an older position of its document. */
export const sameBulkWrites = bulkWrites(true);
/** Operations that overwrite whatever is there. */
export const plainBulkWrites = bulkWrites(false);

async function adapter(mongodb: string) {
  const connection = await MongoConnection.open(`${mongodb}/bench-adapter`);
  const store = new MongoReadModelStore(connection);
  await store.prepare(model);
  return { connection, store };
}

export const adapterCommits: OpenSubject = async ({ mongodb }) => {
  const { connection, store } = await adapter(mongodb);
  // A runner knows the checkpoint from its own last commit.
  let from = await store.checkpoint(model);
  return {
    prepare: async (load) => {
      const prepared = nextBatches(BATCHES_PER_ROUND);
      return () =>
        takeEach(prepared, load, async ({ to, changes }) => {
          const outcome = await store.commit({ model, from, to, changes });
          if (outcome !== 'committed') throw new Error('A commit of the measure was fenced.');
          from = to;
          return changes.length;
        });
    },
    close: () => connection.close(),
  };
};

export const bareFinds: OpenSubject = async ({ mongodb }) => {
  const { client, collection } = await bareCollection(`${mongodb}/bench-found`);
  for (const { changes } of nextBatches(BATCHES)) await collection.bulkWrite(changes.map(operationOf(false)), { ordered: false });
  return {
    prepare: async (load) => () =>
      repeat(load, async (turn) => (await collection.find({ _id: { $in: keysOf(turn) } }).toArray()).length),
    close: () => client.close(),
  };
};

export const adapterGets: OpenSubject = async ({ mongodb }) => {
  const { connection, store } = await adapter(mongodb);
  let from = await store.checkpoint(model);
  for (const { to, changes } of nextBatches(BATCHES)) {
    await store.commit({ model, from, to, changes });
    from = to;
  }
  return {
    prepare: async (load) => () => repeat(load, async (turn) => (await store.getMany(model, keysOf(turn))).length),
    close: () => connection.close(),
  };
};
