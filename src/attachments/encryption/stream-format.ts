import { createHmac } from 'node:crypto';

/**
 * The layout of an encrypted file, version 1 (ADR 0014): the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (2015)
 * over AES-256-GCM. Header, then segments; each is sealed under a nonce of its own, prefix ‖ counter ‖ last, so that none can be
 * left out, moved, swapped or added, and any of them can be opened without the others.
 */
export const FORMAT_VERSION = 1;
const MAGIC = Buffer.from('CLF');
export const SALT_BYTES = 32;
export const NONCE_PREFIX_BYTES = 7;
const COMMITMENT_BYTES = 32;
export const HEADER_BYTES = MAGIC.length + 1 + SALT_BYTES + NONCE_PREFIX_BYTES + COMMITMENT_BYTES;

export const SEGMENT_BYTES = 65_536;
export const TAG_BYTES = 16;
/** The counter has four bytes. */
export const SEGMENTS_MAX = 2 ** 32;

export interface FileHeader {
  readonly salt: Buffer;
  readonly noncePrefix: Buffer;
  /** Binds the file's key, so that no other key opens the same bytes to another text. */
  readonly commitment: Buffer;
}

export const headerBytes = ({ salt, noncePrefix, commitment }: FileHeader): Buffer =>
  Buffer.concat([MAGIC, Buffer.from([FORMAT_VERSION]), salt, noncePrefix, commitment]);

/** Undefined where the bytes are no header of this version. */
export function parseHeader(bytes: Buffer): FileHeader | undefined {
  const version = bytes[MAGIC.length];
  if (bytes.length !== HEADER_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC) || version !== FORMAT_VERSION)
    return undefined;
  const salt = MAGIC.length + 1;
  const prefix = salt + SALT_BYTES;
  return {
    salt: bytes.subarray(salt, prefix),
    noncePrefix: bytes.subarray(prefix, prefix + NONCE_PREFIX_BYTES),
    commitment: bytes.subarray(prefix + NONCE_PREFIX_BYTES),
  };
}

export function segmentNonce(noncePrefix: Buffer, index: number, isLast: boolean): Buffer {
  const rest = Buffer.alloc(5);
  rest.writeUInt32BE(index);
  rest[4] = isLast ? 1 : 0;
  return Buffer.concat([noncePrefix, rest]);
}

/** How many segments a plain file of this size has; an empty one has one, so that its end is sealed too. */
export const segmentsOf = (size: number): number => Math.max(1, Math.ceil(size / SEGMENT_BYTES));

export const ciphertextBytes = (size: number): number => HEADER_BYTES + size + segmentsOf(size) * TAG_BYTES;

/** Two keys from the file's one, so that the commitment tells nothing about the other. */
export const labelled = (fileKey: Buffer, use: 'encryption' | 'commitment'): Buffer =>
  createHmac('sha256', fileKey).update(`certledger file ${use} v1`).digest();
