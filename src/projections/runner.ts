import { setTimeout } from 'node:timers/promises';
import type { Codec } from '../ledger/codec.js';
import type { StoredEvent } from '../ledger/envelope.js';
import { isLedgerError } from '../ledger/errors.js';
import type { EventFeed } from '../ledger/ports/event-store.js';
import { foldBatch, UnappliedEvent } from './batch.js';
import type { Projection } from './define-projection.js';
import type { ReadModel, ReadModelStore } from './ports/read-model-store.js';

export type ProjectionState = 'new' | 'booting' | 'active' | 'paused' | 'faulted' | 'detached';

export interface Fault {
  readonly message: string;
  readonly event?: { readonly id: string; readonly type: string; readonly position: string };
}

export interface RunnerStatus {
  readonly version: string;
  readonly state: ProjectionState;
  readonly position: string | null;
  readonly fault?: Fault;
}

/** Named bounds (house rule 9). */
export const EVENTS_PER_BATCH_MAX = 500;
const FIRST_PAUSE_MILLISECONDS = 100;
const PAUSE_MILLISECONDS_MAX = 10_000;

export interface RunnerEnvironment {
  readonly store: ReadModelStore;
  readonly feed: EventFeed;
  readonly codec: Codec;
  /** Told after each commit; a caller that awaits a position looks again. */
  readonly moved: () => void;
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Follows the log for one version of one projection, alone and in order, and saves its position with its effect. */
export class Runner {
  private state: ProjectionState = 'new';
  private position: string | undefined;
  private fault: Fault | undefined;
  /** When this runner last stood at the end of the log, by the process's own monotonic clock. */
  private currentAt = performance.now();
  private stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly projection: Projection,
    readonly model: ReadModel,
    private readonly environment: RunnerEnvironment,
  ) {}

  get status(): RunnerStatus {
    const { fault } = this;
    return {
      version: this.model.version,
      state: this.state,
      position: this.position ?? null,
      ...(fault === undefined ? {} : { fault }),
    };
  }

  /** For how long it has not stood at the end of the log, in whole milliseconds. */
  get behindMilliseconds(): number {
    return Math.round(performance.now() - this.currentAt);
  }

  /** Starts or resumes; `onCaughtUp` is called each time the end of the log is reached. */
  start(onCaughtUp: () => Promise<void>): void {
    this.stopping = new AbortController();
    this.fault = undefined;
    this.state = 'booting';
    this.running = this.run(this.stopping.signal, onCaughtUp);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    if (this.state !== 'faulted') this.state = 'paused';
  }

  async detach(): Promise<void> {
    await this.stop();
    this.state = 'detached';
  }

  private async run(signal: AbortSignal, onCaughtUp: () => Promise<void>): Promise<void> {
    let pause = FIRST_PAUSE_MILLISECONDS;
    while (!signal.aborted) {
      try {
        await this.environment.store.prepare(this.model);
        this.position = await this.environment.store.checkpoint(this.model);
        await this.follow(signal, onCaughtUp, () => (pause = FIRST_PAUSE_MILLISECONDS));
      } catch (error) {
        if (!(isLedgerError(error) && error.retryable)) return this.stopAt(error);
        await (this.environment.pause ?? defaultPause)(pause, signal);
        pause = Math.min(pause * 2, PAUSE_MILLISECONDS_MAX);
      }
    }
  }

  private async follow(signal: AbortSignal, onCaughtUp: () => Promise<void>, progressed: () => void): Promise<void> {
    let batch: StoredEvent[] = [];
    for await (const item of this.environment.feed.open({ after: this.position, signal })) {
      if (item.kind === 'event') batch.push(item.event);
      const full = batch.length >= EVENTS_PER_BATCH_MAX;
      if (item.kind === 'event' && !full) continue;
      const to = item.kind === 'event' ? item.event.position : item.position;
      // Fenced: another runner moved the checkpoint; begin again from what the store says now.
      if (!(await this.commit(batch, to))) return;
      batch = [];
      progressed();
      if (item.kind === 'caught-up') {
        this.state = 'active';
        this.currentAt = performance.now();
        await onCaughtUp();
      }
      this.environment.moved();
    }
  }

  private async commit(batch: readonly StoredEvent[], to: string): Promise<boolean> {
    if (to === this.position) return true;
    const { store, codec } = this.environment;
    try {
      const changes = await foldBatch(this.projection, this.model, store, codec, batch);
      const outcome = await store.commit({ model: this.model, from: this.position, to, changes });
      if (outcome === 'fenced') return false;
      this.position = to;
      return true;
    } catch (error) {
      if (error instanceof UnappliedEvent) await this.commitBefore(batch, error.event);
      throw error;
    }
  }

  /** What stands before the event that cannot be applied is saved, so that the stop names exactly where it is. */
  private async commitBefore(batch: readonly StoredEvent[], event: StoredEvent): Promise<void> {
    const before = batch.slice(0, batch.indexOf(event));
    const last = before.at(-1);
    if (last !== undefined) await this.commit(before, last.position);
  }

  private stopAt(error: unknown): void {
    const event = error instanceof UnappliedEvent ? error.event : undefined;
    this.state = 'faulted';
    this.fault = {
      message: error instanceof Error ? error.message : String(error),
      ...(event === undefined ? {} : { event: { id: event.id, type: event.type, position: event.position } }),
    };
    this.environment.moved();
  }
}

/** A stop cuts the pause short. */
const defaultPause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  setTimeout(milliseconds, undefined, { signal }).catch(() => undefined);
