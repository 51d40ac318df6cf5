import type { Collection } from 'mongodb';
import { LedgerError } from '../../ledger/errors.js';
import { KEYS_PER_PAGE_MAX, type KeyPages, type KeyRecord, type Keys, type WrappedKey } from '../../ledger/ports/keys.js';
import { assert } from '../../shared/assert.js';
import { type MongoConnection, onceMoreIfRaced } from './client.js';
import { isDuplicateKey } from './errors.js';

interface HeldKey {
  readonly _id: string;
  /** Null: the key was destroyed, and the document stays so that it cannot come back. */
  readonly wrapped: string | null;
}

type Standing = WrappedKey | 'destroyed';

/** Wrapped keys in a database of their own; each write is confirmed by a majority and its journals before it is answered. */
export class MongoKeys implements Keys, KeyPages {
  private readonly held: Collection<HeldKey>;

  constructor(private readonly connection: MongoConnection) {
    this.held = connection.keys.collection<HeldKey>('keys');
  }

  /** The server confirms a refused insert like any other, so that what stands there is what a majority holds. */
  async putIfAbsent({ id, wrapped }: WrappedKey): Promise<Standing> {
    const isNew = await this.connection.call(async () => {
      try {
        await this.held.insertOne({ _id: id, wrapped });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    });
    if (isNew) return { id, wrapped };
    const standing = await this.get(id);
    if (standing !== undefined) return standing;
    throw new LedgerError('STORE_UNAVAILABLE', `The key ${id} is there, but no majority has confirmed it yet.`);
  }

  async get(id: string): Promise<Standing | undefined> {
    const held = await this.connection.call(() => this.held.findOne({ _id: id }, this.connection.bounded));
    if (held === null) return undefined;
    const { wrapped } = this.recordOf(held);
    return wrapped === null ? 'destroyed' : { id, wrapped };
  }

  /**
   * The wrapped bytes leave the collection at once. A replica set's oplog keeps the insert until it rolls over, and the
   * storage engine its old pages until they are written over: what they hold is sealed under the master key.
   */
  async destroy(id: string): Promise<void> {
    const update = { $set: { wrapped: null } };
    await this.connection.call(() => onceMoreIfRaced(() => this.held.updateOne({ _id: id }, update, { upsert: true })));
  }
  async page(after: string | undefined, limit: number): Promise<readonly KeyRecord[]> {
    assert(limit >= 1 && limit <= KEYS_PER_PAGE_MAX, `a page holds 1 to ${KEYS_PER_PAGE_MAX} keys`);
    const options = { ...this.connection.bounded, sort: { _id: 1 } as const, limit, batchSize: limit + 1 };
    const filter = { _id: { $gt: after ?? '' } };
    const page = await this.connection.call(() => this.held.find(filter, options).toArray());
    return page.map((held) => this.recordOf(held));
  }

  private recordOf({ _id, wrapped }: HeldKey): KeyRecord {
    if (wrapped === null || typeof wrapped === 'string') return { id: _id, wrapped };
    throw new LedgerError(
      'HISTORY_DAMAGED',
      `The key ${_id} in the database ${this.held.dbName} is damaged. Restore the newest backup of the keys.`,
    );
  }
}
