import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { Connection } from './connection.js';
import { problemText } from './connection.js';
import { CommandFailure, EXIT } from './exit-codes.js';
import { progressOf } from './progress.js';

const TAIL_BYTES = 4 * 1_048_576;

/** Every page of the log from a position on, as lines of NDJSON. */
export async function* exportedPages(
  connection: Connection,
  after: string | undefined,
): AsyncGenerator<{ text: string; events: number }> {
  let from = after;
  for (;;) {
    const answer = await connection.request('GET', `/v1/events${from === undefined ? '' : `?after=${encodeURIComponent(from)}`}`);
    if (answer.status !== 200) throw new CommandFailure(problemText(answer));
    if (answer.text !== '') yield { text: answer.text, events: answer.text.split('\n').length - 1 };
    from = answer.headers['certledger-next'] || from;
    if (answer.headers['certledger-end'] === 'true') return;
  }
}

/** Writes the log to a file and goes on where the file ends, or to standard output. */
export async function exportEvents(
  connection: Connection,
  out: string | undefined,
  signal: AbortSignal,
  json: boolean,
): Promise<number> {
  const target = out === undefined ? undefined : openSync(out, existsSync(out) ? 'r+' : 'w+');
  const progress = progressOf('events');
  let events = 0;
  try {
    const resumed = target === undefined ? { after: undefined, size: 0 } : lastLine(target);
    let offset = resumed.size;
    for await (const page of exportedPages(connection, resumed.after)) {
      if (target === undefined) process.stdout.write(page.text);
      else offset = writeWhole(target, Buffer.from(page.text), offset);
      events += page.events;
      progress(events);
      if (signal.aborted) break;
    }
  } finally {
    if (target !== undefined) {
      fsyncSync(target);
      closeSync(target);
    }
  }
  if (out !== undefined)
    process.stdout.write(
      json ? `${JSON.stringify({ events, file: out, interrupted: signal.aborted })}\n` : `${events} events written to ${out}\n`,
    );
  return signal.aborted ? EXIT.interrupted : EXIT.done;
}

/** A full disk may take a part of a page only; the rest is tried until it is there or refused. */
function writeWhole(file: number, bytes: Buffer, offset: number): number {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written, offset + written);
  return offset + written;
}

/** The position of the last whole line; a line that a crash cut short is removed, since it is read again. */
function lastLine(file: number): { after: string | undefined; size: number } {
  const { length, bytes } = tailOf(file);
  const end = bytes.lastIndexOf(0x0a);
  if (end === -1) {
    ftruncateSync(file, 0);
    return { after: undefined, size: 0 };
  }
  const size = length - (bytes.length - end - 1);
  ftruncateSync(file, size);
  const line = bytes.subarray(bytes.lastIndexOf(0x0a, end - 1) + 1, end).toString('utf8');
  try {
    const { position } = JSON.parse(line) as { position?: unknown };
    if (typeof position === 'string') return { after: position, size };
  } catch {
    // Falls through to the same advice.
  }
  throw new CommandFailure('The file that is to be continued does not end with an exported event. Name another file with --out.');
}

function tailOf(file: number): { length: number; bytes: Buffer } {
  const { size } = fstatSync(file);
  const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
  readSync(file, bytes, 0, bytes.length, size - bytes.length);
  return { length: size, bytes };
}
