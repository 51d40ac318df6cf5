import type { NewEvent, StoredEvent } from '../../ledger/envelope.js';
import { readRange, serialiseAppend } from '../../ledger/ports/append-bounds.js';
import type { AppendResult, EventFeed, EventStore, ExpectedRevision, FeedItem } from '../../ledger/ports/event-store.js';
import { formatPosition } from '../../ledger/position.js';
import { Appends } from './appends.js';
import { Connection } from './connection.js';
import { Doorbell } from './doorbell.js';
import { openEpoch, type Epoch } from './epoch.js';
import { follow } from './feed.js';
import type { Times } from './limits.js';
import { LogEnd } from './log-end.js';
import { LogPages } from './log-pages.js';
import { commitOf, storedEvent } from './recorded-events.js';
import { StreamNames } from './stream-names.js';
import { StreamReads } from './stream-reads.js';

export interface EventStoreDbOptions {
  /** Shorter bounds of time, for tests. */
  readonly times?: Partial<Times>;
  /** Before the names of all streams, for tests on a server that holds other things too. */
  readonly prefix?: string;
}

/** The log in EventStoreDB (KurrentDB), in a database of its own; see docs/adr/0011. */
export class EventStoreDbEventStore implements EventStore, EventFeed {
  private readonly reads: StreamReads;
  private readonly pages: LogPages;
  private readonly logEnd: LogEnd;
  private readonly bell: Doorbell;

  /** Connects, and makes the ledger's epoch where the database is new. */
  static async open(url: string, { times, prefix }: EventStoreDbOptions = {}): Promise<EventStoreDbEventStore> {
    const connection = new Connection(url, times);
    try {
      const appends = new Appends(connection);
      const names = new StreamNames(prefix);
      const epoch = await openEpoch(connection, appends, names.epoch);
      return new EventStoreDbEventStore(connection, appends, names, epoch);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  private constructor(
    readonly connection: Connection,
    private readonly appends: Appends,
    readonly names: StreamNames,
    readonly epoch: Epoch,
  ) {
    this.reads = new StreamReads(connection, names, epoch.name);
    this.pages = new LogPages(connection, names, epoch);
    this.logEnd = new LogEnd(connection, names, epoch.beginning);
    this.bell = new Doorbell(connection);
  }

  /** What the operator should know of the connection, each as a sentence. */
  get warnings(): readonly string[] {
    return this.connection.warnings;
  }

  async append(stream: string, events: readonly NewEvent[], { expected }: { expected: ExpectedRevision }): Promise<AppendResult> {
    const serialised = serialiseAppend(events, expected);
    const append = { stream: this.names.toServer(stream), events: serialised.events, expected };
    const { revision, commit } = await this.appends.append(append, serialised.bytes);
    this.bell.tell(commit);
    return { revision, position: formatPosition(this.epoch.name, commit) };
  }

  async read(stream: string, options?: { from?: number; limit?: number; backwards?: boolean }): Promise<readonly StoredEvent[]> {
    return this.reads.read(stream, readRange(options));
  }

  open({ after, signal }: { after?: string | undefined; signal: AbortSignal }): AsyncIterable<FeedItem> {
    return follow({ pages: this.pages, bell: this.bell, epoch: this.epoch.name }, after, signal);
  }

  async end(): Promise<string> {
    const last = await this.logEnd.last();
    return formatPosition(this.epoch.name, last === undefined ? 0 : commitOf(last));
  }

  async latest(): Promise<StoredEvent | undefined> {
    const last = await this.logEnd.last();
    return last === undefined ? undefined : storedEvent(last, this.names.toLedger(last.streamId)!, this.epoch.name);
  }

  /** Waits for the appends under way, then ends every call, so that nothing keeps the process alive. */
  async close(): Promise<void> {
    await this.appends.drained();
    this.bell.close();
    await this.connection.close();
  }
}
