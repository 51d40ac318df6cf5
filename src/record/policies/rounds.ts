import type { Logger } from 'pino';
import type { Clock } from '../../ledger/ports/clock.js';
import type { EventFeed } from '../../ledger/ports/event-store.js';
import { Tenure, type TenureEnvironment } from '../../projections/tenure.js';
import { instantMilliseconds } from '../../shared/calendar.js';

/** How long a policy lets others work while there is more to do: callers come before a backlog. */
const BACKLOG_PAUSE_MILLISECONDS = 250;
/** How far behind the last recorded time the clock may be before policies stop: acting with a wrong clock is worse than late. */
export const CLOCK_BEHIND_MILLISECONDS_MAX = 60_000;

/** What happens by itself, a bounded piece at a time. */
export interface Policy {
  /** Stands in the origin of what it records. */
  readonly name: string;
  /** One piece, to be left early when `stopping` aborts; whether there is more to do at once. */
  round(stopping: AbortSignal): Promise<'more' | 'done'>;
}

export interface Surroundings extends TenureEnvironment {
  readonly clock: Clock;
  readonly feed: EventFeed;
  readonly logger: Logger;
  readonly intervalMilliseconds: number;
}

/** Runs a policy round after round, one at a time, until it is stopped; of several instances, in the one that holds its lease. */
export class Rounds {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<unknown> = Promise.resolve();
  private stopping = new AbortController();
  private readonly tenure: Tenure;

  constructor(
    private readonly policy: Policy,
    private readonly around: Surroundings,
  ) {
    this.tenure = new Tenure(`policy:${policy.name}`, around);
  }

  async start(): Promise<void> {
    this.stopping = new AbortController();
    await this.tenure.start();
    this.schedule(0);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.tenure.stop(async () => void (await this.round));
  }

  private schedule(milliseconds: number): void {
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.round = this.run().then((left) =>
        this.schedule(left === 'more' ? BACKLOG_PAUSE_MILLISECONDS : this.around.intervalMilliseconds),
      );
    }, milliseconds);
    this.timer.unref();
  }

  private async run(): Promise<'more' | 'done'> {
    const { logger } = this.around;
    const { name } = this.policy;
    try {
      if (!this.tenure.holds) return 'done';
      if (!(await this.isClockBehind())) return await this.policy.round(this.stopping.signal);
      logger.error({ policy: name }, 'The clock is behind the last recorded time; the policy waits until it is right again.');
    } catch (err) {
      // A policy that is told to stop leaves in the middle.
      if (!this.stopping.signal.aborted) logger.error({ err, policy: name }, 'A round failed; the next one tries again.');
    }
    return 'done';
  }

  private async isClockBehind(): Promise<boolean> {
    const { clock, feed } = this.around;
    const now = instantMilliseconds(clock.now());
    const latest = await feed.latest();
    return latest !== undefined && now < instantMilliseconds(latest.metadata.recordedAt) - CLOCK_BEHIND_MILLISECONDS_MAX;
  }
}
