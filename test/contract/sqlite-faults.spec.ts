import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { isSupportedSqlite, SqliteFile } from '../../src/adapters/sqlite/database.js';
import { SqliteEventStore } from '../../src/adapters/sqlite/event-store.js';
import { acquireFolderLock } from '../../src/adapters/sqlite/folder-lock.js';
import { QUEUED_REQUESTS_MAX } from '../../src/adapters/sqlite/group-commit.js';
import { SqliteKeys } from '../../src/adapters/sqlite/keys.js';
import { SqliteReadModelStore } from '../../src/adapters/sqlite/read-models.js';
import { allOf, eventsOf, sampleEvent, sampleEvents } from './sample-events.js';

/** What only a file can suffer. Faults are real where that is cheap; a failing sync of the disk is played at the commit. */
describe('sqlite: faults', () => {
  let folder: string;
  let path: string;
  const opened: { close(): Promise<void> }[] = [];

  const openStore = (options?: { maxPages?: number }): SqliteEventStore => {
    const store = new SqliteEventStore(path, options);
    opened.push(store);
    return store;
  };
  /** Changes the file as a bad disk or a careless hand would, while the store is closed. */
  const tamper = (sql: string): void => {
    const database = new Database(path);
    database.exec(sql);
    database.close();
  };
  const failingCommit = (code: string): void => {
    jest.spyOn(SqliteFile.prototype, 'commit').mockImplementationOnce(() => {
      throw Object.assign(new Error('disk I/O error'), { code });
    });
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'certledger-faults-'));
    path = join(folder, 'events.sqlite');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const store of opened.splice(0)) await store.close();
    rmSync(folder, { recursive: true });
  });

  describe('files that are not ours', () => {
    it('refuses the database of another program and leaves every byte of it', () => {
      tamper("PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); INSERT INTO theirs VALUES ('precious');");
      const before = readFileSync(path);
      expect(() => openStore()).toThrow(
        expect.objectContaining({ code: 'FOREIGN_FILE', message: expect.stringContaining(path) }),
      );
      expect(readFileSync(path)).toEqual(before);
    });

    it('refuses a file that is no database, and one of another part of this program', async () => {
      writeFileSync(path, 'Dear diary, '.repeat(100));
      expect(() => openStore()).toThrow(expect.objectContaining({ code: 'FOREIGN_FILE' }));
      expect(readFileSync(path, 'utf8')).toBe('Dear diary, '.repeat(100));
      rmSync(path);
      await new SqliteKeys(path).close();
      expect(() => openStore()).toThrow(expect.objectContaining({ code: 'FOREIGN_FILE' }));
      expect(() => new SqliteReadModelStore(path)).toThrow(expect.objectContaining({ code: 'FOREIGN_FILE' }));
    });

    it('refuses a file of a newer program', async () => {
      await new SqliteEventStore(path).close();
      tamper('PRAGMA user_version = 99');
      expect(() => openStore()).toThrow(
        expect.objectContaining({ code: 'FOREIGN_FILE', message: expect.stringContaining('newer') }),
      );
    });

    it('knows which versions of the engine it trusts', () => {
      expect(['3.51.3', '3.51.4', '3.52.0', '4.0.0'].every(isSupportedSqlite)).toBe(true);
      expect(['3.51.2', '3.50.9', '3.9.99', '2.99.99', ''].some(isSupportedSqlite)).toBe(false);
    });

    it('refuses a second opening in the same process', () => {
      openStore();
      expect(() => openStore()).toThrow(expect.objectContaining({ code: 'FOLDER_IN_USE' }));
    });

    it('answers a folder that is not there as unavailable', () => {
      path = join(folder, 'missing', 'events.sqlite');
      expect(() => openStore()).toThrow(expect.objectContaining({ code: 'STORE_UNAVAILABLE' }));
    });
  });

  describe('damage', () => {
    const DAMAGED = { code: 'HISTORY_DAMAGED' };

    it.each(['empty', 'cut', 'without a schema page'])('refuses a file that is %s, and says how to mend it', async (damage) => {
      const store = new SqliteEventStore(path);
      await store.append('a', sampleEvents(200), { expected: 'none' });
      await store.close();
      const bytes = readFileSync(path);
      if (damage === 'empty') writeFileSync(path, '');
      if (damage === 'cut') writeFileSync(path, bytes.subarray(0, 4096 + 100));
      if (damage === 'without a schema page')
        writeFileSync(path, Buffer.concat([bytes.subarray(0, 100), Buffer.alloc(4096, 0xff), bytes.subarray(4196)]));
      const use = async (): Promise<unknown> => openStore().read('a');
      await expect(use()).rejects.toMatchObject({ ...DAMAGED, message: expect.stringMatching(/events\.sqlite.*backup/) });
    });

    it('refuses to begin a new log where only the old one’s WAL is left', async () => {
      writeFileSync(`${path}-wal`, 'the rest of a log');
      expect(() => openStore()).toThrow(expect.objectContaining(DAMAGED));
    });

    it.each([
      ['a revision is gone', 'DELETE FROM events WHERE position = 2'],
      ['data are cut', `UPDATE events SET data = '{"n":' WHERE position = 2`],
      ['data are no object', `UPDATE events SET data = '[]' WHERE position = 2`],
      ['metadata are no object', `UPDATE events SET metadata = 'null' WHERE position = 2`],
    ])('stops reading and following where %s', async (_, sql) => {
      const store = new SqliteEventStore(path);
      await store.append('a', sampleEvents(3), { expected: 'none' });
      await store.close();
      tamper(sql);
      const again = openStore();
      await expect(again.read('a')).rejects.toMatchObject(DAMAGED);
      await expect(again.read('a', { backwards: true })).rejects.toMatchObject(DAMAGED);
      await expect(allOf(again)).rejects.toMatchObject(DAMAGED);
    });
  });

  describe('a full disk', () => {
    it('refuses what does not fit, keeps the rest, and goes on once there is room', async () => {
      const store = openStore({ maxPages: 40 });
      let revision = -1;
      const fill = async (): Promise<void> => {
        for (;;) {
          const result = await store.append('a', [sampleEvent({ text: 'x'.repeat(10_000) })], {
            expected: revision < 0 ? 'none' : revision,
          });
          revision = result.revision;
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('space') });
      expect(revision).toBeGreaterThan(3);
      expect(await store.read('a')).toHaveLength(revision + 1);
      store.limitPages(10_000);
      expect(await store.append('a', sampleEvents(1), { expected: revision })).toMatchObject({ revision: revision + 1 });
      const numbers = eventsOf(await allOf(store)).map(({ position }) => Number.parseInt(position.slice(9), 16));
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
    });
  });

  describe('a failing commit', () => {
    it.each(['SQLITE_IOERR_FSYNC', 'SQLITE_IOERR_WRITE'])(
      'is of unknown outcome (%s), and nothing is written until the file is opened anew',
      async (code) => {
        const store = new SqliteEventStore(path);
        await store.append('a', sampleEvents(1), { expected: 'none' });
        const unknown = sampleEvents(2);
        failingCommit(code);
        await expect(store.append('a', unknown, { expected: 0 })).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
        await expect(store.append('b', sampleEvents(1), { expected: 'none' })).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
        });
        expect(await store.read('a')).toHaveLength(1);
        await store.close();
        const again = openStore();
        expect(await again.append('a', unknown, { expected: 0 })).toMatchObject({ revision: 2 });
      },
    );

    it('is a plain refusal when the disk is full or the file is locked', async () => {
      const store = openStore();
      for (const code of ['SQLITE_FULL', 'SQLITE_BUSY']) {
        failingCommit(code);
        await expect(store.append('a', sampleEvents(1), { expected: 'none' })).rejects.toMatchObject({
          code: 'STORE_UNAVAILABLE',
        });
      }
      expect(await store.append('a', sampleEvents(1), { expected: 'none' })).toMatchObject({ revision: 0 });
    });
  });

  describe('group commit', () => {
    it('shares transactions, and a refused append harms none of its neighbours', async () => {
      const store = openStore();
      await store.append('taken', sampleEvents(1), { expected: 'none' });
      const commits = jest.spyOn(SqliteFile.prototype, 'commit');
      const sends = Array.from({ length: 300 }, (_, n) =>
        store.append(n % 3 === 0 ? 'taken' : `free-${n}`, sampleEvents(1), { expected: 'none' }),
      );
      const results = await Promise.allSettled(sends);
      expect(commits).toHaveBeenCalledTimes(2);
      for (const [n, result] of results.entries()) expect(result.status).toBe(n % 3 === 0 ? 'rejected' : 'fulfilled');
      expect(eventsOf(await allOf(store))).toHaveLength(201);
    });

    it('knows a repeat also within its own group', async () => {
      const store = openStore();
      const events = sampleEvents(2);
      const [first, repeat] = await Promise.all([1, 2].map(() => store.append('a', events, { expected: 'none' })));
      expect(repeat).toEqual(first);
    });

    it('bounds what waits', async () => {
      const store = openStore();
      const sends = Array.from({ length: QUEUED_REQUESTS_MAX + 1 }, (_, n) =>
        store.append(`s-${n}`, [sampleEvent()], { expected: 'none' }),
      );
      const results = await Promise.allSettled(sends);
      const refused = results.filter(({ status }) => status === 'rejected');
      expect(refused).toEqual([expect.objectContaining({ reason: expect.objectContaining({ code: 'QUEUE_FULL' }) })]);
    });

    it('writes what waits before it closes, and then answers no more', async () => {
      const store = new SqliteEventStore(path);
      const waiting = store.append('a', sampleEvents(1), { expected: 'none' });
      const follower = allOf(store).then(() => store.open({ signal: new AbortController().signal }));
      await store.close();
      expect(await waiting).toMatchObject({ revision: 0 });
      await follower.catch(() => undefined);
      await expect(store.append('a', sampleEvents(1), { expected: 0 })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await expect(store.read('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(await openStore().read('a')).toHaveLength(1);
    });
  });

  describe('keys', () => {
    it('leaves no byte of a destroyed key in its files', async () => {
      const keys = new SqliteKeys(path);
      opened.push(keys);
      const wrapped = 'SECRET'.repeat(20);
      await Promise.all(Array.from({ length: 50 }, (_, n) => keys.putIfAbsent({ id: `other-${n}`, wrapped: 'x'.repeat(120) })));
      await keys.putIfAbsent({ id: 'a', wrapped });
      const found = (): boolean => [path, `${path}-wal`].some((file) => readFileSync(file, 'latin1').includes('SECRET'));
      expect(found()).toBe(true);
      await keys.destroy('a');
      expect(found()).toBe(false);
    });
  });

  describe('the folder lock', () => {
    const IN_USE = { code: 'FOLDER_IN_USE' };
    const HOLD = `const db = new (require('better-sqlite3'))(process.argv[1], { timeout: 0 });
      db.pragma('locking_mode = EXCLUSIVE'); db.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1000);`;

    it('is held by one at a time and can be taken again after its release', () => {
      const lock = acquireFolderLock(folder);
      expect(() => acquireFolderLock(folder)).toThrow(
        expect.objectContaining({ ...IN_USE, message: expect.stringContaining(folder) }),
      );
      lock.release();
      acquireFolderLock(folder).release();
    });

    it('shuts out another process', () => {
      const lock = acquireFolderLock(folder);
      expect(() =>
        execFileSync(process.execPath, ['-e', HOLD, join(folder, 'lock.sqlite')], { stdio: 'pipe', timeout: 5_000 }),
      ).toThrow('database is locked');
      lock.release();
    });

    it('is shut out by another process, and falls free when that is killed', async () => {
      const child = spawn(process.execPath, ['-e', HOLD, join(folder, 'lock.sqlite')], { stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        await once(child.stdout, 'data');
        expect(() => acquireFolderLock(folder)).toThrow(expect.objectContaining(IN_USE));
      } finally {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      acquireFolderLock(folder).release();
    });
  });
});
