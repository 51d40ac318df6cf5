import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { assert } from '../shared/assert.js';

/**
 * RFC 8785 form of a plain JSON value. Numbers other than safe integers are a failed assertion, because engines and
 * languages differ in how exactly they keep them; an unpaired surrogate throws. The schemas at the door keep both out.
 */
export function canonicalJson(value: unknown): string {
  assertExactNumbers(value);
  const text = canonicalize(value);
  assert(text !== undefined, 'A value without a JSON form cannot be canonicalized.');
  return text;
}

function assertExactNumbers(value: unknown): void {
  if (typeof value === 'number') assert(Number.isSafeInteger(value), `The number ${value} is not a safe integer.`);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(assertExactNumbers);
}

/** SHA-256 over RFC 8785, lower-case hex. */
export function digestOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex');
}

/** The digest of an event as stored, before upcasting: over `{ id, type, data, metadata }` (ADR 0001). */
export function eventDigest(event: { id: string; type: string; data: unknown; metadata: unknown }): string {
  return digestOf({ id: event.id, type: event.type, data: event.data, metadata: event.metadata });
}
