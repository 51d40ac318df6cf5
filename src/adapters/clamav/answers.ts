import { SCANNER_TEXT_CHARACTERS_MAX, type Scan } from '../../attachments/ports/scanner.js';

/** What the daemon answers, as its manual and its source (clamd/session.c, clamd/scanner.c) have it. */
const CLEAN = 'stream: OK';
const FOUND = /^stream: (.+) FOUND$/s;
/** By AlertExceedsMax, where a file was not looked into to its end. */
const LIMITS = /^Heuristics\.Limits\.Exceeded(\.|$)/;
const TOO_LONG = 'INSTREAM size limit exceeded. ERROR';
const READ_TIME_OUT = 'COMMAND READ TIMED OUT';

/** What an answer means, without the zero byte that ends it. Nothing but exactly the one text is clean. */
export function scanOf(answer: string): Scan {
  if (answer === CLEAN) return { verdict: 'clean' };
  if (answer === TOO_LONG) return { verdict: 'limit-exceeded', signature: 'StreamMaxLength' };
  if (answer === READ_TIME_OUT) return { verdict: 'none', why: 'the scanner waited too long for the file' };
  const [, found] = FOUND.exec(answer) ?? [];
  if (found === undefined) return { verdict: 'failed', why: printable(answer) };
  const signature = printable(found);
  return { verdict: LIMITS.test(found) ? 'limit-exceeded' : 'infected', signature };
}

/** What a daemon says stands in facts and logs, so that it must not break a line there or be endless. */
export const printable = (text: string, max = SCANNER_TEXT_CHARACTERS_MAX): string =>
  text
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, max)
    .trim() || '?';
