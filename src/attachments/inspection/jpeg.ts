import { pixelsFault } from './bounds.js';
import { pass, take, until, type Part, type Walk } from './walk.js';

const MARK = 0xff;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;
/** Start of frame of any kind: all of C0 to CF but the tables of Huffman (C4), arithmetic coding (CC) and JPG (C8). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Marker after marker from start to end of image, with the coded data of each scan passed over (ISO/IEC 10918-1, annex B). */
export function* walkJpeg(): Walk {
  if (!(yield* take(2)).equals(Buffer.from([MARK, SOI]))) return 'is no JPEG';
  let hasFrame = false;
  let hasScan = false;
  let marker: number | undefined;
  for (;;) {
    marker ??= yield* nextMarker();
    if (marker === undefined) return 'is a damaged JPEG';
    if (marker === EOI) return hasFrame && hasScan ? undefined : 'is a JPEG without an image';
    if (marker === SOI || marker === 0 || isRestart(marker)) return 'is a damaged JPEG';
    const length = (yield* take(2)).readUInt16BE() - 2;
    if (length < 0) return 'is a damaged JPEG';
    if (isFrame(marker)) {
      if (length < 6) return 'is a damaged JPEG';
      const frame = yield* take(length);
      const fault = pixelsFault(frame.readUInt16BE(3), frame.readUInt16BE(1));
      if (fault !== undefined) return fault;
      hasFrame = true;
    } else yield* pass(length);
    if (marker === SOS && !hasFrame) return 'is a damaged JPEG';
    hasScan ||= marker === SOS;
    marker = marker === SOS ? yield* endOfScan() : undefined;
  }
}

/** A marker is FF and a value, with any number of FF to fill before it. */
function* nextMarker(): Part<number | undefined> {
  if ((yield* take(1))[0] !== MARK) return undefined;
  return yield* afterMark();
}

function* afterMark(): Part<number> {
  for (;;) {
    const value = (yield* take(1))[0]!;
    if (value !== MARK) return value;
  }
}

/** In coded data FF is followed by zero, or by the mark of a restart; anything else ends it. */
function* endOfScan(): Part<number> {
  for (;;) {
    yield* until(MARK);
    const value = yield* afterMark();
    if (value !== 0 && !isRestart(value)) return value;
  }
}
