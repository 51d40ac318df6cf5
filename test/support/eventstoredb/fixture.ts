import {
  EventStoreDBClient,
  jsonEvent,
  type AllStreamSubscription,
  type AppendExpectedRevision,
  type AppendResult,
  type EventData,
  type StreamSubscription,
} from '@eventstore/db-client';
import { EventStoreDouble, type DoubleOptions } from './event-store-double.js';

/** Both ways in which the client appends; it takes the unary one when a call has credentials of its own. */
export const PATHS = ['batch', 'unary'] as const;
export type AppendPath = (typeof PATHS)[number];

const STEP_MILLISECONDS = 5;
const WAIT_MILLISECONDS_MAX = 10_000;
const SETTLING_TURNS = 20;

export const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
export const event = (number: number, data: object = { number }): EventData =>
  jsonEvent({ id: id(number), type: 'Happened', data: data as Record<string, unknown> });
export const events = (...numbers: readonly number[]): EventData[] => numbers.map((number) => event(number));

/** What is told of an error: the fields that a caller could map it by. */
export interface Told {
  readonly name: string;
  readonly type?: string;
  readonly code?: number | undefined;
  readonly message: string;
  readonly expectedVersion?: bigint | string;
  readonly actualVersion?: bigint | string;
}

export const told = (error: unknown): Told => {
  const { type, code, message, expectedVersion, actualVersion } = error as Told;
  const versions = expectedVersion === undefined ? {} : { expectedVersion, actualVersion: actualVersion! };
  return { name: (error as Error).constructor.name, ...(type === undefined ? {} : { type }), code, message, ...versions };
};

/** The error that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<Told> {
  const answered = await call.catch((error: unknown) => told(error));
  if (typeof answered !== 'object' || answered === null || !('message' in answered)) throw new Error('The call did not fail.');
  return answered as Told;
}

export const wrongRevision = (expectedVersion: bigint | string, actualVersion: bigint | string): object => ({
  name: 'WrongExpectedVersionError',
  type: 'wrong-expected-version',
  expectedVersion,
  actualVersion,
  code: undefined,
  message: '',
});

export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += STEP_MILLISECONDS) {
    if (waited > WAIT_MILLISECONDS_MAX) throw new Error(`Waited in vain for ${condition.toString()}.`);
    await new Promise((look) => setTimeout(look, STEP_MILLISECONDS));
  }
}

/** Lets both ends take what is on its way between them; turns count, not the time, so that a busy machine has them too. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < SETTLING_TURNS; turn += 1) await new Promise((next) => setTimeout(next, STEP_MILLISECONDS));
}

/** Everything that a subscription said, in order, one word each: confirmation, caughtUp, the revision of an event, error. */
export class Heard {
  readonly words: string[] = [];
  readonly positions: bigint[] = [];
  readonly errors: Told[] = [];

  constructor(readonly subscription: AllStreamSubscription | StreamSubscription) {
    subscription.on('confirmation', () => this.words.push('confirmation'));
    subscription.on('caughtUp', () => this.words.push('caughtUp'));
    subscription.on('error', (error) => {
      this.words.push('error');
      this.errors.push(told(error));
    });
    subscription.on('data', ({ event: recorded }) => {
      this.words.push(`${recorded!.streamId}@${recorded!.revision}`);
      this.positions.push(recorded!.position!.commit);
    });
  }

  async has(word: string): Promise<void> {
    await until(() => this.words.includes(word));
  }
}

/** A double and the one client of the process: two at a time could end it (finding 1). */
export class Fixture {
  double!: EventStoreDouble;
  client!: EventStoreDBClient;

  constructor(options: DoubleOptions = {}) {
    beforeEach(async () => {
      this.double = await EventStoreDouble.start({ repeatTimeoutMilliseconds: 30, graceMilliseconds: 500, ...options });
      this.client = EventStoreDBClient.connectionString(this.double.url);
    });
    afterEach(async () => {
      this.double.faults.thaw();
      await this.client.dispose();
      await this.double.stop('kill');
    });
  }

  /** Starts the double again and waits until the client has noticed that its connection from before is gone. */
  async restart(): Promise<void> {
    await this.double.restart();
    let isBack = false;
    const look = (): Promise<void> =>
      this.all({ maxCount: 1 }).then(
        () => void (isBack = true),
        () => look(),
      );
    void look();
    await until(() => isBack);
  }

  append(
    path: AppendPath,
    stream: string,
    data: EventData | EventData[],
    expectedRevision: AppendExpectedRevision = 'any',
  ): Promise<AppendResult> {
    const credentials = path === 'unary' ? { credentials: { username: 'anybody', password: 'any' } } : {};
    return this.client.appendToStream(stream, data, { expectedRevision, ...credentials });
  }

  /** A stream as `revision:number of the event`, or the error of the read. */
  async stream(name: string, options: Parameters<EventStoreDBClient['readStream']>[1] = {}): Promise<string[]> {
    const found: string[] = [];
    for await (const { event: recorded } of this.client.readStream(name, options))
      found.push(`${recorded!.revision}:${Number(recorded!.id.slice(-12))}`);
    return found;
  }

  /** `$all` as `stream@revision`. */
  async all(options: Parameters<EventStoreDBClient['readAll']>[0] = {}): Promise<string[]> {
    const found: string[] = [];
    for await (const { event: recorded } of this.client.readAll(options))
      found.push(`${recorded!.streamId}@${recorded!.revision}`);
    return found;
  }
}
