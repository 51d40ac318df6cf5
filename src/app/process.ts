import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { firstStart } from '../access/first-start.js';
import type { Clock } from '../ledger/ports/clock.js';
import { ExpireWhenDue } from '../record/policies/expire-when-due.js';
import { createApplication } from './application.js';
import type { Engines } from './embedded.js';
import { wireKernel, type Kernel } from './kernel.js';

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
  readonly localToken?: string;
}

/** One application over open engines: the service listens on it, the command line sends requests into it. */
export async function startApplication(engines: Engines, options: StartOptions): Promise<Started> {
  const { clock, logger, organization, localToken } = options;
  const kernel = wireKernel(engines, clock, localToken === undefined ? undefined : { token: localToken, organization });
  const { app } = await createApplication(kernel, logger);
  const firstToken = await firstStart(kernel.ledger, organization);
  await kernel.projections.start();
  const policy = new ExpireWhenDue(
    kernel.ledger,
    engines.store,
    kernel.records,
    kernel.projections,
    logger,
    options.policyIntervalMilliseconds,
  );
  policy.start();
  const stop = async (): Promise<void> => {
    await app.close();
    await policy.stop();
    await kernel.projections.stop();
    await engines.close();
  };
  return { kernel, app, firstToken, stop };
}
