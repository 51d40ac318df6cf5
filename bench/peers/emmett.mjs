/**
 * Emmett over SQLite, the library that is nearest to this ledger: its command handler folds a stream, decides and appends
 * at the version that was read. It is given one shared connection, because by default it opens one for each command, and
 * those refuse each other as busy; and the engine's full synchronisation, as every durable one here has it. It keeps no
 * command id and no fingerprint.
 */
import { join } from 'node:path';
import { CommandHandler } from '@event-driven-io/emmett';
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite';
import { EVENTS_PER_STREAM, sampleEvent, target } from '../dist/bench/samples.js';
import { Lanes } from '../dist/bench/subject.js';

const handle = CommandHandler({ initialState: () => 0, evolve: (sum, { data }) => sum + data.amount });

const decide = (sum) => {
  if (sum + 1 > EVENTS_PER_STREAM) throw new Error('The bound is reached.');
  const { type, data, metadata } = sampleEvent();
  return { type, data: { ...data, amount: 1 }, metadata };
};

export const commands = async ({ folder }) => {
  const fileName = join(folder, 'emmett.sqlite');
  const connection = sqliteConnection({ fileName });
  await connection.command('PRAGMA journal_mode = WAL');
  await connection.command('PRAGMA synchronous = FULL');
  const store = getSQLiteEventStore({ fileName, connectionOptions: { singleton: true, connection } });
  await store.schema.migrate();
  const lanes = new Lanes((lane, turn) => handle(store, target(lane, turn).stream, decide));
  return { prepare: async (load) => () => lanes.run(load), close: async () => connection.close() };
};
