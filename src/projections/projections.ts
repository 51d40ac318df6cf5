import type { Codec } from '../ledger/codec.js';
import { LedgerError } from '../ledger/errors.js';
import type { EventFeed } from '../ledger/ports/event-store.js';
import { parsePosition, positionNumber } from '../ledger/position.js';
import { assert } from '../shared/assert.js';
import type { JsonObject } from '../shared/json.js';
import { reject, type Rejection } from '../shared/result.js';
import type { Projection } from './define-projection.js';
import { generationOf, generationsOf, Keeper, modelOf } from './keeper.js';
import type { FindOptions, FoundPage, ReadModel, ReadModelStore, StoredDocument } from './ports/read-model-store.js';
import type { RunnerStatus } from './runner.js';
import { Tenure, type TenureEnvironment } from './tenure.js';

/** How long a read may wait for a position before it is answered 503. */
export const AWAIT_MILLISECONDS_MAX = 5_000;

/** How often a waiting read looks by itself, where another process moved the checkpoint. */
const LOOK_MILLISECONDS = 50;

/** For how long this instance may know which version is served without looking again; below DISCARD_AFTER_MILLISECONDS. */
export const SERVED_KNOWN_MILLISECONDS_MAX = 5_000;
const READS_MAX = 3;

/** How much of a fault's message the other instances are told. */
const NOTED_CHARACTERS_MAX = 2_000;

export interface ProjectionStatus {
  readonly name: string;
  readonly served: string | null;
  readonly end: string;
  /** Whether the served version stands at the end of the log. */
  readonly current: boolean;
  /** For how long it has not stood there; 0 while it does, null before a version is served. */
  readonly lagMilliseconds: number | null;
  /** The instance of the service that keeps it up to date; null while none does. */
  readonly instance: string | null;
  readonly runners: readonly RunnerStatus[];
}

export type ReadOutcome = 'ready' | 'behind';

export interface ProjectionsEnvironment extends TenureEnvironment {
  readonly store: ReadModelStore;
  readonly feed: EventFeed;
  readonly codec: Codec;
  readonly discardAfterMilliseconds?: number;
}

interface Member {
  readonly keeper: Keeper;
  readonly tenure: Tenure;
  /** Which version is served, and since when this instance knows. */
  known: { readonly version: string; readonly at: number } | undefined;
}

/** What the holder of a projection's lease tells the others. */
interface Note {
  readonly runners: readonly RunnerStatus[];
  readonly behindMilliseconds: number | null;
}

/**
 * All projections: their life cycle, their versions and the way to read them. Every instance reads all of them; each is
 * kept up to date by the one instance that holds its lease, and what it must tell the others stands in the lease.
 */
export class Projections {
  private readonly members = new Map<string, Member>();
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly environment: ProjectionsEnvironment,
    projections: readonly Projection[],
  ) {
    for (const projection of projections) {
      const { name } = projection;
      assert(!this.members.has(name), `The projection ${name} is defined twice.`);
      const keeper = new Keeper(projection, { ...environment, moved: () => this.wake() });
      const tenure = new Tenure(leaseOf(projection), environment, () => noteOf(keeper));
      this.members.set(name, { keeper, tenure, known: undefined });
    }
  }

  async start(): Promise<void> {
    for (const member of this.members.values()) {
      const { keeper, tenure } = member;
      await tenure.start(async (held) => {
        if (held && !keeper.isAtWork) await keeper.begin();
        else if (held) await keeper.lookForBuilds();
        else if (keeper.isAtWork) await keeper.end();
        await this.lookForServed(member);
      });
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.members.values()].map(({ keeper, tenure }) => tenure.stop(() => keeper.end())));
    this.wake();
  }

  async get(name: string, key: string): Promise<StoredDocument | undefined> {
    const [document] = await this.getMany(name, [key]);
    return document;
  }

  async getMany(name: string, keys: readonly string[]): Promise<readonly StoredDocument[]> {
    if (keys.length === 0) return [];
    return this.read(name, [], (model) => this.environment.store.getMany(model, keys));
  }

  async find(name: string, options: FindOptions): Promise<FoundPage> {
    return this.read(name, { documents: [] }, (model) => this.environment.store.find(model, options));
  }

  /**
   * Waits, within a bound, until the served version stands at `position` or later; without a position, until one is
   * served. A position that this log never gave out is POSITION_OF_ANOTHER_EPOCH, as it compares with nothing here.
   */
  async awaitPosition(name: string, position: string | undefined, milliseconds = AWAIT_MILLISECONDS_MAX): Promise<ReadOutcome> {
    const member = this.member(name);
    const until = position === undefined ? undefined : await this.lastEventUpTo(position);
    const isReady = async (): Promise<boolean> => {
      const served = await this.servedAt(member);
      return served !== undefined && (until === undefined || (served.position !== null && served.position >= until));
    };
    const deadline = AbortSignal.timeout(Math.min(milliseconds, AWAIT_MILLISECONDS_MAX));
    while (!(await isReady())) {
      if (deadline.aborted) return 'behind';
      await this.nextLook();
    }
    return 'ready';
  }

  async status(): Promise<readonly ProjectionStatus[]> {
    const end = await this.environment.feed.end();
    return Promise.all([...this.members.values()].map((member) => this.statusOf(member, end)));
  }

  /**
   * Asks for a new generation, which is built beside the served one and swapped in when it has caught up. The request
   * lies in the store, where the instance that keeps the projection finds it at its next beat.
   */
  async rebuild(name: string): Promise<ProjectionStatus | Rejection> {
    const member = this.members.get(name);
    if (member === undefined) return unknownProjection(name);
    const { store } = this.environment;
    const { projection, isAtWork } = member.keeper;
    const served = await store.served(projection.name, projection.version);
    const last = (await generationsOf(store, projection)).at(-1);
    const isUnderWay = served === undefined || (last !== undefined && generationOf(last) > generationOf(served));
    if (!isUnderWay) await store.prepare(modelOf(projection, `${projection.version}.${generationOf(last ?? served) + 1}`));
    if (isAtWork) await member.keeper.lookForBuilds();
    return this.statusOf(member, await this.environment.feed.end());
  }

  /** Lets a stopped projection try again from where it stands; where another instance keeps it, this one takes over. */
  async resume(name: string): Promise<ProjectionStatus | Rejection> {
    const member = this.members.get(name);
    if (member === undefined) return unknownProjection(name);
    const { keeper, tenure } = member;
    if (keeper.isAtWork) keeper.resume();
    else if (notedIn(tenure).runners.some(({ state }) => state === 'faulted') && (await tenure.takeOver())) await keeper.begin();
    return this.statusOf(member, await this.environment.feed.end());
  }

  /**
   * Behind the last event an engine may hold records of its own, and `progress` gives out places among them. Whether such a
   * place is one of this log is for the log to say; nothing lies between it and the last event, so that one is waited for.
   */
  private async lastEventUpTo(position: string): Promise<string> {
    const { feed } = this.environment;
    const last = await feed.end();
    const [end, asked] = [parsePosition(last), parsePosition(position)];
    assert(end !== undefined, 'the end of a feed is a position');
    if (asked?.epoch === end.epoch && asked.number > end.number) {
      await refuseForeign(feed, position);
      return last;
    }
    positionNumber(position, end.epoch, end.number);
    return position;
  }

  private async statusOf(member: Member, end: string): Promise<ProjectionStatus> {
    const { keeper, tenure } = member;
    const served = await this.servedAt(member);
    const { runners, behindMilliseconds } = keeper.isAtWork ? noteOf(keeper) : notedIn(tenure);
    const current = served?.position !== undefined && served.position !== null && served.position >= end;
    return {
      name: keeper.projection.name,
      served: served?.version ?? null,
      end,
      current,
      lagMilliseconds: served === undefined ? null : current ? 0 : behindMilliseconds,
      instance: keeper.isAtWork ? this.environment.instance : (tenure.standing?.holder ?? null),
      runners: runners.map((runner) => (runner.version === served?.version ? { ...runner, position: served.position } : runner)),
    };
  }

  /** The served version and where it stands, from this process's own keeper or else from the store. */
  private async servedAt(member: Member): Promise<{ version: string; position: string | null } | undefined> {
    const own = member.keeper.servedStatus;
    if (own !== undefined) return own;
    if (!isKnown(member)) await this.lookForServed(member);
    if (member.known === undefined) return undefined;
    const { version } = member.known;
    const position = await this.environment.store.checkpoint(modelOf(member.keeper.projection, version));
    return { version, position: position ?? null };
  }

  /**
   * Reads from the served version. A read that took so long, or an instance that was paused so long, that the version
   * may be gone meanwhile is done again.
   */
  private async read<Result>(name: string, none: Result, read: (model: ReadModel) => Promise<Result>): Promise<Result> {
    const member = this.member(name);
    for (let reads = 0; reads < READS_MAX; reads += 1) {
      if (!isKnown(member)) await this.lookForServed(member);
      if (member.known === undefined) return none;
      const { known } = member;
      const result = await read(modelOf(member.keeper.projection, known.version));
      if (performance.now() - known.at <= SERVED_KNOWN_MILLISECONDS_MAX) return result;
      member.known = undefined;
    }
    throw new LedgerError('STORE_UNAVAILABLE', `The read model ${name} answers too slowly.`);
  }

  private async lookForServed(member: Member): Promise<void> {
    const at = performance.now();
    const { name, version } = member.keeper.projection;
    const served = await this.environment.store.served(name, version);
    member.known = served === undefined ? undefined : { version: served, at };
  }

  private member(name: string): Member {
    const member = this.members.get(name);
    assert(member !== undefined, `There is no projection ${name}.`);
    return member;
  }

  private nextLook(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(look, LOOK_MILLISECONDS);
      this.waiting.add(look);
    });
  }

  private wake(): void {
    for (const look of [...this.waiting]) look();
  }
}

/** One lease for each version of the code, so that old and new instances each keep their own during a rolling update. */
export const leaseOf = ({ name, version }: Pick<Projection, 'name' | 'version'>): string => `projection:${name}@${version}`;

const isKnown = ({ keeper, known }: Member): boolean =>
  known !== undefined &&
  // What this process itself swapped in counts at once.
  (keeper.servedStatus?.version ?? known.version) === known.version &&
  performance.now() - known.at <= SERVED_KNOWN_MILLISECONDS_MAX / 2;

function noteOf({ runners, behindMilliseconds }: Keeper): Note & JsonObject {
  const noted = runners.map(({ fault, ...runner }) =>
    fault === undefined ? runner : { ...runner, fault: { ...fault, message: fault.message.slice(0, NOTED_CHARACTERS_MAX) } },
  );
  return { runners: noted, behindMilliseconds } as unknown as Note & JsonObject;
}

const notedIn = ({ standing }: Tenure): Note => {
  const note = (standing?.note ?? {}) as Partial<Note>;
  return { runners: note.runners ?? [], behindMilliseconds: note.behindMilliseconds ?? null };
};

const unknownProjection = (name: string) =>
  reject('PROJECTION_UNKNOWN', `There is no projection ${name.slice(0, 64)}. "certledger projections status" lists them.`);

/** Throws POSITION_OF_ANOTHER_EPOCH where the feed cannot go on from there. */
async function refuseForeign(feed: EventFeed, position: string): Promise<void> {
  const leaving = new AbortController();
  const items = feed.open({ after: position, signal: leaving.signal })[Symbol.asyncIterator]();
  try {
    await items.next();
  } finally {
    leaving.abort();
    await items.return?.();
  }
}
