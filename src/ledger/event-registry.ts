import type { z } from 'zod';
import { assert } from '../shared/assert.js';
import type { JsonObject } from '../shared/json.js';

/** One field whose value is sealed: a top-level field of the data, and the top-level field that names its subject. */
export interface SealedField {
  readonly field: string;
  readonly subject: string;
}

/** An event type as it stands for ever: its current schema, its sealed fields and the pure steps from older versions. */
export interface EventDefinition<Type extends string = string> {
  readonly type: Type;
  readonly version: number;
  /** The data as stored, sealed fields in their sealed form. */
  readonly schema: z.ZodType;
  readonly sealed: readonly SealedField[];
  /** `upcasters[n - 1]` turns version n into n + 1; it never opens a sealed value. */
  readonly upcasters: readonly ((data: JsonObject) => JsonObject)[];
}

export const defineEvent = <Type extends string>(
  type: Type,
  schema: z.ZodType,
  options: { version?: number; sealed?: readonly SealedField[]; upcasters?: EventDefinition['upcasters'] } = {},
): EventDefinition<Type> => ({
  type,
  version: options.version ?? 1,
  schema,
  sealed: options.sealed ?? [],
  upcasters: options.upcasters ?? [],
});

/** All event types of the program; a duplicate or a gap in the versions refuses to boot. */
export class EventRegistry {
  private readonly byType = new Map<string, EventDefinition>();

  constructor(definitions: readonly EventDefinition[]) {
    for (const definition of definitions) {
      assert(!this.byType.has(definition.type), `The event type ${definition.type} is defined twice.`);
      assert(
        definition.upcasters.length === definition.version - 1,
        `${definition.type} needs one upcaster for each version before ${definition.version}.`,
      );
      this.byType.set(definition.type, definition);
    }
  }

  find(type: string): EventDefinition | undefined {
    return this.byType.get(type);
  }

  get definitions(): readonly EventDefinition[] {
    return [...this.byType.values()];
  }
}
