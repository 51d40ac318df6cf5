import { InvalidCursor } from './read-model-store.js';

export type SortValue = string | number | boolean | null;

/** Where a page ended: the values of the sort fields and the key of its last document. */
export interface Cursor {
  readonly values: readonly SortValue[];
  readonly key: string;
}

/**
 * The text holds the values and not an offset, so that documents written, moved or marked between two pages neither
 * repeat nor hide the others. The index's name keeps a cursor from being used on another order.
 */
export function encodeCursor(index: string, cursor: Cursor): string {
  return Buffer.from(JSON.stringify([index, cursor.key, ...cursor.values]), 'utf8').toString('base64url');
}

/** Cursors come from callers outside, so anything that `encodeCursor` did not write for this order is an InvalidCursor. */
export function decodeCursor(index: string, text: string, fields: number): Cursor {
  const parsed = parse(text);
  if (!Array.isArray(parsed)) throw new InvalidCursor();
  const [name, key, ...values] = parsed as unknown[];
  if (name !== index || typeof key !== 'string' || values.length !== fields || !values.every(isSortValue))
    throw new InvalidCursor();
  return { key, values };
}

function parse(text: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const isSortValue = (value: unknown): value is SortValue =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
