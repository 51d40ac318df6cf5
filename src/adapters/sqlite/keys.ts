import type Database from 'better-sqlite3';
import { LedgerError } from '../../ledger/errors.js';
import { KEYS_PER_PAGE_MAX, type KeyPages, type KeyRecord, type Keys, type WrappedKey } from '../../ledger/ports/keys.js';
import { assert } from '../../shared/assert.js';
import { openDatabase, type SqliteFile } from './database.js';
import { GroupCommit, type Outcome } from './group-commit.js';

/** "CLky" in ASCII. */
export const APPLICATION_ID = 0x434c6b79;
const SCHEMA_VERSION = 1;
export const MEND = 'Stop the program and restore the newest backup of the keys; without it, sealed data cannot be read.';

const GET = 'SELECT wrapped FROM keys WHERE id = ?';
const PAGE = 'SELECT id, wrapped FROM keys WHERE id > ? ORDER BY id LIMIT ?';
const PUT = 'INSERT INTO keys (id, wrapped) VALUES (?, ?) ON CONFLICT (id) DO NOTHING';
const DESTROY = 'INSERT INTO keys (id, wrapped) VALUES (?, NULL) ON CONFLICT (id) DO UPDATE SET wrapped = NULL';

type Change = { readonly put: WrappedKey } | { readonly destroy: string };
type Standing = WrappedKey | 'destroyed';

/** Wrapped keys in a file of their own. Puts are grouped, because learners are registered by the thousand. */
export class SqliteKeys implements Keys, KeyPages {
  private readonly file: SqliteFile;
  private readonly changes: GroupCommit<Change, Standing>;

  constructor(path: string) {
    this.file = openDatabase(path, {
      applicationId: APPLICATION_ID,
      schemaVersion: SCHEMA_VERSION,
      migrate,
      mend: MEND,
      synchronous: 'FULL',
      secureDelete: true,
    });
    this.changes = new GroupCommit(this.file, {
      write: (changes) => changes.map((change): Outcome<Standing> => ({ answer: this.apply(change) })),
    });
  }

  async putIfAbsent(key: WrappedKey): Promise<Standing> {
    return this.changes.submit({ put: key }, key.id.length + key.wrapped.length);
  }

  async get(id: string): Promise<Standing | undefined> {
    return this.file.read(() => this.standing(id));
  }

  /** The WAL still holds the page as it was before, so the destruction is done only when the WAL has been emptied. */
  async destroy(id: string): Promise<void> {
    await this.changes.submit({ destroy: id }, id.length);
    if (this.file.checkpoint()) return;
    throw new LedgerError('STORE_UNAVAILABLE', `${this.file.path} is being read by another program; destroy the key again.`);
  }

  async page(after: string | undefined, limit: number): Promise<readonly KeyRecord[]> {
    assert(limit >= 1 && limit <= KEYS_PER_PAGE_MAX, `a page holds 1 to ${KEYS_PER_PAGE_MAX} keys`);
    const rows = this.file.read(() => this.file.statement<[string, string | null]>(PAGE, 'raw').all(after ?? '', limit));
    return rows.map(([id, wrapped]) => ({ id, wrapped }));
  }

  async close(): Promise<void> {
    this.changes.close();
    this.file.close();
  }

  private apply(change: Change): Standing {
    if ('destroy' in change) {
      this.file.statement(DESTROY).run(change.destroy);
      return 'destroyed';
    }
    this.file.statement(PUT).run(change.put.id, change.put.wrapped);
    const standing = this.standing(change.put.id);
    assert(standing !== undefined, 'a key that was put stands');
    return standing;
  }

  private standing(id: string): Standing | undefined {
    const row = this.file.statement<[string | null]>(GET, 'raw').get(id);
    if (row === undefined) return undefined;
    return row[0] === null ? 'destroyed' : { id, wrapped: row[0] };
  }
}

function migrate(database: Database.Database, from: number): void {
  assert(from === 0, `no migration of the keys from schema ${from} is known`);
  database.exec('CREATE TABLE keys (id TEXT PRIMARY KEY, wrapped TEXT) STRICT');
}
