import type { JsonObject } from '../shared/json.js';

/** Who acts: a key, the person behind it as an HMAC, and the role in which this act is done (domain.md, Who acts). */
export interface Actor {
  readonly key: string;
  readonly person?: string;
  /** The organization of the person's own, where a person of the platform acts in another one. */
  readonly home?: string;
  /** The person is known by the word of a trusted service only. */
  readonly asserted?: true;
  readonly role: string;
  readonly onBehalfOf?: string;
  readonly meaning?: string;
}

/** Where a command came from. An import names its source system and batch; a policy its name. */
export type Origin =
  | { readonly kind: 'api' }
  | { readonly kind: 'import'; readonly source: string; readonly batch: string }
  | { readonly kind: 'policy'; readonly policy: string };

/** The metadata of an event as the log stores it; `$correlationId` and `$causationId` are EventStoreDB's reserved names. */
export interface EventMetadata {
  readonly schemaVersion: number;
  /** Our clock at the append, RFC 3339; never an ordering. */
  readonly recordedAt: string;
  readonly commandId: string;
  readonly fingerprint: string;
  readonly $correlationId: string;
  readonly $causationId: string;
  readonly actor: Actor;
  readonly origin: Origin;
  /** The catalogue's revision that the decision used, where it used definitions. */
  readonly basedOn?: { readonly catalogue: number };
}

/** An event on its way into a store: sealed, canonical, with the id made once for its decision. */
export interface NewEvent {
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly metadata: EventMetadata;
}

/** An event as a store returns it, before upcasting. */
export interface StoredEvent extends NewEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: string;
}

/** What a business event is inside the program: a type and its data, sealed values still sealed. */
export interface LedgerEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

/** An event after upcasting and validation, with its envelope. */
export interface DecodedEvent<Event extends LedgerEvent = LedgerEvent> {
  readonly event: Event;
  readonly stored: StoredEvent;
}
