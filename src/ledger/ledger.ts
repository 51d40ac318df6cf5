import { LRUCache } from 'lru-cache';
import { v7 as uuidv7 } from 'uuid';
import type { Json } from '../shared/json.js';
import { isRejection, reject, type Rejection } from '../shared/result.js';
import type { Codec } from './codec.js';
import type { Circumstances, Decider } from './decider.js';
import type { Actor, LedgerEvent, NewEvent, Origin } from './envelope.js';
import { isLedgerError, LedgerError } from './errors.js';
import { emptyFold, foldAsKnown, foldEvents, foldToTail, type Folded } from './fold.js';
import type { KeyRing } from './key-ring.js';
import type { Clock } from './ports/clock.js';
import type { AppendResult, EventStore } from './ports/event-store.js';
import { receiptOf, type Receipt } from './receipt.js';
import { StreamQueue } from './stream-queue.js';

/** Named bounds (house rule 9). */
export const STATES_CACHED_MAX = 2_000;
export const DECISIONS_PER_COMMAND_MAX = 8;
export const SENDS_PER_DECISION_MAX = 5;
export const STREAM_EVENTS_MAX = 20_000;
const FIRST_PAUSE_MILLISECONDS = 20;

/** Who sends a command, under which id, and the body as the caller sent it (architecture.md, Command ids). */
export interface CommandEnvelope {
  readonly organization: string;
  readonly commandId: string;
  readonly actor: Actor;
  readonly origin: Origin;
  readonly correlationId: string;
  readonly causationId?: string;
  readonly operation: string;
  readonly body: Json;
  readonly ifMatch?: number | undefined;
}

export interface Execution<State, Command, Event extends LedgerEvent, Facts> {
  readonly decider: Decider<State, Command, Event, Facts>;
  readonly stream: string;
  readonly command: Command;
  readonly envelope: CommandEnvelope;
  /** Reads the definitions to their tail; called anew before every decision. */
  readonly facts: () => Promise<{ readonly facts: Facts; readonly catalogue?: number }>;
}

export type LedgerRejection = Rejection<'IDEMPOTENCY_KEY_REUSED' | 'PRECONDITION_FAILED'>;

/** The one way through which facts enter the log. */
export class Ledger {
  private readonly states = new LRUCache<string, Folded<unknown>>({ max: STATES_CACHED_MAX });
  private readonly queue = new StreamQueue();

  constructor(
    readonly store: EventStore,
    readonly codec: Codec,
    readonly keyRing: KeyRing,
    readonly clock: Clock,
    private readonly pause: (milliseconds: number) => Promise<void> = (milliseconds) =>
      new Promise((resolve) => setTimeout(resolve, milliseconds)),
  ) {}

  execute<State, Command, Event extends LedgerEvent, Facts>(
    execution: Execution<State, Command, Event, Facts>,
  ): Promise<Receipt | Rejection> {
    return this.queue.run(execution.stream, () => this.decideAndAppend(execution));
  }

  private async decideAndAppend<State, Command, Event extends LedgerEvent, Facts>(
    execution: Execution<State, Command, Event, Facts>,
  ): Promise<Receipt | Rejection> {
    const { decider, stream, command, envelope } = execution;
    const cached = this.states.get(stream) as Folded<State> | undefined;
    let folded = cached ?? (await this.load(decider, stream));
    let fresh = cached === undefined;
    for (let decisions = 0; decisions < DECISIONS_PER_COMMAND_MAX; decisions += 1) {
      const fingerprint = await this.fingerprint(envelope, decider.subject?.(folded.state, command), folded.revision >= 0);
      const replayed = await this.replay(stream, folded, envelope.commandId, fingerprint);
      if (replayed !== undefined) return replayed;
      const { facts, catalogue } = await execution.facts();
      const now = this.clock.now();
      const answer = this.answer(decider, command, folded, envelope, {
        facts,
        now,
        actor: envelope.actor,
        origin: envelope.origin,
      });
      const full = !isRejection(answer) && folded.revision + 1 + answer.length > STREAM_EVENTS_MAX;
      if (isRejection(answer) || answer.length === 0 || full) {
        // No append will check this answer, so a read must: a cached state may be older than the store.
        const seen = folded.revision;
        if (!fresh) folded = await this.load(decider, stream);
        fresh = true;
        if (folded.revision !== seen) continue;
        if (full) throw new LedgerError('STREAM_FULL', `A stream holds at most ${STREAM_EVENTS_MAX} events.`);
        return isRejection(answer) ? answer : this.unchanged(stream, folded);
      }
      const events = await this.encode(envelope, answer, { now, fingerprint: fingerprint.value, catalogue });
      const landed = await this.appendDecision(stream, events, folded.revision);
      if (landed !== undefined) return this.confirm(decider, stream, folded, events, landed);
      // An instance with a queue on this record folds nothing anew and wins every round, so who lost twice lets it go ahead.
      const isBetween = decisions > 0 && decisions < DECISIONS_PER_COMMAND_MAX - 1;
      if (isBetween) await this.pause(FIRST_PAUSE_MILLISECONDS * 2 ** decisions);
      folded = await this.load(decider, stream);
      fresh = true;
      const own = folded.commands.get(envelope.commandId);
      if (own !== undefined) {
        const stored = await this.store.read(stream, { from: own.first, limit: own.last - own.first + 1 });
        // The append that we held for lost had landed: it is our own first decision, not a repeat.
        if (stored[0]?.id === events[0]?.id) return receiptOf('recorded', stored);
      }
    }
    throw new LedgerError(
      'CONCURRENCY_CONFLICT',
      `Others wrote to the same record ${DECISIONS_PER_COMMAND_MAX} times in between.`,
    );
  }

  private answer<State, Command, Event extends LedgerEvent, Facts>(
    decider: Decider<State, Command, Event, Facts>,
    command: Command,
    folded: Folded<State>,
    envelope: CommandEnvelope,
    circumstances: Circumstances<Facts>,
  ): readonly Event[] | Rejection {
    if (envelope.ifMatch !== undefined && envelope.ifMatch !== folded.callerRevision) {
      return reject(
        'PRECONDITION_FAILED',
        `The record stands at "${folded.callerRevision}", not at "${envelope.ifMatch}". Read it again and decide anew.`,
      );
    }
    return decider.decide(command, folded.state, circumstances);
  }

  private async replay<State>(
    stream: string,
    folded: Folded<State>,
    commandId: string,
    fingerprint: { value: string; comparable: boolean },
  ): Promise<Receipt | LedgerRejection | undefined> {
    const known = folded.commands.get(commandId);
    if (known === undefined) return undefined;
    if (fingerprint.comparable && known.fingerprint !== fingerprint.value) {
      return reject(
        'IDEMPOTENCY_KEY_REUSED',
        'This id was used before for another request. Repeat the first one exactly, or take a new id; to change what was recorded, send a correction.',
      );
    }
    return receiptOf('replayed', await this.store.read(stream, { from: known.first, limit: known.last - known.first + 1 }));
  }

  private unchanged<State>(stream: string, folded: Folded<State>): Receipt {
    return {
      outcome: 'unchanged',
      stream,
      revision: folded.revision,
      position: folded.position,
      eventIds: [],
      etag: folded.callerRevision,
    };
  }

  private async fingerprint(
    envelope: CommandEnvelope,
    subject: string | undefined,
    known: boolean,
  ): Promise<{ value: string; comparable: boolean }> {
    const { organization, operation, body } = envelope;
    const value = await this.keyRing.fingerprint(organization, subject, operation, body, known ? 'existing' : 'existing-or-new');
    if (value !== undefined) return { value, comparable: true };
    // The subject was erased: a repeat gets its receipt uncompared, a new command is fingerprinted by the organization.
    const fallback = await this.keyRing.fingerprint(organization, undefined, operation, body);
    return { value: fallback!, comparable: false };
  }

  private encode(
    envelope: CommandEnvelope,
    events: readonly LedgerEvent[],
    made: { now: string; fingerprint: string; catalogue: number | undefined },
  ): Promise<readonly NewEvent[]> {
    const metadata = {
      recordedAt: made.now,
      commandId: envelope.commandId,
      fingerprint: made.fingerprint,
      $correlationId: envelope.correlationId,
      $causationId: envelope.causationId ?? envelope.commandId,
      actor: envelope.actor,
      origin: envelope.origin,
      ...(made.catalogue === undefined ? {} : { basedOn: { catalogue: made.catalogue } }),
    };
    return Promise.all(events.map((event) => this.codec.encode(envelope.organization, event, uuidv7(), metadata)));
  }

  /**
   * Appends one decision, sending the identical append again while its outcome is unknown. Undefined when the stream
   * moved on, so that the caller must fold again (architecture.md, Unknown outcomes).
   */
  private async appendDecision(stream: string, events: readonly NewEvent[], revision: number): Promise<AppendResult | undefined> {
    const expected = revision === -1 ? 'none' : revision;
    let unknown: LedgerError | undefined;
    for (let sends = 0; sends < SENDS_PER_DECISION_MAX; sends += 1) {
      if (unknown !== undefined) {
        await this.pause(FIRST_PAUSE_MILLISECONDS * 2 ** sends);
        const later = await this.readAfterUnknown(stream, revision + 1);
        if (later === 'moved') return undefined;
      }
      try {
        return await this.store.append(stream, events, { expected });
      } catch (error) {
        if (isLedgerError(error, 'CONCURRENCY_CONFLICT')) return undefined;
        if (isLedgerError(error, 'COMMIT_UNKNOWN')) unknown = error;
        else if (unknown === undefined || !isLedgerError(error, 'STORE_UNAVAILABLE')) throw error;
      }
    }
    throw unknown!;
  }

  /** While the stream still stands where it stood, absence proves nothing; a store that cannot be read says nothing either. */
  private async readAfterUnknown(stream: string, from: number): Promise<'moved' | 'unmoved'> {
    try {
      return (await this.store.read(stream, { from, limit: 1 })).length > 0 ? 'moved' : 'unmoved';
    } catch (error) {
      if (isLedgerError(error, 'STORE_UNAVAILABLE')) return 'unmoved';
      throw error;
    }
  }

  /** Folds what was just stored, exactly as it was sent; only the last position is known without reading, and no other is needed. */
  private confirm<State, Command, Event extends LedgerEvent, Facts>(
    decider: Decider<State, Command, Event, Facts>,
    stream: string,
    folded: Folded<State>,
    events: readonly NewEvent[],
    landed: AppendResult,
  ): Receipt {
    const stored = events.map((event, index) => ({
      ...event,
      stream,
      revision: folded.revision + 1 + index,
      position: landed.position,
    }));
    this.states.set(stream, foldEvents(decider as Decider<State, never, Event, never>, this.codec, folded, stored));
    return receiptOf('recorded', stored);
  }

  /** The stream folded to the last event that was recorded by an instant. */
  asKnown<State, Event extends LedgerEvent>(
    decider: Decider<State, never, Event, never>,
    stream: string,
    knownAt: string,
  ): Promise<Folded<State>> {
    return foldAsKnown(this.store, decider, this.codec, stream, knownAt);
  }

  /** The stream folded to its tail as the store has it now. */
  async load<State, Event extends LedgerEvent>(
    decider: Decider<State, never, Event, never>,
    stream: string,
  ): Promise<Folded<State>> {
    const known = (this.states.get(stream) as Folded<State> | undefined) ?? emptyFold(decider.initial);
    const folded = await foldToTail(this.store, decider, this.codec, stream, known);
    if (folded.revision >= 0) this.states.set(stream, folded);
    return folded;
  }
}
