import { createHash, hkdfSync } from 'node:crypto';
import { fc } from '../../../test/support/property.js';
import type { ByteRange } from '../ports/files.js';
import { Decryptor } from './decryptor.js';
import { Encryptor } from './encryptor.js';
import { ciphertextBytes, HEADER_BYTES, parseHeader, SEGMENT_BYTES, segmentsOf, TAG_BYTES } from './stream-format.js';

/** Fixed, so that a golden sample can be; the service takes both from the machine's source of randomness. */
const RANDOMNESS = { salt: Buffer.alloc(32, 0xa5), noncePrefix: Buffer.alloc(7, 0x5a) };
const KEY = Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 1), RANDOMNESS.salt, 'certledger file v1', 32));
const SEALED_BYTES = SEGMENT_BYTES + TAG_BYTES;
const DAMAGED = { code: 'HISTORY_DAMAGED' };

const plainOf = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, n) => (n * 31 + (n >> 8)) & 0xff));

function encrypted(plain: Buffer, pieceBytes = plain.length, key = KEY): Buffer {
  const encryptor = new Encryptor(key, RANDOMNESS);
  const pieces = [encryptor.header];
  for (let at = 0; at < plain.length; at += pieceBytes) pieces.push(...encryptor.update(plain.subarray(at, at + pieceBytes)));
  return Buffer.concat([...pieces, encryptor.end()]);
}

async function opened(ciphertext: Buffer, size: number, range: ByteRange, key = KEY, pieceBytes = 10_000): Promise<Buffer> {
  const header = parseHeader(ciphertext.subarray(0, HEADER_BYTES))!;
  const plain: Buffer[] = [];
  async function* read({ from, to }: ByteRange): AsyncGenerator<Uint8Array> {
    const asked = ciphertext.subarray(from, to);
    for (let at = 0; at < asked.length; at += pieceBytes) yield asked.subarray(at, at + pieceBytes);
  }
  for await (const piece of new Decryptor(key, header, size, 'a').open(range, read)) plain.push(piece);
  return Buffer.concat(plain);
}
const all = (size: number): ByteRange => ({ from: 0, to: size });
const start = (segment: number): number => HEADER_BYTES + segment * SEALED_BYTES;

describe('a file in segments', () => {
  it('opens as it was, whatever its size, the cuts on its way in and the range that is asked for', async () => {
    const nearBounds = fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: -2, max: 2 }))
      .map(([segments, more]) => Math.max(0, segments * SEGMENT_BYTES + more));
    const sizes = fc.oneof(nearBounds, fc.integer({ min: 0, max: 3 * SEGMENT_BYTES }));
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 100_000 }), fc.nat(), fc.nat(), async (size, pieceBytes, one, other) => {
        const plain = plainOf(size);
        const ciphertext = encrypted(plain, pieceBytes);
        expect(ciphertext.length).toBe(ciphertextBytes(size));
        expect((await opened(ciphertext, size, all(size), KEY, pieceBytes)).equals(plain)).toBe(true);
        const [from, to] = [one % (size + 1), other % (size + 1)].sort((left, right) => left - right) as [number, number];
        expect((await opened(ciphertext, size, { from, to }, KEY, pieceBytes)).equals(plain.subarray(from, to))).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('reads no more than the segments of a range', async () => {
    const size = 3 * SEGMENT_BYTES + 5;
    const ciphertext = encrypted(plainOf(size));
    // What lies outside of the range is destroyed, and the range opens all the same.
    const spoilt = Buffer.from(ciphertext).fill(0, start(0), start(1)).fill(0, start(3));
    const range = { from: SEGMENT_BYTES + 1, to: 3 * SEGMENT_BYTES };
    expect((await opened(spoilt, size, range)).equals(plainOf(size).subarray(range.from, range.to))).toBe(true);
  });

  it('never seals a full last segment as one that is followed', async () => {
    for (const segments of [1, 2]) expect(encrypted(plainOf(segments * SEGMENT_BYTES)).length).toBe(start(segments));
    expect([0, 1, SEGMENT_BYTES, SEGMENT_BYTES + 1].map(segmentsOf)).toEqual([1, 1, 1, 2]);
  });

  const size = 2 * SEGMENT_BYTES + 100;
  const whole = encrypted(plainOf(size));
  const segment = (index: number): Buffer => whole.subarray(start(index), Math.min(start(index + 1), whole.length));
  const header = whole.subarray(0, HEADER_BYTES);

  it.each([
    ['cut in the middle of a segment', whole.subarray(0, start(1) + 50), size],
    ['cut between two segments', whole.subarray(0, start(2)), size],
    ['cut between two segments, with a record that says so', whole.subarray(0, start(2)), 2 * SEGMENT_BYTES],
    ['with two segments swapped', Buffer.concat([header, segment(1), segment(0), segment(2)]), size],
    ['with a segment in the place of another', Buffer.concat([header, segment(0), segment(0), segment(2)]), size],
    ['without its first segment', Buffer.concat([header, segment(1), segment(2)]), SEGMENT_BYTES + 100],
    [
      'with a segment of another file under the same key',
      Buffer.concat([
        header,
        new Encryptor(KEY, { ...RANDOMNESS, noncePrefix: Buffer.alloc(7, 1) }).update(plainOf(SEGMENT_BYTES + 1))[0]!,
        segment(1),
        segment(2),
      ]),
      size,
    ],
    ['with a record of a larger size', Buffer.concat([whole, Buffer.alloc(10)]), size + 10],
  ])('%s does not open', async (_, spoilt, told) => {
    await expect(opened(spoilt, told, all(told))).rejects.toMatchObject(DAMAGED);
  });

  it('does not open when any one bit of it was changed', async () => {
    const plain = plainOf(40);
    const ciphertext = encrypted(plain);
    let changed = 0;
    for (let bit = 0; bit < ciphertext.length * 8; bit += 1) {
      const spoilt = Buffer.from(ciphertext);
      spoilt[bit >> 3]! ^= 1 << (bit & 7);
      // A header of another kind or version is none, and the version is the fourth byte.
      if (bit < 32) expect(parseHeader(spoilt.subarray(0, HEADER_BYTES))).toBeUndefined();
      else await expect(opened(spoilt, plain.length, all(plain.length))).rejects.toMatchObject(DAMAGED);
      changed += 1;
    }
    expect(changed).toBe((HEADER_BYTES + 40 + TAG_BYTES) * 8);
  });

  it('does not open with another key, and says so before the first byte', async () => {
    const other = Buffer.alloc(32, 9);
    await expect(opened(whole, size, { from: 0, to: 0 }, other)).rejects.toMatchObject({
      ...DAMAGED,
      message: expect.stringContaining('its key does not fit'),
    });
  });

  it('shows nothing of its plain bytes', () => {
    const marker = Buffer.from('a text that only the plain file holds');
    const plain = Buffer.concat([plainOf(SEGMENT_BYTES - 10), marker, plainOf(1_000)]);
    expect(plain.includes(marker)).toBe(true);
    expect(encrypted(plain, 4_096).includes(marker.subarray(0, 10))).toBe(false);
  });

  /** Files for ever: a build that changes one of these can no longer read what is stored. */
  it.each([
    ['an empty file', 0, '4d5b6466aae072bc6b473509fa510abf55139042b3ff42b0c252c8eb5f444d3f'],
    ['one segment', 100, '5addadad1d3e97c6fde20ebe977b56722c90e5f3286bc3081de30475dc0fbb90'],
    ['one full segment', SEGMENT_BYTES, 'a2ad682d3a9c5dd8d5d6f7c769a696ad11a2fefb0e7f4fb22216a14f515ca918'],
    ['three segments', 2 * SEGMENT_BYTES + 1, 'b0358c5059633111146d2c27d626f1aa5cfd65a28ce2c8f6d4f2a99686df2ed2'],
  ])('version 1 stays as it was: %s', async (_, bytes, address) => {
    const ciphertext = encrypted(plainOf(bytes), 1_000);
    expect(createHash('sha256').update(ciphertext).digest('hex')).toBe(address);
    expect((await opened(ciphertext, bytes, all(bytes))).equals(plainOf(bytes))).toBe(true);
  });

  it('version 1 stays as it was, byte for byte', () => {
    expect(encrypted(Buffer.from('certledger')).toString('hex')).toBe(
      '434c4601a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a55a5a5a5a5a5a5a14d86286b86f4203592ebeda57488eb04af19c1b5569e6fde76c3b46f4af39c4d77d7ba53d11a63332a8b4f98c3c5a4e9c0c07c101dfe0c73767',
    );
  });
});
