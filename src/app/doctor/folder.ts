import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { acquireFolderLock } from '../../adapters/sqlite/folder-lock.js';
import {
  FILES,
  inspectFile,
  keyIn,
  KEYS,
  LOG,
  READ_MODELS,
  strangersIn,
  type Inspected,
} from '../../adapters/sqlite/inspection.js';
import { isLedgerError } from '../../ledger/errors.js';
import type { Clock } from '../../ledger/ports/clock.js';
import { failure, judgeLastRecorded, judgeSpace, named, ok, warning, type Finding } from '../../operations/findings.js';
import { CLOCK_BEHIND_MILLISECONDS_MAX } from '../../record/policies/rounds.js';
import type { Configuration } from '../configuration.js';
import { readModels } from '../kernel.js';
import { examineMasterKey } from './master-key.js';
import { judgeReadModels } from './read-models.js';

const OTHERS = 0o077;

/** The data folder of the embedded profile. What is in it is only read, so a running service is not disturbed. */
export async function examineFolder(configuration: Configuration, clock: Clock): Promise<readonly Finding[]> {
  const folder = resolve(configuration.CERTLEDGER_DATA);
  if (!existsSync(folder))
    return [warning('folder', `${folder} is not there`, 'The first start makes it. Is CERTLEDGER_DATA right?')];
  const access = judgeAccess(folder);
  if (access.result === 'failure') return [access];
  const { bavail, bsize } = statfsSync(folder);
  const findings = [access, judgeStrangers(folder), judgeSpace('space', bavail * bsize, folder)];
  if (!existsSync(join(folder, LOG.file)) && !existsSync(join(folder, KEYS.file)))
    return [...findings, ok('log', `${folder} holds no ledger yet`), ...(await examineMasterKey(configuration, NO_KEYS))];
  const lock = lockOf(folder);
  try {
    return [...findings, lock.finding, ...(await examineFiles(configuration, folder, { isAlone: lock.isHeld, clock }))];
  } finally {
    lock.release();
  }
}

const NO_KEYS = { holdsLedger: false, keyOf: async () => undefined };

function judgeAccess(folder: string): Finding {
  if (!statSync(folder).isDirectory()) return failure('folder', `${folder} is no folder`, 'Point CERTLEDGER_DATA at a folder.');
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return failure('folder', `${folder} cannot be written by this user`, `Run as its owner, or give this user the folder.`);
  }
  if (process.platform === 'win32' || (statSync(folder).mode & OTHERS) === 0)
    return ok('folder', `${folder} is writable and private`);
  return warning('folder', `${folder} can be opened by other users of this machine`, `chmod 700 ${folder}`);
}

function judgeStrangers(folder: string): Finding {
  const strangers = strangersIn(folder);
  if (strangers.length === 0) return ok('foreign files', 'none');
  return warning('foreign files', named(strangers), 'The service leaves them alone. Keep the folder for the ledger only.');
}

/** Held for as long as the examination takes, so that no service starts in the middle of it. */
function lockOf(folder: string): { readonly finding: Finding; readonly isHeld: boolean; release(): void } {
  try {
    const { release } = acquireFolderLock(folder);
    return { finding: ok('lock', 'no service runs on the folder'), isHeld: true, release };
  } catch (error) {
    if (!isLedgerError(error)) throw error;
    const isRunning = error.code === 'FOLDER_IN_USE';
    const finding = isRunning
      ? ok('lock', 'a service runs on the folder; it goes on meanwhile')
      : failure('lock', error.message, 'Remove lock.sqlite while no service runs; it holds no data.');
    return { finding, isHeld: false, release: () => undefined };
  }
}

async function examineFiles(
  configuration: Configuration,
  folder: string,
  { isAlone, clock }: { readonly isAlone: boolean; readonly clock: Clock },
): Promise<readonly Finding[]> {
  const log = inspectFile(folder, LOG, isAlone);
  const keys = inspectFile(folder, KEYS, isAlone);
  const models = inspectFile(folder, READ_MODELS, isAlone);
  const findings = [
    judgeFile('log', log, 'Put the newest backup of events.sqlite back.', ({ events, end }) => `${events} events, end ${end}`),
    judgeFile(
      'keys',
      keys,
      'Put the newest backup of keys.sqlite back: without it nothing that is sealed can be read.',
      ({ kept, destroyed }) => `${kept} keys${destroyed > 0 ? `, ${destroyed} destroyed` : ''}`,
    ),
  ];
  const files = inspectFile(folder, FILES, isAlone);
  // A folder of an older version has none, and the next start makes it.
  if (files.is !== 'missing') findings.push(judgeFile('files', files, MEND_FILES, (found) => `${found.files} uploaded files`));
  if (keys.is === 'sound') {
    const holdsLedger = log.is !== 'missing';
    findings.push(...(await examineMasterKey(configuration, { holdsLedger, keyOf: async (id) => keyIn(folder, id, isAlone) })));
  }
  if (log.is !== 'sound') return findings;
  findings.push(judgeLastRecorded('clock', log.facts.recordedAt, clock.now(), CLOCK_BEHIND_MILLISECONDS_MAX));
  if (models.is === 'missing') findings.push(ok('read models', 'not there; the next start builds them from the log'));
  else if (models.is === 'faulty') findings.push(failure('read models', models.error.message, MEND_READ_MODELS));
  else {
    const served = models.facts.filter(({ name, codeVersion }) =>
      readModels.some((model) => model.name === name && model.version === codeVersion),
    );
    findings.push(judgeReadModels(readModels, served, { end: log.facts.end, mend: MEND_READ_MODELS }));
  }
  return findings;
}

const MEND_FILES = 'Put the newest backup of files.sqlite and of the folder files back.';
const MEND_READ_MODELS = 'Stop the service and delete read-models.sqlite with its -wal and -shm; it is built again from the log.';

function judgeFile<Facts>(check: string, file: Inspected<Facts>, mend: string, tell: (facts: Facts) => string): Finding {
  if (file.is === 'missing') return failure(check, 'the file is missing', mend);
  return file.is === 'faulty' ? failure(check, file.error.message, mend) : ok(check, tell(file.facts));
}
