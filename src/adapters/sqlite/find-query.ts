import type { Cursor, SortValue } from '../../projections/ports/cursor.js';
import type { FindOptions } from '../../projections/ports/read-model-store.js';
import { assert } from '../../shared/assert.js';

interface Condition {
  readonly where: string;
  readonly values: readonly (string | number | null)[];
}

/** One statement's condition and order; the segments of a find, in turn, give its documents in order. */
export interface Segment extends Condition {
  /** Only the columns that the condition leaves open: the planner would sort by the fixed ones instead of reading the index. */
  readonly orderBy: string;
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
  const base = baseCondition(fields, options);
  const descending = options.descending === true;
  const columns = [...fields.slice(options.equals.length).map(fieldExpression), 'key'];
  if (after === undefined) return [segment([base], columns, descending)];
  const values = [...after.values.map(bound), after.key];
  const segments: Segment[] = [];
  for (let depth = columns.length - 1; depth >= 0; depth -= 1) {
    const same = columns.slice(0, depth).map((column, at) => equalTo(column, values[at] ?? null));
    for (const later of laterThan(columns[depth] ?? 'key', values[depth] ?? null, descending)) {
      segments.push(segment([base, ...same, later], columns.slice(later.isFixed ? depth + 1 : depth), descending));
    }
  }
  return segments;
}

function segment(conditions: readonly Condition[], open: readonly string[], descending: boolean): Segment {
  return {
    where: conditions.flatMap(({ where }) => (where === '' ? [] : [where])).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
    orderBy: open.map((column) => `${column} ${descending ? 'DESC' : 'ASC'}`).join(', '),
  };
}

function baseCondition(fields: readonly string[], { equals, from, to }: FindOptions): Condition {
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

/** Not `IS ?`, which the planner does not take for a fixed column. */
const equalTo = (column: string, value: string | number | null): Condition =>
  value === null ? { where: `${column} IS NULL`, values: [] } : { where: `${column} = ?`, values: [value] };

/** What comes after a value in one column, where null comes before everything; `isFixed` where that is one value only. */
function laterThan(
  column: string,
  value: string | number | null,
  descending: boolean,
): readonly (Condition & { isFixed: boolean })[] {
  if (!descending) {
    const later = value === null ? { where: `${column} IS NOT NULL`, values: [] } : { where: `${column} > ?`, values: [value] };
    return [{ ...later, isFixed: false }];
  }
  if (value === null) return [];
  const smaller = { where: `${column} < ?`, values: [value], isFixed: false };
  return column === 'key' ? [smaller] : [smaller, { ...equalTo(column, null), isFixed: true }];
}
