import { MemoryLeases } from '../../src/adapters/memory/leases.js';
import { MemoryReadModelStore } from '../../src/adapters/memory/read-models.js';
import type { EventFeed } from '../../src/ledger/ports/event-store.js';
import type { Projection } from '../../src/projections/define-projection.js';
import { Projections } from '../../src/projections/projections.js';
import { learnerStatus } from '../../src/record/views/learner-status.projection.js';
import { eventually, Service } from '../support/service.js';

const times = { beatMilliseconds: 10, leaseMilliseconds: 500 };

describe('read models over a log', () => {
  let service: Service;
  let end: string;
  const store = new MemoryReadModelStore();
  const leases = new MemoryLeases();

  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    await service.write('/v1/learners/emp-1/corrections', { name: 'Bea' });
    await service.write('/v1/learners/emp-1/corrections', { name: 'Cleo' });
    end = await service.end();
  });
  afterAll(() => service.stop());

  const projectionsOf = (instance: string, projection: Projection, feed: EventFeed, own = { store, leases }): Projections => {
    const { codec } = service.started.kernel.ledger;
    return new Projections({ ...own, instance, feed, codec, times, warn: () => undefined }, [projection]);
  };

  it('from which an event of a record is gone stop there, and take the rest for no history', async () => {
    const { store: log } = service.engines;
    const shortened: EventFeed = {
      end: () => log.end(),
      latest: () => log.latest(),
      async *open(options) {
        for await (const item of log.open(options))
          if (item.kind !== 'event' || !item.event.stream.startsWith('record-') || item.event.revision !== 1) yield item;
      },
    };
    const own = { store: new MemoryReadModelStore(), leases: new MemoryLeases() };
    const projections = projectionsOf('one', learnerStatus, shortened, own);
    await projections.start();
    const fault = await eventually(async () => (await projections.status())[0]!.runners.find(({ fault: told }) => told)?.fault);
    expect(fault.message).toMatch(/^revision 1 of record-\S+ is missing before revision 2$/);
    await projections.stop();
  });

  it('are kept by old and new instances side by side while a version is raised', async () => {
    const feed = service.engines.store;
    const old = projectionsOf('old', learnerStatus, feed);
    await old.start();
    expect(await old.awaitPosition(learnerStatus.name, end)).toBe('ready');
    const raised = projectionsOf('new', { ...learnerStatus, version: learnerStatus.version + 1 }, feed);
    await raised.start();
    expect(await raised.awaitPosition(learnerStatus.name, end)).toBe('ready');
    await service.write('/v1/learners', { learner: 'emp-2', name: 'Dora' });
    const later = await service.end();
    for (const projections of [old, raised]) expect(await projections.awaitPosition(learnerStatus.name, later)).toBe('ready');
    expect([(await old.status())[0]!.instance, (await raised.status())[0]!.instance]).toEqual(['old', 'new']);
    await raised.stop();
    await old.stop();
  });
});
