import { EventStoreDBClient, binaryEvent, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { APPEND_BYTES_IN_FLIGHT_MAX, APPENDS_IN_FLIGHT_MAX, FEED_PAGE_RECORDS } from '../../src/adapters/eventstoredb/limits.js';
import { APPEND_BYTES_MAX } from '../../src/ledger/ports/event-store.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { FeedFollower } from '../support/feed-follower.js';
import { allOf, eventsOf, sampleEvent, sampleEvents } from './sample-events.js';

const DAMAGED = { code: 'HISTORY_DAMAGED' };
const FOREIGN = { code: 'POSITION_OF_ANOTHER_EPOCH' };

/** What only EventStoreDB can do to a history, and what only this adapter can get wrong. */
describe('the history in EventStoreDB', () => {
  let double: EventStoreDouble;
  let store: EventStoreDbEventStore;
  const opened: EventStoreDbEventStore[] = [];
  const open = async (): Promise<EventStoreDbEventStore> => {
    const another = await EventStoreDbEventStore.open(double.url, { times: { lookMilliseconds: 30 } });
    opened.push(another);
    return another;
  };

  beforeEach(async () => {
    double = await EventStoreDouble.start();
    store = await open();
  });
  afterEach(async () => {
    for (const another of opened.splice(0)) await another.close();
    await double.stop('kill');
  });

  describe('hidden events are damage and never a shorter history', () => {
    beforeEach(() => store.append('s', sampleEvents(6), { expected: 'none' }));

    it.each([
      ['$maxCount', { maxCount: 3 }],
      ['$tb', { truncateBefore: 3 }],
    ])('%s', async (_, metadata) => {
      await double.setMetadata('s', metadata);
      await expect(store.read('s')).rejects.toMatchObject(DAMAGED);
      await expect(store.read('s', { from: 2 })).rejects.toMatchObject(DAMAGED);
      // The neighbour before it is hidden too, which is refused although this page would be whole.
      await expect(store.read('s', { from: 3 })).rejects.toMatchObject(DAMAGED);
      await expect(store.read('s', { backwards: true })).rejects.toMatchObject(DAMAGED);
      await expect(store.read('s', { backwards: true, from: 1 })).rejects.toMatchObject(DAMAGED);
      expect((await store.read('s', { from: 4 })).map(({ revision }) => revision)).toEqual([4, 5]);
      expect(await store.read('s', { from: 6 })).toEqual([]);
      expect(await store.read('s', { backwards: true, limit: 3 })).toHaveLength(3);
    });

    it('$tb behind the end hides the whole stream', async () => {
      await double.setMetadata('s', { truncateBefore: 100 });
      for (const options of [{}, { from: 3 }, { from: 6 }, { from: 50 }, { backwards: true }])
        await expect(store.read('s', options)).rejects.toMatchObject(DAMAGED);
    });

    it('a read far behind the end of a whole stream is empty', async () => {
      expect(await store.read('s', { from: 50 })).toEqual([]);
      expect(await store.read('s', { from: 7 })).toEqual([]);
    });

    it('a stream that was deleted softly and is begun anew', async () => {
      await double.softDelete('s');
      await expect(store.append('s', sampleEvents(1), { expected: 'none' })).rejects.toMatchObject(DAMAGED);
      await expect(store.read('s')).rejects.toMatchObject(DAMAGED);
    });

    it('a repeat to a stream that was deleted softly', async () => {
      const events = sampleEvents(2);
      await store.append('t', events, { expected: 'none' });
      await double.softDelete('t');
      await expect(store.append('t', events, { expected: 'none' })).rejects.toMatchObject(DAMAGED);
    });

    it('a stream that was deleted for ever', async () => {
      await double.tombstone('s');
      await expect(store.read('s')).rejects.toMatchObject(DAMAGED);
      await expect(store.append('s', sampleEvents(1), { expected: 5 })).rejects.toMatchObject(DAMAGED);
    });
  });

  it.each([
    ['binary data', binaryEvent({ type: 'Foreign', data: Buffer.from('1'), metadata: { a: 1 } })],
    ['data that is no object', jsonEvent({ type: 'Foreign', data: [1] as never, metadata: { a: 1 } })],
    ['metadata that is no JSON', jsonEvent({ type: 'Foreign', data: {}, metadata: Buffer.from('{') as never })],
    ['no metadata', jsonEvent({ type: 'Foreign', data: {} })],
  ])('an event with %s is refused by read and feed, with its stream and revision', async (_, event) => {
    await store.append('s', sampleEvents(1), { expected: 'none' });
    const tool = EventStoreDBClient.connectionString(double.url);
    await tool.appendToStream('s', event, { expectedRevision: 0n });
    await tool.dispose();
    for (const attempt of [store.read('s'), allOf(store), store.latest()])
      await expect(attempt).rejects.toMatchObject({
        ...DAMAGED,
        message: expect.stringMatching(/stream s .*revision 1/) as string,
      });
  });

  describe('records of the server’s own', () => {
    it('are no part of the feed, and do not move its end', async () => {
      await store.append('s', sampleEvents(2), { expected: 'none' });
      const end = await store.end();
      await double.systemEvents(20);
      expect(await store.end()).toBe(end);
      expect((await allOf(store)).at(-1)).toEqual({ kind: 'caught-up', position: end });
      expect(await store.latest()).toMatchObject({ stream: 's', revision: 1, position: end });
    });

    it('in great number are told as progress, from where the feed goes on exactly', async () => {
      await store.append('s', sampleEvents(1), { expected: 'none' });
      const follower = new FeedFollower(store);
      await follower.until(() => follower.caughtUp === 1);
      await double.systemEvents(2 * FEED_PAGE_RECORDS + 1);
      await follower.until(() => follower.progress.length === 2);
      await store.append('s', sampleEvents(1), { expected: 0 });
      await follower.until(() => follower.events.length === 2);
      await follower.stop();
      for (const position of follower.progress) {
        expect(position > follower.events[0]!.position && position < follower.events[1]!.position).toBe(true);
        expect(eventsOf(await allOf(store, position))).toEqual([follower.events[1]]);
      }
    });

    it('between the end and the last event are looked through once', async () => {
      await store.append('s', sampleEvents(1), { expected: 'none' });
      await double.systemEvents(3_000);
      await store.end();
      double.faults.clear();
      for (let asked = 0; asked < 5; asked += 1) await store.end();
      expect(double.faults.calls.readAll).toBe(5);
    });

    it('an event behind a scavenged place is not lost', async () => {
      const ends = [];
      for (let sent = 0; sent < 6; sent += 1)
        ends.push(await store.append('s', sampleEvents(1), { expected: sent === 0 ? 'none' : sent - 1 }));
      await double.setMetadata('s', { maxCount: 2 });
      double.scavenge();
      for (const [at, { position }] of ends.entries())
        expect(eventsOf(await allOf(store, position)).map(({ revision }) => revision)).toEqual(
          [4, 5].filter((revision) => revision > at),
        );
    });
  });

  describe('the epoch', () => {
    it('is one for all that open a new database together, and stays', async () => {
      const fresh = await EventStoreDouble.start();
      const together = await Promise.all(Array.from({ length: 5 }, () => EventStoreDbEventStore.open(fresh.url)));
      const ends = await Promise.all(together.map((one) => one.end()));
      expect(new Set(ends).size).toBe(1);
      for (const one of together) await one.close();
      await fresh.restart();
      const later = await EventStoreDbEventStore.open(fresh.url);
      expect([await later.end(), await allOf(later)]).toEqual([ends[0], [{ kind: 'caught-up', position: ends[0] }]]);
      await later.close();
      await fresh.stop('kill');
    });

    it('of another database refuses its positions', async () => {
      const other = await EventStoreDouble.start();
      const elsewhere = await EventStoreDbEventStore.open(other.url);
      const { position } = await elsewhere.append('s', sampleEvents(1), { expected: 'none' });
      await store.append('s', sampleEvents(1), { expected: 'none' });
      await expect(allOf(store, position)).rejects.toMatchObject(FOREIGN);
      await elsewhere.close();
      await other.stop('kill');
    });

    it('is not made anew where it was deleted, because the history before it would be overlooked', async () => {
      await store.append('s', sampleEvents(1), { expected: 'none' });
      await double.softDelete('certledger-epoch');
      await expect(open()).rejects.toMatchObject(DAMAGED);
      await expect(open()).rejects.toMatchObject(DAMAGED);
    });
  });

  it('a place in the middle of a record and one behind all records are of another history', async () => {
    const { position } = await store.append('s', sampleEvents(1), { expected: 'none' });
    const moved = (by: number) =>
      `${position.slice(0, 9)}${(Number.parseInt(position.slice(9), 16) + by).toString(16).padStart(16, '0')}`;
    for (const by of [-1, 1, 1_000_000]) await expect(allOf(store, moved(by))).rejects.toMatchObject(FOREIGN);
    expect(eventsOf(await allOf(store, position))).toEqual([]);
  });

  it('nine followers share their pages, and none can change what another sees', async () => {
    for (let sent = 0; sent < 12; sent += 1) await store.append(`s-${sent}`, sampleEvents(250), { expected: 'none' });
    double.faults.clear();
    const followers = Array.from({ length: 9 }, () => new FeedFollower(store));
    for (const follower of followers) await follower.until(() => follower.caughtUp === 1);
    const pages = Math.ceil(3_000 / FEED_PAGE_RECORDS);
    expect(double.faults.calls.readAll).toBeLessThan(3 * pages);
    for (const follower of followers) {
      await follower.stop();
      expect(follower.events.map(({ id }) => id)).toEqual(followers[0]!.events.map(({ id }) => id));
    }
    const [first] = followers[0]!.events;
    expect(() => Object.assign(first!.data, { n: 'changed' })).toThrow(TypeError);
  });

  describe('appends under way are bounded', () => {
    it('in number', async () => {
      double.faults.freeze();
      const waiting = Array.from({ length: APPENDS_IN_FLIGHT_MAX }, (_, at) =>
        store.append(`s-${at}`, sampleEvents(1), { expected: 'none' }),
      );
      await expect(store.append('more', sampleEvents(1), { expected: 'none' })).rejects.toMatchObject({ code: 'QUEUE_FULL' });
      double.faults.thaw();
      expect(await Promise.all(waiting)).toHaveLength(APPENDS_IN_FLIGHT_MAX);
      await store.append('more', sampleEvents(1), { expected: 'none' });
    });

    it('in bytes', async () => {
      double.faults.freeze();
      const large = () => [sampleEvent({ text: 'x'.repeat(APPEND_BYTES_MAX - 1_000) })];
      const fitting = Math.floor(APPEND_BYTES_IN_FLIGHT_MAX / (APPEND_BYTES_MAX - 1_000));
      const waiting = Array.from({ length: fitting }, (_, at) => store.append(`s-${at}`, large(), { expected: 'none' }));
      await expect(store.append('more', large(), { expected: 'none' })).rejects.toMatchObject({ code: 'QUEUE_FULL' });
      double.faults.thaw();
      expect(await Promise.all(waiting)).toHaveLength(fitting);
    });
  });

  it('closing waits for the appends under way, and then everything is refused', async () => {
    const waiting = Array.from({ length: 20 }, (_, at) => store.append(`s-${at}`, sampleEvents(1), { expected: 'none' }));
    await store.close();
    expect(await Promise.all(waiting)).toHaveLength(20);
    const closed = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('closed') as string };
    await expect(store.append('s', sampleEvents(1), { expected: 'none' })).rejects.toMatchObject(closed);
    await expect(store.read('s')).rejects.toMatchObject(closed);
    await expect(store.end()).rejects.toMatchObject(closed);
    await expect(allOf(store)).rejects.toMatchObject(closed);
  });

  it('a follower that waits is told when the store is closed', async () => {
    const waiting = (async () => {
      for await (const item of store.open({ signal: new AbortController().signal })) if (item.kind === 'event') return item;
      return undefined;
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([store.close(), expect(waiting).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })]);
  });

  it('a stream of others in the same database is part of the feed, so that it cannot be overlooked', async () => {
    const tool = EventStoreDBClient.connectionString(double.url);
    await tool.appendToStream('orders', jsonEvent({ type: 'Foreign', data: {}, metadata: { a: 1 } }), {
      expectedRevision: NO_STREAM,
    });
    await tool.dispose();
    expect(eventsOf(await allOf(store))).toMatchObject([{ stream: 'orders', type: 'Foreign' }]);
  });
});
