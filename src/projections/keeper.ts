import type { Codec } from '../ledger/codec.js';
import type { EventFeed } from '../ledger/ports/event-store.js';
import type { Projection } from './define-projection.js';
import type { ReadModel, ReadModelStore } from './ports/read-model-store.js';
import { Runner, type RunnerStatus } from './runner.js';

/**
 * For how long a version stays after another one is served in its place: other instances look only now and then which
 * one that is. Above SERVED_KNOWN_MILLISECONDS_MAX, so that nobody ever reads from one that is gone.
 */
export const DISCARD_AFTER_MILLISECONDS = 10_000;

export interface KeeperEnvironment {
  readonly store: ReadModelStore;
  readonly feed: EventFeed;
  readonly codec: Codec;
  /** Told after each commit and each swap. */
  readonly moved: () => void;
  readonly discardAfterMilliseconds?: number;
}

/** Keeps one projection up to date while this process holds its lease: builds it, serves it, swaps a new generation in. */
export class Keeper {
  private served: Runner | undefined;
  private building: Runner | undefined;
  private readonly leaving = new Map<string, number>();
  private atWork = false;

  constructor(
    readonly projection: Projection,
    private readonly environment: KeeperEnvironment,
  ) {}

  get isAtWork(): boolean {
    return this.atWork;
  }

  /** The version that this process keeps and serves, with where it stands. */
  get servedStatus(): RunnerStatus | undefined {
    return this.served?.status;
  }

  get runners(): readonly RunnerStatus[] {
    return [this.served, this.building].filter((runner) => runner !== undefined).map((runner) => runner.status);
  }

  /** For how long the served version has not stood at the end of the log; null before one is served. */
  get behindMilliseconds(): number | null {
    return this.served?.behindMilliseconds ?? null;
  }

  async begin(): Promise<void> {
    if (this.atWork) return;
    this.atWork = true;
    const { name, version } = this.projection;
    const served = await this.environment.store.served(name, version).catch((error: unknown) => {
      this.atWork = false;
      throw error;
    });
    if (served !== undefined) {
      this.served = this.runner(served);
      this.served.start(async () => undefined);
    }
    await this.lookForBuilds();
  }

  async end(): Promise<void> {
    this.atWork = false;
    await Promise.all([this.served?.stop(), this.building?.stop()]);
    this.served = undefined;
    this.building = undefined;
  }

  /**
   * Builds the newest generation where it is not the served one, whether a person asked for it, on any instance, or a
   * crash cut the build short; and lets go of those before the served one.
   */
  async lookForBuilds(): Promise<void> {
    const { projection } = this;
    const generations = await generationsOf(this.environment.store, projection);
    // Only now, because a swap may have ended meanwhile.
    const { served } = this;
    if (!this.atWork) return;
    const newest = generations.at(-1);
    const isUnserved = served === undefined || (newest !== undefined && isNewer(newest, served.model.version));
    if (isUnserved && this.building === undefined) this.build(newest ?? `${projection.version}.1`);
    if (served === undefined) return;
    for (const version of generations) {
      if (isNewer(served.model.version, version) && !this.leaving.has(version)) this.leaving.set(version, performance.now());
    }
    await this.discard();
  }

  /** Lets what has stopped try again from where it stands. */
  resume(): void {
    if (stopped(this.served)) this.served!.start(async () => undefined);
    if (stopped(this.building)) this.startBuilding();
  }

  private build(version: string): void {
    this.building = this.runner(version);
    this.startBuilding();
  }

  private startBuilding(): void {
    const runner = this.building!;
    runner.start(async () => {
      if (this.building === runner) await this.swap(runner);
    });
  }

  private async swap(runner: Runner): Promise<void> {
    const { store, moved } = this.environment;
    await store.serve(this.projection.name, this.projection.version, runner.model.version);
    const old = this.served;
    this.served = runner;
    this.building = undefined;
    moved();
    if (old === undefined) return;
    await old.detach();
    await this.lookForBuilds();
  }

  private async discard(): Promise<void> {
    const { store, discardAfterMilliseconds = DISCARD_AFTER_MILLISECONDS } = this.environment;
    for (const [version, since] of this.leaving) {
      if (performance.now() - since < discardAfterMilliseconds) continue;
      await store.discard(this.projection.name, version);
      this.leaving.delete(version);
    }
  }

  private runner(version: string): Runner {
    return new Runner(this.projection, modelOf(this.projection, version), this.environment);
  }
}

export const modelOf = ({ name, indexes }: Projection, version: string): ReadModel => ({ name, version, indexes });

/** The generations of the projection's own code version that the store holds, oldest first. */
export async function generationsOf(store: ReadModelStore, { name, version }: Projection): Promise<string[]> {
  const versions = await store.versions(name);
  return versions.filter((one) => one.startsWith(`${version}.`)).sort((a, b) => generationOf(a) - generationOf(b));
}

export const generationOf = (version: string): number => Number(version.slice(version.indexOf('.') + 1));
const isNewer = (left: string, right: string): boolean => generationOf(left) > generationOf(right);
const stopped = (runner: Runner | undefined): boolean =>
  runner !== undefined && ['paused', 'faulted'].includes(runner.status.state);
