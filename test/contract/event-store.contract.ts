import type { EventFeed, EventStore } from '../../src/ledger/ports/event-store.js';
import { APPEND_BYTES_MAX, EVENTS_PER_APPEND_MAX, READ_PAGE_MAX } from '../../src/ledger/ports/event-store.js';
import type { JsonObject } from '../../src/shared/json.js';
import { allOf, eventsOf, sampleEvent, sampleEvents } from './sample-events.js';

export interface OpenedEventStore {
  readonly store: EventStore & EventFeed;
  close(): Promise<void>;
  /** Closes and opens again what lasts; absent where nothing lasts. */
  reopen?(): Promise<EventStore & EventFeed>;
}

const CONFLICT = { code: 'CONCURRENCY_CONFLICT' };

/** What every log must do. The suite has no options: an engine that differs fails it. */
export function describeEventStoreContract(name: string, open: () => Promise<OpenedEventStore>): void {
  describe(`${name}: the event store's contract`, () => {
    let opened: OpenedEventStore;
    let store: EventStore & EventFeed;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    it('appends to a new stream and after its last revision', async () => {
      expect(await store.append('a', sampleEvents(1), { expected: 'none' })).toMatchObject({ revision: 0 });
      const result = await store.append('a', sampleEvents(2), { expected: 0 });
      expect(result.revision).toBe(2);
      expect(result.position).toBe(await store.end());
      expect((await store.read('a')).map(({ revision }) => revision)).toEqual([0, 1, 2]);
    });

    it('refuses every expectation but the stream’s own revision, and then writes nothing', async () => {
      await store.append('a', sampleEvents(2), { expected: 'none' });
      const end = await store.end();
      for (const expected of ['none', 0, 2, 7] as const) {
        await expect(store.append('a', sampleEvents(1), { expected })).rejects.toMatchObject(CONFLICT);
      }
      await expect(store.append('missing', sampleEvents(1), { expected: 0 })).rejects.toMatchObject(CONFLICT);
      expect(await store.end()).toBe(end);
      expect(await store.read('missing')).toEqual([]);
    });

    it('answers the identical append again as it did first, also after the stream moved on', async () => {
      const first = sampleEvents(3);
      const result = await store.append('a', first, { expected: 'none' });
      expect(await store.append('a', first, { expected: 'none' })).toEqual(result);
      const second = sampleEvents(2);
      const moved = await store.append('a', second, { expected: 2 });
      expect(await store.append('a', first, { expected: 'none' })).toEqual(result);
      expect(await store.append('a', second, { expected: 2 })).toEqual(moved);
      expect(await store.read('a')).toHaveLength(5);
    });

    it('takes neither a part of a landed append nor one with more events for a repeat', async () => {
      const events = sampleEvents(2);
      await store.append('a', events, { expected: 'none' });
      await expect(store.append('a', [...events, sampleEvent()], { expected: 'none' })).rejects.toMatchObject(CONFLICT);
      await expect(store.append('a', [...events].reverse(), { expected: 'none' })).rejects.toMatchObject(CONFLICT);
      await expect(store.append('b', events, { expected: 0 })).rejects.toMatchObject(CONFLICT);
    });

    it('lets exactly one of many racers win each revision', async () => {
      for (let revision = 0; revision < 5; revision += 1) {
        const expected = revision === 0 ? 'none' : revision - 1;
        const racers = Array.from({ length: 20 }, () => store.append('a', sampleEvents(1), { expected }));
        const results = await Promise.allSettled(racers);
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      }
      expect(await store.read('a')).toHaveLength(5);
    });

    it('takes appends to one stream in the order in which they were sent', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, n) => store.append('a', [sampleEvent({ n })], { expected: n === 0 ? 'none' : n - 1 })),
      );
      expect(results.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect((await store.read('a')).map(({ data }) => data['n'])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('reads ranges forwards and backwards', async () => {
      await store.append('a', sampleEvents(6), { expected: 'none' });
      const read = async (options: Parameters<EventStore['read']>[1]) =>
        (await store.read('a', options)).map(({ revision }) => revision);
      expect(await read({ from: 2 })).toEqual([2, 3, 4, 5]);
      expect(await read({ from: 2, limit: 2 })).toEqual([2, 3]);
      expect(await read({ from: 6 })).toEqual([]);
      expect(await read({ backwards: true })).toEqual([5, 4, 3, 2, 1, 0]);
      expect(await read({ backwards: true, limit: 1 })).toEqual([5]);
      expect(await read({ backwards: true, from: 3, limit: 2 })).toEqual([3, 2]);
      expect(await read({ backwards: true, from: 99, limit: 1 })).toEqual([5]);
      expect(await store.read('missing', { backwards: true })).toEqual([]);
    });

    it('pages a long stream by the named maximum', async () => {
      for (let sent = 0; sent < 5; sent += 1) {
        await store.append('a', sampleEvents(EVENTS_PER_APPEND_MAX), {
          expected: sent === 0 ? 'none' : sent * EVENTS_PER_APPEND_MAX - 1,
        });
      }
      const page = await store.read('a');
      expect(page).toHaveLength(READ_PAGE_MAX);
      expect(await store.read('a', { from: READ_PAGE_MAX })).toHaveLength(5 * EVENTS_PER_APPEND_MAX - READ_PAGE_MAX);
      await expect(store.read('a', { limit: READ_PAGE_MAX + 1 })).rejects.toThrow('limit');
      await expect(store.read('a', { limit: 0 })).rejects.toThrow('limit');
    });

    it('gives back the JSON that it was given', async () => {
      let deep: JsonObject = { end: [] };
      for (let level = 0; level < 200; level += 1) deep = { deep };
      const data: JsonObject = {
        text: 'Žluťoučký 證書 👩🏽‍🎓 \u0000 \ud800 \u2028 "\\',
        empty: {},
        none: null,
        list: [1, -1, 0.5, 9_007_199_254_740_991, true, null, '', [[]]],
        '': 'a field without a name',
        $: 'a field with a sign',
        deep,
      };
      await store.append('a', [sampleEvent(data), sampleEvent({})], { expected: 'none' });
      const [first, second] = await store.read('a');
      expect(first?.data).toEqual(data);
      expect(JSON.stringify(first?.data)).toBe(JSON.stringify(data));
      expect(second?.data).toEqual({});
    });

    it('keeps the envelope, and a caller cannot change what is stored', async () => {
      const data = { list: [1] };
      const event = sampleEvent(data);
      await store.append('a', [event], { expected: 'none' });
      data.list.push(2);
      const [read] = await store.read('a');
      expect(read).toMatchObject({
        id: event.id,
        type: event.type,
        metadata: event.metadata,
        stream: 'a',
        revision: 0,
        data: { list: [1] },
      });
      (read?.data['list'] as number[]).push(3);
      expect((await store.read('a'))[0]?.data).toEqual({ list: [1] });
    });

    it('takes an append at the named bounds and refuses one above them whole', async () => {
      await store.append('a', sampleEvents(EVENTS_PER_APPEND_MAX), { expected: 'none' });
      await expect(store.append('b', sampleEvents(EVENTS_PER_APPEND_MAX + 1), { expected: 'none' })).rejects.toThrow('append');
      await expect(store.append('b', [], { expected: 'none' })).rejects.toThrow('append');
      const frame = sampleEvent({ text: '' });
      const room =
        APPEND_BYTES_MAX - [frame.id, frame.type, JSON.stringify(frame.data), JSON.stringify(frame.metadata)].join('').length;
      const full = { ...frame, data: { text: 'x'.repeat(room) } };
      const over = { ...frame, data: { text: 'x'.repeat(room + 1) } };
      await expect(store.append('b', [over], { expected: 'none' })).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' });
      await store.append('b', [full], { expected: 'none' });
      expect((await store.read('b'))[0]?.data).toEqual(full.data);
    });

    it('keeps each stream’s order in the global order, in which no two positions are equal', async () => {
      const streams = ['a', 'b', 'c', 'd'];
      const beginning = await store.end();
      await Promise.all(
        streams.flatMap((stream) =>
          Array.from({ length: 12 }, (_, n) =>
            store.append(stream, sampleEvents(1 + (n % 3)), { expected: n === 0 ? 'none' : sentBefore(n) }),
          ),
        ),
      );
      await store.append('a', sampleEvents(1), { expected: 'none' }).catch(() => undefined);
      const events = eventsOf(await allOf(store));
      expect(events).toHaveLength(4 * 24);
      const positions = events.map(({ position }) => position);
      expect(positions).toEqual([...new Set(positions)].sort());
      expect(positions[0]! > beginning).toBe(true);
      for (const stream of streams) {
        const revisions = events.filter((event) => event.stream === stream).map(({ revision }) => revision);
        expect(revisions).toEqual(revisions.map((_, at) => at));
        expect(events.filter((event) => event.stream === stream)).toEqual(await store.read(stream));
      }
    });

    it('keeps everything over a reopening', async () => {
      if (opened.reopen === undefined) return;
      const events = sampleEvents(3);
      const result = await store.append('a', events, { expected: 'none' });
      const before = [await store.read('a'), await store.end(), await allOf(store)];
      store = await opened.reopen();
      expect([await store.read('a'), await store.end(), await allOf(store)]).toEqual(before);
      expect(await store.append('a', events, { expected: 'none' })).toEqual(result);
      expect(await store.append('a', sampleEvents(1), { expected: 2 })).toMatchObject({ revision: 3 });
    });
  });
}

/** The last revision after `n` appends of 1, 2, 3, 1, 2, 3, … events. */
const sentBefore = (n: number): number =>
  Array.from({ length: n }, (_, at) => 1 + (at % 3)).reduce((sum, count) => sum + count, 0) - 1;
