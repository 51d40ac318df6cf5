import { setTimeout } from 'node:timers/promises';
import type { JsonObject } from '../shared/json.js';
import type { Lease, Leases } from './ports/leases.js';

export interface TenureTimes {
  /** How often a holder shows that it lives and the others look. */
  readonly beatMilliseconds: number;
  /** For how long a holder may show nothing before somebody else takes the lease. */
  readonly leaseMilliseconds: number;
}
export const TENURE_TIMES: TenureTimes = { beatMilliseconds: 1_000, leaseMilliseconds: 5_000 };

/** How often a holder's beats may come in between when the lease is taken over from it. */
export const TAKE_OVER_TRIES_MAX = 10;

export interface TenureEnvironment {
  readonly leases: Leases;
  /** Names one life of one process, so that a restarted one is another. */
  readonly instance: string;
  /** Told of each beat that failed; the next one tries again. */
  readonly warn: (error: unknown) => void;
  readonly times?: TenureTimes;
}

/**
 * One instance's claim on one lease: it takes the lease when nobody shows that he lives, keeps it by counting its beat up,
 * and loses it without harm. Nobody's clock is compared with another's: a lease is free when its beat has stood still for
 * long enough by the own monotonic clock of who watches.
 */
export class Tenure {
  private seen: { readonly beat: number; readonly at: number } | undefined;
  private keptAt: number | undefined;
  private lastSeen: Lease | undefined;
  private stopping = new AbortController();
  private beating: Promise<void> = Promise.resolve();
  private readonly times: TenureTimes;

  constructor(
    private readonly name: string,
    private readonly environment: TenureEnvironment,
    private readonly note: () => JsonObject = () => ({}),
  ) {
    this.times = environment.times ?? TENURE_TIMES;
  }

  /** Whether this instance may take itself for the holder; one that was paused for too long may not. */
  get holds(): boolean {
    return this.keptAt !== undefined && performance.now() - this.keptAt < this.times.leaseMilliseconds;
  }

  /** The lease as this instance saw it last. */
  get standing(): Lease | undefined {
    return this.lastSeen;
  }

  /** Looks once, and goes on with every beat until it is stopped; `looked` is told each time whether the lease is held. */
  async start(looked: (held: boolean) => Promise<void> = async () => undefined): Promise<void> {
    this.stopping = new AbortController();
    await looked(await this.look());
    this.beating = this.beat(this.stopping.signal, looked);
  }

  /** Lets the last beat end, then `leave` end what the lease was for, and gives it back, so that nobody need wait for it. */
  async stop(leave: () => Promise<void> = async () => undefined): Promise<void> {
    this.stopping.abort();
    await this.beating;
    await leave();
    if (!this.holds) return;
    this.keptAt = undefined;
    const { name } = this;
    const { leases, warn } = this.environment;
    const last = this.lastSeen!;
    // Without it, the lease only runs out a little later.
    await leases.put({ name, holder: null, beat: last.beat + 1, note: last.note }).catch(warn);
  }

  /** Takes the lease whoever holds it; who held it sees so at the next beat. */
  async takeOver(): Promise<boolean> {
    for (let tries = 1; tries <= TAKE_OVER_TRIES_MAX; tries += 1) {
      const at = performance.now();
      if (await this.write(await this.environment.leases.get(this.name), at)) return true;
    }
    return false;
  }

  private async beat(signal: AbortSignal, looked: (held: boolean) => Promise<void>): Promise<void> {
    for (;;) {
      await setTimeout(this.times.beatMilliseconds, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        await looked(await this.look());
      } catch (error) {
        this.environment.warn(error);
      }
    }
  }

  private async look(): Promise<boolean> {
    const at = performance.now();
    const { leases, instance } = this.environment;
    const standing = await leases.get(this.name);
    this.lastSeen = standing;
    if (standing?.holder === instance || this.isFree(standing, at)) return this.write(standing, at);
    this.keptAt = undefined;
    return false;
  }

  private isFree(standing: Lease | undefined, at: number): boolean {
    if (standing === undefined || standing.holder === null) return true;
    if (this.seen?.beat === standing.beat) return at - this.seen.at >= this.times.leaseMilliseconds;
    this.seen = { beat: standing.beat, at };
    return false;
  }

  private async write(standing: Lease | undefined, at: number): Promise<boolean> {
    const { leases, instance } = this.environment;
    const next = { name: this.name, holder: instance, beat: (standing?.beat ?? -1) + 1, note: this.note() };
    const held = await leases.put(next);
    this.keptAt = held ? at : undefined;
    if (held) this.lastSeen = next;
    return held;
  }
}
