import { randomUUID } from 'node:crypto';
import { judgeAppend, RecentIds } from './append-rules.js';
import type { Journal } from './journal.js';
import type { EventLog } from './log.js';
import {
  LAST_REVISION,
  METADATA_TYPE,
  metadataStreamOf,
  TOMBSTONE_TYPE,
  type Expected,
  type ProposedEvent,
  type StoredRecord,
} from './records.js';
import { isSoftDeleted } from './stream-view.js';

/** Only data counts; types and metadata do not. */
export const APPEND_DATA_BYTES_MAX = 1_048_576;

export type AppendOutcome =
  | { readonly is: 'appended'; readonly revision: bigint; readonly position?: bigint }
  | { readonly is: 'wrong-revision'; readonly current: bigint | undefined }
  | { readonly is: 'stream-deleted' | 'too-large' | 'timeout' };

/** Decides at once, in the order of the calls, and answers when it is committed: several appends share one commit. */
export class Writer {
  private recent = new RecentIds();
  private waiting: (() => void)[] = [];
  private scheduled = false;

  constructor(
    private readonly log: EventLog,
    private readonly options: { readonly journal?: Journal | undefined; readonly repeatTimeoutMilliseconds: number },
  ) {}

  append(stream: string, expected: Expected, events: readonly ProposedEvent[]): Promise<AppendOutcome> {
    const bytes = events.reduce((sum, { data }) => sum + data.length, 0);
    if (bytes > APPEND_DATA_BYTES_MAX) return Promise.resolve({ is: 'too-large' });
    const verdict = judgeAppend(this.log, this.recent, stream, expected, events);
    if (verdict.is === 'wrong-revision' || verdict.is === 'stream-deleted') return Promise.resolve(verdict);
    if (verdict.is === 'repeat') return this.answerRepeat(verdict);
    if (events.length === 0) return this.appendNothing(stream);
    if (verdict.undeletes) this.undelete(stream);
    const last = this.write(stream, events).at(-1)!;
    return this.committed({ is: 'appended', revision: last.revision, position: last.position });
  }

  /** A soft delete: metadata that hides everything so far, and revisions that will continue. */
  softDelete(stream: string, expected: Expected): Promise<AppendOutcome> {
    const kept = this.log.stream(stream);
    if (kept?.tombstone) return Promise.resolve({ is: 'stream-deleted' });
    if (kept === undefined || (typeof expected === 'bigint' && expected !== kept.last))
      return Promise.resolve({ is: 'wrong-revision', current: kept?.last });
    // The number is past what JSON.stringify writes exactly.
    const [record] = this.write(metadataStreamOf(stream), [systemEvent(METADATA_TYPE, `{"$tb":${LAST_REVISION}}`)]);
    return this.committed({ is: 'appended', revision: kept.last, position: record!.position });
  }

  tombstone(stream: string, expected: Expected): Promise<AppendOutcome> {
    const kept = this.log.stream(stream);
    if (kept?.tombstone) return Promise.resolve({ is: 'stream-deleted' });
    if (typeof expected === 'bigint' && expected !== (kept?.last ?? -1n))
      return Promise.resolve({ is: 'wrong-revision', current: kept?.last });
    const [record] = this.write(stream, [systemEvent(TOMBSTONE_TYPE, '', 'application/octet-stream')]);
    return this.committed({ is: 'appended', revision: LAST_REVISION, position: record!.position });
  }

  setMetadata(stream: string, metadata: object): Promise<AppendOutcome> {
    const event = systemEvent(METADATA_TYPE, JSON.stringify(metadata));
    return this.append(metadataStreamOf(stream), 'any', [event]);
  }

  /** Commits what is written and waits; a server that is killed may have stored what it never answered. */
  commit(): void {
    this.options.journal?.flush();
    this.log.commit();
    const answered = this.waiting;
    this.waiting = [];
    for (const answer of answered) answer();
  }

  private answerRepeat({ of, showsPosition }: { of: StoredRecord; showsPosition: boolean }): Promise<AppendOutcome> {
    // The server drops a repeat of what it has not indexed yet, and nothing but its own timer answers.
    if (!this.log.isCommitted(of)) {
      return new Promise((resolve) => {
        setTimeout(() => resolve({ is: 'timeout' }), this.options.repeatTimeoutMilliseconds).unref();
      });
    }
    return Promise.resolve({
      is: 'appended',
      revision: of.revision,
      ...(showsPosition ? { position: of.position } : {}),
    });
  }

  private appendNothing(stream: string): Promise<AppendOutcome> {
    const last = this.log.stream(stream)?.last ?? -1n;
    return this.committed({ is: 'appended', revision: last < 0n ? 0n : last, position: this.log.skip(100n) });
  }

  private undelete(stream: string): void {
    const next = (this.log.stream(stream)?.last ?? -1n) + 1n;
    if (!isSoftDeleted(this.log.retention(stream))) return;
    this.write(metadataStreamOf(stream), [systemEvent(METADATA_TYPE, `{"$tb":${next}}`)]);
  }

  private write(stream: string, events: readonly ProposedEvent[]): readonly StoredRecord[] {
    const written = this.log.write(stream, events);
    for (const record of written) this.recent.remember(record);
    this.options.journal?.append(written, this.log.end);
    return written;
  }

  private committed(outcome: AppendOutcome): Promise<AppendOutcome> {
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.commit();
      });
    }
    return new Promise((resolve) => this.waiting.push(() => resolve(outcome)));
  }
}

export const systemEvent = (type: string, text: string, contentType = 'application/json'): ProposedEvent => ({
  id: randomUUID(),
  type,
  contentType,
  data: Buffer.from(text),
  metadata: new Uint8Array(),
});
