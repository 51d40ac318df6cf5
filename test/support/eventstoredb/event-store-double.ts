import { Faults } from './faults.js';
import { Journal } from './journal.js';
import { HOST, Listener } from './listener.js';
import { EventLog } from './log.js';
import type { StoredRecord } from './records.js';
import type { ServerContext } from './server-context.js';
import { systemEvent, Writer } from './writer.js';

export interface DoubleOptions {
  /** Where the log is kept; in memory without. */
  readonly file?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly version?: string;
  /** Whether the log begins with an event of the server's own, as a real one does. */
  readonly system?: boolean;
  /** How long a repeat of an append that is still in flight waits for its failure; 2 seconds in a real server. */
  readonly repeatTimeoutMilliseconds?: number;
  /** How long a graceful stop lets open calls go on; 5 seconds in a real server. */
  readonly graceMilliseconds?: number;
  /** How many events may wait for a live subscriber that takes no more; 32 in its buffer and 32 in its channel. */
  readonly liveEventsMax?: number;
}

const VERSION = '23.10.8';
const REPEAT_TIMEOUT_MILLISECONDS = 2_000;
const GRACE_MILLISECONDS = 5_000;
const LIVE_EVENTS_MAX = 64;

export interface StreamMetadata {
  readonly maxCount?: number;
  readonly maxAge?: number;
  readonly truncateBefore?: number;
}

/** An EventStoreDB of one node over real gRPC; what-is-copied.md says what it copies of a real server and what not. */
export class EventStoreDouble {
  readonly faults = new Faults();
  private log = new EventLog();
  private journal: Journal | undefined;
  private writer!: Writer;
  private listener!: Listener;
  private openCalls = new Map<object, () => void>();
  private running = false;
  /** Where `not-leader` sends clients; to itself unless a test says otherwise. */
  leader: { readonly host: string; readonly port: number } | undefined;

  private constructor(private readonly options: DoubleOptions) {}

  static async start(options: DoubleOptions = {}): Promise<EventStoreDouble> {
    const double = new EventStoreDouble(options);
    await double.listen(options.port ?? 0);
    return double;
  }

  get port(): number {
    return this.listener.port;
  }

  get url(): string {
    return `esdb://${HOST}:${this.port}?tls=false`;
  }

  /** Ends the server and keeps its data. A graceful stop serves on for a while if calls are open, as a real one does. */
  async stop(how: 'graceful' | 'kill' = 'graceful'): Promise<void> {
    if (!this.running) return;
    this.running = false;
    if (how === 'graceful' && this.openCalls.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.options.graceMilliseconds ?? GRACE_MILLISECONDS));
      for (const end of [...this.openCalls.values()]) end();
      // The last words must leave before the connections go.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await this.listener.close();
    this.writer.commit();
    this.journal?.close();
  }

  /** Starts again on the same port with the same data; what only the process knew is lost. */
  async restart({ notReadyMilliseconds = 0 }: { notReadyMilliseconds?: number } = {}): Promise<void> {
    const { port } = this;
    await this.stop('kill');
    this.faults.starting = notReadyMilliseconds > 0;
    if (this.faults.starting) setTimeout(() => (this.faults.starting = false), notReadyMilliseconds);
    await this.listen(port);
  }

  /** All that `$all` shows, system events included. */
  stored(): readonly StoredRecord[] {
    return this.log.stored();
  }

  async setMetadata(stream: string, { maxCount, maxAge, truncateBefore }: StreamMetadata): Promise<void> {
    await this.writer.setMetadata(stream, { $maxCount: maxCount, $maxAge: maxAge, $tb: truncateBefore });
  }

  async softDelete(stream: string): Promise<void> {
    await this.writer.softDelete(stream, 'any');
  }

  async tombstone(stream: string): Promise<void> {
    await this.writer.tombstone(stream, 'any');
  }

  scavenge(): void {
    const positions = this.log.scavenge();
    this.journal?.scavenged(positions, this.log.end);
    this.journal?.flush();
  }

  /** Writes what a server writes about itself from time to time. */
  async systemEvents(count: number): Promise<void> {
    const events = Array.from({ length: count }, () => systemEvent('$statsCollected', '{}'));
    await this.writer.append(`$stats-${HOST}:${this.port}`, 'any', events);
  }

  private async listen(port: number): Promise<void> {
    if (this.options.file !== undefined) {
      this.log = new EventLog();
      this.journal = Journal.open(this.options.file, this.log);
    }
    this.writer = new Writer(this.log, {
      journal: this.journal,
      repeatTimeoutMilliseconds: this.options.repeatTimeoutMilliseconds ?? REPEAT_TIMEOUT_MILLISECONDS,
    });
    const isNew = this.log.stored().length === 0;
    if (!isNew) this.log.skip();
    else if (this.options.system !== false) await this.writer.setMetadata('$scavenges', { $maxCount: 1_000 });
    this.openCalls = new Map();
    this.listener = new Listener(this.context());
    await this.listener.listen(port);
    this.running = true;
  }

  private context(): ServerContext {
    const { log, writer, faults, openCalls } = this;
    return {
      log,
      writer,
      faults,
      openCalls,
      version: this.options.version ?? VERSION,
      liveEventsMax: this.options.liveEventsMax ?? LIVE_EVENTS_MAX,
      leader: () => this.leader ?? { host: HOST, port: this.port },
      cut: (peer) => this.listener.cut(peer),
    };
  }
}
