import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { isLedgerError, LedgerError } from '../../ledger/errors.js';
import type { WrappedKey } from '../../ledger/ports/keys.js';
import { formatPosition } from '../../ledger/position.js';
import { refuseForeign, translated } from './database.js';
import { APPLICATION_ID as EVENTS_ID, MEND as EVENTS_MEND } from './event-store.js';
import { APPLICATION_ID as FILES_ID, MEND as FILES_MEND } from './files.js';
import { APPLICATION_ID as KEYS_ID, MEND as KEYS_MEND } from './keys.js';
import { APPLICATION_ID as READ_MODELS_ID, MEND as READ_MODELS_MEND } from './read-models.js';

/** What of a folder's content is ours, by its name; the rest is told to the operator. */
const OURS = /^(?:(?:events|keys|read-models|lock|files)\.sqlite(?:-wal|-shm|-journal|\.new(?:-journal)?)?|master\.key|files)$/;
/** So many faults of one file are listed; one is enough to restore a backup. */
const FAULTS_MAX = 5;
const BUSY_MILLISECONDS = 2_000;

export interface InspectedLog {
  readonly events: number;
  /** The position of the last event, or of the beginning. */
  readonly end: string;
  /** When the last event was recorded. */
  readonly recordedAt: string | undefined;
}

export interface InspectedKeys {
  readonly kept: number;
  readonly destroyed: number;
}

/** A version of a read model that is served, and how far it has come. */
export interface InspectedModel {
  readonly name: string;
  readonly codeVersion: number;
  readonly version: string;
  readonly checkpoint: string | undefined;
}

interface Kind<Facts> {
  readonly file: string;
  readonly applicationId: number;
  readonly mend: string;
  readonly facts: (database: Database.Database) => Facts;
}

export const LOG: Kind<InspectedLog> = {
  file: 'events.sqlite',
  applicationId: EVENTS_ID,
  mend: EVENTS_MEND,
  facts: (database) => {
    const { epoch } = row<{ epoch: string }>(database, "SELECT value AS epoch FROM meta WHERE name = 'epoch'");
    const { events, last } = row<{ events: number; last: number | null }>(
      database,
      'SELECT count(*) AS events, max(position) AS last FROM events',
    );
    // A hole would be found by whoever follows the log, and then only when he comes there.
    if (events !== (last ?? 0))
      throw new LedgerError('HISTORY_DAMAGED', `The log lacks ${(last ?? 0) - events} of its ${last} positions. ${EVENTS_MEND}`);
    const latest = database.prepare<[], { metadata: string }>('SELECT metadata FROM events ORDER BY position DESC LIMIT 1').get();
    const recordedAt = latest === undefined ? undefined : (JSON.parse(latest.metadata) as { recordedAt: string }).recordedAt;
    return { events, end: formatPosition(epoch, last ?? 0), recordedAt };
  },
};

export const KEYS: Kind<InspectedKeys> = {
  file: 'keys.sqlite',
  applicationId: KEYS_ID,
  mend: KEYS_MEND,
  facts: (database) => {
    const { all, kept } = row<{ all: number; kept: number }>(
      database,
      'SELECT count(*) AS "all", count(wrapped) AS kept FROM keys',
    );
    return { kept, destroyed: all - kept };
  },
};

export const READ_MODELS: Kind<readonly InspectedModel[]> = {
  file: 'read-models.sqlite',
  applicationId: READ_MODELS_ID,
  mend: READ_MODELS_MEND,
  facts: (database) =>
    database
      .prepare<[], { name: string; codeVersion: number; version: string; checkpoint: string | null }>(
        'SELECT name, code_version AS codeVersion, version, checkpoint FROM served JOIN models USING (name, version)',
      )
      .all()
      .map(({ checkpoint, ...model }) => ({ ...model, checkpoint: checkpoint ?? undefined })),
};

/** The records of uploaded files; what lies in the folder beside it is not opened. */
export const FILES: Kind<{ readonly files: number }> = {
  file: 'files.sqlite',
  applicationId: FILES_ID,
  mend: FILES_MEND,
  facts: (database) => row<{ files: number }>(database, 'SELECT count(*) AS files FROM files'),
};

export type Inspected<Facts> =
  | { readonly is: 'missing' }
  | { readonly is: 'faulty'; readonly error: LedgerError }
  | { readonly is: 'sound'; readonly facts: Facts };

/**
 * Lets the engine check the pages of a file of ours and reads what it holds, without writing to it. The engine's quick check
 * leaves out whether each index has what its table has, which takes it much longer.
 */
export function inspectFile<Facts>(folder: string, kind: Kind<Facts>, isAlone: boolean): Inspected<Facts> {
  const path = join(folder, kind.file);
  if (!existsSync(path)) return { is: 'missing' };
  try {
    const facts = reading(path, kind, isAlone, (database) => {
      const faults = (database.pragma(`quick_check(${FAULTS_MAX})`) as { quick_check: string }[]).map(
        (fault) => fault.quick_check,
      );
      if (faults.join() !== 'ok')
        throw new LedgerError('HISTORY_DAMAGED', `${path} is damaged (${faults.join('; ')}). ${kind.mend}`);
      return kind.facts(database);
    });
    return { is: 'sound', facts };
  } catch (error) {
    if (isLedgerError(error)) return { is: 'faulty', error };
    throw error;
  }
}

/** One key of a folder, as it lies there. */
export function keyIn(folder: string, id: string, isAlone: boolean): WrappedKey | 'destroyed' | undefined {
  return reading(join(folder, KEYS.file), KEYS, isAlone, (database) => {
    const key = database.prepare<[string], { wrapped: string | null }>('SELECT wrapped FROM keys WHERE id = ?').get(id);
    if (key === undefined) return undefined;
    return key.wrapped === null ? 'destroyed' : { id, wrapped: key.wrapped };
  });
}

/** Names in the folder that this program does not know. */
export const strangersIn = (folder: string): readonly string[] => readdirSync(folder).filter((name) => !OURS.test(name));

/** `isAlone`: this process holds the lock of the folder, so that no service has the file open or opens it. */
function reading<Result>(
  path: string,
  kind: Pick<Kind<unknown>, 'applicationId' | 'mend'>,
  isAlone: boolean,
  work: (database: Database.Database) => Result,
): Result {
  const standing = besides(path).filter((name) => existsSync(name));
  try {
    refuseForeign(path, kind);
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_MILLISECONDS });
    try {
      return work(database);
    } finally {
      database.close();
    }
  } catch (error) {
    throw translated(error, path, kind.mend);
  } finally {
    // Who only reads leaves an empty WAL behind, and a backup would take it for one that holds something.
    const left = isAlone ? besides(path).filter((name) => !standing.includes(name) && existsSync(name)) : [];
    for (const name of left) if (name.endsWith('-shm') || statSync(name).size === 0) rmSync(name);
  }
}

const besides = (path: string): readonly string[] => [`${path}-wal`, `${path}-shm`];

function row<Row>(database: Database.Database, sql: string): Row {
  const found = database.prepare<[], Row>(sql).get();
  if (found === undefined)
    throw new LedgerError('HISTORY_DAMAGED', `${database.name} has lost its head. Restore the newest backup.`);
  return found;
}
