import { closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { LedgerError } from '../../ledger/errors.js';
import { assert } from '../../shared/assert.js';

export interface DatabaseOptions {
  /** Marks our files of one kind, in the header, so that no other file is ever written to by mistake. */
  readonly applicationId: number;
  readonly schemaVersion: number;
  /** Brings the schema from version `from` (0: an empty file) to `schemaVersion`; runs inside one transaction. */
  readonly migrate: (database: Database.Database, from: number) => void;
  /** What the operator should do when the file is damaged, as one sentence. */
  readonly mend: string;
  /** FULL unless what is written can be made again from elsewhere. */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** Overwrites what is deleted with zeros. */
  readonly secureDelete?: boolean;
  /** Bounds the file's size; a write beyond it fails like one to a full disk. */
  readonly maxPages?: number;
}

/** Older versions can lose commits in WAL mode when a checkpoint resets the WAL beside a writer (fixed in this version). */
const SQLITE_VERSION_MIN = [3, 51, 3] as const;
/** Only this process opens the file, so a lock is held by a passing tool at most; the wait blocks the process and is short. */
const BUSY_MILLISECONDS = 250;
const STATEMENTS_MAX = 500;
const WAL_BYTES_KEPT = 64 * 1024 * 1024;
/**
 * Pages of 4 KiB (32 MiB) after which a commit also carries the WAL home. Random keys touch the same pages again and again, so a
 * checkpoint eight times as rare as SQLite's own writes a fraction as much, and start-up still reads the rest in a moment.
 */
const WAL_PAGES_BEFORE_CHECKPOINT = 8_192;
/** KiB of pages held in memory for each file; the default of 2 MiB is less than the inner pages of the indexes. */
const CACHE_KIBIBYTES = 8_192;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const HEADER_BYTES = 100;
const APPLICATION_ID_OFFSET = 68;

/**
 * The files open in this process. Closing any descriptor of a file drops all POSIX locks that the process has on it, so
 * a second opening, which first looks at the header, would take the first one's locks away.
 */
const open = new Set<string>();

/** Opens a file of ours, or makes it; anything else is refused untouched. */
export function openDatabase(file: string, options: DatabaseOptions): SqliteFile {
  const path = resolve(file);
  if (open.has(path)) throw new LedgerError('FOLDER_IN_USE', `${path} is open in this process already.`);
  refuseOldSqlite(path);
  if (existsSync(path)) refuseForeign(path, options);
  else create(path, options);
  return new SqliteFile(path, options);
}

/** True when this version of SQLite has the repairs that we rely on. */
export function isSupportedSqlite(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [at, least] of SQLITE_VERSION_MIN.entries()) {
    const part = parts[at] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}

/** One open file, its prepared statements, its write transaction, and the translation of the engine's errors. */
export class SqliteFile {
  private readonly database: Database.Database;
  private readonly statements = new LRUCache<string, Database.Statement<unknown[], unknown>>({ max: STATEMENTS_MAX });
  /** Why nothing may be written any more until the file is opened anew. */
  private broken: string | undefined;

  constructor(
    readonly path: string,
    private readonly options: DatabaseOptions,
  ) {
    this.database = this.guarded(() => new Database(path, { timeout: BUSY_MILLISECONDS, fileMustExist: true }));
    try {
      this.guarded(() => this.prepareConnection());
    } catch (error) {
      this.database.close();
      throw error;
    }
    open.add(path);
  }

  /** A prepared statement, prepared once. Its rows are plain arrays where `raw` is set. */
  statement<Row>(sql: string, shape: 'raw' | 'run' = 'run'): Database.Statement<unknown[], Row> {
    const key = `${shape} ${sql}`;
    let statement = this.statements.get(key);
    if (statement === undefined) {
      statement = this.database.prepare<unknown[], unknown>(sql);
      if (shape === 'raw') statement.raw(true);
      this.statements.set(key, statement);
    }
    return statement as Database.Statement<unknown[], Row>;
  }

  /** Runs reads and translates their failures. */
  read<T>(work: () => T): T {
    this.refuseWhenClosed();
    return this.guarded(work);
  }

  /** Runs one transaction: all of `work` is durable when it returns, and nothing of it when it throws (but COMMIT_UNKNOWN). */
  write<T>(work: () => T): T {
    this.refuseWhenClosed();
    if (this.broken !== undefined) throw new LedgerError('STORE_UNAVAILABLE', this.broken);
    this.guarded(() => this.statement('BEGIN IMMEDIATE').run());
    let result: T;
    try {
      result = this.guarded(work);
    } catch (error) {
      this.rollBack();
      throw error;
    }
    try {
      this.commit();
    } catch (error) {
      this.rollBack();
      throw this.commitFailure(error);
    }
    return result;
  }

  /** Runs statements that make or remove tables, which are not worth keeping prepared. */
  execute(sql: string): void {
    this.database.exec(sql);
  }

  /** Moves the WAL into the file and empties it; false while a reader elsewhere hinders it. */
  checkpoint(): boolean {
    const [row] = this.read(() => this.database.pragma('wal_checkpoint(TRUNCATE)')) as { busy: number }[];
    return row?.busy === 0;
  }

  /** Bounds the file's size, as a quota would. */
  limitPages(pages: number): void {
    this.read(() => this.database.pragma(`max_page_count = ${pages}`));
  }

  close(): void {
    if (!this.database.open) return;
    try {
      this.checkpoint();
    } catch {
      // Nothing is lost: what the checkpoint could not move stays in the WAL, which the next opening reads.
    }
    this.statements.clear();
    this.database.close();
    open.delete(this.path);
  }

  /** Apart, so that a test can let it fail. */
  commit(): void {
    this.statement('COMMIT').run();
  }

  private prepareConnection(): void {
    const { applicationId, schemaVersion, migrate, synchronous = 'FULL', secureDelete = false, maxPages } = this.options;
    const { database, path } = this;
    assert(database.pragma('application_id', { simple: true }) === applicationId, `the header of ${path} was checked`);
    const version = database.pragma('user_version', { simple: true }) as number;
    if (version > schemaVersion) {
      throw new LedgerError(
        'FOREIGN_FILE',
        `${path} has schema ${version}, but this program knows only up to ${schemaVersion}. Start the newer version of the program.`,
      );
    }
    database.pragma('journal_mode = WAL');
    database.pragma(`journal_size_limit = ${WAL_BYTES_KEPT}`);
    database.pragma(`wal_autocheckpoint = ${WAL_PAGES_BEFORE_CHECKPOINT}`);
    database.pragma(`cache_size = -${CACHE_KIBIBYTES}`);
    database.pragma(`synchronous = ${synchronous}`);
    database.pragma(`secure_delete = ${secureDelete ? 'ON' : 'OFF'}`);
    if (version < schemaVersion) {
      database.transaction(() => {
        migrate(database, version);
        database.pragma(`user_version = ${schemaVersion}`);
      })();
    }
    if (maxPages !== undefined) database.pragma(`max_page_count = ${maxPages}`);
  }

  private guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translated(error, this.path, this.options.mend);
    }
  }

  private refuseWhenClosed(): void {
    if (!this.database.open) throw new LedgerError('STORE_UNAVAILABLE', `${this.path} is closed.`);
  }

  /** The engine rolls back by itself on some failures, and then there is nothing left to roll back. */
  private rollBack(): void {
    try {
      if (this.database.inTransaction) this.statement('ROLLBACK').run();
    } catch {
      this.broken = `${this.path} could not take a failed write back. Restart the program.`;
    }
  }

  /**
   * After a failed write or sync at the commit, nobody knows what reached the disk, and a later sync that succeeds proves
   * nothing about the earlier one. Only opening the file anew, which reads the WAL again, shows what stands.
   */
  private commitFailure(error: unknown): unknown {
    const failure = translated(error, this.path, this.options.mend);
    const code = engineCode(error);
    if (code === undefined || /^SQLITE_(FULL|BUSY|CORRUPT|NOTADB|CONSTRAINT)/.test(code)) return failure;
    this.broken = `${this.path} could not confirm a write. Check the disk and restart the program.`;
    return new LedgerError('COMMIT_UNKNOWN', `${this.path} could not say whether a write is durable (${code}).`, {
      cause: error,
    });
  }
}

/** Translates what the engine throws; anything else, an assertion for instance, passes unchanged. */
export function translated(error: unknown, path: string, mend: string): unknown {
  const code = engineCode(error);
  if (code === undefined) return error;
  const cause = { cause: error };
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new LedgerError('HISTORY_DAMAGED', `${path} is damaged (${code}). ${mend}`, cause);
  }
  if (code.startsWith('SQLITE_FULL')) {
    return new LedgerError(
      'STORE_UNAVAILABLE',
      `There is no space left to write to ${path}. Make room; writing then goes on.`,
      cause,
    );
  }
  return new LedgerError('STORE_UNAVAILABLE', `${path} cannot be used now (${code}).`, cause);
}

/** By its shape and not by its class: the driver's native part throws the class that was registered first in the process. */
export function engineCode(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined;
}

function refuseOldSqlite(path: string): void {
  const memory = new Database(':memory:');
  const version = memory.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '0';
  memory.close();
  if (isSupportedSqlite(version)) return;
  const least = SQLITE_VERSION_MIN.join('.');
  throw new LedgerError(
    'STORE_UNAVAILABLE',
    `SQLite ${version} may lose commits, so ${path} is not opened; install ${least} or newer.`,
  );
}

/** Looks at the header without the engine, which might roll a stranger's journal back or checkpoint its WAL. */
export function refuseForeign(path: string, { applicationId, mend }: Pick<DatabaseOptions, 'applicationId' | 'mend'>): void {
  const header = Buffer.alloc(HEADER_BYTES);
  const length = readHeader(path, header);
  const isOurs = header.readUInt32BE(APPLICATION_ID_OFFSET) === applicationId;
  if (header.subarray(0, MAGIC.length).equals(MAGIC) && length === HEADER_BYTES) {
    if (isOurs) return;
    throw new LedgerError(
      'FOREIGN_FILE',
      `${path} is a database of another program or of another part of this one. Nothing was written. Name another folder.`,
    );
  }
  if (isOurs || length < HEADER_BYTES) throw new LedgerError('HISTORY_DAMAGED', `${path} has lost its header. ${mend}`);
  throw new LedgerError(
    'FOREIGN_FILE',
    `${path} is not a database. Nothing was written. Name another folder, or move the file away.`,
  );
}

function readHeader(path: string, header: Buffer): number {
  try {
    const descriptor = openSync(path, 'r');
    try {
      return readSync(descriptor, header, 0, header.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new LedgerError('STORE_UNAVAILABLE', `${path} cannot be read.`, { cause: error });
  }
}

/** Made whole under another name and then renamed, so that a crash leaves either no file or a complete one. */
function create(path: string, { applicationId, schemaVersion, migrate, mend }: DatabaseOptions): void {
  const wal = `${path}-wal`;
  if (existsSync(wal) && statSync(wal).size > 0) {
    throw new LedgerError('HISTORY_DAMAGED', `${path} is missing, but ${wal} is there. ${mend}`);
  }
  const unfinished = `${path}.new`;
  try {
    rmSync(unfinished, { force: true });
    rmSync(`${unfinished}-journal`, { force: true });
    const database = new Database(unfinished);
    try {
      database.pragma('synchronous = FULL');
      database.transaction(() => {
        database.pragma(`application_id = ${applicationId}`);
        migrate(database, 0);
        database.pragma(`user_version = ${schemaVersion}`);
      })();
    } finally {
      database.close();
    }
    renameSync(unfinished, path);
    syncFolder(dirname(path));
  } catch (error) {
    const failure = translated(error, path, mend);
    if (failure instanceof LedgerError) throw failure;
    throw new LedgerError('STORE_UNAVAILABLE', `${path} could not be made.`, { cause: error });
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
