import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { LedgerError } from '../ledger/errors.js';
import { shownConfiguration, type Configuration } from './configuration.js';
import { namesCluster } from './cluster-settings.js';
import { openEmbedded } from './embedded.js';
import type { Engines } from './engines.js';
import { createLogger } from './logger.js';
import { startApplication } from './process.js';
import { scannerOf, scannerWarning } from './scanner.js';
import { SystemClock } from './system-clock.js';

/** How many connections the system holds for a process that is busy, where it allows as many; beyond it they are cut. */
const CONNECTIONS_WAITING_MAX = 4_096;

/** Runs the service until it is told to stop; prints what a newcomer needs. */
export async function serve(configuration: Configuration): Promise<void> {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  const logger = createLogger(configuration.CERTLEDGER_LOG_LEVEL);
  const engines = await openEngines(configuration, logger);
  const warning = scannerWarning(configuration);
  if (warning !== undefined) logger.warn(warning);
  let address = '';
  const started = await startApplication(engines, {
    clock: new SystemClock(),
    logger,
    organization: configuration.CERTLEDGER_ORGANIZATION,
    policyIntervalMilliseconds: configuration.CERTLEDGER_POLICY_INTERVAL_SECONDS * 1_000,
    issuers: configuration.issuers,
    files: { attachmentBytesMax: configuration.CERTLEDGER_ATTACHMENT_BYTES_MAX, scanner: scannerOf(configuration) },
    show: (token) => process.stdout.write(firstGreeting(address, token)),
    listen: async (app) => {
      const place = { port: configuration.CERTLEDGER_PORT, host: configuration.CERTLEDGER_HOST };
      await app.listen({ ...place, backlog: CONNECTIONS_WAITING_MAX }).catch((error: unknown) => {
        throw listenFailure(error, configuration);
      });
      address = (await app.getUrl()).replace('[::1]', 'localhost');
    },
  }).catch(async (error: unknown) => {
    await engines.close();
    throw error;
  });
  // Last, so that who waits for this line finds everything ready, and the key above it already opens the door.
  process.stdout.write(greeting(address, placeOf(configuration)));
  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  await started.stop();
}

/** The cluster profile where the settings name its engines, else the embedded one. */
async function openEngines(configuration: Configuration, logger: Logger): Promise<Engines> {
  const { CERTLEDGER_DATA, CERTLEDGER_MASTER_KEY } = configuration;
  if (!namesCluster(configuration)) return openEmbedded(CERTLEDGER_DATA, CERTLEDGER_MASTER_KEY);
  // Its drivers are some 40 MB of memory, which the embedded profile does not need.
  const { openCluster } = await import('./cluster.js');
  const engines = await openCluster(configuration);
  for (const warning of engines.warnings) logger.warn(warning);
  if (CERTLEDGER_MASTER_KEY === undefined)
    logger.warn(
      `The master key lies in ${resolve(CERTLEDGER_DATA)}; instances on other machines need it in CERTLEDGER_MASTER_KEY.`,
    );
  return engines;
}

function placeOf(configuration: Configuration): string {
  if (!namesCluster(configuration)) return resolve(configuration.CERTLEDGER_DATA);
  const { CERTLEDGER_EVENTSTORE_URL, CERTLEDGER_MONGODB_URL } = shownConfiguration(configuration);
  return `${CERTLEDGER_EVENTSTORE_URL} and ${CERTLEDGER_MONGODB_URL}`;
}

function listenFailure(error: unknown, { CERTLEDGER_HOST, CERTLEDGER_PORT }: Configuration): unknown {
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE') {
    return new LedgerError(
      'STORE_UNAVAILABLE',
      `Port ${CERTLEDGER_PORT} on ${CERTLEDGER_HOST} is taken. Set CERTLEDGER_PORT to another one, for example CERTLEDGER_PORT=3001.`,
    );
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new LedgerError(
      'STORE_UNAVAILABLE',
      `The service cannot listen on ${CERTLEDGER_HOST}:${CERTLEDGER_PORT}. Set CERTLEDGER_HOST and CERTLEDGER_PORT.`,
    );
  }
  return error;
}

function greeting(address: string, place: string): string {
  return `
certledger listens on ${address}
  API documentation  ${address}/docs   (OpenAPI 3.1: ${address}/openapi.json)
  data               ${place}

`;
}

function firstGreeting(address: string, token: string): string {
  return `
First start: this is the administrator key. It is shown once; keep it.

  export CERTLEDGER_KEY=${token}

A first call, ready to paste:

  curl -s -X POST ${address}/v1/courses -H "Authorization: Bearer ${token}" -H 'Idempotency-Key: first-course' -H 'Content-Type: application/json' -d '{"course":"fire-safety","title":"Fire safety"}'
`;
}
