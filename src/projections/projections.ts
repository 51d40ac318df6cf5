import type { Codec } from '../ledger/codec.js';
import type { EventFeed } from '../ledger/ports/event-store.js';
import { parsePosition, positionNumber } from '../ledger/position.js';
import { assert } from '../shared/assert.js';
import { reject, type Rejection } from '../shared/result.js';
import type { Projection } from './define-projection.js';
import type { FindOptions, FoundPage, ReadModel, ReadModelStore, StoredDocument } from './ports/read-model-store.js';
import { Runner, type RunnerStatus } from './runner.js';

/** How long a read may wait for a position before it is answered 503. */
export const AWAIT_MILLISECONDS_MAX = 5_000;

/** How often a waiting read looks by itself, where another process moved the checkpoint. */
const LOOK_MILLISECONDS = 50;

export interface ProjectionStatus {
  readonly name: string;
  readonly served: string | null;
  readonly end: string;
  /** Whether the served version stands at the end of the log. */
  readonly current: boolean;
  /** For how long it has not stood there; 0 while it does, null before a version is served. */
  readonly lagMilliseconds: number | null;
  readonly runners: readonly RunnerStatus[];
}

export type ReadOutcome = 'ready' | 'behind';

interface Member {
  readonly projection: Projection;
  served: Runner | undefined;
  building: Runner | undefined;
}

/** All projections of this process: their life cycle, their versions and the way to read them. */
export class Projections {
  private readonly members = new Map<string, Member>();
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly store: ReadModelStore,
    private readonly feed: EventFeed,
    private readonly codec: Codec,
    projections: readonly Projection[],
  ) {
    for (const projection of projections) {
      assert(!this.members.has(projection.name), `The projection ${projection.name} is defined twice.`);
      this.members.set(projection.name, { projection, served: undefined, building: undefined });
    }
  }

  async start(): Promise<void> {
    for (const member of this.members.values()) {
      const { projection } = member;
      const served = await this.store.served(projection.name, projection.version);
      if (served !== undefined) {
        member.served = this.runner(projection, served);
        member.served.start(async () => undefined);
      }
      const generations = await this.generations(projection);
      // A crash between swapping and removing leaves the old one behind, which nobody serves any more.
      for (const version of generations) {
        if (served !== undefined && generationOf(version) < generationOf(served))
          await this.store.discard(projection.name, version);
      }
      // A build that a crash cut short goes on where it stood.
      const unfinished = generations.at(-1);
      if (served === undefined || (unfinished !== undefined && generationOf(unfinished) > generationOf(served))) {
        this.build(member, unfinished ?? `${projection.version}.1`);
      }
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members.values()].flatMap((member) => [member.served?.stop(), member.building?.stop()]));
    this.wake();
  }

  async get(name: string, key: string): Promise<StoredDocument | undefined> {
    const [document] = await this.getMany(name, [key]);
    return document;
  }

  async getMany(name: string, keys: readonly string[]): Promise<readonly StoredDocument[]> {
    const model = this.member(name).served?.model;
    return model === undefined || keys.length === 0 ? [] : this.store.getMany(model, keys);
  }

  async find(name: string, options: FindOptions): Promise<FoundPage> {
    const model = this.member(name).served?.model;
    return model === undefined ? { documents: [] } : this.store.find(model, options);
  }

  /**
   * Waits, within a bound, until the served version stands at `position` or later; without a position, until one is
   * served. A position that this log never gave out is POSITION_OF_ANOTHER_EPOCH, as it compares with nothing here.
   */
  async awaitPosition(name: string, position: string | undefined, milliseconds = AWAIT_MILLISECONDS_MAX): Promise<ReadOutcome> {
    const member = this.member(name);
    if (position !== undefined) {
      const end = parsePosition(await this.feed.end());
      assert(end !== undefined, 'the end of a feed is a position');
      positionNumber(position, end.epoch, end.number);
    }
    const ready = (): boolean => {
      const at = member.served?.status.position;
      return member.served !== undefined && (position === undefined || (at !== null && at !== undefined && at >= position));
    };
    const deadline = AbortSignal.timeout(Math.min(milliseconds, AWAIT_MILLISECONDS_MAX));
    while (!ready() && !deadline.aborted) {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          clearTimeout(timer);
          this.waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(look, LOOK_MILLISECONDS);
        this.waiting.add(look);
      });
    }
    return ready() ? 'ready' : 'behind';
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const end = await this.feed.end();
    return [...this.members.values()].map(({ projection, served, building }) => ({
      name: projection.name,
      served: served?.model.version ?? null,
      end,
      current: served?.status.position === end,
      lagMilliseconds: served === undefined ? null : served.status.position === end ? 0 : served.behindMilliseconds,
      runners: [served, building].filter((runner) => runner !== undefined).map((runner) => runner.status),
    }));
  }

  /** Builds a new generation beside the served one; it is swapped in when it has caught up. */
  async rebuild(name: string): Promise<ProjectionStatus | Rejection> {
    const member = this.members.get(name);
    if (member === undefined) return unknownProjection(name);
    if (member.building === undefined) {
      const last = (await this.generations(member.projection)).at(-1);
      this.build(member, `${member.projection.version}.${last === undefined ? 1 : generationOf(last) + 1}`);
    }
    return (await this.status()).find((status) => status.name === name)!;
  }

  /** Lets a stopped projection try again from where it stands. */
  async resume(name: string): Promise<ProjectionStatus | Rejection> {
    const member = this.members.get(name);
    if (member === undefined) return unknownProjection(name);
    if (stopped(member.served)) member.served!.start(async () => undefined);
    if (stopped(member.building)) this.startBuilding(member);
    return (await this.status()).find((status) => status.name === name)!;
  }

  private build(member: Member, version: string): void {
    member.building = this.runner(member.projection, version);
    this.startBuilding(member);
  }

  private startBuilding(member: Member): void {
    const runner = member.building!;
    runner.start(async () => {
      if (member.building === runner) await this.swap(member, runner);
    });
  }

  private async swap(member: Member, runner: Runner): Promise<void> {
    const { name, version } = member.projection;
    await this.store.serve(name, version, runner.model.version);
    const old = member.served;
    member.served = runner;
    member.building = undefined;
    this.wake();
    if (old === undefined) return;
    await old.detach();
    await this.store.discard(name, old.model.version);
  }

  private runner(projection: Projection, version: string): Runner {
    const model: ReadModel = { name: projection.name, version, indexes: projection.indexes };
    return new Runner(projection, model, { store: this.store, feed: this.feed, codec: this.codec, moved: () => this.wake() });
  }

  private async generations(projection: Projection): Promise<string[]> {
    const versions = await this.store.versions(projection.name);
    return versions
      .filter((version) => version.startsWith(`${projection.version}.`))
      .sort((a, b) => generationOf(a) - generationOf(b));
  }

  private member(name: string): Member {
    const member = this.members.get(name);
    assert(member !== undefined, `There is no projection ${name}.`);
    return member;
  }

  private wake(): void {
    for (const look of [...this.waiting]) look();
  }
}

const generationOf = (version: string): number => Number(version.slice(version.indexOf('.') + 1));
const stopped = (runner: Runner | undefined): boolean =>
  runner !== undefined && ['paused', 'faulted'].includes(runner.status.state);
const unknownProjection = (name: string) =>
  reject('PROJECTION_UNKNOWN', `There is no projection ${name.slice(0, 64)}. "certledger projections status" lists them.`);
