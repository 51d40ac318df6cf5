import { BACKWARDS, END, FORWARDS, StreamNotFoundError, type ResolvedEvent } from '@eventstore/db-client';
import type { StoredEvent } from '../../ledger/envelope.js';
import type { ReadRange } from '../../ledger/ports/append-bounds.js';
import type { Connection } from './connection.js';
import { damaged } from './errors.js';
import { storedEvent } from './recorded-events.js';
import type { StreamNames } from './stream-names.js';

/** Reads single streams, and notices when the server hides events of them: by $maxCount, $maxAge, $tb or a scavenge. */
export class StreamReads {
  constructor(
    private readonly connection: Connection,
    private readonly names: StreamNames,
    private readonly epoch: string,
  ) {}

  read(stream: string, range: ReadRange): Promise<readonly StoredEvent[]> {
    return range.backwards ? this.backwards(stream, range) : this.forwards(stream, range.from ?? 0, range.limit);
  }

  /**
   * What is hidden is always the beginning of a stream, and an end that lies before `from` looks the same as one that is
   * hidden with the rest. So the event before `from` is read too: where it is shown, nothing behind it is hidden.
   */
  private async forwards(stream: string, from: number, limit: number): Promise<readonly StoredEvent[]> {
    const first = Math.max(0, from - 1);
    const events = await this.page(stream, { from: first, limit: limit + from - first, backwards: false });
    if (events === undefined) return [];
    const [shown] = events;
    if (shown === undefined) {
      if (first === 0) throw damaged(stream, 'it exists, but shows no event');
      await this.refuseHidden(stream, first);
      return [];
    }
    refuseGaps(events, first, 1);
    return events.slice(from - first);
  }

  private async backwards(stream: string, { from, limit }: ReadRange): Promise<readonly StoredEvent[]> {
    const events = await this.page(stream, { from, limit, backwards: true });
    if (events === undefined) return [];
    const [newest] = events;
    if (newest === undefined) throw damaged(stream, 'it exists, but shows no event');
    refuseGaps(events, newest.revision, -1);
    const oldest = events.at(-1)!.revision;
    if (events.length < limit && oldest > 0) throw damaged(stream, `revision ${oldest - 1} is missing`);
    return events;
  }

  /** Nothing was shown from `first` on: right for a stream that ends before it, damage for one that reaches further. */
  private async refuseHidden(stream: string, first: number): Promise<void> {
    const last = (await this.page(stream, { from: undefined, limit: 1, backwards: true }))?.[0];
    if (last === undefined || last.revision >= first) throw damaged(stream, `revision ${first} is missing`);
  }

  /** The events of one read; undefined for a stream that does not exist. */
  private async page(stream: string, { from, limit, backwards }: ReadRange): Promise<readonly StoredEvent[] | undefined> {
    const name = this.names.toServer(stream);
    try {
      return await this.connection.read(
        `a read of the stream ${stream}`,
        (driver) =>
          driver.readStream(name, {
            fromRevision: from === undefined ? END : BigInt(from),
            maxCount: limit,
            direction: backwards ? BACKWARDS : FORWARDS,
            requiresLeader: true,
          }),
        ({ event }: ResolvedEvent) => event && storedEvent(event, stream, this.epoch),
        (error) => error instanceof StreamNotFoundError,
      );
    } catch (error) {
      if (error instanceof StreamNotFoundError) return undefined;
      throw error;
    }
  }
}

function refuseGaps(events: readonly StoredEvent[], first: number, step: 1 | -1): void {
  for (const [at, event] of events.entries()) {
    const revision = first + at * step;
    if (event.revision !== revision) throw damaged(event.stream, `revision ${revision} is missing`);
  }
}
