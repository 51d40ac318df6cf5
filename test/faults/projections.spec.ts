import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { MemoryReadModelStore } from '../../src/adapters/memory/read-models.js';
import { readModels, registry } from '../../src/app/kernel.js';
import { Codec } from '../../src/ledger/codec.js';
import { defineEvent, EventRegistry } from '../../src/ledger/event-registry.js';
import { canonicalJson } from '../../src/ledger/canonical-json.js';
import type { EventFeed, FeedItem } from '../../src/ledger/ports/event-store.js';
import type { Projection } from '../../src/projections/define-projection.js';
import { MemoryLeases } from '../../src/adapters/memory/leases.js';
import type { ReadModelStore } from '../../src/projections/ports/read-model-store.js';
import { Projections, type ProjectionStatus } from '../../src/projections/projections.js';
import { Runner, type RunnerStatus } from '../../src/projections/runner.js';
import { isRejection } from '../../src/shared/result.js';
import { keyFor } from '../support/access.js';
import { FaultyReadModelStore, KILLS, PASSING_FAULTS, type ReadModelFault } from '../support/faulty-read-models.js';
import { seededRandom } from '../support/seeded-random.js';
import { course, eventually, scheme, Service } from '../support/service.js';
import { benign, uploadOf } from '../support/uploads.js';

/**
 * Whatever a read-model store does to a projection, and wherever the process ends, its documents are in the end those of
 * a projection that met no fault, byte for byte. The log is a real one, longer than several batches.
 */
const LEARNERS = 130;

/** Alone in its process, and with beats so short that a test need not wait for them. */
const environment = {
  leases: new MemoryLeases(),
  instance: 'tested',
  warn: () => undefined,
  times: { beatMilliseconds: 10, leaseMilliseconds: 1_000 },
  discardAfterMilliseconds: 0,
};

describe('projections under faults', () => {
  let service: Service;
  let codec: Codec;
  let end: string;
  const expected = new Map<string, string>();

  beforeAll(async () => {
    service = await Service.memory();
    codec = service.started.kernel.ledger.codec;
    await fillLog(service);
    end = await service.end();
    for (const projection of readModels) {
      const store = new FaultyReadModelStore(new MemoryReadModelStore());
      await follow(projection, store);
      keysOf.set(projection.name, [...store.keys].sort());
      expected.set(projection.name, await dump(projection, store, firstBuild(projection)));
      expect(store.keys.size).toBeGreaterThan(0);
    }
  }, 60_000);
  afterAll(() => service.stop());

  const keysOf = new Map<string, readonly string[]>();
  const firstBuild = ({ version }: Projection): string => `${version}.1`;

  /** All documents of a model in one canonical text. */
  async function dump({ name, indexes }: Projection, store: ReadModelStore, version: string): Promise<string> {
    const model = { name, version, indexes };
    const keys = keysOf.get(name)!;
    const documents = [];
    for (let from = 0; from < keys.length; from += 1_000)
      documents.push(...(await store.getMany(model, keys.slice(from, from + 1_000))));
    documents.sort((a, b) => (a.key < b.key ? -1 : 1));
    return canonicalJson({ checkpoint: (await store.checkpoint(model)) ?? null, documents } as never);
  }

  /** Runs one runner until it stands at the end of the log or has stopped; pauses are left out. */
  async function follow(
    projection: Projection,
    store: ReadModelStore,
    feed = service.engines.store as EventFeed,
  ): Promise<RunnerStatus> {
    const model = { name: projection.name, version: firstBuild(projection), indexes: projection.indexes };
    const environment = { store, feed, codec, moved: () => undefined, pause: async () => undefined };
    const runner = new Runner(projection, model, environment);
    runner.start(async () => undefined);
    await eventually(async () => (runner.status.position === end || runner.status.state === 'faulted' ? true : undefined));
    await runner.stop();
    return runner.status;
  }

  /** The feed with batches that end elsewhere each time, as those of a growing log do. */
  const unevenFeed = (random: () => number): EventFeed => ({
    end: () => service.engines.store.end(),
    latest: () => service.engines.store.latest(),
    async *open(options): AsyncIterable<FeedItem> {
      for await (const item of service.engines.store.open(options)) {
        yield item;
        if (item.kind === 'event' && random() < 0.01) yield { kind: 'progress', position: item.event.position };
      }
    },
  });

  /** How many calls a run without faults makes. */
  async function callsOf(projection: Projection): Promise<number> {
    const store = new FaultyReadModelStore(new MemoryReadModelStore());
    await follow(projection, store);
    return store.calls;
  }

  const cases = readModels.map((projection) => [projection.name, projection] as const);

  it.each(cases)('%s: any one call that fails, is done by half, or whose answer is lost', async (name, projection) => {
    const calls = await callsOf(projection);
    expect(calls).toBeGreaterThan(5);
    for (let number = 1; number <= calls; number += 1) {
      for (const fault of PASSING_FAULTS) {
        const inner = new MemoryReadModelStore();
        await follow(projection, new FaultyReadModelStore(inner, (call) => (call === number ? fault : undefined)));
        expect(await dump(projection, inner, firstBuild(projection))).toBe(expected.get(name));
      }
    }
  });

  it.each(cases)('%s: killed at every step and started again', async (name, projection) => {
    const calls = await callsOf(projection);
    for (let number = 1; number <= calls; number += 1) {
      for (const fault of KILLS) {
        const inner = new MemoryReadModelStore();
        const first = await follow(projection, new FaultyReadModelStore(inner, (call) => (call === number ? fault : undefined)));
        expect(first.state).toBe('faulted');
        await follow(projection, inner);
        expect(await dump(projection, inner, firstBuild(projection))).toBe(expected.get(name));
      }
    }
  });

  it.each(cases)(
    '%s: every third call fails in some way, batches end anywhere, two runners at once',
    async (name, projection) => {
      const random = seededRandom();
      for (let round = 0; round < 10; round += 1) {
        const inner = new MemoryReadModelStore();
        const faults = (): ReadModelFault | undefined =>
          random() < 0.3 ? PASSING_FAULTS[Math.floor(random() * PASSING_FAULTS.length)] : undefined;
        await Promise.all([1, 2].map(() => follow(projection, new FaultyReadModelStore(inner, faults), unevenFeed(random))));
        expect(await dump(projection, inner, firstBuild(projection))).toBe(expected.get(name));
      }
    },
  );

  const projectionsOver = (store: ReadModelStore, feed: EventFeed, projections: readonly Projection[]): Projections =>
    new Projections({ ...environment, leases: new MemoryLeases(), store, feed, codec }, projections);

  /** The life of one projection from nothing to its second generation, as far as the store lets it come. */
  async function live(projection: Projection, store: FaultyReadModelStore): Promise<void> {
    const projections = projectionsOver(store, service.engines.store, [projection]);
    const { name } = projection;
    const served = (version: string) =>
      eventually(async () => (store.dead || (await stateOf(projections)).served === version ? true : undefined));
    try {
      await projections.start();
      await served(firstBuild(projection));
      if (!store.dead) await projections.rebuild(name);
      await served(`${projection.version}.2`);
      // The swap ends with the removal of the old version, which nobody waits for.
      await eventually(async () => (store.dead || (await store.versions(name)).length === 1 ? true : undefined));
    } catch (error) {
      if (!store.dead) throw error;
    }
    await projections.stop();
  }
  const stateOf = async (projections: Projections): Promise<ProjectionStatus> => (await projections.status())[0]!;

  it.each(cases)('%s: killed at every step of building, swapping and removing', async (name, projection) => {
    for (let number = 1; ; number += 1) {
      const inner = new MemoryReadModelStore();
      const store = new FaultyReadModelStore(inner, (call) => (call === number ? KILLS[number % 2] : undefined));
      await live(projection, store);
      const projections = projectionsOver(inner, service.engines.store, [projection]);
      await projections.start();
      expect(await projections.awaitPosition(name, end)).toBe('ready');
      const status = await eventually(async () => {
        const { runners, served, current } = await stateOf(projections);
        return runners.length === 1 && current && served !== null ? served : undefined;
      });
      expect(await dump(projection, inner, status)).toBe(expected.get(name));
      await eventually(async () => ((await inner.versions(name)).length === 1 ? true : undefined));
      expect(await inner.versions(name)).toEqual([status]);
      await projections.stop();
      if (!store.dead) break;
      expect(number).toBeLessThan(100);
    }
  });

  it('a fact that one projection cannot apply stops that one, named; the others go on, and it resumes', async () => {
    let broken = true;
    const [first, ...others] = readModels as [Projection, ...Projection[]];
    const events = await service.events();
    const poison = events.filter(({ type }) => type === 'CertificationAwarded')[10]!;
    const fussy: Projection = {
      ...first,
      fold(document, event) {
        if (broken && event.stored.id === poison.id) throw new Error('This cannot be.');
        return first.fold(document, event);
      },
    };
    const inner = new MemoryReadModelStore();
    const projections = projectionsOver(inner, service.engines.store, [fussy, ...others]);
    await projections.start();
    for (const { name } of others) expect(await projections.awaitPosition(name, end)).toBe('ready');
    const fault = {
      state: 'faulted',
      fault: { message: 'This cannot be.', event: { id: poison.id, type: poison.type, position: poison.position } },
    };
    await eventually(async () => ((await stateOf(projections)).runners[0]!.state === 'faulted' ? true : undefined));
    expect((await stateOf(projections)).runners).toMatchObject([fault]);
    // What stands before the event is saved; what comes after it is not touched.
    const before = events[events.findIndex(({ id }) => id === poison.id) - 1]!;
    expect((await stateOf(projections)).runners[0]!.position).toBe(before.position);
    const again = await projections.resume(first.name);
    expect(isRejection(again)).toBe(false);
    await eventually(async () => ((await stateOf(projections)).runners[0]!.state === 'faulted' ? true : undefined));
    broken = false;
    await projections.resume(first.name);
    expect(await projections.awaitPosition(first.name, end)).toBe('ready');
    expect(await dump(first, inner, firstBuild(first))).toBe(expected.get(first.name));
    await projections.stop();
  });
});

describe('an event that no registry entry knows', () => {
  it('stops every reader at it, visibly and without a skip; what was before is still served; a newer program goes on', async () => {
    const service = await Service.memory();
    await service.write('/v1/courses', course('C1'));
    const { stream, position } = await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    expect((await service.get(`/v1/learners/emp-1?minPosition=${position}`)).status).toBe(200);
    const { store } = service.engines;
    const { metadata } = (await store.read(stream))[0]!;
    const unknown = { id: randomUUID(), type: 'LearnerCloned', data: {}, metadata };
    const appended = await store.append(stream, [unknown], { expected: 0 });
    const statuses = await eventually(async () => {
      const { projections } = (await service.get('/v1/projections')).json<{ projections: ProjectionStatus[] }>();
      return projections.every(({ runners }) => runners[0]!.state === 'faulted') ? projections : undefined;
    });
    for (const { runners, current } of statuses) {
      expect(current).toBe(false);
      expect(runners[0]).toMatchObject({ position, fault: { event: { id: unknown.id, type: 'LearnerCloned' } } });
      expect(runners[0]!.fault!.message).toContain('LearnerCloned');
    }
    expect((await service.get('/health/ready', { token: null })).status).toBe(503);
    expect((await service.get('/health/live', { token: null })).status).toBe(200);
    expect((await service.get('/v1/learners/emp-1')).json()).toMatchObject({ name: 'Ada' });
    const behind = await service.get(`/v1/learners/emp-1?minPosition=${appended.position}`);
    expect([behind.status, behind.headers['retry-after']]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    const write = await service.post('/v1/learners/emp-1/corrections', { name: 'Bea' });
    expect(write.json()).toMatchObject({ status: 503, code: 'HISTORY_DAMAGED' });
    expect(await store.end()).toBe(appended.position);
    expect((await service.request('POST', '/v1/projections/learner-status/resume')).status).toBe(200);

    const newer = new EventRegistry([...registry.definitions, defineEvent('LearnerCloned', z.strictObject({}))]);
    const codec = new Codec(newer, service.started.kernel.keyRing);
    const history = readModels.filter(({ name }) => name === 'audit-history');
    const projections = new Projections({ ...environment, store: service.engines.readModels, feed: store, codec }, history);
    await projections.start();
    expect(await projections.awaitPosition('audit-history', appended.position)).toBe('ready');
    await projections.stop();
    await service.stop();
  });
});

/** Imports learners who complete, are awarded, and some of whom expire or are revoked: every event type of a record. */
async function fillLog(service: Service): Promise<void> {
  await service.write('/v1/courses', course('C1'));
  await service.write('/v1/courses', course('C2'));
  await service.write('/v1/schemes', scheme('S1', { all: [{ course: 'C1' }, { course: 'C2' }] }));
  await service.write('/v1/schemes', scheme('S2', { course: 'C1' }, { award: 'on-approval' }));
  await service.write('/v1/schemes', scheme('S3', { submission: 'Trade licence' }));
  await service.write('/v1/drafts', { kind: 'course', id: 'C3', content: course('C3') });
  // What is refused stands in the log too.
  await service.post('/v1/courses', course('C1'));
  const rows = Array.from({ length: LEARNERS }, (_, number) => {
    const learner = `emp-${number}`;
    const day = number % 2 === 0 ? '2023-05-01' : '2024-05-01';
    const row = (kind: string, more: object) => ({ source: 'hr', row: `${kind}-${number}`, learner, ...more });
    return [
      row('learner', { kind: 'learner', name: `Name ${number}` }),
      row('c1', { kind: 'completion', course: 'C1', completedOn: day }),
      row('c2', { kind: 'completion', course: 'C2', completedOn: day }),
    ];
  }).flat();
  for (let from = 0; from < rows.length; from += 500) {
    const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows: rows.slice(from, from + 500) } });
    if (answer.status !== 200 || answer.text.includes('refused')) throw new Error(answer.text);
  }
  const reason = { code: 'issued-in-error', text: 'Two were mixed up.' };
  for (let number = 0; number < 20; number += 1)
    await service.write(`/v1/learners/emp-${number}/schemes/S1/revocations`, { reason });
  await fillReviews(service);
  await fillAppeals(service);
  await fillCredits(service);
  const observed = async () => (await service.events()).filter(({ type }) => type === 'CertificationExpired').length;
  await eventually(async () => ((await observed()) === LEARNERS / 2 ? true : undefined));
}

/** Suspensions that are appealed against: some of it is decided, some waits. */
async function fillAppeals(service: Service): Promise<void> {
  const { token } = await keyFor(service, 'second', ['admin']);
  const reason = { code: 'not-so', text: 'It was somebody else.' };
  for (let number = 31; number < 45; number += 2) {
    const scheme = `/v1/learners/emp-${number}/schemes/S1`;
    const { revision } = await service.write(`${scheme}/suspensions`, { reason });
    await service.write(`${scheme}/appeals`, { kind: 'appeal', against: revision, reason });
    if (number < 37) await service.write(`${scheme}/appeals/1/decision`, { outcome: 'dismissed', reason }, { token });
  }
}

/** An account that is sold to, waits for adjustments and is low for a while. */
async function fillCredits(service: Service): Promise<void> {
  const reason = { code: 'counted-wrong', text: 'One was sold twice.' };
  await service.write('/v1/credits/threshold', { threshold: 40 });
  for (let credits = 1; credits < 20; credits += 1) {
    await service.write('/v1/organizations/main/credits/purchases', { credits });
    await service.write('/v1/organizations/main/credits/adjustments', { credits: -1, reason });
  }
}

/** Documents that were handed in: some wait, some are claimed, withdrawn, approved or declined. */
async function fillReviews(service: Service): Promise<void> {
  const { token } = await keyFor(service, 'reviewer', ['reviewer']);
  const reason = { code: 'unreadable', text: 'Page two is cut off.' };
  const acts: readonly [string, object][] = [
    ['claim', {}],
    ['withdrawal', {}],
    ['approval', {}],
    ['decline', { reason }],
  ];
  for (let number = 20; number < 30; number += 1) {
    const learner = `/v1/learners/emp-${number}`;
    const asked = uploadOf(benign('pdfkit.pdf'), { key: `upload-${number}`, token: service.token });
    const { attachment } = (await service.request('POST', `${learner}/attachments`, asked)).json<{ attachment: string }>();
    const document = { scheme: 'S3', label: 'Trade licence', kind: 'credential-document', effective: { date: '2024-05-02' } };
    await service.write(`${learner}/submissions`, { ...document, attachment });
    const act = acts[number - 20];
    if (act !== undefined)
      await service.write(`${learner}/submissions/1/${act[0]}`, act[1], act[0] === 'withdrawal' ? {} : { token });
  }
}
