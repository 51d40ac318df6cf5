import { constants, createReadStream, createWriteStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { v4 as uuidv4 } from 'uuid';
import { JSON_DEPTH_MAX, MalformedJson, parseStrictJson } from '../http/strict-json.js';
import { JSON_COLUMNS, ROWS_PER_REQUEST_MAX, type RowOutcome } from '../imports/rows.js';
import { expectJson, type Connection } from './connection.js';
import { CommandFailure, EXIT } from './exit-codes.js';
import { ImportAttachments, isFileRefused, namesFile, type FileRow } from './import-attachments.js';
import { progressOf } from './progress.js';

export interface ImportOptions {
  readonly batch: string;
  readonly dryRun: boolean;
  readonly results: string;
  readonly format: 'csv' | 'ndjson';
  readonly json: boolean;
  readonly signal: AbortSignal;
}

type Counts = Record<RowOutcome['outcome'], number>;

/** Requests stay well under the body limit of the service even where rows are long. */
const REQUEST_BYTES_MAX = 400_000;

/** Sends a file's rows in order and writes each row's outcome; started again, it completes what an earlier run began. */
export async function importFile(connection: Connection, file: string, options: ImportOptions): Promise<number> {
  const counts: Counts = { recorded: 0, replayed: 0, unchanged: 0, refused: 0 };
  // The source first: a mistyped name must not empty the results of an earlier run.
  await access(file === '-' ? '.' : file, constants.R_OK).catch((cause: unknown) => {
    throw new CommandFailure(`The file ${file} cannot be read.`, { cause });
  });
  if (resolve(file) === resolve(options.results))
    throw new CommandFailure('The results would overwrite the rows. Name another file with --results.');
  const results = createWriteStream(options.results);
  await once(results, 'open').catch((cause: unknown) => {
    throw new CommandFailure(`The result file ${options.results} cannot be written. Name another one with --results.`, { cause });
  });
  // Each dry run is on its own: what an earlier one decided was never written.
  const dryRun = uuidv4();
  const began = Date.now();
  const progress = progressOf('rows');
  let line = 0;
  const attachments = new ImportAttachments(connection, file, options.dryRun);
  for await (const rows of requests(rowsOf(file, options.format), attachments)) {
    const body = { rows: rows.map(({ value }) => value), ...(options.dryRun ? { dryRun } : {}) };
    const answer = expectJson<{ rows: RowOutcome[] }>(
      await connection.request('POST', `/v1/imports/${encodeURIComponent(options.batch)}/rows`, body),
    );
    for (const [index, outcome] of answer.rows.entries()) {
      const { unread, refused } = rows[index]!;
      const judged: RowOutcome =
        unread !== undefined ? { row: null, outcome: 'refused', code: 'ROW_INVALID', reason: unread } : (refused ?? outcome);
      counts[judged.outcome] += 1;
      line += 1;
      if (!results.write(`${JSON.stringify({ line, ...judged })}\n`)) await once(results, 'drain');
    }
    progress(line);
    if (options.signal.aborted) break;
  }
  results.end();
  await once(results, 'finish');
  report(counts, line, (Date.now() - began) / 1_000, options);
  if (options.signal.aborted) return EXIT.interrupted;
  return counts.refused > 0 ? EXIT.someRefused : EXIT.done;
}

function report(counts: Counts, rows: number, seconds: number, { json, dryRun, results, signal }: ImportOptions): void {
  const rate = Math.round(rows / Math.max(seconds, 0.001));
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ rows, ...counts, dryRun, results, seconds: Number(seconds.toFixed(3)), rowsPerSecond: rate, interrupted: signal.aborted })}\n`,
    );
    return;
  }
  const outcome = `${counts.recorded} recorded, ${counts.replayed} replayed, ${counts.unchanged} unchanged, ${counts.refused} refused`;
  process.stdout.write(`${rows} rows: ${outcome}${dryRun ? ' (dry run: nothing was written)' : ''}\n`);
  process.stdout.write(`outcome of each row: ${results}   (${seconds.toFixed(1)} s, ${rate} rows/s)\n`);
  if (signal.aborted) process.stdout.write('Interrupted. Run the same command again to go on.\n');
}

interface ReadRow {
  readonly value: unknown;
  /** Why the line is no row at all; it is still sent, so that every line has its outcome in its place. */
  readonly unread?: string;
  /** Why its file could not be sent; the row is not sent either. */
  readonly refused?: RowOutcome;
}

async function* requests(rows: AsyncIterable<ReadRow>, attachments: ImportAttachments): AsyncGenerator<readonly ReadRow[]> {
  let pending: ReadRow[] = [];
  let bytes = 0;
  for await (const read of rows) {
    // The learner of a file may be registered by a row before it.
    if (namesFile(read.value) && pending.length > 0) {
      yield pending;
      pending = [];
      bytes = 0;
    }
    const row = namesFile(read.value) ? await withAttachment(read.value, attachments) : read;
    const length = Buffer.byteLength(JSON.stringify(row.value));
    if (pending.length === ROWS_PER_REQUEST_MAX || (pending.length > 0 && bytes + length > REQUEST_BYTES_MAX)) {
      yield pending;
      pending = [];
      bytes = 0;
    }
    pending.push(row);
    bytes += length;
  }
  if (pending.length > 0) yield pending;
}

async function withAttachment(value: FileRow, attachments: ImportAttachments): Promise<ReadRow> {
  const resolved = await attachments.resolved(value);
  if (!isFileRefused(resolved)) return { value: resolved };
  const row = typeof value.row === 'string' ? value.row : null;
  return { value: null, refused: { row, outcome: 'refused', ...resolved, pointer: '/file' } };
}

async function* rowsOf(file: string, format: 'csv' | 'ndjson'): AsyncGenerator<ReadRow> {
  const input: Readable = file === '-' ? process.stdin : createReadStream(file);
  yield* format === 'csv' ? csvRows(input) : ndjsonRows(input);
}

async function* ndjsonRows(input: Readable): AsyncGenerator<ReadRow> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    // A byte order mark belongs to the file and not to its first line.
    const text = line.replace(/^\ufeff/, '');
    if (text.trim() !== '') yield readRow(text);
  }
}

/** Empty cells are absent fields; what is no text, such as a scheme's criteria, stands in its cell as JSON. */
async function* csvRows(input: Readable): AsyncGenerator<ReadRow> {
  const options = { columns: distinctColumns, bom: true, skip_empty_lines: true, relax_column_count: true, info: true } as const;
  const parser = input.pipe(parse(options)) as AsyncIterable<CsvRecord>;
  try {
    for await (const { record, info } of parser) yield info.error === undefined ? csvRow(record) : unread(COLUMNS);
  } catch (cause) {
    const { code, lines } = cause as { code?: string; lines?: number };
    if (code?.startsWith('CSV_') !== true) throw cause;
    // After a quote that is never closed nobody can tell where the next row begins.
    throw new CommandFailure(
      `The CSV cannot be read from line ${lines ?? 'unknown'} on (${code}); the rows before it were imported. Mend the quotes there and run the same command again.`,
      { cause },
    );
  }
}

/** A column that stands twice would hide one of its cells. */
function distinctColumns(header: string[]): string[] {
  const repeated = header.find((name, index) => header.indexOf(name) !== index);
  if (repeated !== undefined) throw new CommandFailure(`The CSV header names the column ${repeated} twice. Keep one of them.`);
  return header;
}

interface CsvRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly error?: unknown };
}

const COLUMNS = 'The line has another number of columns than the header.';

function csvRow(record: Readonly<Record<string, string>>): ReadRow {
  const cells = Object.entries(record).filter(([, value]) => value !== '');
  const fields = cells.map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON_COLUMNS.has(name) ? value : JSON.stringify(value)}`,
  );
  return readRow(`{${fields.join(',')}}`);
}

/** A row lies two levels deep in its request; longer than this it is no row of ours and could fill a request by itself. */
const ROW_DEPTH_MAX = JSON_DEPTH_MAX - 2;
const ROW_CHARACTERS_MAX = 100_000;

/** What would make the service refuse a whole request is found here, so that it stops its own row only. */
function readRow(text: string): ReadRow {
  if (text.length > ROW_CHARACTERS_MAX) return unread(`The line is longer than ${ROW_CHARACTERS_MAX} characters.`);
  // Where bytes are not UTF-8, the reading put this character, and a name would be stored that nobody has.
  if (text.includes('\ufffd')) return unread('The line is not UTF-8, or holds the replacement character U+FFFD.');
  try {
    return { value: parseStrictJson(Buffer.from(text, 'utf8'), { what: 'line', depth: ROW_DEPTH_MAX }) };
  } catch (error) {
    if (error instanceof MalformedJson) return unread(error.message);
    throw error;
  }
}

const unread = (why: string): ReadRow => ({ value: null, unread: why });
