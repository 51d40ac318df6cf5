import { MemoryReadModelStore } from '../../src/adapters/memory/read-models.js';
import { MongoConnection } from '../../src/adapters/mongodb/client.js';
import { MongoReadModelStore } from '../../src/adapters/mongodb/read-models.js';
import { readModels } from '../../src/app/kernel.js';
import { canonicalJson } from '../../src/ledger/canonical-json.js';
import type { EventFeed, FeedItem } from '../../src/ledger/ports/event-store.js';
import type { Projection } from '../../src/projections/define-projection.js';
import type { ReadModelStore } from '../../src/projections/ports/read-model-store.js';
import { Runner, type RunnerStatus } from '../../src/projections/runner.js';
import { FaultyReadModelStore, KILLS, PASSING_FAULTS, type ReadModelFault } from '../support/faulty-read-models.js';
import { dropAndClose, newDatabase, urlOf } from '../support/mongodb/opening.js';
import { MongoProxy, PASSING_WIRE_FAULTS } from '../support/mongodb/proxy.js';
import { seededRandom } from '../support/seeded-random.js';
import { course, eventually, scheme, Service } from '../support/service.js';

/**
 * The real projections over MongoDB: whatever the store or the wire does, and wherever the process ends, the documents are
 * those that the memory store holds without faults. The same at full length, over memory: `test/faults/projections.spec.ts`.
 */
const LEARNERS = 12;
/** A sweep makes hundreds of databases, on a machine that may have other work. */
const SWEEP_MILLISECONDS = 180_000;

describe('projections over MongoDB', () => {
  let service: Service;
  let end: string;
  let proxy: MongoProxy;
  const expected = new Map<string, string>();
  const keysOf = new Map<string, readonly string[]>();
  const modelOf = ({ name, version, indexes }: Projection) => ({ name, version: `${version}.1`, indexes });
  const cases = readModels.map((projection) => [projection.name, projection] as const);

  beforeAll(async () => {
    proxy = await MongoProxy.start();
    service = await Service.memory();
    await fillLog(service);
    end = await service.end();
    for (const projection of readModels) {
      const store = new FaultyReadModelStore(new MemoryReadModelStore());
      await follow(projection, store);
      keysOf.set(projection.name, [...store.keys]);
      expected.set(projection.name, await dump(projection, store));
    }
    // This short log does not hold every kind of fact; the long one over memory does.
    expect([...keysOf.values()].filter((keys) => keys.length > 0).length).toBeGreaterThan(8);
  }, SWEEP_MILLISECONDS);
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
  });

  async function dump(projection: Projection, store: ReadModelStore): Promise<string> {
    const model = modelOf(projection);
    const documents = [...(await store.getMany(model, keysOf.get(projection.name)!))];
    documents.sort((a, b) => (a.key < b.key ? -1 : 1));
    return canonicalJson({ checkpoint: (await store.checkpoint(model)) ?? null, documents } as never);
  }

  /** Runs one runner until it stands at the end of the log or has stopped; pauses are left out. */
  async function follow(projection: Projection, store: ReadModelStore, feed?: EventFeed): Promise<RunnerStatus> {
    const environment = {
      store,
      feed: feed ?? (service.engines.store as EventFeed),
      codec: service.started.kernel.ledger.codec,
      moved: () => undefined,
      pause: async () => undefined,
    };
    const runner = new Runner(projection, modelOf(projection), environment);
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
        if (item.kind === 'event' && random() < 0.1) yield { kind: 'progress', position: item.event.position };
      }
    },
  });

  /** Gives `work` a store in a database of its own, past the proxy or through it. */
  async function withStore(port: number | undefined, work: (store: MongoReadModelStore) => Promise<void>): Promise<void> {
    const url = urlOf({ database: newDatabase(), ...(port === undefined ? {} : { port }) });
    const connection = await MongoConnection.open(url);
    try {
      await work(new MongoReadModelStore(connection));
    } finally {
      proxy.faultAt = () => undefined;
      await dropAndClose(connection);
    }
  }

  it.each(cases)(
    '%s: every call fails in each way, and is the last of its process',
    async (name, projection) => {
      for (const fault of [...PASSING_FAULTS, ...KILLS]) {
        for (let number = 1, calls = 1; number <= calls; number += 1) {
          await withStore(undefined, async (inner) => {
            const store = new FaultyReadModelStore(inner, (call) => (call === number ? fault : undefined));
            const { state } = await follow(projection, store);
            expect(state).toBe(KILLS.includes(fault) ? 'faulted' : 'paused');
            // A killed one makes no more calls, so that the number of calls is that of its successor.
            const successor = new FaultyReadModelStore(inner);
            if (store.dead) await follow(projection, successor);
            calls = Math.max(calls, store.calls, successor.calls);
            expect(await dump(projection, inner)).toBe(expected.get(name));
          });
        }
      }
    },
    SWEEP_MILLISECONDS,
  );

  it.each(cases)(
    '%s: two runners at once, batches that end anywhere, faults of store and wire',
    async (name, projection) => {
      const random = seededRandom();
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
      const faults = (): ReadModelFault | undefined => (random() < 0.1 ? pick(PASSING_FAULTS) : undefined);
      for (let round = 0; round < 3; round += 1) {
        await withStore(proxy.port, async (inner) => {
          proxy.faultAt = () => (random() < 0.1 ? { kind: pick(PASSING_WIRE_FAULTS) } : undefined);
          await Promise.all([1, 2].map(() => follow(projection, new FaultyReadModelStore(inner, faults), unevenFeed(random))));
          proxy.faultAt = () => undefined;
          expect(await dump(projection, inner)).toBe(expected.get(name));
        });
      }
    },
    SWEEP_MILLISECONDS,
  );
});

/** Learners who complete, are awarded, expire or are revoked; a draft, and a refusal. */
async function fillLog(service: Service): Promise<void> {
  await service.write('/v1/courses', course('C1'));
  await service.write('/v1/schemes', scheme('S1', { course: 'C1' }));
  await service.write('/v1/schemes', scheme('S2', { course: 'C1' }, { award: 'on-approval' }));
  await service.write('/v1/drafts', { kind: 'course', id: 'C3', content: course('C3') });
  await service.post('/v1/courses', course('C1'));
  const rows = Array.from({ length: LEARNERS }, (_, number) => {
    const learner = `emp-${number}`;
    const completedOn = number % 2 === 0 ? '2023-05-01' : '2024-05-01';
    const row = (kind: string, more: object) => ({ source: 'hr', row: `${kind}-${number}`, learner, kind, ...more });
    return [row('learner', { name: `Name ${number}` }), row('completion', { course: 'C1', completedOn })];
  }).flat();
  const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows } });
  expect([answer.status, answer.text.includes('refused')]).toEqual([200, false]);
  const reason = { code: 'issued-in-error', text: 'Two were mixed up.' };
  await service.write('/v1/learners/emp-1/schemes/S1/revocations', { reason });
  const observed = async () => (await service.events()).filter(({ type }) => type === 'CertificationExpired').length;
  await eventually(async () => ((await observed()) === LEARNERS / 2 ? true : undefined));
}
