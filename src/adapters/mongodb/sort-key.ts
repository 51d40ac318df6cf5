import type { Cursor, SortValue } from '../../projections/ports/cursor.js';
import type { FindOptions } from '../../projections/ports/read-model-store.js';
import { assert } from '../../shared/assert.js';
import type { JsonObject } from '../../shared/json.js';

/**
 * One text for each document and index, whose plain order is the order that the port asks for: nothing, then numbers,
 * then text, field by field, then the key. MongoDB's own order of values differs (booleans come after text, a bound of one
 * type never reaches another type), and a keyset cursor over several fields is a chain of ORs there; with one text, every
 * find is one range of one index, however deep the page.
 *
 * Each value begins with a sign for its kind, and no value's text is the beginning of another's.
 */
const NOTHING = '0';
const NUMBER = '1';
const TEXT = '2';
/** Above the sign of every value. */
const AFTER_ALL = '3';
const END_OF_TEXT = '\u0000\u0000';

export interface SortRange {
  readonly $gt?: string;
  readonly $gte?: string;
  readonly $lt: string;
}

export function sortKeyOf(fields: readonly string[], body: JsonObject, key: string): string {
  return sortText(
    fields.map((field) => sortValue(body, field)),
    key,
  );
}

/** What of the document a cursor keeps. */
export const sortValue = (body: JsonObject, field: string): SortValue => {
  const value = Object.hasOwn(body, field) ? (body[field] ?? null) : null;
  return typeof value === 'object' ? null : value;
};

/** The documents of a find, from those that follow the cursor where one is given. */
export function sortRange(
  fields: readonly string[],
  { equals, from, to, descending }: FindOptions,
  after: Cursor | undefined,
): SortRange {
  assert((from === undefined && to === undefined) || equals.length < fields.length, 'a bound needs a field after the equal ones');
  const prefix = equals.map(textOf).join('');
  // A document whose field is missing or null never matches a bound.
  const lowest = prefix + (from === undefined ? (to === undefined ? '' : NUMBER) : textOf(from));
  const highest = prefix + (to === undefined ? '' : textOf(to)) + AFTER_ALL;
  if (after === undefined) return { $gte: lowest, $lt: highest };
  const last = prefix + sortText(after.values, after.key);
  // The cursor comes from a caller, so the bounds stay beside it.
  if (descending === true) return { $gte: lowest, $lt: isBefore(last, highest) ? last : highest };
  return isBefore(last, lowest) ? { $gte: lowest, $lt: highest } : { $gt: last, $lt: highest };
}

const sortText = (values: readonly SortValue[], key: string): string => [...values, key].map(textOf).join('');

function textOf(value: SortValue): string {
  if (value === null) return NOTHING;
  if (typeof value === 'string') return TEXT + escaped(value) + END_OF_TEXT;
  return NUMBER + ordered(Number(value));
}

/** The bits of a number in hex, turned over so that they compare as the numbers do. */
function ordered(value: number): string {
  const bits = Buffer.alloc(8);
  // The sum makes -0 the 0 that it equals.
  bits.writeDoubleBE(value + 0);
  const isNegative = (bits[0] ?? 0) >= 0x80;
  for (const [at, byte] of bits.entries()) bits[at] = isNegative ? ~byte : at === 0 ? byte | 0x80 : byte;
  return bits.toString('hex');
}

/**
 * A zero stays below everything but the end, which is two of them. What lies above the characters of 16 bits gets a mark,
 * so that servers that compare UTF-8 bytes, as MongoDB does, and those that compare UTF-16 units give one order.
 */
const escaped = (text: string): string =>
  text
    .replaceAll('\u0000', '\u0000\u0001')
    .replace(/[\uffff\u{10000}-\u{10ffff}]/gu, (character) => (character === '\uffff' ? '\uffff\u0001' : `\uffff${character}`));

const isBefore = (left: string, right: string): boolean => Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
