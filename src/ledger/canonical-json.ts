import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { assert } from '../shared/assert.js';

/**
 * RFC 8785 form of a plain JSON value. What cannot be represented exactly (undefined, NaN, unsafe integers, unpaired
 * surrogates) is a failed assertion: the schemas at the door keep it out.
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  assert(text !== undefined, 'A value without a JSON form cannot be canonicalized.');
  assert(text.isWellFormed(), 'A text with an unpaired surrogate cannot enter the log.');
  return text;
}

/** SHA-256 over RFC 8785, lower-case hex. */
export function digestOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex');
}

/** The digest of an event as stored, before upcasting: over `{ id, type, data, metadata }` (ADR 0001). */
export function eventDigest(event: { id: string; type: string; data: unknown; metadata: unknown }): string {
  return digestOf({ id: event.id, type: event.type, data: event.data, metadata: event.metadata });
}
