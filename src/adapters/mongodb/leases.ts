import type { Collection } from 'mongodb';
import { LedgerError } from '../../ledger/errors.js';
import { LEASE_NOTE_BYTES_MAX, type Lease, type Leases } from '../../projections/ports/leases.js';
import { assert } from '../../shared/assert.js';
import type { JsonObject } from '../../shared/json.js';
import type { MongoConnection } from './client.js';
import { isDuplicateKey } from './errors.js';

interface HeldLease {
  readonly _id: string;
  readonly holder: string | null;
  readonly beat: number;
  /** JSON text, as not every name that JSON allows is one for BSON. */
  readonly note: string;
  /** Of the write that this beat is from. */
  readonly mark: string;
}

/** Leases among all processes that share the database, a document for each. */
export class MongoLeases implements Leases {
  private readonly held: Collection<HeldLease>;

  constructor(private readonly connection: MongoConnection) {
    this.held = connection.models.collection<HeldLease>('leases');
  }

  async get(name: string): Promise<Lease | undefined> {
    const held = await this.connection.call(() => this.held.findOne({ _id: name }, this.connection.bounded));
    return held === null ? undefined : { name, holder: held.holder, beat: held.beat, note: noteOf(held) };
  }

  async put({ name, holder, beat, note }: Lease): Promise<boolean> {
    const text = JSON.stringify(note);
    assert(text.length <= LEASE_NOTE_BYTES_MAX, `a note holds at most ${LEASE_NOTE_BYTES_MAX} bytes`);
    const held = { holder, beat, note: text };
    return this.connection.callOnce(
      (mark) => (beat === 0 ? this.insert({ _id: name, ...held, mark }) : this.replace(name, { ...held, mark })),
      async (mark) => (await this.held.findOne({ _id: name, mark }, this.connection.bounded)) !== null,
    );
  }

  private async insert(lease: HeldLease): Promise<boolean> {
    try {
      await this.held.insertOne(lease);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  private async replace(name: string, next: Omit<HeldLease, '_id'>): Promise<boolean> {
    const { matchedCount } = await this.held.updateOne({ _id: name, beat: next.beat - 1 }, { $set: next });
    return matchedCount === 1;
  }
}

function noteOf({ _id, note }: HeldLease): JsonObject {
  try {
    return JSON.parse(note) as JsonObject;
  } catch (error) {
    throw new LedgerError(
      'STORE_UNAVAILABLE',
      `The lease ${_id} in MongoDB is damaged. Delete its document from the collection leases; it is taken anew.`,
      { cause: error },
    );
  }
}
