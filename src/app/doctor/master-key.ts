import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isLedgerError, LedgerError } from '../../ledger/errors.js';
import { KeyRing } from '../../ledger/key-ring.js';
import type { Keys, WrappedKey } from '../../ledger/ports/keys.js';
import { failure, ok, warning, type Finding } from '../../operations/findings.js';
import type { Configuration } from '../configuration.js';
import { masterKeyOf } from '../master-key-file.js';

const CHECK = 'master key';
const PRIVATE = 0o077;

export interface KeysLookedAt {
  /** Whether anything was recorded, so that a key that is missing was lost. */
  readonly holdsLedger: boolean;
  readonly keyOf: (id: string) => Promise<WrappedKey | 'destroyed' | undefined>;
}

/** Whether the master key is there, private, and the one that this ledger was made with. Nothing is written. */
export async function examineMasterKey(
  { CERTLEDGER_MASTER_KEY: setting, CERTLEDGER_DATA, CERTLEDGER_ORGANIZATION: organization }: Configuration,
  { holdsLedger, keyOf }: KeysLookedAt,
): Promise<readonly Finding[]> {
  const path = join(resolve(CERTLEDGER_DATA), 'master.key');
  const isInFile = setting === undefined;
  if (isInFile && !existsSync(path) && !holdsLedger) return [ok(CHECK, `none yet; the first start writes ${path}`)];
  try {
    const { bytes } = masterKeyOf(setting, resolve(CERTLEDGER_DATA), holdsLedger);
    const keyRing = new KeyRing(lookingOnly(keyOf), bytes);
    const where = isInFile ? path : 'CERTLEDGER_MASTER_KEY';
    const findings = isInFile ? judgeMode(path) : [];
    if (!(await keyRing.knowsOrganization(organization))) return [...findings, judgeMissing(organization, where, holdsLedger)];
    // Needs the organization's key, which opens with the right master key only.
    await keyRing.pseudonym(organization, 'doctor', 'doctor');
    return [...findings, ok(CHECK, `${where} opens the key of the organization ${organization}`)];
  } catch (error) {
    if (!isLedgerError(error)) throw error;
    return [
      failure(
        CHECK,
        error.message,
        'Without the right master key nothing that is sealed can be read, and the service does not start.',
      ),
    ];
  }
}

function judgeMissing(organization: string, where: string, holdsLedger: boolean): Finding {
  if (!holdsLedger) return ok(CHECK, `${where} is there; the organization ${organization} is made by the first start`);
  return failure(
    CHECK,
    `the ledger holds events, but there is no key of the organization ${organization}`,
    'Put the newest backup of the keys back, or set CERTLEDGER_ORGANIZATION to the organization that the ledger was started with.',
  );
}

function judgeMode(path: string): readonly Finding[] {
  if (process.platform === 'win32' || (statSync(path).mode & PRIVATE) === 0) return [];
  return [warning(CHECK, `${path} can be read by other users of this machine`, `chmod 600 ${path}`)];
}

/** The key ring would make a key that is missing. */
function lookingOnly(keyOf: KeysLookedAt['keyOf']): Keys {
  const refused = (): never => {
    throw new LedgerError('KEY_UNUSABLE', 'Who only looks makes no key.');
  };
  return { get: keyOf, putIfAbsent: async ({ id }) => (await keyOf(id)) ?? refused(), destroy: async () => refused() };
}
