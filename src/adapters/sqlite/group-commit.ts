import { LedgerError } from '../../ledger/errors.js';
import { assert } from '../../shared/assert.js';
import type { SqliteFile } from './database.js';

export const GROUP_REQUESTS_MAX = 256;
/** A group of a few large requests must not hold the process up for long. */
const GROUP_BYTES_MAX = 8_000_000;
export const QUEUED_REQUESTS_MAX = 16_384;
export const QUEUED_BYTES_MAX = 64_000_000;

/** What one request came to: a refusal of its own is an answer here, never a throw, so that it leaves its neighbours alone. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly refusal: LedgerError };

export interface GroupWriter<Request, Answer> {
  /** Writes the requests in order, inside one transaction; a throw fails the whole group and takes it back. */
  write(requests: readonly Request[]): readonly Outcome<Answer>[];
  /** Runs after the transaction is durable and before anyone is answered. */
  committed?(): void;
}

interface Waiting<Request, Answer> {
  readonly request: Request;
  readonly bytes: number;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Shares one sync of the disk among all requests that arrived in the same turn of the event loop. There is no timer: a
 * lone request is written in the next turn, and under load the group grows by itself while the disk syncs.
 */
export class GroupCommit<Request, Answer> {
  private queue: Waiting<Request, Answer>[] = [];
  private queuedBytes = 0;
  private isScheduled = false;
  private isClosed = false;

  constructor(
    private readonly file: SqliteFile,
    private readonly writer: GroupWriter<Request, Answer>,
  ) {}

  submit(request: Request, bytes: number): Promise<Answer> {
    if (this.isClosed) return Promise.reject(new LedgerError('STORE_UNAVAILABLE', `${this.file.path} is closed.`));
    if (this.queue.length >= QUEUED_REQUESTS_MAX || this.queuedBytes + bytes > QUEUED_BYTES_MAX) {
      return Promise.reject(new LedgerError('QUEUE_FULL', `${this.queue.length} writes wait already; try again in a moment.`));
    }
    return new Promise((resolve, reject) => {
      this.queue.push({ request, bytes, resolve, reject });
      this.queuedBytes += bytes;
      this.schedule();
    });
  }

  /** Writes what is queued and takes nothing more. */
  close(): void {
    this.isClosed = true;
    while (this.queue.length > 0) this.flush();
  }

  /** In a macrotask, so that requests and sockets get their turn between two groups. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.flush();
      if (this.queue.length > 0) this.schedule();
    });
  }

  private flush(): void {
    const group = this.takeGroup();
    if (group.length === 0) return;
    let outcomes: readonly Outcome<Answer>[];
    try {
      outcomes = this.file.write(() => this.writer.write(group.map(({ request }) => request)));
      this.writer.committed?.();
    } catch (error) {
      for (const { reject } of group) reject(error);
      return;
    }
    assert(outcomes.length === group.length, 'every request of a group has an outcome');
    for (const [at, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[at];
      if (outcome !== undefined && 'answer' in outcome) resolve(outcome.answer);
      else reject(outcome?.refusal);
    }
  }

  private takeGroup(): readonly Waiting<Request, Answer>[] {
    let count = 0;
    let bytes = 0;
    for (const waiting of this.queue) {
      if (count === GROUP_REQUESTS_MAX || (count > 0 && bytes + waiting.bytes > GROUP_BYTES_MAX)) break;
      count += 1;
      bytes += waiting.bytes;
    }
    const group = this.queue.slice(0, count);
    this.queue = this.queue.slice(count);
    this.queuedBytes -= bytes;
    return group;
  }
}
