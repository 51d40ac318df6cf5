import { inflateSync } from 'node:zlib';
import { ALL_OBJECTS_UNPACKED_BYTES_MAX, OBJECT_STREAM_BYTES_MAX, OBJECTS_UNPACKED_BYTES_MAX } from './bounds.js';
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
/** How often the keyword may stand where no stream ended since the one before: a text has it now and then, and each time is looked back. */
const STREAMS_WITHOUT_END_MAX = 1_000;
/**
 * The whole dictionary of an object stream, as every program writes it: simple values only. One that holds texts, comments or other
 * dictionaries would be read otherwise here than by a reader of PDFs, which is how objects are hidden.
 */
const OWN_DICTIONARY = /\bobj\s*<<([^<>()%]*)>>\s*$/;
const OBJECT_STREAM = /\/ObjStm\b|\/First\s+\d+\s*(?:\/|$)/;
const OBJECT_STREAM_ANYWHERE = /\/ObjStm\b|\/First\s+\d+\s*[/>]/;
const OBJECT_STREAM_NAME = /\/ObjStm\b/g;
const UNSEEN_OBJECTS = 'holds objects that cannot be looked into';
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
  // Two such names stand one after the other in a list of filters only. Searched without its beginning, of which a file may hold very many.
  [/\/(FlateDecode|Fl|LZWDecode|LZW)\s*\/(FlateDecode|Fl|LZWDecode|LZW)\b/, 'what is packed twice'],
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
  private streamsWithoutEnd = 0;
  private unpackedBytes = 0;
  /** How often the name of object streams stands in the file, and how often it was that of one that was looked into. */
  private objectStreamNames = 0;
  private objectStreamNamesSeen = 0;

  write(bytes: Buffer): Fault {
    const name = this.text.slice(-NAME_LONGEST);
    const more = bytes.toString('latin1');
    this.text += more;
    if (!this.isBegun && this.text.length >= HEADER_BYTES) {
      if (!HEADER.test(this.text)) return 'is no PDF from its first byte on';
      this.isBegun = true;
    }
    this.objectStreamNames += namesOfObjectStreams(name + more) - namesOfObjectStreams(name);
    return activeFault(name + more, ACTIVE) ?? this.lookAtObjects();
  }

  end(): Fault {
    if (!this.isBegun || this.objectsAt !== undefined || !END.test(this.text.slice(-END_BYTES))) return 'does not end as a PDF';
    return this.objectStreamNames > this.objectStreamNamesSeen ? UNSEEN_OBJECTS : undefined;
  }

  private lookAtObjects(): Fault {
    for (;;) {
      const next = this.objectsAt === undefined ? this.findObjects() : 'found';
      if (next !== 'found') return next;
      const start = this.objectsAt!;
      const end = this.text.indexOf(STREAM_END, Math.max(start, this.at));
      if (end < 0) {
        this.at = Math.max(start, this.text.length - STREAM_END.length);
        return this.text.length - start > OBJECT_STREAM_BYTES_MAX ? 'holds objects that are packed too large' : undefined;
      }
      const fault = this.objectsFault(this.text.slice(start, end));
      if (fault !== undefined) return fault;
      this.objectsAt = undefined;
      this.at = end + STREAM_END.length;
    }
  }

  private objectsFault(stream: string): Fault {
    const isPacked = /\/F(ilter)?(?!\w)/.test(this.dictionary);
    if (isPacked && !isPlainlyPacked(this.dictionary)) return 'holds objects that are packed in a way that is not looked into';
    const objects = isPacked ? unpacked(Buffer.from(stream.trimStart(), 'latin1')) : Buffer.from(stream, 'latin1');
    this.unpackedBytes += objects?.length ?? 0;
    if (objects === undefined || this.unpackedBytes > ALL_OBJECTS_UNPACKED_BYTES_MAX)
      return 'holds objects that cannot be unpacked, or unpack to too much';
    return activeFault(objects.toString('latin1'), ACTIVE_IN_OBJECTS) ?? new MarkerInspector().write(objects);
  }

  /** Goes on to the next stream that holds objects; otherwise answers what is wrong, or nothing where more must come. */
  private findObjects(): 'found' | Fault {
    for (;;) {
      STREAM.lastIndex = this.at;
      const found = STREAM.exec(this.text);
      if (found === null) break;
      this.at = found.index + found[0].length;
      const before = this.text.slice(Math.max(0, found.index - LOOK_BACK), found.index);
      const ended = before.lastIndexOf(STREAM_END);
      if (ended < 0 && (this.streamsWithoutEnd += 1) > STREAMS_WITHOUT_END_MAX) return 'begins more streams than it ends';
      const dictionaries = unescaped(before.slice(ended + 1));
      const [, own] = OWN_DICTIONARY.exec(dictionaries) ?? [];
      if (own === undefined && OBJECT_STREAM_ANYWHERE.test(dictionaries)) return UNSEEN_OBJECTS;
      if (own === undefined || !OBJECT_STREAM.test(own)) continue;
      this.objectsAt = this.at;
      this.dictionary = byItself(own);
      this.objectStreamNamesSeen += namesOfObjectStreams(own);
      return 'found';
    }
    // A keyword may be cut between this piece and the next.
    this.at = Math.max(this.at, this.text.length - STREAM_END.length);
    const dropped = Math.max(0, this.at - LOOK_BACK);
    this.text = byItself(this.text.slice(dropped));
    this.at -= dropped;
    return undefined;
  }
}

/** In a name any character may be written as # and two digits, which hides it from a plain search. */
const unescaped = (text: string): string =>
  text.replaceAll(/#([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

const namesOfObjectStreams = (text: string): number => unescaped(text).match(OBJECT_STREAM_NAME)?.length ?? 0;

/** By the one common way and nothing before, behind or beside it. */
const isPlainlyPacked = (dictionary: string): boolean =>
  /\/Filter\s*(?:\/(?:FlateDecode|Fl)(?!\w)|\[\s*\/(?:FlateDecode|Fl)\s*\])/.test(dictionary) &&
  dictionary.match(/\/F(?:ilter)?(?!\w)/g)?.length === 1 &&
  !/\/(DecodeParms|DP)\b/.test(dictionary);

function activeFault(text: string, names: Named): Fault {
  const plain = unescaped(text);
  const found = names.find(([name]) => name.test(plain));
  return found === undefined ? undefined : `holds ${found[1]}`;
}

function unpacked(packed: Buffer): Buffer | undefined {
  try {
    return inflateSync(packed, { maxOutputLength: OBJECTS_UNPACKED_BYTES_MAX });
  } catch {
    return undefined;
  }
}
