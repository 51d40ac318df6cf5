import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import {
  FILES_PER_PAGE_MAX,
  type ByteRange,
  type FilePage,
  type FileRecord,
  type Files,
  type FileStanding,
  type FileWriting,
} from '../../attachments/ports/files.js';
import { isLedgerError, LedgerError } from '../../ledger/errors.js';
import { assert } from '../../shared/assert.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { openDatabase, type SqliteFile } from './database.js';
import { FileFolder, type ArrivingFile } from './file-folder.js';

/** "CLfi" in ASCII. */
export const APPLICATION_ID = 0x434c6669;
const SCHEMA_VERSION = 1;
export const MEND = 'Stop the program and restore the newest backup of the files.';

const PUT = 'INSERT INTO files (address, id, state, since, record) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING';
const FIELDS = 'SELECT address, id, state, since, record FROM files';
const BY_ADDRESS = `${FIELDS} WHERE address = ?`;
const BY_ID = `${FIELDS} WHERE id = ?`;
const PAGE = `${FIELDS} WHERE state = ? AND since < ? AND (since, address) > (?, ?) ORDER BY since, address LIMIT ?`;
const CHANGE = 'UPDATE files SET state = ?, since = ? WHERE address = ? AND state = ? AND since = ?';
const REMOVE = "DELETE FROM files WHERE address = ? AND state = 'removing'";

type Row = [address: string, id: string, state: string, since: string, record: string];

/** Ciphertext in a folder, and beside it a file of records. Nothing in either is plain. */
export class SqliteFiles implements Files {
  private readonly records: SqliteFile;
  private readonly folder: FileFolder;

  /** The folder of the data; `limits.maxPages` bounds the records as a quota would. */
  constructor(data: string, limits: { readonly maxPages?: number } = {}) {
    const path = join(data, 'files.sqlite');
    const folder = join(data, 'files');
    if (!existsSync(path) && existsSync(folder) && readdirSync(folder).some((name) => /^[0-9a-f]{2}$/.test(name)))
      throw new LedgerError('HISTORY_DAMAGED', `The folder ${folder} holds files, but there is no ${path}. ${MEND}`);
    this.records = openDatabase(path, {
      applicationId: APPLICATION_ID,
      schemaVersion: SCHEMA_VERSION,
      migrate,
      mend: MEND,
      ...limits,
    });
    try {
      this.folder = new FileFolder(folder, (address) => this.known(address));
    } catch (error) {
      this.records.close();
      throw error;
    }
  }

  async begin(at: string): Promise<FileWriting> {
    const arriving = await this.folder.begin(instantMilliseconds(at));
    return {
      write: (bytes) => arriving.write(bytes),
      finish: (record) => this.finish(arriving, record),
      abandon: () => arriving.drop(),
    };
  }

  async get(address: string): Promise<FileRecord | undefined> {
    return this.one(BY_ADDRESS, address);
  }

  async uploadedBy(id: string): Promise<FileRecord | undefined> {
    return this.one(BY_ID, id);
  }

  read(address: string, range: ByteRange): AsyncIterable<Uint8Array> {
    return this.folder.read(address, range);
  }

  async change(address: string, from: FileStanding, to: FileStanding): Promise<boolean> {
    const change = (): number => this.records.statement(CHANGE).run(to.state, to.since, address, from.state, from.since).changes;
    return this.records.write(change) === 1;
  }

  async remove(address: string): Promise<void> {
    const record = await this.get(address);
    if (record === undefined) return;
    assert(record.state === 'removing', 'only a file that nothing may refer to any more is removed');
    await this.folder.remove(address);
    this.records.write(() => this.records.statement(REMOVE).run(address));
  }

  async page({ state, before, after, limit }: FilePage): Promise<readonly FileRecord[]> {
    assert(limit >= 1 && limit <= FILES_PER_PAGE_MAX, `a page holds 1 to ${FILES_PER_PAGE_MAX} files`);
    const start = [after?.since ?? '', after?.address ?? ''];
    const rows = this.records.read(() => this.records.statement<Row>(PAGE, 'raw').all(state, before, ...start, limit));
    return rows.map(recordOf);
  }

  sweep(before: string): Promise<number> {
    return this.folder.sweep(instantMilliseconds(before), (address) => this.known(address));
  }

  async close(): Promise<void> {
    await this.folder.close();
    this.records.close();
  }

  private async finish(arriving: ArrivingFile, record: FileRecord): Promise<FileRecord> {
    const { address, id, state, since, ...rest } = record;
    try {
      await arriving.settle(address);
      this.records.write(() => this.records.statement(PUT).run(address, id, state, since, JSON.stringify(rest)));
    } catch (error) {
      // Where nobody knows whether the record stands, its bytes must stay; the next start knows.
      if (!isLedgerError(error, 'COMMIT_UNKNOWN')) await arriving.drop();
      throw error;
    }
    const standing = this.one(BY_ID, id);
    assert(standing !== undefined, 'a record that was put stands');
    if (standing.address === address) await arriving.place(address);
    else await arriving.drop();
    return standing;
  }

  private known(address: string): boolean {
    return this.one(BY_ADDRESS, address) !== undefined;
  }

  private one(sql: string, value: string): FileRecord | undefined {
    const row = this.records.read(() => this.records.statement<Row>(sql, 'raw').get(value));
    return row === undefined ? undefined : recordOf(row);
  }
}

const recordOf = ([address, id, state, since, record]: Row): FileRecord =>
  ({ address, id, state, since, ...(JSON.parse(record) as object) }) as FileRecord;

function migrate(database: Database.Database, from: number): void {
  assert(from === 0, `no migration of the files from schema ${from} is known`);
  database.exec(`
    CREATE TABLE files (
      address TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, since TEXT NOT NULL, record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX files_by_age ON files (state, since, address);
  `);
}
