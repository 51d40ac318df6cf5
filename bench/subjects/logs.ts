import type { EventFeed, EventStore } from '../../src/ledger/ports/event-store.js';
import { EVENTS_PER_STREAM, sampleEvent } from '../samples.js';

const EVENTS_IN_LOG = 20_000;
const APPENDS_AT_A_TIME = 100;

/** A log of records of the usual length. */
export async function fill(store: EventStore): Promise<void> {
  const streams = EVENTS_IN_LOG / EVENTS_PER_STREAM;
  for (let first = 0; first < streams; first += APPENDS_AT_A_TIME) {
    const appends = Array.from({ length: APPENDS_AT_A_TIME }, (_, at) =>
      store.append(`counter-acme-${first + at}`, Array.from({ length: EVENTS_PER_STREAM }, sampleEvent), { expected: 'none' }),
    );
    await Promise.all(appends);
  }
}

/** Follows a feed from the first event until it has caught up, as the runner of a projection does; answers how many came. */
export async function followed(feed: EventFeed): Promise<number> {
  const stop = new AbortController();
  let count = 0;
  for await (const item of feed.open({ signal: stop.signal })) {
    if (item.kind === 'event') count += 1;
    if (item.kind === 'caught-up') break;
  }
  stop.abort();
  return count;
}

/** Holds a reading of the log to its length: who leaves events out is fast for nothing. */
export function whole(count: number): number {
  if (count !== EVENTS_IN_LOG) throw new Error(`A reading of the measure had ${count} events instead of ${EVENTS_IN_LOG}.`);
  return count;
}
