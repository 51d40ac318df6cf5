import { assert } from '../../shared/assert.js';
import type { NewEvent } from '../envelope.js';
import { LedgerError } from '../errors.js';
import { APPEND_BYTES_MAX, EVENTS_PER_APPEND_MAX, READ_PAGE_MAX, type ExpectedRevision } from './event-store.js';

/** An event whose data and metadata are JSON text already: what a store writes and what the bounds are measured on. */
export interface SerialisedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

export interface SerialisedAppend {
  readonly events: readonly SerialisedEvent[];
  readonly bytes: number;
}

/** Serialises an append and holds it to the port's bounds, here once, so that every engine refuses the same appends. */
export function serialiseAppend(events: readonly NewEvent[], expected: ExpectedRevision): SerialisedAppend {
  assert(events.length > 0 && events.length <= EVENTS_PER_APPEND_MAX, `an append holds 1 to ${EVENTS_PER_APPEND_MAX} events`);
  assert(expected === 'none' || isNatural(expected), 'the expected revision is a natural number or none');
  const serialised = events.map(({ id, type, data, metadata }) => ({
    id,
    type,
    data: JSON.stringify(data),
    metadata: JSON.stringify(metadata),
  }));
  const bytes = serialised.reduce((sum, event) => sum + serialisedBytes(event), 0);
  if (bytes > APPEND_BYTES_MAX) {
    throw new LedgerError('EVENT_TOO_LARGE', `An append of ${bytes} bytes is above the bound of ${APPEND_BYTES_MAX}.`);
  }
  return { events: serialised, bytes };
}

export interface ReadRange {
  readonly from: number | undefined;
  readonly limit: number;
  readonly backwards: boolean;
}

/** The options of a read with their defaults, held to the port's bounds. */
export function readRange(options: { from?: number; limit?: number; backwards?: boolean } = {}): ReadRange {
  const { from, limit = READ_PAGE_MAX, backwards = false } = options;
  assert(isNatural(limit) && limit >= 1 && limit <= READ_PAGE_MAX, `a read's limit is 1 to ${READ_PAGE_MAX}`);
  assert(from === undefined || isNatural(from), 'a read starts from a natural number');
  return { from, limit, backwards };
}

const serialisedBytes = (event: SerialisedEvent): number =>
  Buffer.byteLength(event.id) + Buffer.byteLength(event.type) + Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata);

const isNatural = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
