import type { Configuration } from './configuration.js';

/** Settings that name both engines. */
export type ClusterSettings = Pick<Configuration, 'CERTLEDGER_DATA' | 'CERTLEDGER_MASTER_KEY'> & {
  readonly CERTLEDGER_EVENTSTORE_URL: string;
  readonly CERTLEDGER_MONGODB_URL: string;
};

export const namesCluster = (settings: Configuration): settings is Configuration & ClusterSettings =>
  settings.CERTLEDGER_EVENTSTORE_URL !== undefined && settings.CERTLEDGER_MONGODB_URL !== undefined;
