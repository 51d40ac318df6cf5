import type { NewEvent, StoredEvent } from '../envelope.js';

/** The stream's last revision, or `none` while it does not exist. Revisions start at 0 on every engine. */
export type ExpectedRevision = number | 'none';

export interface AppendResult {
  /** Revision and position of the last event written. */
  readonly revision: number;
  readonly position: string;
}

/** Named bounds of the port, the same on every engine (house rule 9). */
export const EVENTS_PER_APPEND_MAX = 256;
export const APPEND_BYTES_MAX = 1_000_000;
export const READ_PAGE_MAX = 1_000;

/**
 * The log. Failures are only CONCURRENCY_CONFLICT, COMMIT_UNKNOWN, STORE_UNAVAILABLE, QUEUE_FULL, EVENT_TOO_LARGE and HISTORY_DAMAGED.
 */
export abstract class EventStore {
  /**
   * Appends all events or none, after exactly `expected`. The identical append (same ids, same expected revision) sent
   * again after it has landed answers as the first did. While the first copy is still under way, a repeat may be
   * COMMIT_UNKNOWN. A beginning of a landed append sent alone may be a repeat (EventStoreDB) or a conflict: only what is
   * identical may be sent again. An empty append or one above the bounds is a failed assertion or EVENT_TOO_LARGE.
   */
  abstract append(stream: string, events: readonly NewEvent[], options: { expected: ExpectedRevision }): Promise<AppendResult>;

  /**
   * At most `limit` (default and maximum READ_PAGE_MAX) events of one stream, from revision `from` on (inclusive;
   * backwards: from there down, default the last one). A missing stream reads as empty. A gap is HISTORY_DAMAGED.
   */
  abstract read(
    stream: string,
    options?: { from?: number; limit?: number; backwards?: boolean },
  ): Promise<readonly StoredEvent[]>;
}

export type FeedItem =
  | { readonly kind: 'event'; readonly event: StoredEvent }
  /** Safe to save though nothing matched: everything before it was taken. */
  | { readonly kind: 'progress'; readonly position: string }
  | { readonly kind: 'caught-up'; readonly position: string };

/** All events in one global order. */
export abstract class EventFeed {
  /**
   * Events after `after` (exclusive; undefined: from the first), then waits for more until `signal` aborts. Pulled, so a
   * slow consumer is back-pressure. `caught-up` is yielded each time the end is reached. A position of another epoch is
   * POSITION_OF_ANOTHER_EPOCH. Followers may be handed the same event, frozen. Where the log cannot be read the iteration
   * fails, and whoever follows opens it again from where it stands.
   */
  abstract open(options: { after?: string | undefined; signal: AbortSignal }): AsyncIterable<FeedItem>;

  /** The position of the last event, or of the beginning. */
  abstract end(): Promise<string>;

  /** The last event of the log; undefined while it is empty. */
  abstract latest(): Promise<StoredEvent | undefined>;
}
