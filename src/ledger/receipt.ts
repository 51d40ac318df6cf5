import type { StoredEvent } from './envelope.js';

/** What a command's caller gets, read from the stored events; `position` may be sent back as `minPosition`. */
export interface Receipt {
  readonly outcome: 'recorded' | 'replayed' | 'unchanged';
  readonly stream: string;
  /** Revision of the last event of the command, -1 when the stream is still empty. */
  readonly revision: number;
  readonly position: string | null;
  readonly eventIds: readonly string[];
  /** The resource's revision for `If-Match`: that of the last event that no policy wrote. */
  readonly etag: number;
}

export function receiptOf(outcome: 'recorded' | 'replayed', events: readonly StoredEvent[]): Receipt {
  const last = events[events.length - 1]!;
  return {
    outcome,
    stream: last.stream,
    revision: last.revision,
    position: last.position,
    eventIds: events.map(({ id }) => id),
    etag: last.revision,
  };
}
