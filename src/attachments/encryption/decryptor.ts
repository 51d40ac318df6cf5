import { createDecipheriv, timingSafeEqual } from 'node:crypto';
import { LedgerError } from '../../ledger/errors.js';
import type { ByteRange } from '../ports/files.js';
import {
  HEADER_BYTES,
  headerBytes,
  labelled,
  SEGMENT_BYTES,
  segmentNonce,
  segmentsOf,
  TAG_BYTES,
  type FileHeader,
} from './stream-format.js';

/** Reads part of the ciphertext; fewer bytes than were asked for are a failure of its own. */
export type ReadCiphertext = (range: ByteRange) => AsyncIterable<Uint8Array>;

/** Opens segments of one file, each by itself. What does not open is damaged: never given out and never skipped. */
export class Decryptor {
  private readonly key: Buffer;
  private readonly header: Buffer;

  /** Throws HISTORY_DAMAGED where the header was made with another key. */
  constructor(
    fileKey: Buffer,
    private readonly parsed: FileHeader,
    private readonly size: number,
    private readonly address: string,
  ) {
    if (!timingSafeEqual(parsed.commitment, labelled(fileKey, 'commitment'))) throw damaged(address, 'its key does not fit it');
    this.key = labelled(fileKey, 'encryption');
    this.header = headerBytes(parsed);
  }

  /** The plain bytes of a range, segment by segment; only the segments that it touches are read. */
  async *open({ from, to }: ByteRange, read: ReadCiphertext): AsyncGenerator<Buffer> {
    const first = Math.floor(from / SEGMENT_BYTES);
    const last = Math.max(first, Math.ceil(to / SEGMENT_BYTES) - 1);
    let index = first;
    for await (const sealed of this.segments(first, last, read)) {
      const plain = this.openSegment(sealed, index);
      const start = index * SEGMENT_BYTES;
      yield plain.subarray(Math.max(0, from - start), Math.max(0, to - start));
      index += 1;
    }
  }

  /** Cuts what arrives in pieces of any length into the segments from `first` to `last`. */
  private async *segments(first: number, last: number, read: ReadCiphertext): AsyncGenerator<Buffer> {
    const range = { from: this.segmentStart(first), to: this.segmentStart(last) + this.segmentBytes(last) };
    let held: Uint8Array[] = [];
    let heldBytes = 0;
    let index = first;
    for await (const piece of read(range)) {
      held.push(piece);
      heldBytes += piece.length;
      if (index > last || heldBytes < this.segmentBytes(index)) continue;
      let bytes = Buffer.concat(held);
      for (; index <= last && bytes.length >= this.segmentBytes(index); index += 1) {
        const length = this.segmentBytes(index);
        yield bytes.subarray(0, length);
        bytes = bytes.subarray(length);
      }
      held = [bytes];
      heldBytes = bytes.length;
    }
    if (index <= last) throw damaged(this.address, 'it ends too early');
  }

  private openSegment(sealed: Buffer, index: number): Buffer {
    const isLast = index === segmentsOf(this.size) - 1;
    const nonce = segmentNonce(this.parsed.noncePrefix, index, isLast);
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(this.header);
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw damaged(this.address, `its segment ${index} was changed`);
    }
  }

  private segmentStart(index: number): number {
    return HEADER_BYTES + index * (SEGMENT_BYTES + TAG_BYTES);
  }

  private segmentBytes(index: number): number {
    return Math.min(SEGMENT_BYTES, this.size - index * SEGMENT_BYTES) + TAG_BYTES;
  }
}

export const damaged = (address: string, why: string): LedgerError =>
  new LedgerError('HISTORY_DAMAGED', `The file ${address} is damaged: ${why}. Restore it from a backup.`);
