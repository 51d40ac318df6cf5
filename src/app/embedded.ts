import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SqliteEventStore } from '../adapters/sqlite/event-store.js';
import { MemoryLeases } from '../adapters/memory/leases.js';
import { SqliteFiles } from '../adapters/sqlite/files.js';
import { acquireFolderLock } from '../adapters/sqlite/folder-lock.js';
import { SqliteKeys } from '../adapters/sqlite/keys.js';
import { SqliteReadModelStore } from '../adapters/sqlite/read-models.js';
import { LedgerError } from '../ledger/errors.js';
import type { Engines } from './engines.js';
import { masterKeyOf } from './master-key-file.js';

/** Opens a data folder for this process alone; keys lie in a file of their own, so that they can be backed up apart. */
export async function openEmbedded(folder: string, masterKey: string | undefined): Promise<Engines> {
  const path = resolve(folder);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new LedgerError(
      'STORE_UNAVAILABLE',
      `The data folder ${path} cannot be made. Point CERTLEDGER_DATA at a folder that this user may write.`,
      { cause },
    );
  }
  if (existsSync(join(path, 'events.sqlite')) && !existsSync(join(path, 'keys.sqlite'))) {
    // New keys would be made in silence, and every sealed value and every learner's stream would be out of reach.
    throw new LedgerError(
      'KEY_UNUSABLE',
      `The folder ${path} holds a ledger but no keys.sqlite. Put the newest backup of the keys back.`,
    );
  }
  const lock = acquireFolderLock(path);
  const opened: { close(): Promise<void> }[] = [];
  const open = <Engine extends { close(): Promise<void> }>(engine: Engine): Engine => {
    opened.unshift(engine);
    return engine;
  };
  const close = async (): Promise<void> => {
    for (const engine of opened) await engine.close();
    lock.release();
  };
  try {
    const keys = open(new SqliteKeys(join(path, 'keys.sqlite')));
    const master = masterKeyOf(masterKey, path, existsSync(join(path, 'events.sqlite')));
    const files = open(new SqliteFiles(path));
    const readModels = open(new SqliteReadModelStore(join(path, 'read-models.sqlite')));
    const store = open(new SqliteEventStore(join(path, 'events.sqlite')));
    // The folder's lock lets one process in, so that nobody else is there to share the work with.
    return { store, readModels, leases: new MemoryLeases(), keys, files, master, close };
  } catch (error) {
    await close();
    throw error;
  }
}
