import { Binary, ObjectId, type Collection, type Filter } from 'mongodb';
import {
  FILES_PER_PAGE_MAX,
  type ByteRange,
  type FilePage,
  type FileRecord,
  type Files,
  type FileStanding,
  type FileWriting,
} from '../../attachments/ports/files.js';
import { LedgerError } from '../../ledger/errors.js';
import { assert } from '../../shared/assert.js';
import type { MongoConnection } from './client.js';
import { isDuplicateKey } from './errors.js';

/** As the GridFS specification lays files and chunks out, so that its tools read them; 255 KiB is its own size of a chunk. */
const BUCKET = 'attachments';
const CHUNK_BYTES = 261_120;

interface HeldFile {
  readonly _id: ObjectId;
  readonly length: number;
  readonly chunkSize: number;
  readonly uploadDate: Date;
  readonly filename: string;
  /** The record, and of its last change the mark of the write that it is from. */
  readonly metadata: FileRecord & { readonly mark: string };
}
interface HeldChunk {
  readonly _id: ObjectId;
  readonly files_id: ObjectId;
  readonly n: number;
  readonly data: Binary;
}
/** That an upload began; it goes when the file is there, or else with the sweep, so that what a crash left behind is known. */
interface HeldUpload {
  readonly _id: ObjectId;
  readonly begun: string;
  /** Its bytes were dropped. A chunk that was sent and given up may arrive after that, and then only the sweep finds it. */
  readonly dropped?: true;
}

/**
 * Files in GridFS, in a database of their own. The chunks are written first, each confirmed by a majority; the one document that
 * is inserted after them makes the file, so that a record never stands without its bytes. The driver's own bucket is not used:
 * it repeats nothing, and every write here is harmless when repeated.
 */
export class MongoFiles implements Files {
  private readonly files: Collection<HeldFile>;
  private readonly chunks: Collection<HeldChunk>;
  private readonly uploads: Collection<HeldUpload>;
  private prepared: Promise<void> | undefined;

  constructor(private readonly connection: MongoConnection) {
    this.files = connection.files.collection<HeldFile>(`${BUCKET}.files`);
    this.chunks = connection.files.collection<HeldChunk>(`${BUCKET}.chunks`);
    this.uploads = connection.files.collection<HeldUpload>(`${BUCKET}.uploads`);
  }

  async begin(at: string): Promise<FileWriting> {
    await this.prepare();
    const upload = new ObjectId();
    await this.insertOnce(() => this.uploads.insertOne({ _id: upload, begun: at }));
    return new MongoWriting(
      (n, data) => this.insertOnce(() => this.chunks.insertOne({ _id: new ObjectId(), files_id: upload, n, data })),
      (record, length) => this.finish(upload, record, length),
      () => this.drop(upload),
    );
  }

  async get(address: string): Promise<FileRecord | undefined> {
    return recordOf(await this.one({ 'metadata.address': address }));
  }

  async uploadedBy(id: string): Promise<FileRecord | undefined> {
    return recordOf(await this.one({ 'metadata.id': id }));
  }

  async *read(address: string, { from, to }: ByteRange): AsyncGenerator<Uint8Array> {
    const held = await this.one({ 'metadata.address': address });
    if (held === undefined) throw new LedgerError('HISTORY_DAMAGED', `The file ${address} is missing. Restore it from a backup.`);
    for (let at = from; at < to;) {
      const n = Math.floor(at / held.chunkSize);
      const start = n * held.chunkSize;
      const chunk = await this.connection.call(() =>
        this.chunks.findOne({ files_id: held._id, n }, { ...this.connection.bounded, promoteBuffers: false }),
      );
      const piece = chunk?.data.value().subarray(at - start, to - start) ?? new Uint8Array();
      if (piece.length === 0)
        throw new LedgerError('HISTORY_DAMAGED', `The file ${address} ends too early. Restore it from a backup.`);
      at += piece.length;
      yield piece;
    }
  }

  change(address: string, from: FileStanding, to: FileStanding): Promise<boolean> {
    const standing = { 'metadata.address': address, 'metadata.state': from.state, 'metadata.since': from.since };
    return this.connection.callOnce(
      async (mark) => {
        const set = { 'metadata.state': to.state, 'metadata.since': to.since, 'metadata.mark': mark };
        return (await this.files.updateOne(standing, { $set: set })).matchedCount === 1;
      },
      async (mark) => (await this.one({ 'metadata.address': address, 'metadata.mark': mark })) !== undefined,
    );
  }

  async remove(address: string): Promise<void> {
    const held = await this.one({ 'metadata.address': address });
    if (held === undefined) return;
    assert(held.metadata.state === 'removing', 'only a file that nothing may refer to any more is removed');
    await this.connection.call(() => this.chunks.deleteMany({ files_id: held._id }));
    await this.connection.call(() => this.files.deleteOne({ _id: held._id, 'metadata.state': 'removing' }));
  }

  async page({ state, before, after, limit }: FilePage): Promise<readonly FileRecord[]> {
    assert(limit >= 1 && limit <= FILES_PER_PAGE_MAX, `a page holds 1 to ${FILES_PER_PAGE_MAX} files`);
    const start = {
      $or: [
        { 'metadata.since': { $gt: after?.since ?? '' } },
        { 'metadata.since': after?.since ?? '', 'metadata.address': { $gt: after?.address ?? '' } },
      ],
    };
    const filter = { $and: [{ 'metadata.state': state, 'metadata.since': { $lt: before } }, start] } as Filter<HeldFile>;
    const sort = { 'metadata.since': 1, 'metadata.address': 1 } as const;
    const found = await this.connection.call(() =>
      this.files.find(filter, { ...this.connection.bounded, sort, limit, batchSize: limit + 1 }).toArray(),
    );
    return found.map((held) => recordOf(held)!);
  }

  async sweep(before: string): Promise<number> {
    const begun = await this.connection.call(() =>
      this.uploads.find({ begun: { $lt: before } }, { ...this.connection.bounded, limit: FILES_PER_PAGE_MAX }).toArray(),
    );
    let swept = 0;
    for (const { _id, dropped } of begun) {
      const isFinished = (await this.one({ _id })) !== undefined;
      if (!isFinished) await this.connection.call(() => this.chunks.deleteMany({ files_id: _id }));
      await this.forget(_id);
      if (!isFinished && dropped !== true) swept += 1;
    }
    return swept;
  }

  private async finish(upload: ObjectId, record: FileRecord, length: number): Promise<FileRecord> {
    const { address, uploadedAt } = record;
    const held: HeldFile = {
      _id: upload,
      length,
      chunkSize: CHUNK_BYTES,
      uploadDate: new Date(uploadedAt),
      filename: address,
      metadata: { ...record, mark: '' },
    };
    await this.insertOnce(() => this.files.insertOne(held));
    const standing = await this.one({ 'metadata.id': record.id });
    if (standing === undefined)
      throw new LedgerError('STORE_UNAVAILABLE', `The file ${address} is there, but no majority has confirmed it yet.`);
    // What is left of it is swept later, so that a failure here fails nothing that is done.
    await (standing._id.equals(upload) ? this.forget(upload) : this.drop(upload)).catch(() => undefined);
    return recordOf(standing)!;
  }

  private async drop(upload: ObjectId): Promise<void> {
    await this.connection.call(() => this.chunks.deleteMany({ files_id: upload }));
    await this.connection.call(() => this.uploads.updateOne({ _id: upload }, { $set: { dropped: true } }));
  }

  private async forget(upload: ObjectId): Promise<void> {
    await this.connection.call(() => this.uploads.deleteOne({ _id: upload }));
  }

  /** A repeat after a lost answer finds its own document, or that of who came first. */
  private async insertOnce(insert: () => Promise<unknown>): Promise<void> {
    await this.connection.call(async () => {
      try {
        await insert();
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
    });
  }

  private async one(filter: Filter<HeldFile>): Promise<HeldFile | undefined> {
    return (await this.connection.call(() => this.files.findOne(filter, this.connection.bounded))) ?? undefined;
  }

  /** Once for the process, before anything is written, as the unique indexes decide races. */
  private prepare(): Promise<void> {
    this.prepared ??= this.makeIndexes().catch((error: unknown) => {
      this.prepared = undefined;
      throw error;
    });
    return this.prepared;
  }

  private async makeIndexes(): Promise<void> {
    await this.connection.call(() =>
      this.files.createIndexes([
        { key: { 'metadata.id': 1 }, unique: true },
        { key: { 'metadata.address': 1 }, unique: true },
        { key: { 'metadata.state': 1, 'metadata.since': 1, 'metadata.address': 1 } },
        { key: { filename: 1, uploadDate: 1 } },
      ]),
    );
    await this.connection.call(() => this.chunks.createIndexes([{ key: { files_id: 1, n: 1 }, unique: true }]));
    await this.connection.call(() => this.uploads.createIndexes([{ key: { begun: 1 } }]));
  }
}

/** Cuts what arrives into chunks of one size. */
class MongoWriting implements FileWriting {
  private held: Uint8Array[] = [];
  private heldBytes = 0;
  private written = 0;
  /** The record may be there from here on, whatever was answered, and these are its bytes then. */
  private mayBeThere = false;

  constructor(
    private readonly put: (n: number, data: Binary) => Promise<void>,
    private readonly finished: (record: FileRecord, length: number) => Promise<FileRecord>,
    private readonly dropped: () => Promise<void>,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.held.push(Uint8Array.from(bytes));
    this.heldBytes += bytes.length;
    while (this.heldBytes >= CHUNK_BYTES) await this.flush();
  }

  async finish(record: FileRecord): Promise<FileRecord> {
    const length = this.written * CHUNK_BYTES + this.heldBytes;
    try {
      if (this.heldBytes > 0) await this.flush();
    } catch (error) {
      await this.abandon();
      throw error;
    }
    this.mayBeThere = true;
    return this.finished(record, length);
  }

  /** What cannot be dropped now is swept later. */
  async abandon(): Promise<void> {
    if (!this.mayBeThere) await this.dropped().catch(() => undefined);
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.concat(this.held);
    const rest = bytes.subarray(CHUNK_BYTES);
    this.held = rest.length === 0 ? [] : [rest];
    this.heldBytes = rest.length;
    await this.put(this.written, new Binary(bytes.subarray(0, CHUNK_BYTES)));
    this.written += 1;
  }
}

function recordOf(held: HeldFile | undefined): FileRecord | undefined {
  if (held === undefined) return undefined;
  const { mark: _, ...record } = held.metadata;
  return record;
}
