import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { LedgerError } from '../../ledger/errors.js';
import { engineCode, translated } from './database.js';

/** One process at a time may use a data folder. */
export interface FolderLock {
  readonly folder: string;
  release(): void;
}

const LOCK_FILE = 'lock.sqlite';

/**
 * Takes the folder for this process, or throws FOLDER_IN_USE. A transaction that is held open is a lock of the operating
 * system, which falls away with the process however that ends; a file with a process id in it would outlive a crash.
 * The file must never be opened by other means in this process: closing any descriptor of it would drop the lock.
 */
export function acquireFolderLock(folder: string): FolderLock {
  const path = resolve(folder);
  let database: Database.Database | undefined;
  try {
    mkdirSync(path, { recursive: true });
    database = new Database(join(path, LOCK_FILE), { timeout: 0 });
    database.pragma('locking_mode = EXCLUSIVE');
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    throw refusal(error, path);
  }
  const held = database;
  return { folder: path, release: () => void held.close() };
}

function refusal(error: unknown, path: string): unknown {
  if (engineCode(error)?.startsWith('SQLITE_BUSY')) {
    return new LedgerError(
      'FOLDER_IN_USE',
      `The folder ${path} is in use by another certledger process. Stop that one, or name another folder.`,
      { cause: error },
    );
  }
  const failure = translated(error, join(path, LOCK_FILE), `Remove ${LOCK_FILE}; it holds no data.`);
  if (failure instanceof LedgerError) return failure;
  return new LedgerError('STORE_UNAVAILABLE', `The folder ${path} cannot be used.`, { cause: error });
}
