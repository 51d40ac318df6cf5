import { randomUUID } from 'node:crypto';
import type { Collection } from 'mongodb';
import { LedgerError } from '../../ledger/errors.js';
import type { ReadModel } from '../../projections/ports/read-model-store.js';
import { assert } from '../../shared/assert.js';
import { isSameJson } from '../../shared/json.js';
import { type MongoConnection, onceMoreIfRaced } from './client.js';
import { isDuplicateKey, isMissingCollection } from './errors.js';

/** One version of one model. */
export interface ModelEntry {
  readonly _id: string;
  readonly name: string;
  readonly version: string;
  /** Counts all versions of all models ever made, so that a version that is made anew after its removal has another place. */
  readonly number: number;
  readonly checkpoint: string | null;
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** Of the commit that moved the checkpoint last. */
  readonly mark?: string;
}

interface ServedEntry {
  readonly _id: string;
  readonly name: string;
  readonly version: string;
  /** Of the write that this choice is from. */
  readonly mark: string;
}

interface Counter {
  readonly _id: string;
  readonly last: number;
}

const COUNTER = 'models';
const DOCUMENTS = 'documents.';

/** Which versions there are, how far each has come and which are served: small collections beside those of the documents. */
export class ModelRegistry {
  private readonly models: Collection<ModelEntry>;
  private readonly servedVersions: Collection<ServedEntry>;
  private readonly counters: Collection<Counter>;

  constructor(private readonly connection: MongoConnection) {
    this.models = connection.models.collection<ModelEntry>('models');
    this.servedVersions = connection.models.collection<ServedEntry>('served');
    this.counters = connection.models.collection<Counter>('counters');
  }

  async entry(name: string, version: string): Promise<ModelEntry | undefined> {
    const { bounded } = this.connection;
    const entry = await this.connection.call(() => this.models.findOne({ _id: idOf(name, version) }, bounded));
    return entry === null ? undefined : checked(entry);
  }

  /** Enters a version where it is missing; the entry stands before its documents do. */
  async enter({ name, version, indexes }: ReadModel): Promise<ModelEntry> {
    const standing = (await this.entry(name, version)) ?? (await this.insert(name, version, indexes));
    // Documents carry the sort keys of the indexes that were declared when they were written.
    assert(isSameJson(standing.indexes, indexes), `the indexes of ${name} ${version} have changed; raise its version`);
    return standing;
  }

  /** Oldest first. */
  async entries(name?: string): Promise<readonly ModelEntry[]> {
    const filter = name === undefined ? {} : { name };
    const options = { ...this.connection.bounded, sort: { number: 1 } as const };
    return (await this.connection.call(() => this.models.find(filter, options).toArray())).map(checked);
  }

  async moveCheckpoint({ _id, number, checkpoint }: ModelEntry, to: string): Promise<boolean> {
    return this.connection.callOnce(
      async (mark) => {
        const { matchedCount } = await this.models.updateOne({ _id, number, checkpoint }, { $set: { checkpoint: to, mark } });
        return matchedCount === 1;
      },
      async (mark) => (await this.models.findOne({ _id, mark }, this.connection.bounded)) !== null,
    );
  }

  async remove({ _id, number }: ModelEntry): Promise<void> {
    await this.connection.call(() => this.models.deleteOne({ _id, number }));
  }

  async served(name: string, codeVersion: number): Promise<string | undefined> {
    const { bounded } = this.connection;
    const filter = { _id: idOf(name, codeVersion) };
    return (await this.connection.call(() => this.servedVersions.findOne(filter, bounded)))?.version;
  }

  /** Changes only the choice that it saw: else a command that arrives late, after its repetition, would undo the next choice. */
  async serve(name: string, codeVersion: number, version: string): Promise<void> {
    const _id = idOf(name, codeVersion);
    await this.connection.call(async () => {
      const standing = await this.servedVersions.findOne({ _id }, this.connection.bounded);
      if (standing?.version === version) return;
      const mark = randomUUID();
      if (await this.choose(standing, { _id, name, version, mark })) return;
      throw new LedgerError('STORE_UNAVAILABLE', `Another process chose what is served for ${name} at the same time.`);
    });
  }

  async isServed(name: string, version: string): Promise<boolean> {
    const { bounded } = this.connection;
    return (await this.connection.call(() => this.servedVersions.findOne({ name, version }, bounded))) !== null;
  }

  /**
   * Drops the documents of versions that are entered no more: of those that were just removed, of removals that a crash
   * cut short, and of late runners whose last writes made such a collection anew. An entry is written before its
   * collection and read after the list of collections, so that none in use is missed.
   */
  async dropForgotten(): Promise<void> {
    const { models } = this.connection;
    const collections = await this.connection.call(() => models.listCollections({}, { nameOnly: true }).toArray());
    const known = new Set((await this.entries()).map(documentsName));
    for (const { name } of collections) {
      if (name.startsWith(DOCUMENTS) && !known.has(name)) await this.drop(name);
    }
  }

  private async drop(collection: string): Promise<void> {
    await this.connection.call(async () => {
      try {
        await this.connection.models.dropCollection(collection);
      } catch (error) {
        if (!isMissingCollection(error)) throw error;
      }
    });
  }

  private async choose(standing: ServedEntry | null, next: ServedEntry): Promise<boolean> {
    const { _id, ...changed } = next;
    if (standing !== null) {
      const { matchedCount } = await this.servedVersions.updateOne({ _id, mark: standing.mark }, { $set: changed });
      return matchedCount === 1;
    }
    try {
      await this.servedVersions.insertOne(next);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  private async insert(name: string, version: string, indexes: ReadModel['indexes']): Promise<ModelEntry> {
    const number = await this.nextNumber();
    const entry: ModelEntry = { _id: idOf(name, version), name, version, number, checkpoint: null, indexes };
    await this.connection.call(async () => {
      try {
        await this.models.insertOne(entry);
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    });
    // Another process may have entered it meanwhile, and a third may have removed that again.
    return (await this.entry(name, version)) ?? this.vanished(name, version);
  }

  /** A repeat after a lost answer leaves a number out, which harms nothing. */
  private async nextNumber(): Promise<number> {
    const next = (): Promise<Counter | null> =>
      this.counters.findOneAndUpdate({ _id: COUNTER }, { $inc: { last: 1 } }, { upsert: true, returnDocument: 'after' });
    const counter = await this.connection.call(() => onceMoreIfRaced(next));
    assert(counter !== null, 'an upsert answers what it wrote');
    return counter.last;
  }

  private vanished(name: string, version: string): never {
    throw new LedgerError('STORE_UNAVAILABLE', `The read model ${name} ${version} was removed while it was made.`);
  }
}

/** The number makes the name unique; the rest is there for people who look into the database. */
export const documentsName = ({ number, name, version }: ModelEntry): string => `${DOCUMENTS}${number}.${name}.${version}`;

/** The field by which an index sorts and finds. */
export const orderField = (index: string): string => `order.${index}`;

const idOf = (name: string, version: string | number): string => `${name}@${version}`;

function checked(entry: ModelEntry): ModelEntry {
  const { name, version, number, checkpoint } = entry;
  const isWhole =
    typeof name === 'string' &&
    typeof version === 'string' &&
    typeof number === 'number' &&
    (checkpoint === null || typeof checkpoint === 'string');
  if (isWhole) return entry;
  throw new LedgerError(
    'HISTORY_DAMAGED',
    `The entry ${entry._id} of the collection models is damaged. Stop the program and drop the database of the read models; it is built again from the log.`,
  );
}
