import type { StoredEvent } from '../../src/ledger/envelope.js';
import type { EventFeed, EventStore, FeedItem } from '../../src/ledger/ports/event-store.js';
import { newEpoch } from '../../src/ledger/position.js';
import { allOf, eventsOf, sampleEvent, sampleEvents, takeUntil } from './sample-events.js';

export interface OpenedEventFeed {
  readonly store: EventStore & EventFeed;
  close(): Promise<void>;
  reopen?(): Promise<EventStore & EventFeed>;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id);

export function describeEventFeedContract(name: string, open: () => Promise<OpenedEventFeed>): void {
  describe(`${name}: the event feed's contract`, () => {
    let opened: OpenedEventFeed;
    let store: EventStore & EventFeed;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    it('catches up at once in an empty log', async () => {
      expect(await allOf(store)).toEqual([{ kind: 'caught-up', position: await store.end() }]);
      expect(await store.latest()).toBeUndefined();
    });

    it('resumes after any position, exclusive', async () => {
      await store.append('a', sampleEvents(5), { expected: 'none' });
      const events = eventsOf(await allOf(store));
      for (const [at, { position }] of events.entries()) {
        const rest = await allOf(store, position);
        expect(eventsOf(rest)).toEqual(events.slice(at + 1));
        expect(rest.at(-1)).toEqual({ kind: 'caught-up', position: events.at(-1)?.position });
      }
      expect(await store.end()).toBe(events.at(-1)?.position);
      expect(await store.latest()).toEqual(events.at(-1));
    });

    it('resumes from the position of the beginning', async () => {
      const beginning = await store.end();
      await store.append('a', sampleEvents(2), { expected: 'none' });
      expect(eventsOf(await allOf(store, beginning))).toHaveLength(2);
    });

    it('neither loses nor doubles what is written while it catches up, for several followers', async () => {
      for (let sent = 0; sent < 10; sent += 1) await store.append(`old-${sent}`, sampleEvents(200), { expected: 'none' });
      const total = 2_000 + 300;
      let taken = 0;
      const follow = (): Promise<FeedItem[]> => {
        let events = 0;
        return takeUntil(store, (item) => item.kind === 'event' && (events += 1) === total);
      };
      const followers = Promise.all([follow(), follow(), follow()]);
      for (; taken < 300; taken += 1) await store.append(`new-${taken}`, sampleEvents(1), { expected: 'none' });
      const [first, ...others] = (await followers).map(eventsOf);
      expect(first?.map(({ stream, revision }) => `${stream}@${revision}`).sort()).toEqual(
        [
          ...Array.from({ length: 2_000 }, (_, at) => `old-${Math.floor(at / 200)}@${at % 200}`),
          ...Array.from({ length: 300 }, (_, at) => `new-${at}@0`),
        ].sort(),
      );
      for (const other of others) expect(idsOf(other)).toEqual(idsOf(first ?? []));
    }, 60_000);

    it('says that it caught up each time that it reaches the end', async () => {
      await store.append('a', sampleEvents(1), { expected: 'none' });
      const items: FeedItem['kind'][] = [];
      const stop = new AbortController();
      for await (const item of store.open({ signal: stop.signal })) {
        items.push(item.kind);
        if (items.length === 4) stop.abort();
        else if (item.kind === 'caught-up') await store.append('a', sampleEvents(1), { expected: 0 });
      }
      expect(items).toEqual(['event', 'caught-up', 'event', 'caught-up']);
    });

    it('wakes a waiting follower', async () => {
      const waiting = takeUntil(store, (item) => item.kind === 'event');
      await pause(20);
      await store.append('a', sampleEvents(1), { expected: 'none' });
      expect(eventsOf(await waiting)).toHaveLength(1);
    });

    it('waits for a slow consumer, and the log does not', async () => {
      const seen: StoredEvent[] = [];
      const stop = new AbortController();
      const slow = (async () => {
        for await (const item of store.open({ signal: stop.signal })) {
          if (item.kind !== 'event') continue;
          await pause(2);
          seen.push(item.event);
          if (seen.length === 40) stop.abort();
        }
      })();
      const sent = sampleEvents(40);
      for (const [at, event] of sent.entries()) await store.append('a', [event], { expected: at === 0 ? 'none' : at - 1 });
      await slow;
      expect(idsOf(seen)).toEqual(idsOf(sent));
    });

    it('ends promptly when it is aborted: before, while it waits, and between two events', async () => {
      await store.append('a', sampleEvents(3), { expected: 'none' });
      const run = async (stop: AbortController, onItem: (item: FeedItem) => void): Promise<number> => {
        let items = 0;
        for await (const item of store.open({ signal: stop.signal })) {
          items += 1;
          onItem(item);
        }
        return items;
      };
      const aborted = new AbortController();
      aborted.abort();
      expect(await run(aborted, () => undefined)).toBe(0);
      const between = new AbortController();
      expect(await run(between, () => between.abort())).toBe(1);
      const waiting = new AbortController();
      const started = Date.now();
      setTimeout(() => waiting.abort(), 20);
      expect(await run(waiting, () => undefined)).toBe(4);
      expect(Date.now() - started).toBeLessThan(500);
    });

    it('refuses a position of another epoch, of no form, or beyond its end', async () => {
      await store.append('a', [sampleEvent()], { expected: 'none' });
      const end = await store.end();
      const foreign = `${newEpoch()}${end.slice(8)}`;
      const beyond = `${end.slice(0, 9)}${(Number.parseInt(end.slice(9), 16) + 1).toString(16).padStart(16, '0')}`;
      for (const after of [foreign, beyond, '7', '']) {
        await expect(allOf(store, after)).rejects.toMatchObject({ code: 'POSITION_OF_ANOTHER_EPOCH' });
      }
    });

    it('takes its positions up again after a reopening', async () => {
      if (opened.reopen === undefined) return;
      await store.append('a', sampleEvents(3), { expected: 'none' });
      const events = eventsOf(await allOf(store));
      store = await opened.reopen();
      expect(eventsOf(await allOf(store, events[0]?.position))).toEqual(events.slice(1));
    });
  });
}
