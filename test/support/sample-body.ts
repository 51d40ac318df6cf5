/** A JSON Schema as the OpenAPI document holds it, as far as the sampler reads it. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly format?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** What a text of one name must be, so that it means something in the ledger under test. */
export type Named = Readonly<Record<string, unknown>>;

/**
 * The smallest body that a schema lets pass, made from the OpenAPI document itself, so that an operation which is added
 * tomorrow is tried like those of today. `named` gives the values of fields whose meaning no schema can say.
 */
export function sampleBody(schema: Schema, named: Named, components: Readonly<Record<string, Schema>>, name = ''): unknown {
  if (Object.hasOwn(named, name)) return named[name];
  const again = (next: Schema, nextName = name): unknown => sampleBody(next, named, components, nextName);
  if (schema.$ref !== undefined) return again(components[schema.$ref.split('/').at(-1)!]!);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice !== undefined) return again(choice[0]!);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries((schema.required ?? []).map((field) => [field, again(schema.properties?.[field] ?? {}, field)]));
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => again(schema.items ?? {}, `${name}[]`));
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1);
    case 'boolean':
      return true;
    case undefined:
    default:
      return textOf(schema.format);
  }
}

function textOf(format: string | undefined): string {
  if (format === 'date') return '2024-05-01';
  if (format === 'date-time') return '2024-05-01T00:00:00Z';
  if (format === 'uuid') return '0190a1b2-0000-4000-8000-000000000001';
  return 'sample';
}
