import { assert } from '../shared/assert.js';
import type { Codec } from './codec.js';
import type { Decider } from './decider.js';
import type { LedgerEvent, StoredEvent } from './envelope.js';
import { READ_PAGE_MAX, type EventStore } from './ports/event-store.js';

/** What is remembered of a command that the stream already holds. */
export interface KnownCommand {
  readonly fingerprint: string;
  readonly first: number;
  readonly last: number;
}

/** A stream folded to a revision; -1 is a stream that does not exist yet. */
export interface Folded<State> {
  readonly state: State;
  readonly revision: number;
  readonly position: string | null;
  /** The revision of the last event whose origin is not a policy: the resource's ETag. */
  readonly callerRevision: number;
  /** Only added to, and only with events that the store confirmed, so a later fold may share it. */
  readonly commands: Map<string, KnownCommand>;
}

export const emptyFold = <State>(initial: State): Folded<State> => ({
  state: initial,
  revision: -1,
  position: null,
  callerRevision: -1,
  commands: new Map(),
});

/** Folds further events of the same stream; a gap between them is a bug of the store's adapter. */
export function foldEvents<State, Event extends LedgerEvent>(
  decider: Decider<State, never, Event, never>,
  codec: Codec,
  folded: Folded<State>,
  events: readonly StoredEvent[],
): Folded<State> {
  let { state, revision, position, callerRevision } = folded;
  for (const stored of events) {
    assert(stored.revision === revision + 1, `Stream ${stored.stream} jumps from revision ${revision} to ${stored.revision}.`);
    const { event } = codec.decode(stored);
    const { recordedAt, commandId, fingerprint, origin, actor } = stored.metadata;
    state = decider.evolve(state, event as Event, { revision: stored.revision, recordedAt, person: actor.person });
    ({ revision, position } = stored);
    if (origin.kind !== 'policy') callerRevision = revision;
    const known = folded.commands.get(commandId);
    folded.commands.set(commandId, { fingerprint, first: known?.first ?? revision, last: revision });
  }
  return { state, revision, position, callerRevision, commands: folded.commands };
}

/** The stream as it was known at an instant: up to the last event that was recorded by then. */
export async function foldAsKnown<State, Event extends LedgerEvent>(
  store: EventStore,
  decider: Decider<State, never, Event, never>,
  codec: Codec,
  stream: string,
  knownAt: string,
): Promise<Folded<State>> {
  const instant = Date.parse(knownAt);
  let current = emptyFold(decider.initial);
  let known = current;
  for (;;) {
    const page = await store.read(stream, { from: current.revision + 1, limit: READ_PAGE_MAX });
    for (const stored of page) {
      current = foldEvents(decider, codec, current, [stored]);
      if (Date.parse(stored.metadata.recordedAt) <= instant) known = current;
    }
    if (page.length < READ_PAGE_MAX) return known;
  }
}

/** Reads a stream from where `folded` stands to its tail, in bounded pages. */
export async function foldToTail<State, Event extends LedgerEvent>(
  store: EventStore,
  decider: Decider<State, never, Event, never>,
  codec: Codec,
  stream: string,
  folded: Folded<State>,
): Promise<Folded<State>> {
  let current = folded;
  for (;;) {
    const page = await store.read(stream, { from: current.revision + 1, limit: READ_PAGE_MAX });
    current = foldEvents(decider, codec, current, page);
    if (page.length < READ_PAGE_MAX) return current;
  }
}
