import { createCipheriv, randomBytes } from 'node:crypto';
import { assert } from '../../shared/assert.js';
import {
  headerBytes,
  labelled,
  NONCE_PREFIX_BYTES,
  SALT_BYTES,
  SEGMENT_BYTES,
  segmentNonce,
  SEGMENTS_MAX,
  type FileHeader,
} from './stream-format.js';

export interface FileRandomness {
  readonly salt: Buffer;
  readonly noncePrefix: Buffer;
}

export const newRandomness = (): FileRandomness => ({
  salt: randomBytes(SALT_BYTES),
  noncePrefix: randomBytes(NONCE_PREFIX_BYTES),
});

/** Encrypts one file piece by piece. A full segment waits until more comes, as only the last one may be sealed as the last. */
export class Encryptor {
  readonly header: Buffer;
  private readonly parsed: FileHeader;
  private readonly key: Buffer;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private index = 0;
  private ended = false;

  constructor(fileKey: Buffer, { salt, noncePrefix }: FileRandomness) {
    this.parsed = { salt, noncePrefix, commitment: labelled(fileKey, 'commitment') };
    this.header = headerBytes(this.parsed);
    this.key = labelled(fileKey, 'encryption');
  }

  /** Takes plain bytes and answers the ciphertext of the segments that they filled. */
  update(plain: Buffer): readonly Buffer[] {
    assert(!this.ended, 'nothing is added to a file that was ended');
    this.held.push(plain);
    this.heldBytes += plain.length;
    if (this.heldBytes <= SEGMENT_BYTES) return [];
    const bytes = Buffer.concat(this.held);
    const sealed: Buffer[] = [];
    let at = 0;
    for (; bytes.length - at > SEGMENT_BYTES; at += SEGMENT_BYTES)
      sealed.push(this.seal(bytes.subarray(at, at + SEGMENT_BYTES), false));
    // Copied, so that the rest does not keep all of what it was cut from.
    this.held = [Buffer.from(bytes.subarray(at))];
    this.heldBytes = bytes.length - at;
    return sealed;
  }

  /** The ciphertext of the last segment. */
  end(): Buffer {
    assert(!this.ended, 'a file is ended once');
    this.ended = true;
    return this.seal(Buffer.concat(this.held), true);
  }

  private seal(plain: Buffer, isLast: boolean): Buffer {
    assert(this.index < SEGMENTS_MAX, `a file has at most ${SEGMENTS_MAX} segments`);
    const cipher = createCipheriv('aes-256-gcm', this.key, segmentNonce(this.parsed.noncePrefix, this.index, isLast));
    cipher.setAAD(this.header);
    this.index += 1;
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
}
