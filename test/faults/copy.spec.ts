import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { deciders } from '../../src/app/kernel.js';
import { Replay } from '../../src/audit/replay.js';
import { copyEvents, copyKeys, CopyRefused, hashOfLeaves, SENDS_PER_APPEND_MAX, type Side } from '../../src/ledger/copy.js';
import type { EventStore } from '../../src/ledger/ports/event-store.js';
import { KEYS_PER_PAGE_MAX } from '../../src/ledger/ports/keys.js';
import { course, scheme, Service } from '../support/service.js';
import { FAULTS, FaultyEventStore, type Fault } from '../support/faulty-event-store.js';

const LEARNERS = 12;
const unheard = (): void => undefined;
const going = new AbortController().signal;

/** A ledger copied to another engine is the same ledger, whatever happens on the way. */
describe('a copy of a ledger', () => {
  let service: Service;
  let source: Side;
  let original: Awaited<ReturnType<typeof summaryOf>>;

  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/schemes', scheme('S1', { course: 'C1' }));
    for (let number = 0; number < LEARNERS; number += 1) {
      await service.write('/v1/learners', { learner: `emp-${number}`, name: 'Ada' });
      await service.write(`/v1/learners/emp-${number}/completions`, { course: 'C1', effective: { date: '2024-05-01' } });
    }
    await service.end();
    source = service.engines;
    original = await summaryOf(source);
    expect(original.events).toBeGreaterThan(3 * LEARNERS);
  });
  afterAll(() => service.stop());

  const emptySide = () => ({ store: new MemoryEventStore(), keys: new MemoryKeys() });

  async function summaryOf({ store }: Side) {
    const replay = new Replay(service.started.kernel.ledger.codec, deciders);
    const { events, hash } = await hashOfLeaves(store, (event) => replay.accept(event), unheard, going);
    return { events, hash, state: replay.report().stateDigest };
  }

  async function copy(to: Side, signal = going): Promise<void> {
    await copyKeys(source, to, unheard);
    await copyEvents(source, to, unheard, signal, async () => undefined);
  }

  /** A target whose appends meet a fault, with the feed of the real one. */
  function faulty(side: ReturnType<typeof emptySide>, faultAt: (number: number) => Fault | undefined): Side {
    const store: EventStore = new FaultyEventStore(side.store, (call, number) =>
      call === 'append' ? faultAt(number) : undefined,
    );
    const feed = side.store;
    const both = {
      append: store.append.bind(store),
      read: store.read.bind(store),
      open: feed.open.bind(feed),
      end: () => feed.end(),
      latest: () => feed.latest(),
    };
    return { store: both, keys: side.keys };
  }

  it('holds the same events in the same order, with positions of its own, and opens with the same keys', async () => {
    const to = emptySide();
    await copy(to);
    expect(await summaryOf(to)).toEqual(original);
    expect((await to.store.end()).slice(0, 8)).not.toBe((await source.store.end()).slice(0, 8));
    const again = await Service.start({ ...service.engines, ...to }, service.clock, service.token);
    expect((await again.get('/v1/learners/emp-3')).json()).toMatchObject({ name: 'Ada' });
    await again.stop();
  });

  it('is done already when it is asked for again', async () => {
    const to = emptySide();
    await copy(to);
    const end = await to.store.end();
    await copy(to);
    expect(await to.store.end()).toBe(end);
  });

  it('goes on where it was cut short, at any append', async () => {
    for (let cut = 1; ; cut += 1) {
      const to = emptySide();
      const stopping = new AbortController();
      let appends = 0;
      await copy(
        faulty(to, (number) => {
          appends = number;
          if (number === cut) stopping.abort();
          return undefined;
        }),
        stopping.signal,
      );
      await copy(to);
      expect(await summaryOf(to)).toEqual(original);
      if (appends < cut) break;
    }
  });

  it('meets any fault at any append', async () => {
    let tried = 0;
    for (let number = 1; ; number += 1) {
      let appends = 0;
      for (const fault of FAULTS) {
        const to = emptySide();
        await copy(
          faulty(to, (call) => {
            appends = call;
            return call === number ? fault : undefined;
          }),
        );
        expect(await summaryOf(to)).toEqual(original);
        tried += 1;
      }
      if (appends < number) break;
    }
    expect(tried).toBeGreaterThan(LEARNERS);
  }, 120_000);

  it(`gives up after ${SENDS_PER_APPEND_MAX} sends of one append, and goes on later`, async () => {
    const to = emptySide();
    await expect(copy(faulty(to, (number) => (number > 3 ? 'error' : undefined)))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await copy(to);
    expect(await summaryOf(to)).toEqual(original);
  }, 120_000);

  it('is refused where the target holds anything else, and then nothing is written', async () => {
    const other = await Service.memory();
    const end = await other.end();
    const keys = await other.engines.keys.page(undefined, KEYS_PER_PAGE_MAX);
    expect(keys.length).toBeGreaterThan(0);
    await expect(copyEvents(source, other.engines, unheard, going)).rejects.toBeInstanceOf(CopyRefused);
    await expect(copyKeys(source, other.engines, unheard)).rejects.toBeInstanceOf(CopyRefused);
    expect(await other.end()).toBe(end);
    expect(await other.engines.keys.page(undefined, KEYS_PER_PAGE_MAX)).toEqual(keys);
    await other.stop();
  });

  it('is refused where the copy was written to meanwhile', async () => {
    const to = emptySide();
    await copy(to);
    const last = (await to.store.latest())!;
    const { stream, revision, type, data, metadata } = last;
    await to.store.append(stream, [{ id: crypto.randomUUID(), type, data, metadata }], { expected: revision });
    await expect(copy(to)).rejects.toBeInstanceOf(CopyRefused);
  });

  it('destroys what was destroyed, and never brings it back', async () => {
    const from = { store: service.engines.store, keys: new MemoryKeys() };
    await from.keys.putIfAbsent({ id: 'kept', wrapped: 'w' });
    await from.keys.destroy('gone');
    const to = emptySide();
    await to.keys.putIfAbsent({ id: 'gone', wrapped: 'older' });
    expect(await copyKeys(from, to, unheard)).toBe(2);
    expect([await to.keys.get('gone'), await to.keys.get('kept')]).toEqual(['destroyed', { id: 'kept', wrapped: 'w' }]);
    await to.keys.destroy('kept');
    await expect(copyKeys(from, to, unheard)).rejects.toBeInstanceOf(CopyRefused);
  });

  it('has another hash when anything in it is another: content, order, or one event more', async () => {
    const hashes = new Set([original.hash]);
    const events = await service.events();
    const variants = [
      events.map((event, at) => (at === 5 ? { ...event, data: { ...event.data, more: true } } : event)),
      [events[1]!, events[0]!, ...events.slice(2)],
      events.slice(0, -1),
      events.map((event, at) =>
        at === 5 ? { ...event, metadata: { ...event.metadata, recordedAt: '2020-01-01T00:00:00.000Z' } } : event,
      ),
    ];
    for (const variant of variants) {
      const feed = {
        async *open() {
          for (const event of variant) yield { kind: 'event' as const, event };
          yield { kind: 'caught-up' as const, position: '' };
        },
        end: async () => '',
        latest: async () => undefined,
      };
      hashes.add((await hashOfLeaves(feed, unheard, unheard, going)).hash);
    }
    expect(hashes.size).toBe(variants.length + 1);
  });
});
