import { randomUUID } from 'node:crypto';
import { END, type ReadPosition } from '@eventstore/db-client';
import { isLedgerError } from '../../ledger/errors.js';
import { assert } from '../../shared/assert.js';
import { Appends } from './appends.js';
import { Connection } from './connection.js';
import { readEpoch } from './epoch.js';
import { readFailure } from './errors.js';
import type { Times } from './limits.js';
import { readLog } from './log-pages.js';
import { commitOf, type Recorded } from './recorded-events.js';
import { StreamNames } from './stream-names.js';

/** The newest records that are looked at; a server reads some 50,000 in a second. */
export const INSPECTED_RECORDS_MAX = 1_000_000;
const INSPECTED_PAGE_RECORDS = 1_000;
/** A revision that no stream reaches. An append behind it is refused by everyone who would take one, and writes nothing. */
const NEVER_REACHED = 2 ** 40;
/** What the server answers to a soft deletion: everything so far is hidden. */
const SOFT_DELETED = 2 ** 53;
const METADATA_STREAM = '$$';

/** What `doctor` tells of a server. */
export interface EventStoreDbInspection {
  readonly version: string;
  /** Why an append would be refused; undefined where one would be taken. */
  readonly appendRefusal: string | undefined;
  /** Undefined in a database without a ledger. */
  readonly epoch: string | undefined;
  /** By how much the newest record was written later than now, by the clocks of the server and of this machine. */
  readonly aheadMilliseconds: number | undefined;
  /** When the newest event of the ledger was recorded, by the clock of the instance that did. */
  readonly recordedAt: string | undefined;
  /** Where that event stands in the log of the server. */
  readonly end: number | undefined;
  /** Streams of the ledger with metadata that hides events, now or later. */
  readonly truncated: readonly string[];
  readonly deleted: readonly string[];
  /** Streams that are not of this ledger. */
  readonly foreign: readonly string[];
  readonly records: number;
  /** Whether these are all. */
  readonly isWhole: boolean;
}

export interface InspectOptions {
  /** Whether a stream is named like one of a ledger. */
  readonly isOfLedger: (stream: string) => boolean;
  /** This machine's clock, in milliseconds. */
  readonly now: () => number;
  readonly recordsMax?: number;
  readonly times?: Partial<Times>;
}

/** Looks without writing anything: where there is no ledger, none is begun. */
export async function inspectEventStoreDb(url: string, options: InspectOptions): Promise<EventStoreDbInspection> {
  const connection = new Connection(url, options.times);
  try {
    const version = await connection.serverVersion().catch((error: unknown) => {
      throw readFailure(error, `at ${connection.hosts} when it was asked for its version`);
    });
    const epoch = await readEpoch(connection, new StreamNames().epoch);
    const seen = new Seen(options.isOfLedger);
    const records = await seen.lookThrough(connection, options.recordsMax ?? INSPECTED_RECORDS_MAX);
    const created = seen.newest?.created.getTime();
    return {
      version,
      appendRefusal: await appendRefusal(connection),
      epoch: epoch?.name,
      aheadMilliseconds: created === undefined ? undefined : Math.max(0, created - options.now()),
      ...seen.found,
      ...records,
    };
  } finally {
    await connection.close();
  }
}

/**
 * Asks for the right to append without writing: the server looks at the user's rights before it looks at the revision, so
 * whose append it refuses for its revision may append. A write to a stream of its own would begin something in a database
 * that may not even be ours, and `$maxCount`, which would keep it short, is what the doctor warns of.
 */
async function appendRefusal(connection: Connection): Promise<string | undefined> {
  const events = [{ id: randomUUID(), type: 'NeverWritten', data: '{}', metadata: '{}' }];
  try {
    await new Appends(connection).append({ stream: new StreamNames().epoch, events, expected: NEVER_REACHED }, 0);
    assert(false, 'no stream reaches this revision');
  } catch (error) {
    if (isLedgerError(error, 'CONCURRENCY_CONFLICT')) return undefined;
    if (isLedgerError(error)) return error.message;
    throw error;
  }
}

/** The warnings of a connection string, each as a sentence, without connecting. */
export async function warningsOf(url: string): Promise<readonly string[]> {
  const connection = new Connection(url);
  await connection.close();
  return connection.warnings;
}

/** What was met on the way from the end of the log to its beginning. */
class Seen {
  newest: Recorded | undefined;
  private readonly names = new StreamNames();
  private newestOwn: Recorded | undefined;
  /** The metadata in force is the newest; what is behind it no longer counts. */
  private readonly metadata = new Map<string, unknown>();
  private readonly deleted = new Set<string>();
  private readonly foreign = new Set<string>();

  constructor(private readonly isOfLedger: (stream: string) => boolean) {}

  async lookThrough(connection: Connection, max: number): Promise<{ records: number; isWhole: boolean }> {
    let from: ReadPosition = END;
    let records = 0;
    while (records < max) {
      const limit = Math.min(INSPECTED_PAGE_RECORDS, max - records);
      const page = await readLog(connection, { from, limit, backwards: true });
      for (const record of page) this.take(record);
      records += page.length;
      const oldest = page.at(-1);
      if (oldest === undefined || page.length < limit) return { records, isWhole: true };
      from = { commit: BigInt(commitOf(oldest)), prepare: BigInt(commitOf(oldest)) };
    }
    return { records, isWhole: false };
  }

  get found(): Pick<EventStoreDbInspection, 'recordedAt' | 'end' | 'truncated' | 'deleted' | 'foreign'> {
    const metadata = [...this.metadata].filter(([stream]) => this.isOfLedger(stream) || stream === this.names.epoch);
    const recordedAt = (this.newestOwn?.metadata as { recordedAt?: unknown } | undefined)?.recordedAt;
    return {
      recordedAt: typeof recordedAt === 'string' ? recordedAt : undefined,
      end: this.newestOwn === undefined ? undefined : commitOf(this.newestOwn),
      truncated: metadata.filter(([, value]) => hides(value) === 'some').map(([stream]) => stream),
      deleted: [...this.deleted, ...metadata.filter(([, value]) => hides(value) === 'all').map(([stream]) => stream)],
      foreign: [...this.foreign],
    };
  }

  private take(record: Recorded): void {
    this.newest ??= record;
    const { streamId, type, data } = record;
    if (streamId.startsWith(METADATA_STREAM)) {
      const stream = streamId.slice(METADATA_STREAM.length);
      if (!this.metadata.has(stream)) this.metadata.set(stream, data);
    } else if (type === '$streamDeleted') {
      if (!streamId.startsWith('$')) this.deleted.add(streamId);
    } else if (this.names.toLedger(streamId) !== undefined) {
      if (this.isOfLedger(streamId)) this.newestOwn ??= record;
      else this.foreign.add(streamId);
    }
  }
}

/** How much of a stream its metadata hides. */
function hides(metadata: unknown): 'nothing' | 'some' | 'all' {
  const { $maxCount, $maxAge, $tb } = (metadata ?? {}) as { $maxCount?: unknown; $maxAge?: unknown; $tb?: unknown };
  if (Number($tb) >= SOFT_DELETED) return 'all';
  return $maxCount !== undefined || $maxAge !== undefined || Number($tb) > 0 ? 'some' : 'nothing';
}
