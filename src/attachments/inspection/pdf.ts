import { inflateSync } from 'node:zlib';
import { OBJECT_STREAM_BYTES_MAX, OBJECTS_UNPACKED_BYTES_MAX } from './bounds.js';
import { MarkerInspector } from './markers.js';
import { byItself, type Fault, type Inspector } from './walk.js';

const HEADER = /^%PDF-[12]\.\d[\s%]/;
const HEADER_BYTES = 9;
const END = /startxref\s+\d+\s+%%EOF\s*$/;
const END_BYTES = 1_024;
/** How far before its stream the dictionary of one is looked for. */
const LOOK_BACK = 4_096;
const STREAM = /(?<!end)stream(?=\s)/g;
const STREAM_END = 'endstream';
/** Of a name that is cut between two pieces. */
const NAME_LONGEST = 64;

type Named = readonly (readonly [name: RegExp, what: string])[];
/** What lets a document do something, or carry other files, by the names that PDF gives to it (ISO 32000-2). */
const ACTIVE: Named = [
  [/\/JavaScript\b/, 'a program'],
  [/\/Launch\b/, 'the start of another program'],
  [/\/EmbeddedFiles?\b/, 'another file'],
  [/\/(RichMedia|XFA)\b/, 'active content'],
  [/\/(SubmitForm|ImportData|GoToE)\b/, 'an action that sends or fetches data'],
  [/\/Encrypt\b/, 'what cannot be looked into, as it is encrypted; save it without a password'],
  [/\/Filter\s*\[[^\]]*\/(Fl|LZW)\w*\s*\/(Fl|LZW)/, 'what is packed twice'],
];
/** Two letters occur by chance in what is packed, so they count in objects only; every such action has `/JavaScript` beside them. */
const ACTIVE_IN_OBJECTS: Named = [...ACTIVE, [/\/JS[\s(<]/, 'a program']];

/**
 * A PDF from its first byte to its last, without anything that acts. The names of what acts stand readable in the file, or in
 * object streams, which are unpacked within bounds; pages, fonts and pictures, which are packed too, can name no action.
 */
export class PdfInspector implements Inspector {
  /** What is still to be searched, and before it enough to find the dictionary of a stream. Each byte is one character. */
  private text = '';
  private at = 0;
  private objectsAt: number | undefined;
  private dictionary = '';
  private isBegun = false;

  write(bytes: Buffer): Fault {
    const name = this.text.slice(-NAME_LONGEST);
    const more = bytes.toString('latin1');
    this.text += more;
    if (!this.isBegun && this.text.length >= HEADER_BYTES) {
      if (!HEADER.test(this.text)) return 'is no PDF from its first byte on';
      this.isBegun = true;
    }
    return activeFault(name + more, ACTIVE) ?? this.lookAtObjects();
  }

  end(): Fault {
    if (!this.isBegun || this.objectsAt !== undefined || !END.test(this.text.slice(-END_BYTES))) return 'does not end as a PDF';
    return undefined;
  }

  private lookAtObjects(): Fault {
    for (;;) {
      if (this.objectsAt === undefined && !this.findObjects()) return undefined;
      const start = this.objectsAt!;
      const end = this.text.indexOf(STREAM_END, Math.max(start, this.at));
      if (end < 0) {
        this.at = Math.max(start, this.text.length - STREAM_END.length);
        return this.text.length - start > OBJECT_STREAM_BYTES_MAX ? 'holds objects that are packed too large' : undefined;
      }
      const fault = objectsFault(this.text.slice(start, end), this.dictionary);
      if (fault !== undefined) return fault;
      this.objectsAt = undefined;
      this.at = end + STREAM_END.length;
    }
  }

  /** Goes on to the next stream that holds objects. */
  private findObjects(): boolean {
    for (;;) {
      STREAM.lastIndex = this.at;
      const found = STREAM.exec(this.text);
      if (found === null) break;
      this.at = found.index + found[0].length;
      const before = this.text.slice(Math.max(0, found.index - LOOK_BACK), found.index);
      const dictionary = unescaped(before.slice(before.lastIndexOf(STREAM_END) + 1));
      if (!/\/ObjStm\b|\/First\s+\d+\s*[/>]/.test(dictionary)) continue;
      this.objectsAt = this.at;
      this.dictionary = byItself(dictionary);
      return true;
    }
    // A keyword may be cut between this piece and the next.
    this.at = Math.max(this.at, this.text.length - STREAM_END.length);
    const dropped = Math.max(0, this.at - LOOK_BACK);
    this.text = byItself(this.text.slice(dropped));
    this.at -= dropped;
    return false;
  }
}

/** In a name any character may be written as # and two digits, which hides it from a plain search. */
const unescaped = (text: string): string =>
  text.replaceAll(/#([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

function activeFault(text: string, names: Named): Fault {
  const plain = unescaped(text);
  const found = names.find(([name]) => name.test(plain));
  return found === undefined ? undefined : `holds ${found[1]}`;
}

function objectsFault(stream: string, dictionary: string): Fault {
  const filter = /\/Filter\s*\[?\s*\/(\w+)\s*([/\]>\s])/.exec(dictionary);
  const isPlainlyPacked =
    filter !== null && ['FlateDecode', 'Fl'].includes(filter[1]!) && !/\/(DecodeParms|DP)\b/.test(dictionary);
  if (filter !== null && !isPlainlyPacked) return 'holds objects that are packed in a way that is not looked into';
  const objects = filter === null ? Buffer.from(stream, 'latin1') : unpacked(Buffer.from(stream.trimStart(), 'latin1'));
  if (objects === undefined) return 'holds objects that cannot be unpacked, or unpack to too much';
  return activeFault(objects.toString('latin1'), ACTIVE_IN_OBJECTS) ?? new MarkerInspector().write(objects);
}

function unpacked(packed: Buffer): Buffer | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: OBJECTS_UNPACKED_BYTES_MAX });
  } catch {
    return undefined;
  }
}
