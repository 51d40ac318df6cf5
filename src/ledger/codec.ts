import { LRUCache } from 'lru-cache';
import { assert } from '../shared/assert.js';
import type { Json, JsonObject } from '../shared/json.js';
import { LedgerError } from './errors.js';
import type { EventRegistry } from './event-registry.js';
import type { DecodedEvent, EventMetadata, LedgerEvent, NewEvent, StoredEvent } from './envelope.js';
import type { KeyRing } from './key-ring.js';

/** Decoded events shared by the readers that follow the tail together. */
const DECODED_CACHE_ENTRIES = 2_048;

/** The one place where events are sealed, validated, encoded, decoded and upcast. */
export class Codec {
  private readonly decoded = new LRUCache<string, LedgerEvent>({ max: DECODED_CACHE_ENTRIES });

  constructor(
    readonly registry: EventRegistry,
    private readonly keyRing: KeyRing,
  ) {}

  /** The same codec with other keys, for a dry run. */
  with(keyRing: KeyRing): Codec {
    return new Codec(this.registry, keyRing);
  }

  /** Seals the fields that the registry names and checks the result against the schema; a mismatch is a bug. */
  async encode(
    organization: string,
    event: LedgerEvent,
    id: string,
    metadata: Omit<EventMetadata, 'schemaVersion'>,
  ): Promise<NewEvent> {
    const definition = this.registry.find(event.type);
    assert(definition !== undefined, `The event type ${event.type} is not registered.`);
    const data: Record<string, Json> = { ...(event.data as JsonObject) };
    for (const { field, subject } of definition.sealed) {
      const plain = data[field];
      if (plain === undefined) continue;
      const key = data[subject];
      assert(typeof key === 'string', `${event.type}.${subject} does not name the subject of ${field}.`);
      data[field] = await this.keyRing.seal(organization, plain, { key, event: id, field: `${event.type}.${field}` });
    }
    const checked = definition.schema.safeParse(data);
    assert(checked.success, `The decision made a ${event.type} that does not fit its schema: ${checked.error?.message ?? ''}`);
    // What was just checked need not be checked again by the readers that follow.
    this.decoded.set(id, { type: event.type, data: checked.data });
    return { id, type: event.type, data, metadata: { schemaVersion: definition.version, ...metadata } };
  }

  /** Upcasts and validates; an unknown type, a newer version or a misfit stops the reader with HISTORY_DAMAGED. */
  decode(stored: StoredEvent): DecodedEvent {
    const known = this.decoded.get(stored.id);
    if (known !== undefined) return { event: known, stored };
    const definition = this.registry.find(stored.type);
    if (definition === undefined) throw unreadable(stored, 'its type is not known to this version of certledger');
    const version = stored.metadata.schemaVersion;
    if (!Number.isSafeInteger(version) || version < 1 || version > definition.version)
      throw unreadable(stored, `its schema version ${String(version)} is not known`);
    let data = stored.data;
    for (const upcast of definition.upcasters.slice(version - 1)) data = upcast(data);
    const checked = definition.schema.safeParse(data);
    if (!checked.success) throw unreadable(stored, 'its data does not fit the schema of its type');
    const event = { type: stored.type, data: checked.data };
    this.decoded.set(stored.id, event);
    return { event, stored };
  }
}

function unreadable(stored: StoredEvent, why: string): LedgerError {
  return new LedgerError(
    'HISTORY_DAMAGED',
    `Event ${stored.id} (${stored.type}, position ${stored.position}) cannot be read: ${why}.`,
  );
}
