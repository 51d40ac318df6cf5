import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { firstStart, refuseForeignLedger } from '../access/first-start.js';
import type { Issuer } from '../access/tokens/issuers.js';
import { SessionTokens } from '../access/tokens/session-tokens.js';
import { RemoveUnreferred } from '../attachments/policies/remove-unreferred.js';
import type { Clock } from '../ledger/ports/clock.js';
import { ObserveBoundaries } from '../record/policies/observe-boundaries.js';
import { ObserveReviews } from '../record/policies/observe-reviews.js';
import { ReevaluateAfterPublication } from '../record/policies/reevaluate-after-publication.js';
import { Rounds } from '../record/policies/rounds.js';
import { ScanAttachments } from '../record/policies/scan-attachments.js';
import { ReferredFiles } from '../record/referred-files.js';
import { createApplication } from './application.js';
import type { Engines } from './engines.js';
import { wireKernel, type FileSettings, type Kernel } from './kernel.js';

export interface Started {
  readonly kernel: Kernel;
  readonly app: NestFastifyApplication;
  /** The first administrator's token, on the start that issued it only. */
  readonly firstToken: string | undefined;
  /** Lets what is in flight finish, then stops followers and engines, in that order. */
  stop(): Promise<void>;
}

export interface StartOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly organization: string;
  readonly policyIntervalMilliseconds: number;
  /** The identity providers whose tokens open the door; none unless told. */
  readonly issuers?: readonly Issuer[];
  readonly files?: FileSettings;
  /** Opens the door for the process that holds the folder; such a process issues no key and runs no policy. */
  readonly localToken?: string;
  /** Opens the door before the first key is issued, so that a start which cannot listen spends no key. */
  readonly listen?: (app: NestFastifyApplication) => Promise<void>;
  /** Told the first administrator's token just before its key is recorded. */
  readonly show?: (token: string) => void;
}

/** One application over open engines: the service listens on it, the command line sends requests into it. */
export async function startApplication(engines: Engines, options: StartOptions): Promise<Started> {
  const { clock, logger, organization, localToken, issuers = [] } = options;
  const doors = {
    ...(localToken === undefined ? {} : { local: { token: localToken, organization } }),
    sessions: new SessionTokens(issuers, clock, logger),
  };
  const kernel = wireKernel(engines, clock, logger, doors, options.files);
  const { app, inFlight } = await createApplication(kernel, logger);
  const policies = policiesOf(kernel, logger, options.policyIntervalMilliseconds);
  let firstToken: string | undefined;
  try {
    await refuseForeignLedger(kernel.ledger, engines.store, organization, localToken === undefined ? 'service' : 'folder');
    await options.listen?.(app);
    if (localToken === undefined) {
      let shown: string | undefined;
      const recorded = await firstStart(kernel.ledger, organization, (token) => {
        shown = token;
        options.show?.(token);
      });
      if (recorded) firstToken = shown;
      else if (shown !== undefined)
        logger.warn('Another instance made the first key at the same moment; the one shown here opens nothing.');
    }
    await kernel.projections.start();
    if (localToken === undefined) for (const policy of policies) await policy.start();
  } catch (error) {
    await app.close();
    await Promise.all(policies.map((policy) => policy.stop()));
    await kernel.projections.stop();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await closeConnections(app, inFlight);
    await Promise.all(policies.map((policy) => policy.stop()));
    await kernel.keyUses.settle();
    await kernel.projections.stop();
    await engines.close();
  };
  return { kernel, app, firstToken, stop };
}

/** The names of what happens by itself, which are those of its leases too. */
export const policyNames = [
  'observe-boundaries',
  'observe-reviews',
  'remove-unreferred-files',
  'reevaluate-after-publication',
  'scan-attachments',
] as const;

/** What happens by itself in a running service. */
function policiesOf(kernel: Kernel, logger: Logger, intervalMilliseconds: number): readonly Rounds[] {
  const { engines, clock, ledger, catalogue, records, projections, instance, scans } = kernel;
  const { store: feed, leases } = engines;
  const referred = new ReferredFiles(projections, feed);
  const policies = [
    new ObserveBoundaries(ledger, records, projections, logger),
    new ObserveReviews(ledger, records, projections, logger),
    new RemoveUnreferred(engines.files, clock, logger, (file) => referred.isReferred(file)),
    new ReevaluateAfterPublication(ledger, feed, catalogue, records, projections, logger, intervalMilliseconds),
    ...(scans === undefined ? [] : [new ScanAttachments(ledger, records, projections, scans, logger)]),
  ];
  const warn = (err: unknown): void =>
    logger.warn({ err }, 'The lease of a policy could not be looked at; the next beat tries again.');
  return policies.map((policy) => new Rounds(policy, { clock, feed, logger, intervalMilliseconds, leases, instance, warn }));
}

const LOOK_MILLISECONDS = 10;
/** How long an answer that is on its way may hold up the end of the process. */
const IN_FLIGHT_MILLISECONDS_MAX = 10_000;

/**
 * Lets what is in flight finish and drops the rest at once: a connection that was opened ahead of its first request, or
 * kept alive after an answer that left just before the closing began, would otherwise hold the process for a minute.
 */
async function closeConnections(app: NestFastifyApplication, inFlight: () => number): Promise<void> {
  const server = app.getHttpServer();
  const deadline = AbortSignal.timeout(IN_FLIGHT_MILLISECONDS_MAX);
  const timer = setInterval(() => {
    if (inFlight() === 0 || deadline.aborted) server.closeAllConnections();
  }, LOOK_MILLISECONDS);
  await app.close();
  clearInterval(timer);
}
