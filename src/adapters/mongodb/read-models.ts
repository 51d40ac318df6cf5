import { type AnyBulkWriteOperation, type Collection, MongoBulkWriteError, MongoServerError } from 'mongodb';
import { LedgerError } from '../../ledger/errors.js';
import { decodeCursor, encodeCursor } from '../../projections/ports/cursor.js';
import {
  CHANGES_PER_COMMIT_MAX,
  DOCUMENTS_PER_FIND_MAX,
  DOCUMENTS_PER_GET_MAX,
  type Commit,
  type FindOptions,
  type FoundPage,
  type ReadModel,
  type ReadModelStore,
  type StoredDocument,
} from '../../projections/ports/read-model-store.js';
import { assert } from '../../shared/assert.js';
import type { JsonObject } from '../../shared/json.js';
import type { MongoConnection } from './client.js';
import { DUPLICATE_KEY } from './errors.js';
import { documentsName, ModelRegistry, orderField } from './model-registry.js';
import { sortKeyOf, sortRange, sortValue } from './sort-key.js';

/**
 * A document as it lies in MongoDB. The body is JSON text and not a sub-document, because not all JSON comes back from
 * BSON as it went in: a name with a zero in it, `$ref` beside `$id`, `_bsontype`, more than a hundred levels. People who
 * look with MongoDB's own tools read the text; `JSON.parse(document.body)` opens it in mongosh.
 */
interface HeldDocument {
  readonly _id: string;
  readonly position: string;
  readonly body: string;
  /** By the index's name, what the document is sorted and found by. */
  readonly order: Readonly<Record<string, string>>;
}

const INDEX_NAME = /^[A-Za-z0-9_-]+$/;
/** Only a lost index on a large collection takes long to make; a projection waits for it, and nothing else does. */
const INDEX_MILLISECONDS_MAX = 600_000;
const SHOWN = { position: 1, body: 1 } as const;

/** Read models, a collection for each version of each model. A crash within a commit is completed by its repetition. */
export class MongoReadModelStore implements ReadModelStore {
  private readonly registry: ModelRegistry;
  /** The collections by name and version. What another process removed or made anew meanwhile is noticed by each read. */
  private readonly known = new Map<string, string>();

  constructor(private readonly connection: MongoConnection) {
    this.registry = new ModelRegistry(connection);
  }

  async prepare(model: ReadModel): Promise<void> {
    const names = Object.keys(model.indexes);
    assert(
      names.every((name) => INDEX_NAME.test(name)),
      `the indexes of ${model.name} have plain names`,
    );
    const documents = documentsName(await this.registry.enter(model));
    const wanted = names.map((name) => ({ name, key: { [orderField(name)]: 1 as const } }));
    const options = { maxTimeMS: INDEX_MILLISECONDS_MAX, socketTimeoutMS: INDEX_MILLISECONDS_MAX };
    if (wanted.length > 0) await this.connection.call(() => this.collection(documents).createIndexes(wanted, options));
    this.known.set(modelKey(model), documents);
  }

  async checkpoint({ name, version }: ReadModel): Promise<string | undefined> {
    return (await this.registry.entry(name, version))?.checkpoint ?? undefined;
  }

  async getMany(model: ReadModel, keys: readonly string[]): Promise<readonly StoredDocument[]> {
    assert(keys.length <= DOCUMENTS_PER_GET_MAX, `at most ${DOCUMENTS_PER_GET_MAX} documents are loaded at once`);
    const wanted = [...new Set(keys)];
    const documents = await this.documentsOf(model);
    const options = { ...this.connection.bounded, projection: SHOWN, batchSize: wanted.length + 1 };
    const filter = { _id: { $in: wanted } };
    const found = await this.connection.call(() => this.collection(documents).find(filter, options).toArray());
    if (found.length < wanted.length) await this.refuseRemoved(model, documents);
    return found.map((document) => this.documentOf(model, document));
  }

  async find(model: ReadModel, options: FindOptions): Promise<FoundPage> {
    const { index, equals, limit } = options;
    const fields = model.indexes[index];
    assert(fields !== undefined && equals.length <= fields.length, `the index ${index} is not declared so`);
    assert(limit >= 1 && limit <= DOCUMENTS_PER_FIND_MAX, `a page holds 1 to ${DOCUMENTS_PER_FIND_MAX} documents`);
    const sortFields = fields.slice(equals.length);
    const after = options.after === undefined ? undefined : decodeCursor(index, options.after, sortFields.length);
    const documents = await this.documentsOf(model);
    const filter = { [orderField(index)]: sortRange(fields, options, after) };
    const query = {
      ...this.connection.bounded,
      projection: SHOWN,
      sort: { [orderField(index)]: options.descending === true ? (-1 as const) : (1 as const) },
      limit: limit + 1,
      // Above the limit, so that one answer holds all and leaves no cursor open.
      batchSize: limit + 2,
    };
    const found = await this.connection.call(() => this.collection(documents).find(filter, query).toArray());
    await this.refuseRemoved(model, documents);
    const page = found.slice(0, limit).map((document) => this.documentOf(model, document));
    const last = found.length > limit ? page.at(-1) : undefined;
    if (last === undefined) return { documents: page };
    const values = sortFields.map((field) => sortValue(last.body, field));
    return { documents: page, next: encodeCursor(index, { key: last.key, values }) };
  }

  /**
   * The documents first, then the checkpoint, each by compare-and-set: a crash in between leaves documents that have run
   * ahead, which the repetition skips. The first look spares a late runner its writes; it does not make the commit exact.
   */
  async commit({ model, from, to, changes }: Commit): Promise<'committed' | 'fenced'> {
    assert(changes.length <= CHANGES_PER_COMMIT_MAX, `a commit holds at most ${CHANGES_PER_COMMIT_MAX} documents`);
    const entry = await this.registry.entry(model.name, model.version);
    if (entry === undefined || entry.checkpoint !== (from ?? null)) return 'fenced';
    if (changes.length > 0) await this.write(model, documentsName(entry), changes);
    return (await this.registry.moveCheckpoint(entry, to)) ? 'committed' : 'fenced';
  }

  async served(name: string, codeVersion: number): Promise<string | undefined> {
    return this.registry.served(name, codeVersion);
  }

  async serve(name: string, codeVersion: number, version: string): Promise<void> {
    const entry = await this.registry.entry(name, version);
    assert(entry !== undefined, `${name} ${version} is not held, so it cannot be served`);
    await this.registry.serve(name, codeVersion, version);
  }

  async versions(name: string): Promise<readonly string[]> {
    return (await this.registry.entries(name)).map(({ version }) => version);
  }

  async discard(name: string, version: string): Promise<void> {
    assert(!(await this.registry.isServed(name, version)), `${name} ${version} is served, so it cannot be discarded`);
    const entry = await this.registry.entry(name, version);
    // Without its entry nobody reads it or moves its checkpoint any more.
    if (entry !== undefined) await this.registry.remove(entry);
    this.known.delete(modelKey({ name, version }));
    await this.registry.dropForgotten();
  }

  /**
   * An upsert that is told of a duplicate found its document at the same or a later position, or lost a race to insert
   * it: then the other's may be the older one. So those are written once more, without the insert: a document that is
   * there is never removed, and now its own position alone decides.
   */
  private async write(model: ReadModel, documents: string, changes: readonly StoredDocument[]): Promise<void> {
    const updates = (upsert: boolean, wanted: readonly StoredDocument[]) =>
      wanted.map((change): AnyBulkWriteOperation<HeldDocument> => {
        const { _id, ...held } = heldOf(model, change);
        return { updateOne: { filter: { _id, position: { $lt: held.position } }, update: { $set: held }, upsert } };
      });
    const collection = this.collection(documents);
    const refused = await this.connection.call(() => refusedBy(collection, updates(true, changes)));
    if (refused.length === 0) return;
    const again = updates(
      false,
      changes.filter((_, at) => refused.includes(at)),
    );
    await this.connection.call(() => collection.bulkWrite(again, { ordered: false }));
  }

  private async documentsOf({ name, version }: ReadModel): Promise<string> {
    const known = this.known.get(modelKey({ name, version }));
    if (known !== undefined) return known;
    const entry = await this.registry.entry(name, version);
    if (entry === undefined) throw notHeld(name, version);
    this.known.set(modelKey(entry), documentsName(entry));
    return documentsName(entry);
  }

  /** A collection that another process dropped answers like an empty one, so after a read the entry is looked at. */
  private async refuseRemoved({ name, version }: ReadModel, documents: string): Promise<void> {
    const entry = await this.registry.entry(name, version);
    if (entry !== undefined && documentsName(entry) === documents) return;
    this.known.delete(modelKey({ name, version }));
    throw notHeld(name, version);
  }

  private documentOf({ name, version }: ReadModel, { _id, position, body }: HeldDocument): StoredDocument {
    try {
      const parsed = JSON.parse(body) as JsonObject;
      if (typeof _id === 'string' && typeof position === 'string') return { key: _id, position, body: parsed };
    } catch {
      // Said below.
    }
    throw new LedgerError(
      'HISTORY_DAMAGED',
      `A document of ${name} ${version} in MongoDB is damaged. Run certledger projections rebuild ${name}; it is built again from the log.`,
    );
  }

  private collection(documents: string): Collection<HeldDocument> {
    return this.connection.models.collection<HeldDocument>(documents);
  }
}

const modelKey = ({ name, version }: Pick<ReadModel, 'name' | 'version'>): string => `${name}@${version}`;

function heldOf(model: ReadModel, { key, position, body }: StoredDocument): HeldDocument {
  const order = Object.entries(model.indexes).map(([index, fields]) => [index, sortKeyOf(fields, body, key)] as const);
  return { _id: key, position, body: JSON.stringify(body), order: Object.fromEntries(order) };
}

const notHeld = (name: string, version: string): LedgerError =>
  new LedgerError('STORE_UNAVAILABLE', `The read model ${name} ${version} is not held here; ask for the served version again.`);

/** Which of the operations met a duplicate; any other failure, also of a single one, is thrown. */
async function refusedBy(
  collection: Collection<HeldDocument>,
  operations: readonly AnyBulkWriteOperation<HeldDocument>[],
): Promise<readonly number[]> {
  try {
    await collection.bulkWrite(operations, { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    if (failures.length === 0) throw error;
    const other = failures.find(({ code }) => code !== DUPLICATE_KEY);
    if (other !== undefined) throw new MongoServerError({ code: other.code, errmsg: other.errmsg ?? 'a write failed' });
    return failures.map(({ index }) => index);
  }
}
