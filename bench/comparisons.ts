import { fileURLToPath } from 'node:url';
import type { Compared, Comparison } from './comparison.js';
import type { Load } from './subject.js';

const moduleOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const EVENTSTOREDB = moduleOf('subjects/eventstoredb.js');
const MONGODB = moduleOf('subjects/mongodb.js');
const SQLITE = moduleOf('subjects/sqlite.js');
const MACHINE = moduleOf('subjects/machine.js');
const EMMETT = moduleOf('../../peers/emmett.mjs');

const ONE: Load = { inFlight: 1, milliseconds: 1_000 };
const MANY: Load = { inFlight: 256, milliseconds: 1_000 };
/** Reads the whole log at least once, however long that takes. */
const WHOLE: Load = { inFlight: 1, milliseconds: 500 };

const bareClient = 'bare client: appendToStream';
const bareGroups = 'bare better-sqlite3: group commits';
const product = 'certledger: whole commands';
const bareRows = 'bare better-sqlite3: pages of rows, parsed';
const readAll = 'bare client: readAll';
const subscription = 'bare client: subscribeToAll';
const sameWrites = 'bare driver: bulkWrite of the same operations';
const plainWrites = 'bare driver: bulkWrite without conditions';
const find = 'bare driver: find by $in';

const eventStoreDb = (title: string, load: Load): Comparison => ({
  name: `EventStoreDB, ${title}`,
  unit: 'appends/s',
  needs: 'eventstoredb',
  load,
  compared: [
    { label: bareClient, subject: [EVENTSTOREDB, 'bareAppends'] },
    { label: 'certledger: adapter', subject: [EVENTSTOREDB, 'adapterAppends'], against: [bareClient] },
    { label: product, subject: [EVENTSTOREDB, 'commands'], against: [bareClient] },
  ],
});

const sqlite = (title: string, load: Load, peers: readonly Compared[]): Comparison => ({
  name: `SQLite, ${title}`,
  unit: 'appends/s',
  load,
  compared: [
    { label: 'plain file: write and fdatasync', subject: [MACHINE, 'syncs'] },
    { label: bareGroups, subject: [SQLITE, 'bareGroupCommits'], against: ['plain file: write and fdatasync'] },
    { label: 'certledger: adapter', subject: [SQLITE, 'adapterAppends'], against: [bareGroups] },
    ...peers,
    { label: product, subject: [SQLITE, 'commands'], against: [bareGroups, ...peers.map(({ label }) => label)] },
  ],
});

/** All that is measured; `peers` are those libraries of others that are installed here. */
export const comparisons = (peers: { readonly emmett: boolean }): readonly Comparison[] => {
  const emmett: Compared = { label: 'emmett-sqlite: whole commands', subject: [EMMETT, 'commands'], against: [bareGroups] };
  const installed = peers.emmett ? [emmett] : [];
  return [
    eventStoreDb('one at a time', ONE),
    eventStoreDb('256 in flight', MANY),
    {
      name: 'EventStoreDB, the whole log of 20,000 events',
      unit: 'events/s',
      needs: 'eventstoredb',
      load: WHOLE,
      compared: [
        { label: subscription, subject: [EVENTSTOREDB, 'bareSubscription'] },
        { label: readAll, subject: [EVENTSTOREDB, 'bareReadAll'], against: [subscription] },
        { label: 'certledger: feed', subject: [EVENTSTOREDB, 'adapterFeed'], against: [subscription, readAll] },
      ],
    },
    {
      name: 'MongoDB, commits of 500 documents',
      unit: 'documents/s',
      needs: 'mongodb',
      load: ONE,
      compared: [
        { label: sameWrites, subject: [MONGODB, 'sameBulkWrites'] },
        { label: plainWrites, subject: [MONGODB, 'plainBulkWrites'], against: [sameWrites] },
        { label: 'certledger: commit', subject: [MONGODB, 'adapterCommits'], against: [sameWrites, plainWrites] },
      ],
    },
    {
      name: 'MongoDB, 500 documents by key',
      unit: 'documents/s',
      needs: 'mongodb',
      load: ONE,
      compared: [
        { label: find, subject: [MONGODB, 'bareFinds'] },
        { label: 'certledger: getMany', subject: [MONGODB, 'adapterGets'], against: [find] },
      ],
    },
    sqlite('one at a time', ONE, installed),
    // With several commands at a time over its shared connection, the transactions of Emmett run into each other and fail.
    sqlite('256 in flight', MANY, []),
    {
      name: 'SQLite, the whole log of 20,000 events',
      unit: 'events/s',
      load: WHOLE,
      compared: [
        { label: bareRows, subject: [SQLITE, 'bareRows'] },
        { label: 'certledger: feed', subject: [SQLITE, 'adapterFeed'], against: [bareRows] },
      ],
    },
  ];
};
