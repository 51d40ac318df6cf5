import { BACKWARDS, FORWARDS, END, type AllStreamResolvedEvent, type ReadPosition } from '@eventstore/db-client';
import { LRUCache } from 'lru-cache';
import type { StoredEvent } from '../../ledger/envelope.js';
import { LedgerError } from '../../ledger/errors.js';
import { formatPosition } from '../../ledger/position.js';
import type { Connection } from './connection.js';
import type { Epoch } from './epoch.js';
import { isUnknownToServer } from './errors.js';
import { FEED_PAGE_RECORDS, PAGES_HELD_MAX } from './limits.js';
import { commitOf, storedEvent, type Recorded } from './recorded-events.js';
import type { StreamNames } from './stream-names.js';

/** A stretch of the server's log. */
export interface LogPage {
  /** Ours, in order; frozen, because several followers are handed the same objects. */
  readonly events: readonly StoredEvent[];
  /** The place of the last record that was looked at, whosoever it is, or where the page was asked for. */
  readonly last: number;
  /** The place of the last event of ours. */
  readonly lastOwn: number | undefined;
  /** The log may go on behind it. */
  readonly isFull: boolean;
  /** Which read of this process it came from, counted as they began. */
  readonly read: number;
}

/** A record of the log, as much of it as a page needs. */
interface Place {
  readonly commit: number;
  /** Where it is one of ours. */
  readonly event: StoredEvent | undefined;
}

/**
 * The whole log in pages, each exact from any place that a page ever ended at; a live subscription is not (it is dropped
 * when its consumer is slow, and loses an event behind a scavenged place). Followers that stand at one place share a page.
 */
export class LogPages {
  private readonly underWay = new Map<number, Promise<LogPage>>();
  private readonly held = new LRUCache<number, LogPage>({ max: PAGES_HELD_MAX });
  /** How many reads were begun: a page of a later one shows everything that had been answered before. */
  begun = 0;

  constructor(
    private readonly connection: Connection,
    private readonly names: StreamNames,
    private readonly epoch: Epoch,
  ) {}

  /** What follows the place `after`; a place that is none of this log is POSITION_OF_ANOTHER_EPOCH. */
  after(after: number): Promise<LogPage> {
    const held = this.held.get(after);
    if (held !== undefined) return Promise.resolve(held);
    let page = this.underWay.get(after);
    if (page === undefined) {
      page = this.load(after).finally(() => this.underWay.delete(after));
      this.underWay.set(after, page);
    }
    return page;
  }

  /** Begins to read a page that will be asked for, while its consumer is still busy with the one before it. */
  prefetch(after: number): void {
    // Whoever asks for it hears of the failure, or the read is tried anew.
    this.after(after).catch(() => undefined);
  }

  private async load(after: number): Promise<LogPage> {
    this.begun += 1;
    const read = this.begun;
    const places = await this.placesFrom(after);
    const own = places.filter((place) => place.event !== undefined);
    const events = own.map(({ event }) => event!);
    const last = places.at(-1)?.commit ?? after;
    const page: LogPage = { events, last, lastOwn: own.at(-1)?.commit, isFull: places.length >= FEED_PAGE_RECORDS, read };
    // The end of the log does not stay the end, so only a full page is held.
    if (page.isFull) this.held.set(after, page);
    return page;
  }

  /** The server reads from a place inclusive, so what stands there shows that the place is one of this log. */
  private async placesFrom(after: number): Promise<readonly Place[]> {
    const place = after === 0 ? this.epoch.beginning : after;
    const from = { commit: BigInt(place), prepare: BigInt(place) };
    for (let tries = 1; ; tries += 1) {
      try {
        const range = { from, limit: FEED_PAGE_RECORDS + 1 };
        const places = await readLogAs(this.connection, range, (record) => this.placeOf(record), isUnknownToServer);
        if (places.length === 0) await this.refuseBeyond(place);
        // Only the first can be the one that stands there.
        return places[0]?.commit === place ? places.slice(1) : places;
      } catch (error) {
        if (!isUnknownToServer(error)) throw error;
        // So it answers to a place in the middle of a record; only when it reads elsewhere and says it again is that why.
        const end = await this.serverEnd();
        if (tries > 1) throw this.foreign(place, end);
      }
    }
  }

  private placeOf(record: Recorded): Place {
    const stream = this.names.toLedger(record.streamId);
    return {
      commit: commitOf(record),
      event: stream === undefined ? undefined : frozen(storedEvent(record, stream, this.epoch.name)),
    };
  }

  private async refuseBeyond(place: number): Promise<void> {
    const end = await this.serverEnd();
    if (place > end) throw this.foreign(place, end);
  }

  private async serverEnd(): Promise<number> {
    const [last] = await readLog(this.connection, { from: END, limit: 1, backwards: true });
    return last === undefined ? 0 : commitOf(last);
  }

  private foreign(place: number, end: number): LedgerError {
    const { name } = this.epoch;
    return new LedgerError(
      'POSITION_OF_ANOTHER_EPOCH',
      `The position ${formatPosition(name, place)} is not one of this log, whose last record stands at ${formatPosition(name, end)}: an older backup was restored, or it comes from elsewhere. Start again from the beginning.`,
    );
  }
}

interface LogRange {
  readonly from: ReadPosition;
  readonly limit: number;
  readonly backwards?: boolean;
}

/** Records of the server's log, whosoever they are. Backwards it reads from a place exclusive, forwards inclusive. */
export const readLog = (connection: Connection, range: LogRange): Promise<readonly Recorded[]> =>
  readLogAs(connection, range, (record) => record);

function readLogAs<Kept>(
  connection: Connection,
  { from, limit, backwards = false }: LogRange,
  keep: (record: Recorded) => Kept,
  isFinal?: (error: unknown) => boolean,
): Promise<readonly Kept[]> {
  return connection.read(
    'a read of the log',
    (driver) =>
      driver.readAll({
        fromPosition: from,
        maxCount: limit,
        direction: backwards ? BACKWARDS : FORWARDS,
        requiresLeader: true,
      }),
    ({ event }: AllStreamResolvedEvent) => event && keep(event),
    isFinal,
  );
}

/** What JSON.parse made, whose objects inherit no names; going through these makes no list of each object's values. */
function frozen<T>(value: T): T {
  for (const name in value) {
    const part: unknown = value[name];
    if (typeof part === 'object' && part !== null) frozen(part);
  }
  return Object.freeze(value);
}
