import { inflateSync } from 'node:zlib';
import { ALL_METADATA_BYTES_MAX, METADATA_BYTES_MAX, pixelsFault } from './bounds.js';
import { MarkerInspector } from './markers.js';
import { pass, take, type Fault, type Walk } from './walk.js';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CRITICAL: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND']);
/** Chunks whose text or profile is compressed. */
const COMPRESSED: ReadonlySet<string> = new Set(['zTXt', 'iTXt', 'iCCP']);
const CHUNK_BYTES_MAX = 2 ** 31 - 1;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
export function crc32(bytes: Uint8Array, before = 0): number {
  let value = ~before;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 0xff]! ^ (value >>> 8);
  return ~value >>> 0;
}

/** The signature, then chunks with right checksums from IHDR to IEND, with the image data in one row (ISO/IEC 15948). */
export function* walkPng(): Walk {
  if (!(yield* take(SIGNATURE.length)).equals(SIGNATURE)) return 'is no PNG';
  let data: 'none' | 'going on' | 'over' = 'none';
  const texts: Texts = { unpackedBytes: 0 };
  for (let first = true; ; first = false) {
    const head = yield* take(8);
    const length = head.readUInt32BE();
    const type = head.toString('latin1', 4);
    if (length > CHUNK_BYTES_MAX || !/^[A-Za-z]{4}$/.test(type)) return 'is a damaged PNG';
    if (first !== (type === 'IHDR')) return 'is a PNG that does not begin as one';
    if (type[0] === type[0]!.toUpperCase() && !CRITICAL.has(type)) return 'is a PNG with a part that no reader needs';
    if (type === 'IDAT' && data === 'over') return 'is a PNG whose image is in two places';
    if (type === 'IDAT') data = 'going on';
    else if (data === 'going on') data = 'over';
    let crc = crc32(head.subarray(4));
    const fault = yield* body(type, length, texts, (bytes) => (crc = crc32(bytes, crc)));
    if (fault !== undefined) return fault;
    if ((yield* take(4)).readUInt32BE() !== crc) return 'is a damaged PNG';
    if (type === 'IEND') return data === 'none' ? 'is a PNG without an image' : undefined;
  }
}

/** What the compressed texts of one file came to so far. */
interface Texts {
  unpackedBytes: number;
}

function* body(type: string, length: number, texts: Texts, seen: (bytes: Buffer) => void): Walk {
  if (type === 'IEND' && length > 0) return 'is a PNG with something in its end';
  if (type === 'IHDR') {
    if (length !== 13) return 'is a damaged PNG';
    const header = yield* take(length);
    seen(header);
    return headerFault(header);
  }
  if (!COMPRESSED.has(type)) return void (yield* pass(length, seen));
  if (length > METADATA_BYTES_MAX) return 'holds more text than a picture has';
  const text = yield* take(length);
  seen(text);
  return textFault(type, text, texts);
}

function headerFault(header: Buffer): Fault {
  const [depth, colour, compression, filter, interlace] = [...header.subarray(8)] as [number, number, number, number, number];
  const isKnown = [1, 2, 4, 8, 16].includes(depth) && [0, 2, 3, 4, 6].includes(colour);
  if (!isKnown || compression !== 0 || filter !== 0 || interlace > 1) return 'is a damaged PNG';
  return pixelsFault(header.readUInt32BE(0), header.readUInt32BE(4));
}

/** What a compressed text holds, as far as it is compressed; one that unpacks to too much is there to fill memory. */
function textFault(type: string, text: Buffer, texts: Texts): Fault {
  const packed = packedPart(type, text);
  if (packed === undefined) return undefined;
  const unpacked = inflated(packed);
  texts.unpackedBytes += unpacked?.length ?? 0;
  if (unpacked === undefined || texts.unpackedBytes > ALL_METADATA_BYTES_MAX)
    return 'holds a compressed text that cannot be read, or unpacks to too much';
  return new MarkerInspector().write(unpacked);
}

function inflated(packed: Buffer): Buffer | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: METADATA_BYTES_MAX });
  } catch {
    return undefined;
  }
}

/** A keyword and zero; then for zTXt and iCCP the method; for iTXt a flag, the method, and two texts that end with zero. */
function packedPart(type: string, text: Buffer): Buffer | undefined {
  const keyword = text.indexOf(0);
  if (type !== 'iTXt') return text.subarray(keyword + 2);
  if (text[keyword + 1] !== 1) return undefined;
  const language = text.indexOf(0, keyword + 3);
  return text.subarray(text.indexOf(0, language + 1) + 1);
}
