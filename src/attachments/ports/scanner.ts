/** How many bytes of one file are handed to a scanner at most: as many as an upload can ever be set to take. */
export const SCANNED_BYTES_MAX = 104_857_600;
/** How much of what a scanner says is kept. */
export const SCANNER_TEXT_CHARACTERS_MAX = 200;

/**
 * What a scanner said of a file. Only `clean` is clean. `failed`: it answered, but with an error. `none`: it said nothing of this
 * file, because it could not be reached, fell silent or was cut, which is no verdict and may be asked again.
 */
export type Scan =
  | { readonly verdict: 'clean' }
  | { readonly verdict: 'infected'; readonly signature: string }
  | { readonly verdict: 'limit-exceeded'; readonly signature: string }
  | { readonly verdict: 'failed'; readonly why: string }
  | { readonly verdict: 'none'; readonly why: string };

/** Looks into files for what is known to be harmful. What it is handed leaves this process in the clear. */
export abstract class Scanner {
  /**
   * Which program with which knowledge answers, as a fact names it: at most 100 printable characters. Undefined where nobody answers,
   * so that who has many files to scan need not try each.
   */
  abstract version(): Promise<string | undefined>;

  /**
   * Takes the bytes as fast as the scanner does. What goes wrong with the bytes themselves is thrown, and is no verdict. Where it is told
   * to stop there is none either.
   */
  abstract scan(bytes: AsyncIterable<Uint8Array>, stopping?: AbortSignal): Promise<Scan>;
}
