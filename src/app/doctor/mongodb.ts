import { setTimeout } from 'node:timers/promises';
import { MONGODB_VERSION_MIN, MongoConnection } from '../../adapters/mongodb/client.js';
import { freeBytesOf, inspectMongo, warningsOf, type MongoInspection } from '../../adapters/mongodb/inspection.js';
import { MongoKeys } from '../../adapters/mongodb/keys.js';
import { MongoLeases } from '../../adapters/mongodb/leases.js';
import { MongoReadModelStore } from '../../adapters/mongodb/read-models.js';
import { isLedgerError } from '../../ledger/errors.js';
import type { Clock } from '../../ledger/ports/clock.js';
import { failure, judgeClock, judgeSpace, judgeVersion, named, ok, warning, type Finding } from '../../operations/findings.js';
import type { Leases } from '../../projections/ports/leases.js';
import { TENURE_TIMES } from '../../projections/tenure.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import type { Configuration } from '../configuration.js';
import { readModels } from '../kernel.js';
import type { ExaminedLog } from './eventstoredb.js';
import { judgeLeases, leaseNames } from './leases.js';
import { examineMasterKey } from './master-key.js';
import { judgeReadModels, type ServedModel } from './read-models.js';

const ENGINE = 'MongoDB';
const VERSIONS = { min: [MONGODB_VERSION_MIN, 0], comparedTo: [8, 2] } as const;
const MEND_CONNECTION = 'Is it running, and is CERTLEDGER_MONGODB_URL right? No key can be read without it.';
const MEND_READ_MODELS =
  'Stop every instance and drop the database of the read models, never that of the keys; it is built again from the log.';

export interface MongoSettings extends Configuration {
  readonly CERTLEDGER_MONGODB_URL: string;
}

export async function examineMongoDb(
  configuration: MongoSettings,
  clock: Clock,
  log: Pick<ExaminedLog, 'end' | 'holdsEvents'>,
): Promise<readonly Finding[]> {
  try {
    const connection = await MongoConnection.open(configuration.CERTLEDGER_MONGODB_URL);
    try {
      return await examine(connection, configuration, clock, log);
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!isLedgerError(error)) throw error;
    return [failure(`${ENGINE} connection`, error.message, MEND_CONNECTION)];
  }
}

async function examine(
  connection: MongoConnection,
  configuration: Configuration,
  clock: Clock,
  log: Pick<ExaminedLog, 'end' | 'holdsEvents'>,
): Promise<readonly Finding[]> {
  const found = await inspectMongo(connection, () => instantMilliseconds(clock.now()));
  const difference = found.clockDifferenceMilliseconds;
  const findings = [
    ok(`${ENGINE} connection`, `connected to ${found.address}`),
    judgeEncryption(warningsOf(connection)),
    judgeVersion(`${ENGINE} version`, found.version, VERSIONS),
    judgeTopology(found),
    judgeRights(found),
    judgeClock(`${ENGINE} clock`, Number.isNaN(difference) ? undefined : difference, 'the server'),
    judgeSpace(`${ENGINE} space`, await freeBytesOf(connection), ENGINE),
  ];
  if (found.refusals.length > 0) return findings;
  const keys = new MongoKeys(connection);
  const holdsLedger = log.holdsEvents || (await keys.page(undefined, 1)).length > 0;
  findings.push(
    ...(await examineMasterKey(configuration, { holdsLedger, keyOf: (id) => keys.get(id) })),
    judgeIndexes(found),
    ...judgeLeases(await twoLooks(new MongoLeases(connection))),
  );
  const { end } = log;
  if (end !== undefined)
    findings.push(judgeReadModels(readModels, await servedOf(connection, found), { end, mend: MEND_READ_MODELS }));
  return findings;
}

const judgeEncryption = ([first]: readonly string[]): Finding =>
  first === undefined
    ? ok(`${ENGINE} encryption`, 'TLS, or this machine only')
    : warning(`${ENGINE} encryption`, first, 'Use TLS wherever others can listen.');

function judgeTopology({ topology }: MongoInspection): Finding {
  const check = `${ENGINE} topology`;
  if (topology !== 'standalone')
    return ok(check, `a ${topology === 'sharded' ? 'sharded cluster' : 'replica set'}; writes wait for a majority`);
  return warning(
    check,
    'one server that stands alone: its loss is the loss of the keys since their last backup',
    'In production use a replica set of three. Read models can be rebuilt; keys cannot.',
  );
}

function judgeRights({ refusals }: MongoInspection): Finding {
  const check = `${ENGINE} rights`;
  if (refusals.length === 0) return ok(check, 'read, write and drop in each of the three databases');
  return failure(check, `refused: ${named(refusals)}`, 'Give the user the role readWrite on every database of the ledger.');
}

function judgeIndexes({ models }: MongoInspection): Finding {
  const check = `${ENGINE} indexes`;
  const missing = models.flatMap(({ name, version, missingIndexes }) =>
    missingIndexes.map((index) => `${name} ${version} ${index}`),
  );
  const present = models.reduce((sum, { indexes }) => sum + indexes.length, 0);
  if (missing.length === 0) return ok(check, `${present} declared, all there`);
  return warning(
    check,
    `missing: ${named(missing)}`,
    'Answers are right and slow meanwhile; the next start of an instance makes them.',
  );
}

/** Longer than a beat, so that the lease of an instance that lives has moved. */
async function twoLooks(leases: Leases): Promise<Parameters<typeof judgeLeases>[0]> {
  const look = async () => Promise.all(leaseNames.map((name) => leases.get(name)));
  const first = await look();
  if (first.every((lease) => lease === undefined || lease.holder === null)) return { first, second: first };
  await setTimeout(2 * TENURE_TIMES.beatMilliseconds);
  return { first, second: await look() };
}

async function servedOf(connection: MongoConnection, { models }: MongoInspection): Promise<readonly ServedModel[]> {
  const store = new MongoReadModelStore(connection);
  const served: ServedModel[] = [];
  for (const { name, version } of readModels) {
    const one = await store.served(name, version);
    if (one === undefined) continue;
    const checkpoint = models.find((model) => model.name === name && model.version === one)?.checkpoint ?? undefined;
    served.push({ name, checkpoint });
  }
  return served;
}
