/** Why a file is not taken, as the end of the sentence "The file …"; undefined while nothing is wrong. */
export type Fault = string | undefined;

/** Looks at a file piece by piece and holds no more of it than it needs. */
export interface Inspector {
  write(bytes: Buffer): Fault;
  /** Tells what only the end shows. */
  end(): Fault;
}

/** What a walk asks for next: bytes to look at; bytes to leave behind; or all bytes up to and including a value. */
type Want =
  { readonly take: number } | { readonly pass: number; readonly seen?: (bytes: Buffer) => void } | { readonly until: number };
/** Goes through a format from its first byte to its last and answers what is wrong with it. */
export type Walk = Part<Fault>;
/** A part of a walk, with what it found. */
export type Part<Found> = Generator<Want, Found, Buffer>;

const NOTHING = Buffer.alloc(0);

/**
 * The same text, of one byte for each character, by itself. A part of a text keeps the whole of it in memory, and what is kept from one piece
 * of a file to the next outlives the young generation: thousands of pieces would stand in the old one until it is full.
 */
export const byItself = (part: string): string => Buffer.from(part, 'latin1').toString('latin1');

export function* take(length: number): Part<Buffer> {
  return yield { take: length };
}
export function* pass(length: number, seen?: (bytes: Buffer) => void): Part<void> {
  yield { pass: length, ...(seen === undefined ? {} : { seen }) };
}
export function* until(value: number): Part<void> {
  yield { until: value };
}

/** Drives a walk over bytes as they come. A file that goes on after its format has ended is not what it says it is. */
export class WalkingInspector implements Inspector {
  private held: Buffer = NOTHING;
  private passed = 0;
  private step: IteratorResult<Want, Fault>;

  constructor(private readonly walk: Walk) {
    this.step = walk.next(NOTHING);
  }

  write(bytes: Buffer): Fault {
    let rest = this.held.length === 0 ? bytes : Buffer.concat([this.held, bytes]);
    this.held = NOTHING;
    while (!this.step.done) {
      const used = this.used(this.step.value, rest);
      if (used === undefined) {
        this.held = Buffer.from(rest);
        return undefined;
      }
      rest = rest.subarray(used);
      if (rest.length === 0 && !this.step.done && !isReady(this.step.value, this.passed)) return undefined;
    }
    return this.step.value ?? (rest.length > 0 ? 'goes on after its end' : undefined);
  }

  end(): Fault {
    return this.step.done ? this.step.value : 'ends too early';
  }

  /** How many of the bytes served what is wanted; undefined while more must come before any can. */
  private used(want: Want, bytes: Buffer): number | undefined {
    if ('take' in want) {
      if (bytes.length < want.take) return undefined;
      this.step = this.walk.next(bytes.subarray(0, want.take));
      return want.take;
    }
    if ('until' in want) {
      const at = bytes.indexOf(want.until);
      if (at >= 0) this.step = this.walk.next(NOTHING);
      return at < 0 ? bytes.length : at + 1;
    }
    const length = Math.min(bytes.length, want.pass - this.passed);
    want.seen?.(bytes.subarray(0, length));
    this.passed += length;
    if (this.passed === want.pass) {
      this.passed = 0;
      this.step = this.walk.next(NOTHING);
    }
    return length;
  }
}

/** What wants nothing is served before more bytes come. */
const isReady = (want: Want, passed: number): boolean =>
  ('take' in want && want.take === 0) || ('pass' in want && want.pass === passed);
