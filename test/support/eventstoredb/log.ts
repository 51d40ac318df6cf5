import { lowerBound } from './lower-bound.js';
import { LAST_REVISION, metadataStreamOf, TOMBSTONE_TYPE, type ProposedEvent, type StoredRecord } from './records.js';
import { firstVisible, isSoftDeleted, retentionOf, type Retention, type StoredStream } from './stream-view.js';

/** What a record takes on disk beside its texts and bytes; positions of one append are this far apart. */
const RECORD_OVERHEAD_BYTES = 80;
const CHUNK_BYTES = 268_435_456n;
const FIRST_POSITION = 548n;
/** Each start of a server writes records of its own which `$all` does not show. */
const START_BYTES = 900n;

const nowTicks = (): bigint => BigInt(Date.now()) * 10_000n;

/** The log and its streams. What is written may be decided upon at once, but is read only after it was committed. */
export class EventLog {
  private records: StoredRecord[] = [];
  private readonly streams = new Map<string, StoredStream>();
  /** Where records stood that are gone: still good positions to read from. */
  private readonly scavenged = new Set<bigint>();
  private readonly listeners = new Set<(committed: readonly StoredRecord[]) => void>();
  private uncommitted: StoredRecord[] = [];
  /** Where the next record goes. */
  end = FIRST_POSITION;
  /** Everything below was committed. */
  committedEnd = 0n;

  /** Writes the events of one append; nobody can read them before the commit. */
  write(stream: string, events: readonly ProposedEvent[]): readonly StoredRecord[] {
    const created = nowTicks();
    const written = events.map((event) => {
      const revision = event.type === TOMBSTONE_TYPE ? LAST_REVISION : (this.streams.get(stream)?.last ?? -1n) + 1n;
      const record = { ...event, id: event.id.toLowerCase(), stream, revision, created, position: this.end };
      this.add(record);
      return record;
    });
    this.uncommitted.push(...written);
    return written;
  }

  /** Room that an append of no events takes, and a start: positions have gaps. */
  skip(bytes = START_BYTES): bigint {
    const position = this.end;
    this.end += bytes;
    return position;
  }

  /** Puts a record where it stood before, after a restart. */
  add(record: StoredRecord): void {
    const { stream, revision, position, type, data, metadata } = record;
    this.records.push(record);
    const kept = this.streams.get(stream) ?? { records: [], last: -1n, tombstone: false };
    kept.records.push(record);
    if (revision === LAST_REVISION) kept.tombstone = true;
    else kept.last = revision;
    this.streams.set(stream, kept);
    const texts = Buffer.byteLength(stream) + Buffer.byteLength(type);
    this.end = position + BigInt(RECORD_OVERHEAD_BYTES + texts + data.length + metadata.length);
  }

  /** Makes all that was written readable, and tells who listens. */
  commit(): void {
    const committed = this.uncommitted;
    this.uncommitted = [];
    this.committedEnd = this.end;
    if (committed.length > 0) for (const listener of [...this.listeners]) listener(committed);
  }

  onCommit(listener: (committed: readonly StoredRecord[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  isCommitted = ({ position }: StoredRecord): boolean => position < this.committedEnd;

  stored(): readonly StoredRecord[] {
    return this.records.slice(0, this.committedCount());
  }

  /** Records from a position on, that one included. */
  forwards(from: bigint, limit: number): readonly StoredRecord[] {
    const start = this.indexOf(from);
    return this.records.slice(start, Math.min(start + limit, this.committedCount()));
  }

  /** Records before a position, the latest first; the one at the position is left out. */
  backwards(before: bigint, limit: number): readonly StoredRecord[] {
    const end = Math.min(this.indexOf(before), this.committedCount());
    return this.records.slice(Math.max(0, end - limit), end).reverse();
  }

  /** Whether a record begins there, or began there before it was scavenged. */
  isRecordStart(position: bigint): boolean {
    return this.scavenged.has(position) || this.records[this.indexOf(position)]?.position === position;
  }

  stream(name: string): StoredStream | undefined {
    return this.streams.get(name);
  }

  retention(name: string): Retention {
    // Of a metadata stream only the last event counts, and only that one is shown.
    if (name.startsWith('$$')) return { maxCount: 1n };
    return retentionOf(this.streams.get(metadataStreamOf(name))?.records.at(-1));
  }

  /** The first revision of a stream that may be seen, or undefined when readers shall hear that there is no such stream. */
  firstVisible(name: string): bigint | undefined {
    const stream = this.streams.get(name);
    const retention = this.retention(name);
    const first = stream?.records[0];
    if (stream === undefined || first === undefined || !this.isCommitted(first) || isSoftDeleted(retention)) return undefined;
    return firstVisible(stream, retention, nowTicks());
  }

  /** Removes what nobody may see in its stream any more; positions and revisions of the rest stay. */
  scavenge(): readonly bigint[] {
    const gone = this.records.filter((record) => this.isScavengeable(record));
    this.forget(gone.map(({ position }) => position));
    this.end = (this.end / CHUNK_BYTES + 1n) * CHUNK_BYTES;
    this.committedEnd = this.end;
    return [...this.scavenged];
  }

  forget(positions: readonly bigint[]): void {
    for (const position of positions) this.scavenged.add(position);
    const isKept = ({ position }: StoredRecord): boolean => !this.scavenged.has(position);
    this.records = this.records.filter(isKept);
    for (const { records } of this.streams.values()) records.splice(0, records.length, ...records.filter(isKept));
  }

  private isScavengeable({ stream: name, revision }: StoredRecord): boolean {
    const stream = this.streams.get(name)!;
    if (stream.tombstone) return revision !== LAST_REVISION;
    const retention = this.retention(name);
    if (isSoftDeleted(retention)) return true;
    // Of a stream that is not deleted the last event is kept, whatever hides it.
    if (revision === stream.last) return false;
    return revision < firstVisible(stream, retention, nowTicks());
  }

  private indexOf(position: bigint): number {
    return lowerBound(this.records, (record) => record.position, position);
  }

  private committedCount(): number {
    return this.indexOf(this.committedEnd);
  }
}
