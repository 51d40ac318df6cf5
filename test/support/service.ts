import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issuer } from '../../src/access/tokens/issuers.js';
import type { Engines } from '../../src/app/engines.js';
import { readModels, type FileSettings } from '../../src/app/kernel.js';
import { createLogger } from '../../src/app/logger.js';
import { startApplication, type Started } from '../../src/app/process.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import type { Clock } from '../../src/ledger/ports/clock.js';
import type { Receipt } from '../../src/ledger/receipt.js';
import { publications } from '../../src/record/policies/publications.projection.js';
import { newPlace, placeOf, PROFILE } from './places.js';

export { memoryEngines } from './places.js';

export const ORGANIZATION = 'main';

/** Stands still until the test moves it. */
export class TestClock implements Clock {
  constructor(private milliseconds: number = Date.parse('2024-06-01T12:00:00.000Z')) {}

  now(): string {
    return new Date(this.milliseconds).toISOString();
  }

  set(instant: string): void {
    this.milliseconds = Date.parse(instant);
  }
}

export interface Asked {
  readonly body?: unknown;
  /** The body exactly as it is to be sent, instead of `body`. */
  readonly raw?: string | Buffer;
  readonly key?: string;
  readonly ifMatch?: string | undefined;
  /** Null sends no Authorization at all. */
  readonly token?: string | null;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The parsed body; tests say what they expect it to be. */
  json<Body>(): Body;
}

export type ReceiptAnswer = Receipt & { readonly etag: number };
export interface ProblemAnswer {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly advice: string;
  readonly pointer?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

export function headersOf({ key, ifMatch, token, contentType, headers, body, raw }: Asked): Record<string, string> {
  return {
    ...(token === undefined || token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
    ...(body === undefined && raw === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
    ...headers,
  };
}

export const answered = (status: number, headers: Answered['headers'], text: string): Answered => ({
  status,
  headers,
  text,
  json: <Body>() => JSON.parse(text) as Body,
});

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const PUBLICATIONS_MILLISECONDS_MAX = 3_000;
const LOOK_MILLISECONDS = 10;
/** How often the policy looks; the test clock decides what it finds. */
const POLICY_MILLISECONDS = 40;

/** The whole application in this process, over a folder, over memory or over a cluster, with requests injected past the network. */
export class Service {
  private constructor(
    readonly started: Started,
    readonly engines: Engines,
    readonly clock: TestClock,
    readonly token: string,
    readonly folder: string | undefined,
  ) {}

  static async start(
    engines: Engines,
    clock = new TestClock(),
    token?: string,
    folder?: string,
    issuers: readonly Issuer[] = [],
    files: FileSettings = {},
  ): Promise<Service> {
    const started = await startApplication(engines, {
      clock,
      logger: createLogger('silent'),
      organization: ORGANIZATION,
      policyIntervalMilliseconds: POLICY_MILLISECONDS,
      issuers,
      files,
    });
    const service = new Service(started, engines, clock, token ?? started.firstToken!, folder);
    // The first use of a key on a day is an event beside the request; it must not come in between what a test compares.
    await service.get('/v1/me');
    await started.kernel.keyUses.settle();
    return service;
  }

  /** Over a new ledger, in memory unless the suites run on the cluster profile. */
  static async memory(clock?: TestClock, issuers?: readonly Issuer[]): Promise<Service> {
    return Service.start(await newPlace().open(), clock, undefined, undefined, issuers);
  }

  /** Over what belongs to a folder; the token of its first start is needed where it was started before. */
  static async embedded(folder: string, clock?: TestClock, token?: string): Promise<Service> {
    return Service.start(await placeOf(folder).open(), clock, token, folder);
  }

  stop(): Promise<void> {
    return this.started.stop();
  }

  async request(method: Method, url: string, asked: Asked = {}): Promise<Answered> {
    const payload = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
    const response = await this.started.app.inject({
      method,
      url,
      headers: headersOf({ token: this.token, ...asked }),
      ...(payload === undefined ? {} : { payload }),
    });
    return answered(response.statusCode, response.headers as Answered['headers'], response.body);
  }

  get(url: string, asked: Asked = {}): Promise<Answered> {
    return this.request('GET', url, asked);
  }

  /** A write under a new key unless the test gives one. */
  post(url: string, body: unknown, asked: Asked = {}): Promise<Answered> {
    return this.request('POST', url, { key: newKey(), body, ...asked });
  }

  /** A write that the test takes for granted. */
  async write(url: string, body: unknown, asked: Asked = {}): Promise<ReceiptAnswer> {
    const answer = await this.post(url, body, asked);
    if (answer.status !== 200) throw new Error(`POST ${url} was answered ${answer.status}: ${answer.text}`);
    return answer.json<ReceiptAnswer>();
  }

  /** Where the log ends: nothing was written between two equal answers. */
  async end(): Promise<string> {
    await this.publicationsApplied();
    const end = await this.engines.store.end();
    if (PROFILE === 'cluster') await this.readModelsAt(end);
    return end;
  }

  /** A request waits for its position no longer than callers like; over servers, tests that wrote thousands of rows do. */
  private async readModelsAt(position: string): Promise<void> {
    const { projections } = this.started.kernel;
    await Promise.all(readModels.map(({ name }) => projections.awaitPosition(name, position, EVENTUALLY_MILLISECONDS)));
  }

  /** Lets the policy look again after every publication, so that what it records falls into no test's comparison. */
  private async publicationsApplied(): Promise<void> {
    const { projections } = this.started.kernel;
    const deadline = Date.now() + PUBLICATIONS_MILLISECONDS_MAX;
    for (;;) {
      const read = await projections.awaitPosition(publications.name, await this.engines.store.end(), LOOK_MILLISECONDS);
      const { documents } = await projections.find(publications.name, { index: 'pending', equals: [true], limit: 1 });
      // A test may have stopped the policy or what it reads.
      if ((read === 'ready' && documents.length === 0) || Date.now() > deadline) return;
      await new Promise((look) => setTimeout(look, LOOK_MILLISECONDS));
    }
  }

  /** The position of the last event that the door did not record by itself: no fact was recorded between two equal answers. */
  async lastFact(): Promise<string | undefined> {
    const ofTheDoor = ['AttemptRefused', 'RecordRead', 'KeyUsed'];
    return (await this.events()).findLast(({ type }) => !ofTheDoor.includes(type))?.position;
  }

  async events(): Promise<readonly StoredEvent[]> {
    await this.publicationsApplied();
    const stopping = new AbortController();
    const events: StoredEvent[] = [];
    for await (const item of this.engines.store.open({ signal: stopping.signal })) {
      if (item.kind === 'event') events.push(item.event);
      if (item.kind === 'caught-up') break;
    }
    stopping.abort();
    return events;
  }
}

let keys = 0;
export const newKey = (): string => `test-key-${(keys += 1)}`;

export interface TemporaryFolder {
  readonly path: string;
  remove(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'certledger-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Over servers everything takes longer. */
const EVENTUALLY_MILLISECONDS = PROFILE === 'cluster' ? 60_000 : 10_000;

/** Looks again until `isSo` answers something; a test that waits longer than the bound has failed. */
export async function eventually<Result>(
  isSo: () => Promise<Result | undefined>,
  milliseconds = EVENTUALLY_MILLISECONDS,
): Promise<Result> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const result = await isSo();
    if (result !== undefined) return result;
    if (Date.now() > deadline) throw new Error(`It was not so within ${milliseconds} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export const course = (id: string, more: object = {}) => ({ course: id, title: `Course ${id}`, ...more });
export const scheme = (id: string, criteria: unknown, more: object = {}) => ({
  scheme: id,
  title: `Scheme ${id}`,
  published: '2024-01-01',
  timeZone: 'Europe/Berlin',
  validity: { duration: 'P1Y' },
  criteria,
  ...more,
});
