import { createHash, type Hash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { digestOf, eventDigest } from './canonical-json.js';
import type { NewEvent, StoredEvent } from './envelope.js';
import { LedgerError } from './errors.js';
import { APPEND_BYTES_MAX, EVENTS_PER_APPEND_MAX, type EventFeed, type EventStore } from './ports/event-store.js';
import { KEYS_PER_PAGE_MAX, type KeyPages, type KeyRecord, type Keys } from './ports/keys.js';

/** One end of a copy. */
export interface Side {
  readonly store: EventStore & EventFeed;
  readonly keys: Keys & KeyPages;
}

/** Why nothing (more) is copied; nothing that was there is changed. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
}

/** Named bounds (house rule 9). */
export const SENDS_PER_APPEND_MAX = 8;
const FIRST_PAUSE_MILLISECONDS = 100;
/** Below the port's bound, because an event is measured here before it is serialised there. */
const RUN_BYTES_MAX = APPEND_BYTES_MAX / 2;

/** Told of every key or event that was dealt with. */
export type Progress = (number: number) => void;

type Pause = (milliseconds: number) => Promise<unknown>;
const defaultPause: Pause = (milliseconds) => setTimeout(milliseconds);

/**
 * Copies every key that is missing, destructions too, before any event that may use one. Wrapped keys go as they are, so
 * both sides need the same master key. Answers how many there are.
 */
export async function copyKeys(from: Side, to: Side, progress: Progress): Promise<number> {
  await refuseOtherKeys(from, to);
  let copied = 0;
  for await (const { id, wrapped } of keysOf(from)) {
    if (wrapped === null) await to.keys.destroy(id);
    else {
      const standing = await to.keys.putIfAbsent({ id, wrapped });
      if (standing === 'destroyed' || standing.wrapped !== wrapped) throw otherKey(id);
    }
    progress((copied += 1));
  }
  return copied;
}

/** Before anything is written: a ledger of somebody else must not be left with our keys among its own. */
async function refuseOtherKeys(from: Side, to: Side): Promise<void> {
  for await (const { id, wrapped } of keysOf(to)) {
    const own = await from.keys.get(id);
    if (own !== 'destroyed' && own?.wrapped !== wrapped) throw otherKey(id);
  }
}

const otherKey = (id: string): CopyRefused =>
  new CopyRefused(
    `The target's key ${id} is not that of the source. Copy into an empty ledger, or into a copy of this one that nothing was written to.`,
  );

async function* keysOf({ keys }: Side): AsyncGenerator<KeyRecord> {
  for (let after: string | undefined; ;) {
    const page = await keys.page(after, KEYS_PER_PAGE_MAX);
    yield* page;
    after = page.at(-1)?.id;
    if (after === undefined) return;
  }
}

/**
 * Copies events in their global order, each run of one stream as one append after exactly the revision before it. What the
 * target holds already must be a beginning of the source, event by event: then a copy that was cut short goes on.
 */
export async function copyEvents(
  from: Side,
  to: Side,
  progress: Progress,
  signal: AbortSignal,
  pause: Pause = defaultPause,
): Promise<number> {
  const source = eventsOf(from.store, signal);
  const target = eventsOf(to.store, signal);
  let copied = 0;
  try {
    for await (const held of target) {
      const next = await source.next();
      if (next.done === true || leafOf(next.value) !== leafOf(held))
        throw new CopyRefused(
          `The target's event ${copied + 1}, ${held.id} of ${held.stream}, is not that of the source. Copy into an empty ledger, or into a copy of this one that nothing was written to.`,
        );
      progress((copied += 1));
    }
    let run: StoredEvent[] = [];
    for await (const event of source) {
      if (run.length > 0 && !fits(run, event)) {
        await append(to.store, run, pause);
        progress((copied += run.length));
        run = [];
      }
      run.push(event);
    }
    if (signal.aborted) return copied;
    if (run.length > 0) await append(to.store, run, pause);
    progress((copied += run.length));
    return copied;
  } finally {
    await Promise.all([source.return(undefined), target.return(undefined)]);
  }
}

/**
 * One hash over all leaves of a log in order, and what `accept` makes of its events: two logs with one hash hold the same
 * events in the same streams and the same order. Positions are no part of it, because every engine has its own.
 */
export async function hashOfLeaves(
  feed: EventFeed,
  accept: (event: StoredEvent) => void,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ readonly events: number; readonly hash: string }> {
  const hash: Hash = createHash('sha256');
  let events = 0;
  for await (const event of eventsOf(feed, signal)) {
    hash.update(leafOf(event));
    accept(event);
    progress((events += 1));
  }
  return { events, hash: hash.digest('hex') };
}

/** SHA-256 over the leaf of architecture.md: `{ stream, revision, id, type, schemaVersion, recordedAt, digest }`. */
function leafOf(event: StoredEvent): string {
  const { stream, revision, id, type, metadata } = event;
  const { schemaVersion, recordedAt } = metadata;
  return digestOf({ stream, revision, id, type, schemaVersion, recordedAt, digest: eventDigest(event) });
}

/** The events from the first to the present end. */
async function* eventsOf(feed: EventFeed, signal: AbortSignal): AsyncGenerator<StoredEvent, undefined, undefined> {
  const leaving = new AbortController();
  try {
    for await (const item of feed.open({ signal: AbortSignal.any([signal, leaving.signal]) })) {
      if (item.kind === 'event') yield item.event;
      if (item.kind === 'caught-up') return;
    }
  } finally {
    leaving.abort();
  }
}

function fits(run: readonly StoredEvent[], event: StoredEvent): boolean {
  const first = run[0]!;
  if (first.stream !== event.stream || run.length >= EVENTS_PER_APPEND_MAX) return false;
  return [...run, event].reduce((sum, one) => sum + bytesOf(one), 0) <= RUN_BYTES_MAX;
}

const bytesOf = ({ data, metadata }: StoredEvent): number =>
  Buffer.byteLength(JSON.stringify(data)) + Buffer.byteLength(JSON.stringify(metadata));

/** The identical append is sent again while its outcome is unknown; it is then answered as it was at first. */
async function append(store: EventStore, run: readonly StoredEvent[], pause: Pause): Promise<void> {
  const { stream, revision } = run[0]!;
  const events = run.map(({ id, type, data, metadata }): NewEvent => ({ id, type, data, metadata }));
  for (let sends = 1; ; sends += 1) {
    try {
      await store.append(stream, events, { expected: revision === 0 ? 'none' : revision - 1 });
      return;
    } catch (error) {
      if (error instanceof LedgerError && error.code === 'CONCURRENCY_CONFLICT')
        throw new CopyRefused(`Somebody else writes to ${stream} of the target. Stop every service on it, then copy again.`);
      if (!(error instanceof LedgerError && error.retryable) || sends >= SENDS_PER_APPEND_MAX) throw error;
      await pause(FIRST_PAUSE_MILLISECONDS * 2 ** sends);
    }
  }
}
