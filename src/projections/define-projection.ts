import type { DecodedEvent } from '../ledger/envelope.js';
import type { StreamName } from '../ledger/stream-name.js';
import type { JsonObject } from '../shared/json.js';

/** An event with the parts of its stream's name, as a projection sees it. */
export interface ProjectedEvent extends DecodedEvent {
  readonly stream: StreamName;
}

/**
 * A read model, pure: one event changes at most one document. `fold` answers undefined when nothing changes. Documents
 * hold sealed values as they are in the log. Raise `version` when the shape or a rule changes: the runner builds the new
 * one beside the old.
 */
export interface Projection {
  readonly name: string;
  readonly version: number;
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** The key of the document that this event concerns, or undefined when it concerns none. */
  keyOf(event: ProjectedEvent): string | undefined;
  fold(document: JsonObject | undefined, event: ProjectedEvent): JsonObject | undefined;
}
