import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SqliteEventStore } from '../adapters/sqlite/event-store.js';
import { MemoryLeases } from '../adapters/memory/leases.js';
import { acquireFolderLock } from '../adapters/sqlite/folder-lock.js';
import { SqliteKeys } from '../adapters/sqlite/keys.js';
import { SqliteReadModelStore } from '../adapters/sqlite/read-models.js';
import { LedgerError } from '../ledger/errors.js';
import { MasterKey } from '../ledger/master-key.js';
import type { Engines } from './engines.js';

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
    const master = new MasterKey(masterKey === undefined ? keyFile(path) : Buffer.from(masterKey, 'hex'));
    const readModels = open(new SqliteReadModelStore(join(path, 'read-models.sqlite')));
    const store = open(new SqliteEventStore(join(path, 'events.sqlite')));
    // The folder's lock lets one process in, so that nobody else is there to share the work with.
    return { store, readModels, leases: new MemoryLeases(), keys, master, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The master key beside the data, made on the first start; whoever wants it elsewhere sets CERTLEDGER_MASTER_KEY. */
function keyFile(folder: string): Buffer {
  const path = join(folder, 'master.key');
  if (!existsSync(path)) {
    if (existsSync(join(folder, 'events.sqlite'))) {
      throw new LedgerError(
        'KEY_UNUSABLE',
        `The folder ${folder} holds a ledger but no master.key. Set CERTLEDGER_MASTER_KEY, or put the key file back.`,
      );
    }
    const descriptor = openSync(path, 'wx', 0o600);
    writeSync(descriptor, `${randomBytes(32).toString('hex')}\n`);
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new LedgerError('KEY_UNUSABLE', `${path} does not hold a master key of 64 hex digits. Put the right file back.`);
  return Buffer.from(text, 'hex');
}
