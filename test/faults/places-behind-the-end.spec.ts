import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { FEED_PAGE_RECORDS } from '../../src/adapters/eventstoredb/limits.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { memoryEngines, Service } from '../support/service.js';

/** EventStoreDB writes records of its own behind our last event, and read models save how far they have looked through them. */
describe('a place behind the last event', () => {
  let server: EventStoreDouble;
  let service: Service;
  let store: EventStoreDbEventStore;

  beforeAll(async () => {
    server = await EventStoreDouble.start();
    store = await EventStoreDbEventStore.open(server.url);
    service = await Service.start({ ...memoryEngines(), store, close: () => store.close() });
    await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    await server.systemEvents(FEED_PAGE_RECORDS + 10);
  });
  afterAll(async () => {
    await service.stop();
    await server.stop('kill');
  });

  /** What a follower is told to save that begins behind the last event. */
  async function progress(): Promise<string> {
    const leaving = new AbortController();
    try {
      for await (const item of store.open({ after: await store.end(), signal: leaving.signal }))
        if (item.kind === 'progress') return item.position;
      throw new Error('There was no progress to save.');
    } finally {
      leaving.abort();
    }
  }
  const readAt = (position: string) => service.get(`/v1/learners/emp-1?minPosition=${position}`);

  it('is one of this log: whoever waits for it is answered by what stands at the last event', async () => {
    const place = await progress();
    expect(place > (await store.end())).toBe(true);
    expect((await readAt(place)).status).toBe(200);
  });

  it('that the log never gave out is not, nor is one beyond all records', async () => {
    const place = await progress();
    const moved = (by: number): string =>
      `${place.slice(0, 9)}${(Number.parseInt(place.slice(9), 16) + by).toString(16).padStart(16, '0')}`;
    for (const position of [moved(1), moved(1_000_000_000)]) {
      const { status, json } = await readAt(position);
      expect([status, json<{ code: string }>().code]).toEqual([410, 'POSITION_OF_ANOTHER_EPOCH']);
    }
  });
});
