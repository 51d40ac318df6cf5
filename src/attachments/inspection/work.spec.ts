import { deflateSync } from 'node:zlib';
import type { MediaType } from '../domain/media-types.js';
import { ALL_METADATA_BYTES_MAX, ALL_OBJECTS_UNPACKED_BYTES_MAX, METADATA_BYTES_MAX } from './bounds.js';
import { Inspection } from './inspection.js';
import { crc32 } from './png.js';

/** Files that are made to cost work: whoever sends one must not keep the others waiting, as all of it is done in one thread. */
/** Of processor time, which other work on the machine does not lengthen; what is quadratic in the size takes minutes. */
const PROCESSOR_MILLISECONDS_MAX = 20_000;
const PIECE_BYTES = 65_536;

async function inspected(
  type: MediaType,
  bytes: Buffer,
): Promise<{ readonly detail: string | undefined; readonly inTime: boolean }> {
  const inspection = new Inspection(type);
  const start = process.cpuUsage();
  let refusal;
  for (let at = 0; at < bytes.length && refusal === undefined; at += PIECE_BYTES)
    refusal = await inspection.write(bytes.subarray(at, at + PIECE_BYTES));
  refusal ??= await inspection.end();
  const { user, system } = process.cpuUsage(start);
  return { detail: refusal?.detail, inTime: (user + system) / 1_000 < PROCESSOR_MILLISECONDS_MAX };
}

const pdfOf = (...parts: readonly (Buffer | string)[]): Buffer =>
  Buffer.concat(['%PDF-1.7\n', ...parts, '\nstartxref\n1\n%%EOF\n'].map((part) => Buffer.from(part as string)));
function packedObjects(content: string | Buffer): Buffer {
  const packed = deflateSync(content);
  const head = `1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length ${packed.length}>>\nstream\n`;
  return Buffer.concat([Buffer.from(head), packed, Buffer.from('\nendstream\nendobj\n')]);
}
function chunk(type: string, data: Buffer): Buffer {
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  const named = Buffer.concat([Buffer.from(type), data]);
  length.writeUInt32BE(data.length);
  crc.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, crc]);
}

const MiB = 1024 * 1024;

describe('the work of looking into a file', () => {
  it('stays in proportion to its size where lists of filters begin and never end', async () => {
    const beginnings = '/Filter['.repeat(MiB / 8);
    expect(await inspected('application/pdf', pdfOf(beginnings))).toEqual({ detail: undefined, inTime: true });
    expect(await inspected('application/pdf', pdfOf(packedObjects(beginnings)))).toEqual({ detail: undefined, inTime: true });
  });

  it('stays in proportion where a dictionary is white space', async () => {
    const spaces = `/First 4 > ${`/Filter${' '.repeat(1_000)}`.repeat(4)} stream\nendstream `;
    expect((await inspected('application/pdf', pdfOf(spaces.repeat(500)))).inTime).toBe(true);
  });

  it('ends where more streams begin than end', async () => {
    expect(await inspected('application/pdf', pdfOf('#41#41 stream '.repeat(700_000)))).toEqual({
      detail: 'The file begins more streams than it ends.',
      inTime: true,
    });
    // A text has the word now and then.
    expect((await inspected('application/pdf', pdfOf('(A stream of water) Tj\n'.repeat(500)))).detail).toBeUndefined();
  });

  it('ends where all objects of a PDF together unpack to too much', async () => {
    const one = packedObjects(Buffer.alloc(8 * MiB, 'a'));
    const most = ALL_OBJECTS_UNPACKED_BYTES_MAX / (8 * MiB);
    expect((await inspected('application/pdf', pdfOf(...Array<Buffer>(most).fill(one)))).detail).toBeUndefined();
    expect(await inspected('application/pdf', pdfOf(...Array<Buffer>(500).fill(one)))).toEqual({
      detail: 'The file holds objects that cannot be unpacked, or unpack to too much.',
      inTime: true,
    });
  });

  it('ends where all texts of a picture together unpack to too much', async () => {
    const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    const text = chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), deflateSync(Buffer.alloc(METADATA_BYTES_MAX - 1))]));
    const pngWith = (texts: number): Buffer =>
      Buffer.concat([
        Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
        chunk('IHDR', header),
        chunk('IDAT', deflateSync(Buffer.alloc(2))),
        ...Array<Buffer>(texts).fill(text),
        chunk('IEND', Buffer.alloc(0)),
      ]);
    const most = ALL_METADATA_BYTES_MAX / METADATA_BYTES_MAX;
    expect((await inspected('image/png', pngWith(most))).detail).toBeUndefined();
    expect(await inspected('image/png', pngWith(1_000))).toEqual({
      detail: 'The file holds a compressed text that cannot be read, or unpacks to too much.',
      inTime: true,
    });
  });
});
