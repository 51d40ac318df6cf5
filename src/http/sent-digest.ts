import { timingSafeEqual } from 'node:crypto';

const SHA_256_BYTES = 32;
const MEMBER = /^([a-z*][a-z0-9_\-.*]*)=:([A-Za-z0-9+/]*={0,2}):$/;

/**
 * The SHA-256 of a Content-Digest or Repr-Digest header (RFC 9530); undefined where it names other algorithms only, which are
 * to be ignored, and `malformed` where it is no dictionary of digests.
 */
export function sentDigest(header: string | undefined): Buffer | 'malformed' | undefined {
  if (header === undefined) return undefined;
  const members = header.split(',').map((member) => MEMBER.exec(member.trim()));
  if (members.some((member) => member === null)) return 'malformed';
  const last = members.findLast((member) => member![1] === 'sha-256');
  if (last === undefined) return undefined;
  const digest = Buffer.from(last![2]!, 'base64');
  return digest.length === SHA_256_BYTES ? digest : 'malformed';
}

export const isSameDigest = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
