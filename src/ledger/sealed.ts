import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Json } from '../shared/json.js';
import { canonicalJson } from './canonical-json.js';

/** A sealed value as it lies in events and read models: all that is needed to open it but the subject's key (ADR 0001). */
export const sealedSchema = z.strictObject({
  v: z.literal(1),
  key: z.uuid(),
  event: z.uuid(),
  field: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
  commitment: z.string(),
});
export type Sealed = z.infer<typeof sealedSchema>;

/** A sealed field inside the program: plain while decided, sealed once stored. */
export type Secret = string | Sealed;

export const isSealed = (value: unknown): value is Sealed => sealedSchema.safeParse(value).success;

/** The place of one sealed value: whose key, in which event, under which of the registry's field names. */
export interface SealedPlace {
  readonly key: string;
  readonly event: string;
  readonly field: string;
}

/** The key of one field, derived so that this field alone can be disclosed (HKDF, RFC 5869, over key id, event id and field name). */
export function fieldKey(subjectKey: Buffer, place: SealedPlace): Buffer {
  return Buffer.from(
    hkdfSync('sha256', subjectKey, '', canonicalJson(['certledger field v1', place.key, place.event, place.field]), 32),
  );
}

/** AES-256-GCM; the commitment binds the field key, so that a disclosed key opens to one plaintext only. */
export function seal(plain: Json, subjectKey: Buffer, place: SealedPlace): Sealed {
  const key = fieldKey(subjectKey, place);
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', labelled(key, 'encryption'), nonce);
  cipher.setAAD(additionalData(place));
  const ciphertext = Buffer.concat([cipher.update(canonicalJson(plain), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    v: 1,
    ...place,
    nonce: nonce.toString('base64url'),
    ciphertext: ciphertext.toString('base64url'),
    commitment: labelled(key, 'commitment').toString('base64url'),
  };
}

/** Opens with a field key, as an auditor would who was given just that one. Undefined when key and value do not fit. */
export function openWithFieldKey(sealed: Sealed, key: Buffer): Json | undefined {
  const commitment = Buffer.from(sealed.commitment, 'base64url');
  const expected = labelled(key, 'commitment');
  if (commitment.length !== expected.length || !timingSafeEqual(commitment, expected)) return undefined;
  try {
    const bytes = Buffer.from(sealed.ciphertext, 'base64url');
    const decipher = createDecipheriv('aes-256-gcm', labelled(key, 'encryption'), Buffer.from(sealed.nonce, 'base64url'), {
      authTagLength: 16,
    });
    decipher.setAAD(additionalData(sealed));
    decipher.setAuthTag(bytes.subarray(-16));
    return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8')) as Json;
  } catch {
    return undefined;
  }
}

const additionalData = (place: SealedPlace): Buffer => Buffer.from(canonicalJson([place.event, place.field]));
const labelled = (key: Buffer, use: string): Buffer => createHmac('sha256', key).update(`certledger ${use} v1`).digest();
