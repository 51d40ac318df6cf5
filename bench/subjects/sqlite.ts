import { join } from 'node:path';
import Database from 'better-sqlite3';
import { SqliteEventStore } from '../../src/adapters/sqlite/event-store.js';
import { sampleEvent, target } from '../samples.js';
import { Lanes, repeat, type OpenSubject } from '../subject.js';
import { commandsOver } from './ledger.js';
import { fill, followed, whole } from './logs.js';

const PAGE = 500;
type Row = [number, string, number, string, string, string, string];

/** The engine alone: one prepared insert into the table, with the index and the settings that the adapter has. */
function bareDatabase(path: string) {
  const database = new Database(path);
  // The settings of src/adapters/sqlite/database.ts.
  for (const setting of ['journal_mode = WAL', 'wal_autocheckpoint = 8192', 'cache_size = -8192', 'synchronous = FULL'])
    database.pragma(setting);
  database.exec(`
    CREATE TABLE IF NOT EXISTS events (
      position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
      data TEXT NOT NULL, metadata TEXT NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX IF NOT EXISTS events_by_stream ON events (stream, revision);
  `);
  const insert = database.prepare('INSERT INTO events (stream, revision, id, type, data, metadata) VALUES (?, ?, ?, ?, ?, ?)');
  return { database, insert };
}

/** Groups of as many events as would be in flight, each made durable by one commit; nobody waits for an event loop. */
export const bareGroupCommits: OpenSubject = async ({ folder }) => {
  const { database, insert } = bareDatabase(join(folder, 'bare.sqlite'));
  const commit = database.transaction((turn: number, size: number) => {
    for (let lane = 0; lane < size; lane += 1) {
      const { stream, expected } = target(lane, turn);
      const { id, type, data, metadata } = sampleEvent();
      insert.run(stream, expected === 'none' ? 0 : expected + 1, id, type, JSON.stringify(data), JSON.stringify(metadata));
    }
    return size;
  });
  let groups = 0;
  return {
    prepare: async (load) => () => repeat(load, () => commit(groups++, load.inFlight)),
    close: async () => void database.close(),
  };
};

export const adapterAppends: OpenSubject = async ({ folder }) => {
  const store = new SqliteEventStore(join(folder, 'events.sqlite'));
  const lanes = new Lanes((lane, turn) => {
    const { stream, expected } = target(lane, turn);
    return store.append(stream, [sampleEvent()], { expected });
  });
  return { prepare: async (load) => () => lanes.run(load), close: () => store.close() };
};

export const commands: OpenSubject = async ({ folder }) => {
  const store = new SqliteEventStore(join(folder, 'events.sqlite'));
  return commandsOver(store, () => store.close());
};

async function filled(path: string): Promise<void> {
  const store = new SqliteEventStore(path);
  if ((await store.latest()) === undefined) await fill(store);
  await store.close();
}

/** Pages by the primary key, parsed. */
export const bareRows: OpenSubject = async ({ folder }) => {
  const path = join(folder, 'feed.sqlite');
  await filled(path);
  const database = new Database(path, { readonly: true });
  const page = database.prepare<[number], Row>(`SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ${PAGE}`).raw();
  const readLog = (): number => {
    let last = 0;
    let count = 0;
    for (let rows = page.all(last); rows.length > 0; rows = page.all(last)) {
      for (const [position, , , , , data, metadata] of rows) {
        if (JSON.parse(data) !== null && JSON.parse(metadata) !== null) count += 1;
        last = position;
      }
    }
    return whole(count);
  };
  return { prepare: async (load) => () => repeat(load, readLog), close: async () => void database.close() };
};

export const adapterFeed: OpenSubject = async ({ folder }) => {
  const path = join(folder, 'feed.sqlite');
  await filled(path);
  const store = new SqliteEventStore(path);
  return {
    prepare: async (load) => () => repeat(load, async () => whole(await followed(store))),
    close: () => store.close(),
  };
};
