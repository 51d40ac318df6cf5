import type { Rejection } from '../shared/result.js';
import type { Actor, LedgerEvent, Origin } from './envelope.js';

/** What a decision may know beside command and state: the definitions, the present and who acts. */
export interface Circumstances<Facts> {
  readonly facts: Facts;
  /** The instant of the decision, RFC 3339; it becomes the events' `recordedAt`. */
  readonly now: string;
  readonly actor: Actor;
  readonly origin: Origin;
}

/** Pure rules of one kind of stream: no clock, randomness or I/O inside (house rule 1). */
export interface Decider<State, Command, Event extends LedgerEvent, Facts = undefined> {
  /** The kind of its streams, the first part of their names. */
  readonly kind: string;
  readonly initial: State;
  /** Events to record, none when everything is already as asked, or a refusal. */
  decide(command: Command, state: State, circumstances: Circumstances<Facts>): readonly Event[] | Rejection;
  evolve(state: State, event: Event, at: { revision: number; recordedAt: string; person?: string | undefined }): State;
  /** Whose personal data the stream is about, when the state or the command tells: its key makes the fingerprints. */
  subject?(state: State, command: Command): string | undefined;
}
