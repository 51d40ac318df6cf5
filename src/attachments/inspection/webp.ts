import { pixelsFault } from './bounds.js';
import { pass, take, type Fault, type Part, type Walk } from './walk.js';

/** Enough of a chunk to read the picture's width and height from. */
const LOOK_BYTES = 10;
const FIRST: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X']);

/** A RIFF container whose length is that of the file, filled with chunks to its end (RFC 9649). */
export function* walkWebp(): Walk {
  const head = yield* take(12);
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8) !== 'WEBP') return 'is no WebP';
  let left = head.readUInt32LE(4) - 4;
  let hasImage = false;
  for (let first = true; left > 0; first = false) {
    if (left < 8) return 'is a damaged WebP';
    const chunk = yield* take(8);
    const type = chunk.toString('latin1', 0, 4);
    const length = chunk.readUInt32LE(4);
    const padded = length + (length % 2);
    left -= 8 + padded;
    if (left < 0) return 'is a damaged WebP';
    if (first && !FIRST.has(type)) return 'is a WebP that does not begin as one';
    const fault = yield* body(type, padded);
    if (fault !== undefined) return fault;
    hasImage ||= ['VP8 ', 'VP8L', 'ANMF'].includes(type);
  }
  return hasImage ? undefined : 'is a WebP without an image';
}

function* body(type: string, length: number): Part<Fault> {
  if (!FIRST.has(type)) return void (yield* pass(length));
  if (length < LOOK_BYTES) return 'is a damaged WebP';
  const start = yield* take(LOOK_BYTES);
  yield* pass(length - LOOK_BYTES);
  return sizeFault(type, start);
}

function sizeFault(type: string, start: Buffer): Fault {
  if (type === 'VP8X') return pixelsFault(start.readUIntLE(4, 3) + 1, start.readUIntLE(7, 3) + 1);
  if (type === 'VP8 ') {
    const isKeyFrame = start.readUIntBE(3, 3) === 0x9d012a;
    return isKeyFrame ? pixelsFault(start.readUInt16LE(6) & 0x3fff, start.readUInt16LE(8) & 0x3fff) : 'is a damaged WebP';
  }
  const bits = start.readUInt32LE(1);
  return start[0] === 0x2f ? pixelsFault((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1) : 'is a damaged WebP';
}
