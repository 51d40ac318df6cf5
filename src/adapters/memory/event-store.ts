import type { NewEvent, StoredEvent } from '../../ledger/envelope.js';
import { LedgerError } from '../../ledger/errors.js';
import { readRange, serialiseAppend, type SerialisedEvent } from '../../ledger/ports/append-bounds.js';
import type { AppendResult, EventFeed, EventStore, ExpectedRevision, FeedItem } from '../../ledger/ports/event-store.js';
import { formatPosition, newEpoch, positionNumber } from '../../ledger/position.js';
import { Bell } from '../../shared/bell.js';
import type { JsonObject } from '../../shared/json.js';

/** Held as JSON text, so that no caller can change the history through an object that it passed in or was given. */
interface HeldEvent extends SerialisedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly number: number;
}

/** The log for tests and trials: everything is lost when the process ends. */
export class MemoryEventStore implements EventStore, EventFeed {
  private readonly log: HeldEvent[] = [];
  private readonly streams = new Map<string, HeldEvent[]>();
  private readonly bell = new Bell();

  constructor(private readonly epoch: string = newEpoch()) {}

  async append(stream: string, events: readonly NewEvent[], { expected }: { expected: ExpectedRevision }): Promise<AppendResult> {
    const serialised = serialiseAppend(events, expected).events;
    const held = this.streams.get(stream) ?? [];
    const next = expected === 'none' ? 0 : expected + 1;
    if (held.length !== next) return this.answerRepeat(stream, held.slice(next, next + serialised.length), serialised, expected);
    for (const event of serialised) {
      const added = { ...event, stream, revision: held.length, number: this.log.length + 1 };
      held.push(added);
      this.log.push(added);
    }
    this.streams.set(stream, held);
    this.bell.ring();
    return this.resultOf(held.at(-1));
  }

  async read(stream: string, options?: { from?: number; limit?: number; backwards?: boolean }): Promise<readonly StoredEvent[]> {
    const { from, limit, backwards } = readRange(options);
    const held = this.streams.get(stream) ?? [];
    if (!backwards) return held.slice(from ?? 0, (from ?? 0) + limit).map((event) => this.copyOf(event));
    const end = Math.min(from === undefined ? held.length : from + 1, held.length);
    return held
      .slice(Math.max(0, end - limit), end)
      .reverse()
      .map((event) => this.copyOf(event));
  }

  async *open({ after, signal }: { after?: string | undefined; signal: AbortSignal }): AsyncIterable<FeedItem> {
    let number = after === undefined ? 0 : positionNumber(after, this.epoch, this.log.length);
    while (!signal.aborted) {
      const event = this.log[number];
      if (event !== undefined) {
        number = event.number;
        yield { kind: 'event', event: this.copyOf(event) };
      } else {
        yield { kind: 'caught-up', position: formatPosition(this.epoch, number) };
        while (this.log.length === number && !signal.aborted) await this.bell.wait(signal);
      }
    }
  }

  async end(): Promise<string> {
    return formatPosition(this.epoch, this.log.length);
  }

  async latest(): Promise<StoredEvent | undefined> {
    const last = this.log.at(-1);
    return last === undefined ? undefined : this.copyOf(last);
  }

  private answerRepeat(
    stream: string,
    landed: readonly HeldEvent[],
    sent: readonly SerialisedEvent[],
    expected: ExpectedRevision,
  ): AppendResult {
    if (landed.length === sent.length && landed.every((event, at) => event.id === sent[at]?.id))
      return this.resultOf(landed.at(-1));
    throw new LedgerError('CONCURRENCY_CONFLICT', `The stream ${stream} does not stand at revision ${expected}.`);
  }

  private resultOf(last: HeldEvent | undefined): AppendResult {
    return { revision: last?.revision ?? 0, position: formatPosition(this.epoch, last?.number ?? 0) };
  }

  private copyOf({ stream, revision, number, id, type, data, metadata }: HeldEvent): StoredEvent {
    return {
      id,
      type,
      data: JSON.parse(data) as JsonObject,
      metadata: JSON.parse(metadata) as StoredEvent['metadata'],
      stream,
      revision,
      position: formatPosition(this.epoch, number),
    };
  }
}
