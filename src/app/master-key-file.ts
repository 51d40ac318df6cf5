import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { LedgerError } from '../ledger/errors.js';
import { MasterKey } from '../ledger/master-key.js';

/**
 * The master key from the setting, or else from the file `master.key` of the folder, made on the first start; a ledger that
 * holds something already never gets a new one, with which nothing of it could be opened.
 */
export function masterKeyOf(setting: string | undefined, folder: string, holdsLedger: boolean): MasterKey {
  if (setting !== undefined) return new MasterKey(Buffer.from(setting, 'hex'));
  const path = join(folder, 'master.key');
  if (!existsSync(path)) {
    if (holdsLedger) {
      throw new LedgerError(
        'KEY_UNUSABLE',
        `There is a ledger but no ${path}. Set CERTLEDGER_MASTER_KEY, or put the key file back.`,
      );
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    write(path);
  }
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new LedgerError('KEY_UNUSABLE', `${path} does not hold a master key of 64 hex digits. Put the right file back.`);
  return new MasterKey(Buffer.from(text, 'hex'));
}

function write(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o600);
  } catch (error) {
    // Another instance on this machine was the first.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  writeSync(descriptor, `${randomBytes(32).toString('hex')}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
}
