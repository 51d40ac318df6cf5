import type { Clock } from '../../ledger/ports/clock.js';
import type { Finding } from '../../operations/findings.js';
import { namesCluster } from '../cluster-settings.js';
import type { Configuration } from '../configuration.js';
import { examineScanner } from '../scanner.js';
import { examineFolder } from './folder.js';

export interface Examination {
  readonly profile: 'embedded' | 'cluster';
  readonly findings: readonly Finding[];
}

/** Looks at everything that the settings point at. Nothing of a ledger is written, and a running service goes on. */
export async function examine(configuration: Configuration, clock: Clock): Promise<Examination> {
  const { profile, findings } = await examineEngines(configuration, clock);
  return { profile, findings: [...findings, ...(await examineScanner(configuration))] };
}

async function examineEngines(configuration: Configuration, clock: Clock): Promise<Examination> {
  if (!namesCluster(configuration)) return { profile: 'embedded', findings: await examineFolder(configuration, clock) };
  const [{ examineEventStoreDb }, { examineMongoDb }] = await Promise.all([import('./eventstoredb.js'), import('./mongodb.js')]);
  const log = await examineEventStoreDb(configuration.CERTLEDGER_EVENTSTORE_URL, clock);
  return { profile: 'cluster', findings: [...log.findings, ...(await examineMongoDb(configuration, clock, log))] };
}
