import type Database from 'better-sqlite3';
import { LedgerError } from '../../ledger/errors.js';
import { decodeCursor, encodeCursor, type SortValue } from '../../projections/ports/cursor.js';
import {
  CHANGES_PER_COMMIT_MAX,
  DOCUMENTS_PER_FIND_MAX,
  DOCUMENTS_PER_GET_MAX,
  type Commit,
  type FindOptions,
  type FoundPage,
  type ReadModel,
  type ReadModelStore,
  type StoredDocument,
} from '../../projections/ports/read-model-store.js';
import { assert } from '../../shared/assert.js';
import type { Json, JsonObject } from '../../shared/json.js';
import { openDatabase, type SqliteFile } from './database.js';
import { fieldExpression, segmentsOf } from './find-query.js';

/** "CLrm" in ASCII. */
export const APPLICATION_ID = 0x434c726d;
const SCHEMA_VERSION = 1;
export const MEND = 'Stop the program and delete this file with its -wal and -shm; it is built again from the log.';

type DocumentRow = readonly [string, string, string];

/** Read models in a file of their own, a table for each version of each model. */
export class SqliteReadModelStore implements ReadModelStore {
  private readonly file: SqliteFile;
  /** The tables by name and version; only this process changes them. */
  private readonly tables = new Map<string, string>();

  /**
   * NORMAL syncs only at checkpoints, so a power cut may lose the last commits, but whole and in order: the checkpoint is
   * then older too and the runner folds the same events again. What is durable is the log.
   */
  constructor(path: string) {
    this.file = openDatabase(path, {
      applicationId: APPLICATION_ID,
      schemaVersion: SCHEMA_VERSION,
      migrate,
      mend: MEND,
      synchronous: 'NORMAL',
    });
    for (const [id, name, version] of this.file.read(() =>
      this.file.statement<[number, string, string]>('SELECT id, name, version FROM models', 'raw').all(),
    )) {
      this.tables.set(modelKey(name, version), tableName(id, name));
    }
  }

  async prepare(model: ReadModel): Promise<void> {
    const { name, version, indexes } = model;
    const plainNames = new Set(Object.keys(indexes).map(plain));
    assert(plainNames.size === Object.keys(indexes).length, `the indexes of ${name} differ in more than letter case and signs`);
    const table = this.file.write(() => {
      this.file
        .statement('INSERT INTO models (name, version) VALUES (?, ?) ON CONFLICT (name, version) DO NOTHING')
        .run(name, version);
      const row = this.file.statement<[number]>('SELECT id FROM models WHERE name = ? AND version = ?', 'raw').get(name, version);
      assert(row !== undefined, 'a model that was inserted is there');
      const made = tableName(row[0], name);
      this.file.execute(
        `CREATE TABLE IF NOT EXISTS ${made} (key TEXT PRIMARY KEY, position TEXT NOT NULL, body TEXT NOT NULL) STRICT`,
      );
      for (const [index, fields] of Object.entries(indexes)) {
        const columns = [...fields.map(fieldExpression), 'key'].join(', ');
        this.file.execute(`CREATE INDEX IF NOT EXISTS ${indexName(made, index)} ON ${made} (${columns})`);
      }
      return made;
    });
    this.tables.set(modelKey(name, version), table);
  }

  async checkpoint({ name, version }: ReadModel): Promise<string | undefined> {
    return this.file.read(() => this.storedCheckpoint(name, version));
  }

  async getMany(model: ReadModel, keys: readonly string[]): Promise<readonly StoredDocument[]> {
    assert(keys.length <= DOCUMENTS_PER_GET_MAX, `at most ${DOCUMENTS_PER_GET_MAX} documents are loaded at once`);
    const table = this.tableOf(model);
    return this.file.read(() => {
      const select = this.file.statement<DocumentRow>(`SELECT key, position, body FROM ${table} WHERE key = ?`, 'raw');
      return [...new Set(keys)].flatMap((key) => {
        const row = select.get(key);
        return row === undefined ? [] : [this.documentOf(row)];
      });
    });
  }

  async find(model: ReadModel, options: FindOptions): Promise<FoundPage> {
    const { index, equals, limit } = options;
    const fields = model.indexes[index];
    assert(fields !== undefined && equals.length <= fields.length, `the index ${index} is not declared so`);
    assert(limit >= 1 && limit <= DOCUMENTS_PER_FIND_MAX, `a page holds 1 to ${DOCUMENTS_PER_FIND_MAX} documents`);
    const table = this.tableOf(model);
    const sortFields = fields.slice(equals.length);
    const after = options.after === undefined ? undefined : decodeCursor(index, options.after, sortFields.length);
    const rows: DocumentRow[] = [];
    this.file.read(() => {
      for (const { where, values, orderBy } of segmentsOf(fields, options, after)) {
        if (rows.length > limit) break;
        const condition = where === '' ? '' : `WHERE ${where}`;
        const sql = `SELECT key, position, body FROM ${table} INDEXED BY ${indexName(table, index)} ${condition} ORDER BY ${orderBy} LIMIT ?`;
        rows.push(...this.file.statement<DocumentRow>(sql, 'raw').all(...values, limit + 1 - rows.length));
      }
    });
    const documents = rows.slice(0, limit).map((row) => this.documentOf(row));
    const last = rows.length > limit ? documents.at(-1) : undefined;
    if (last === undefined) return { documents };
    return {
      documents,
      next: encodeCursor(index, { key: last.key, values: sortFields.map((field) => sortValue(last.body[field])) }),
    };
  }

  async commit({ model, from, to, changes }: Commit): Promise<'committed' | 'fenced'> {
    assert(changes.length <= CHANGES_PER_COMMIT_MAX, `a commit holds at most ${CHANGES_PER_COMMIT_MAX} documents`);
    const table = this.tables.get(modelKey(model.name, model.version));
    if (table === undefined) return 'fenced';
    return this.file.write(() => {
      if (this.storedCheckpoint(model.name, model.version) !== from) return 'fenced';
      const upsert = this.file.statement(
        `INSERT INTO ${table} (key, position, body) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
         SET position = excluded.position, body = excluded.body WHERE excluded.position > position`,
      );
      for (const { key, position, body } of changes) upsert.run(key, position, JSON.stringify(body));
      this.file.statement('UPDATE models SET checkpoint = ? WHERE name = ? AND version = ?').run(to, model.name, model.version);
      return 'committed';
    });
  }

  async served(name: string, codeVersion: number): Promise<string | undefined> {
    return this.file.read(
      () =>
        this.file
          .statement<[string]>('SELECT version FROM served WHERE name = ? AND code_version = ?', 'raw')
          .get(name, codeVersion)?.[0],
    );
  }

  async serve(name: string, codeVersion: number, version: string): Promise<void> {
    assert(this.tables.has(modelKey(name, version)), `${name} ${version} is not held, so it cannot be served`);
    this.file.write(() =>
      this.file
        .statement(
          'INSERT INTO served (name, code_version, version) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
        )
        .run(name, codeVersion, version),
    );
  }

  async versions(name: string): Promise<readonly string[]> {
    const rows = this.file.read(() =>
      this.file.statement<[string]>('SELECT version FROM models WHERE name = ? ORDER BY id', 'raw').all(name),
    );
    return rows.map(([version]) => version);
  }

  async discard(name: string, version: string): Promise<void> {
    const table = this.tables.get(modelKey(name, version));
    if (table === undefined) return;
    this.file.write(() => {
      const isServed =
        this.file.statement('SELECT 1 FROM served WHERE name = ? AND version = ?').get(name, version) !== undefined;
      assert(!isServed, `${name} ${version} is served, so it cannot be discarded`);
      this.file.execute(`DROP TABLE ${table}`);
      this.file.statement('DELETE FROM models WHERE name = ? AND version = ?').run(name, version);
    });
    this.tables.delete(modelKey(name, version));
  }

  async close(): Promise<void> {
    this.file.close();
  }

  private tableOf({ name, version }: ReadModel): string {
    const table = this.tables.get(modelKey(name, version));
    if (table !== undefined) return table;
    throw new LedgerError(
      'STORE_UNAVAILABLE',
      `The read model ${name} ${version} is not held here; ask for the served version again.`,
    );
  }

  private storedCheckpoint(name: string, version: string): string | undefined {
    const sql = 'SELECT checkpoint FROM models WHERE name = ? AND version = ?';
    return this.file.statement<[string | null]>(sql, 'raw').get(name, version)?.[0] ?? undefined;
  }

  private documentOf([key, position, text]: DocumentRow): StoredDocument {
    try {
      return { key, position, body: JSON.parse(text) as JsonObject };
    } catch (error) {
      throw new LedgerError('HISTORY_DAMAGED', `A document in ${this.file.path} is not JSON. ${MEND}`, { cause: error });
    }
  }
}

const modelKey = (name: string, version: string): string => JSON.stringify([name, version]);

/** The number makes the name unique; the model's own name is there for people who look into the file. */
const tableName = (id: number, name: string): string => `model_${id}_${plain(name)}`;
const indexName = (table: string, index: string): string => `${table}__${plain(index)}`;
const plain = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '_').toLowerCase();

function sortValue(value: Json | undefined): SortValue {
  return value === undefined || typeof value === 'object' ? null : value;
}

function migrate(database: Database.Database, from: number): void {
  assert(from === 0, `no migration of the read models from schema ${from} is known`);
  database.exec(`
    CREATE TABLE models (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      version TEXT NOT NULL,
      checkpoint TEXT,
      UNIQUE (name, version)
    ) STRICT;
    CREATE TABLE served (name TEXT, code_version INTEGER, version TEXT NOT NULL, PRIMARY KEY (name, code_version)) STRICT;
  `);
}
