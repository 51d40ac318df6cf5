import type { AppendResult, EventStore, ExpectedRevision } from '../ledger/ports/event-store.js';
import type { NewEvent, StoredEvent } from '../ledger/envelope.js';
import { LedgerError } from '../ledger/errors.js';
import type { Keys, WrappedKey } from '../ledger/ports/keys.js';

/** How many events one dry run may hold in memory. */
export const REHEARSED_EVENTS_MAX = 200_000;

/** A store that reads the real one and keeps what is appended to itself: a dry run decides as the real run would, and writes nothing. */
export class RehearsalEventStore implements EventStore {
  private readonly streams = new Map<string, StoredEvent[]>();
  private held = 0;

  constructor(private readonly real: EventStore) {}

  async append(stream: string, events: readonly NewEvent[], { expected }: { expected: ExpectedRevision }): Promise<AppendResult> {
    const first = expected === 'none' ? 0 : expected + 1;
    const last = await this.read(stream, { backwards: true, limit: 1 });
    if ((last[0]?.revision ?? -1) !== first - 1) throw new LedgerError('CONCURRENCY_CONFLICT', 'The stream moved on.');
    if (this.held + events.length > REHEARSED_EVENTS_MAX) throw new RehearsalFull();
    const stored = events.map((event, index) => ({
      ...event,
      stream,
      revision: first + index,
      position: `rehearsal-${stream}-${first + index}`,
    }));
    this.streams.set(stream, [...(this.streams.get(stream) ?? []), ...stored]);
    this.held += events.length;
    return { revision: stored.at(-1)!.revision, position: stored.at(-1)!.position };
  }

  async read(
    stream: string,
    options: { from?: number; limit?: number; backwards?: boolean } = {},
  ): Promise<readonly StoredEvent[]> {
    const own = this.streams.get(stream);
    if (own === undefined) return this.real.read(stream, options);
    if (options.backwards === true) return [own.at(-1)!];
    const { from = 0, limit = own.length } = options;
    const real =
      from < own[0]!.revision
        ? await this.real.read(stream, { ...options, limit: Math.min(limit, own[0]!.revision - from) })
        : [];
    const rehearsed = own.filter(({ revision }) => revision >= from).slice(0, limit - real.length);
    return [...real, ...rehearsed];
  }
}

export class RehearsalFull extends Error {
  override readonly name = 'RehearsalFull';
}

/** Keys of a dry run: the real ones are read, new ones are forgotten with it. */
export class RehearsalKeys implements Keys {
  private readonly own = new Map<string, WrappedKey>();

  constructor(private readonly real: Keys) {}

  async putIfAbsent(key: WrappedKey): Promise<WrappedKey | 'destroyed'> {
    const standing = await this.get(key.id);
    if (standing !== undefined) return standing;
    this.own.set(key.id, key);
    return key;
  }

  async get(id: string): Promise<WrappedKey | 'destroyed' | undefined> {
    return this.own.get(id) ?? this.real.get(id);
  }

  async destroy(): Promise<void> {
    throw new LedgerError('STORE_UNAVAILABLE', 'A dry run destroys nothing.');
  }
}
