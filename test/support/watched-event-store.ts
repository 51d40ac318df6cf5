import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import type { NewEvent, StoredEvent } from '../../src/ledger/envelope.js';
import type { AppendResult, ExpectedRevision } from '../../src/ledger/ports/event-store.js';

/** Lets a test look at, stop or fail what is appended, and read the whole log without waiting for any policy. */
export class WatchedEventStore extends MemoryEventStore {
  appending: ((events: readonly NewEvent[], stream: string) => void) | undefined;

  override append(stream: string, events: readonly NewEvent[], options: { expected: ExpectedRevision }): Promise<AppendResult> {
    try {
      this.appending?.(events, stream);
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return super.append(stream, events, options);
  }

  async readAll(): Promise<readonly StoredEvent[]> {
    const stopping = new AbortController();
    const events: StoredEvent[] = [];
    for await (const item of this.open({ signal: stopping.signal })) {
      if (item.kind === 'event') events.push(item.event);
      if (item.kind === 'caught-up') break;
    }
    stopping.abort();
    return events;
  }
}
