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

interface HeldFile {
  /** JSON text, so that no caller can change a record behind the store's back. */
  record: string;
  readonly bytes: Buffer;
}

/** Files for tests and trials; what they hold is lost with the process. */
export class MemoryFiles implements Files {
  private readonly held = new Map<string, HeldFile>();
  private readonly begun = new Map<MemoryWriting, string>();

  async begin(at: string): Promise<FileWriting> {
    const writing = new MemoryWriting(
      (record, bytes) => this.add(record, bytes),
      () => this.begun.delete(writing),
    );
    this.begun.set(writing, at);
    return writing;
  }

  async get(address: string): Promise<FileRecord | undefined> {
    const file = this.held.get(address);
    return file === undefined ? undefined : recordOf(file);
  }

  async uploadedBy(id: string): Promise<FileRecord | undefined> {
    return [...this.held.values()].map(recordOf).find((record) => record.id === id);
  }

  async *read(address: string, { from, to }: ByteRange): AsyncGenerator<Uint8Array> {
    const bytes = this.held.get(address)?.bytes;
    if (bytes === undefined || bytes.length < to) throw new LedgerError('HISTORY_DAMAGED', `The file ${address} is missing.`);
    yield bytes.subarray(from, to);
  }

  async change(address: string, from: FileStanding, to: FileStanding): Promise<boolean> {
    const file = this.held.get(address);
    if (file === undefined) return false;
    const record = recordOf(file);
    if (record.state !== from.state || record.since !== from.since) return false;
    file.record = JSON.stringify({ ...record, ...to });
    return true;
  }

  async remove(address: string): Promise<void> {
    const record = await this.get(address);
    assert(record === undefined || record.state === 'removing', 'only a file that nothing may refer to any more is removed');
    this.held.delete(address);
  }

  async page({ state, before, after, limit }: FilePage): Promise<readonly FileRecord[]> {
    assert(limit >= 1 && limit <= FILES_PER_PAGE_MAX, `a page holds 1 to ${FILES_PER_PAGE_MAX} files`);
    const place = (file: Pick<FileRecord, 'since' | 'address'>): string => `${file.since} ${file.address}`;
    return [...this.held.values()]
      .map(recordOf)
      .filter((record) => record.state === state && record.since < before)
      .filter((record) => after === undefined || place(record) > place(after))
      .sort((left, right) => (place(left) < place(right) ? -1 : 1))
      .slice(0, limit);
  }

  async sweep(before: string): Promise<number> {
    const left = [...this.begun].filter(([, at]) => at < before);
    for (const [writing] of left) await writing.abandon();
    return left.length;
  }

  private add(record: FileRecord, bytes: Buffer): FileRecord {
    const standing = [...this.held.values()].map(recordOf).find(({ id }) => id === record.id);
    if (standing !== undefined) return standing;
    this.held.set(record.address, { record: JSON.stringify(record), bytes });
    return record;
  }
}

class MemoryWriting implements FileWriting {
  private readonly pieces: Uint8Array[] = [];

  constructor(
    private readonly add: (record: FileRecord, bytes: Buffer) => FileRecord,
    private readonly ended: () => void,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.pieces.push(Uint8Array.from(bytes));
  }

  async finish(record: FileRecord): Promise<FileRecord> {
    this.ended();
    return this.add(record, Buffer.concat(this.pieces));
  }

  async abandon(): Promise<void> {
    this.ended();
    this.pieces.length = 0;
  }
}

const recordOf = ({ record }: HeldFile): FileRecord => JSON.parse(record) as FileRecord;
