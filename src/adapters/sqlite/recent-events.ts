import type { StoredEvent } from '../../ledger/envelope.js';
import { assert } from '../../shared/assert.js';
import { eventOf, rowBytes, type EventRow } from './event-rows.js';

const RECENT_EVENTS_MAX = 2_048;
const RECENT_BYTES_MAX = 32_000_000;

interface RecentEvent {
  readonly row: EventRow;
  /** Parsed when the first follower asks, so that an append nobody follows costs no parsing. */
  event?: StoredEvent;
}

/** The latest events, parsed once for all live followers instead of once for each. */
export class RecentEvents {
  private readonly held = new Map<number, RecentEvent>();
  private bytes = 0;
  private newest = 0;

  constructor(private readonly epoch: string) {}

  add(row: EventRow): void {
    assert(this.held.size === 0 || row[0] === this.newest + 1, 'recent events have no gap');
    this.newest = row[0];
    this.held.set(row[0], { row });
    this.bytes += rowBytes(row);
    while (this.held.size > RECENT_EVENTS_MAX || this.bytes > RECENT_BYTES_MAX) this.dropOldest();
  }

  /** At most `limit` events after position `number`, or undefined when that reaches further back than what is held. */
  after(number: number, limit: number): readonly StoredEvent[] | undefined {
    if (!this.held.has(number + 1)) return undefined;
    const events: StoredEvent[] = [];
    for (let at = number + 1; at <= this.newest && events.length < limit; at += 1) {
      const recent = this.held.get(at);
      assert(recent !== undefined, 'recent events have no gap');
      recent.event ??= frozen(eventOf(recent.row, this.epoch));
      events.push(recent.event);
    }
    return events;
  }

  private dropOldest(): void {
    const oldest = this.held.entries().next().value;
    if (oldest === undefined) return;
    this.held.delete(oldest[0]);
    this.bytes -= rowBytes(oldest[1].row);
  }
}

/** Several followers are handed the same object, so none may change it under the others. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
