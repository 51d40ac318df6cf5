import { setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { NewEvent, StoredEvent } from '../../ledger/envelope.js';
import { LedgerError } from '../../ledger/errors.js';
import { readRange, serialiseAppend, type SerialisedEvent } from '../../ledger/ports/append-bounds.js';
import type { AppendResult, EventFeed, EventStore, ExpectedRevision, FeedItem } from '../../ledger/ports/event-store.js';
import { formatPosition, newEpoch, positionNumber } from '../../ledger/position.js';
import { assert } from '../../shared/assert.js';
import { Bell } from '../../shared/bell.js';
import { openDatabase, type SqliteFile } from './database.js';
import { damaged, EVENT_COLUMNS, eventOf, refuseGaps, rowBytes, type EventRow } from './event-rows.js';
import { GroupCommit, type Outcome } from './group-commit.js';
import { RecentEvents } from './recent-events.js';

/** "CLev" in ASCII. */
export const APPLICATION_ID = 0x434c6576;
const SCHEMA_VERSION = 1;
export const MEND = 'Stop the program and restore the newest backup that verifies.';
const FEED_PAGE_EVENTS = 500;
const FEED_PAGE_BYTES = 8_000_000;
const HEADS_HELD_MAX = 100_000;

const HEAD = 'SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1';
const LANDED = 'SELECT id, position FROM events WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision';
const INSERT = `INSERT INTO events (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`;
const FORWARDS = `SELECT ${EVENT_COLUMNS} FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`;
const BACKWARDS = `SELECT ${EVENT_COLUMNS} FROM events WHERE stream = ? AND revision <= ? ORDER BY revision DESC LIMIT ?`;
const LATEST = `SELECT ${EVENT_COLUMNS} FROM events ORDER BY position DESC LIMIT 1`;
const FEED = `SELECT ${EVENT_COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ${FEED_PAGE_EVENTS}`;

interface Append {
  readonly stream: string;
  readonly events: readonly SerialisedEvent[];
  readonly expected: ExpectedRevision;
}

/** What a group has changed so far; it joins the store's own state only once the group is durable. */
interface Group {
  last: number;
  readonly heads: Map<string, number>;
  readonly rows: EventRow[];
}

/** The log in one SQLite file with one writer. */
export class SqliteEventStore implements EventStore, EventFeed {
  private readonly file: SqliteFile;
  private readonly epoch: string;
  private readonly recent: RecentEvents;
  private readonly heads = new LRUCache<string, number>({ max: HEADS_HELD_MAX });
  private readonly bell = new Bell();
  private readonly appends: GroupCommit<Append, AppendResult>;
  private group: Group | undefined;
  private last: number;

  constructor(path: string, options: { maxPages?: number } = {}) {
    this.file = openDatabase(path, {
      applicationId: APPLICATION_ID,
      schemaVersion: SCHEMA_VERSION,
      migrate,
      mend: MEND,
      ...options,
    });
    try {
      const stored = this.file.read(() =>
        this.file.statement<[string]>("SELECT value FROM meta WHERE name = 'epoch'", 'raw').get(),
      );
      if (stored === undefined) throw new LedgerError('HISTORY_DAMAGED', `${path} has lost its epoch. ${MEND}`);
      this.epoch = stored[0];
      const end = this.file.read(() => this.file.statement<[number | null]>('SELECT max(position) FROM events', 'raw').get());
      this.last = end?.[0] ?? 0;
    } catch (error) {
      this.file.close();
      throw error;
    }
    this.recent = new RecentEvents(this.epoch);
    this.appends = new GroupCommit(this.file, {
      write: (appends) => this.writeGroup(appends),
      committed: () => this.adoptGroup(),
    });
  }

  async append(stream: string, events: readonly NewEvent[], { expected }: { expected: ExpectedRevision }): Promise<AppendResult> {
    const serialised = serialiseAppend(events, expected);
    return this.appends.submit({ stream, events: serialised.events, expected }, serialised.bytes);
  }

  async read(stream: string, options?: { from?: number; limit?: number; backwards?: boolean }): Promise<readonly StoredEvent[]> {
    const { from, limit, backwards } = readRange(options);
    return this.file.read(() => {
      const head = this.headOf(stream);
      if (head === undefined || (!backwards && (from ?? 0) > head)) return [];
      const first = backwards ? Math.min(from ?? head, head) : (from ?? 0);
      const rows = this.file.statement<EventRow>(backwards ? BACKWARDS : FORWARDS, 'raw').all(stream, first, limit);
      refuseGaps(rows, first, backwards ? -1 : 1, rows.length === limit ? undefined : backwards ? 0 : head);
      return rows.map((row) => eventOf(row, this.epoch));
    });
  }

  async *open({ after, signal }: { after?: string | undefined; signal: AbortSignal }): AsyncIterable<FeedItem> {
    let number = after === undefined ? 0 : positionNumber(after, this.epoch, this.last);
    while (!signal.aborted) {
      for (const event of this.pageAfter(number)) {
        if (signal.aborted) return;
        number += 1;
        yield { kind: 'event', event };
      }
      if (signal.aborted) return;
      if (number < this.last) {
        // A long catch-up would otherwise run in microtasks only and hold up everybody else.
        await nextTurn();
        continue;
      }
      yield { kind: 'caught-up', position: formatPosition(this.epoch, number) };
      while (number === this.last && !signal.aborted) {
        // A follower of a closed store is told, because it would otherwise wait for ever.
        this.file.read(() => undefined);
        await this.bell.wait(signal);
      }
    }
  }

  async end(): Promise<string> {
    return this.file.read(() => formatPosition(this.epoch, this.last));
  }

  async latest(): Promise<StoredEvent | undefined> {
    const row = this.file.read(() => this.file.statement<EventRow>(LATEST, 'raw').get());
    return row === undefined ? undefined : eventOf(row, this.epoch);
  }

  /** Bounds the file's size, as a quota would; writes beyond it are refused until it is raised again. */
  limitPages(pages: number): void {
    this.file.limitPages(pages);
  }

  /** Writes what is queued, brings the WAL home and closes the file. */
  async close(): Promise<void> {
    this.appends.close();
    this.file.close();
    this.bell.ring();
  }

  private writeGroup(appends: readonly Append[]): readonly Outcome<AppendResult>[] {
    const group: Group = { last: this.last, heads: new Map(), rows: [] };
    const outcomes = appends.map((append) => this.writeAppend(append, group));
    this.group = group;
    return outcomes;
  }

  /** The version is checked before anything is written, so a conflict leaves no trace and needs no savepoint. */
  private writeAppend({ stream, events, expected }: Append, group: Group): Outcome<AppendResult> {
    const head = group.heads.get(stream) ?? this.headOf(stream);
    if ((head ?? 'none') !== expected) return this.answerRepeat({ stream, events, expected });
    const insert = this.file.statement(INSERT);
    let revision = head ?? -1;
    for (const { id, type, data, metadata } of events) {
      revision += 1;
      group.last += 1;
      const row: EventRow = [group.last, stream, revision, id, type, data, metadata];
      insert.run(...row);
      group.rows.push(row);
    }
    group.heads.set(stream, revision);
    return { answer: { revision, position: formatPosition(this.epoch, group.last) } };
  }

  private answerRepeat({ stream, events, expected }: Append): Outcome<AppendResult> {
    const first = expected === 'none' ? 0 : expected + 1;
    const last = first + events.length - 1;
    const landed = this.file.statement<[string, number]>(LANDED, 'raw').all(stream, first, last);
    const end = landed.at(-1);
    if (end !== undefined && landed.length === events.length && landed.every(([id], at) => id === events[at]?.id)) {
      return { answer: { revision: last, position: formatPosition(this.epoch, end[1]) } };
    }
    return { refusal: new LedgerError('CONCURRENCY_CONFLICT', `The stream ${stream} does not stand at revision ${expected}.`) };
  }

  private adoptGroup(): void {
    const group = this.group;
    assert(group !== undefined, 'a group was written before it is adopted');
    this.group = undefined;
    if (group.rows.length === 0) return;
    for (const [stream, revision] of group.heads) this.heads.set(stream, revision);
    for (const row of group.rows) this.recent.add(row);
    this.last = group.last;
    this.bell.ring();
  }

  private headOf(stream: string): number | undefined {
    const known = this.heads.get(stream);
    if (known !== undefined) return known;
    return this.file.statement<[number]>(HEAD, 'raw').get(stream)?.[0];
  }

  /** The events after a position without a gap, or none at the end. */
  private pageAfter(number: number): readonly StoredEvent[] {
    if (number === this.last) return [];
    return this.recent.after(number, FEED_PAGE_EVENTS) ?? this.file.read(() => this.storedPageAfter(number));
  }

  private storedPageAfter(number: number): readonly StoredEvent[] {
    const events: StoredEvent[] = [];
    let bytes = 0;
    for (const row of this.file.statement<EventRow>(FEED, 'raw').iterate(number)) {
      if (row[0] !== number + events.length + 1) throw damaged(row, `position ${number + events.length + 1} is missing`);
      events.push(eventOf(row, this.epoch));
      bytes += rowBytes(row);
      if (bytes > FEED_PAGE_BYTES) break;
    }
    if (events.length > 0) return events;
    throw new LedgerError('HISTORY_DAMAGED', `Position ${number + 1} is missing from the log. ${MEND}`);
  }
}

function migrate(database: Database.Database, from: number): void {
  assert(from === 0, `no migration of the log from schema ${from} is known`);
  database.exec(`
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE events (
      position INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      revision INTEGER NOT NULL,
      id TEXT NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL,
      metadata TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  `);
  database.prepare("INSERT INTO meta (name, value) VALUES ('epoch', ?)").run(newEpoch());
}
