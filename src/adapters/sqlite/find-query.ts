import type { Cursor, SortValue } from '../../projections/ports/cursor.js';
import type { FindOptions } from '../../projections/ports/read-model-store.js';
import { assert } from '../../shared/assert.js';

/** One statement's condition; the segments of a find, in turn, give its documents in order. */
export interface Segment {
  readonly where: string;
  readonly values: readonly (string | number | null)[];
}

const FIELD = /^[A-Za-z_$][A-Za-z0-9_$-]*$/;

/** The expression of a field, letter for letter the same in the index and in the query, as the planner matches them so. */
export function fieldExpression(field: string): string {
  assert(FIELD.test(field), `an indexed field has a plain name, not ${field}`);
  return `json_extract(body, '$."${field}"')`;
}

/** The engine has no booleans; json_extract makes them 1 and 0. */
export const bound = (value: SortValue): string | number | null => (typeof value === 'boolean' ? Number(value) : value);

/**
 * The conditions of a find. A keyset cursor over several fields, some of them null, is a chain of ORs that no index
 * serves; taken apart into segments (same values and a later key, same values but a later last field, and so on), each
 * is one seek in the index, so a deep page costs what the first does.
 */
export function segmentsOf(fields: readonly string[], options: FindOptions, after: Cursor | undefined): readonly Segment[] {
  const base = baseSegment(fields, options);
  if (after === undefined) return [base];
  const descending = options.descending === true;
  const columns = [...fields.slice(options.equals.length).map(fieldExpression), 'key'];
  const values = [...after.values.map(bound), after.key];
  const segments: Segment[] = [];
  for (let depth = columns.length - 1; depth >= 0; depth -= 1) {
    const same = columns.slice(0, depth).map((column) => `${column} IS ?`);
    for (const later of laterThan(columns[depth] ?? 'key', values[depth] ?? null, descending)) {
      segments.push({
        where: [base.where, ...same, later.where].filter((part) => part !== '').join(' AND '),
        values: [...base.values, ...values.slice(0, depth), ...later.values],
      });
    }
  }
  return segments;
}

function baseSegment(fields: readonly string[], { equals, from, to }: FindOptions): Segment {
  const parts = fields.slice(0, equals.length).map((field) => `${fieldExpression(field)} = ?`);
  const values = equals.map(bound);
  const ranged = fields[equals.length];
  for (const [operator, value] of [['>=', from] as const, ['<=', to] as const]) {
    if (value === undefined) continue;
    assert(ranged !== undefined, 'a bound needs a field of the index after the equal ones');
    parts.push(`${fieldExpression(ranged)} ${operator} ?`);
    values.push(value);
  }
  return { where: parts.join(' AND '), values };
}

/** What comes after a value in one column, where null comes before everything. */
function laterThan(column: string, value: string | number | null, descending: boolean): readonly Segment[] {
  if (!descending)
    return value === null ? [{ where: `${column} IS NOT NULL`, values: [] }] : [{ where: `${column} > ?`, values: [value] }];
  if (value === null) return [];
  const smaller: Segment = { where: `${column} < ?`, values: [value] };
  return column === 'key' ? [smaller] : [smaller, { where: `${column} IS NULL`, values: [] }];
}
