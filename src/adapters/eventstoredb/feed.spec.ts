import type { StoredEvent } from '../../ledger/envelope.js';
import type { FeedItem } from '../../ledger/ports/event-store.js';
import { formatPosition } from '../../ledger/position.js';
import type { Doorbell } from './doorbell.js';
import { follow } from './feed.js';
import type { LogPage, LogPages } from './log-pages.js';

const EPOCH = '0a0b0c0d';
const at = (number: number): string => formatPosition(EPOCH, number);
const eventAt = (number: number): StoredEvent => ({ id: `e${number}`, position: at(number) }) as StoredEvent;
const pageOf = (read: number, numbers: readonly number[], { last = numbers.at(-1) ?? 0, isFull = false } = {}): LogPage => ({
  events: numbers.map(eventAt),
  last,
  lastOwn: numbers.at(-1),
  isFull,
  read,
});

/** Follows pages that the test lays out, in the order in which they are asked for, until the last one has been asked for. */
async function followed(answers: readonly LogPage[], { begun = 0, isBeyond = false } = {}) {
  const asked: number[] = [];
  const prefetched: number[] = [];
  let waits = 0;
  const leaving = new AbortController();
  const pages = {
    begun,
    after: async (place: number): Promise<LogPage> => {
      asked.push(place);
      const page = answers[asked.length - 1];
      if (page === undefined) leaving.abort();
      pages.begun = Math.max(pages.begun, page?.read ?? 0);
      return page ?? pageOf(0, []);
    },
    prefetch: (place: number) => prefetched.push(place),
  };
  const bell = { listen: () => undefined, tell: () => undefined, isBeyond: () => isBeyond, wait: async () => void (waits += 1) };
  const items: FeedItem[] = [];
  const environment = { pages: pages as unknown as LogPages, bell: bell as unknown as Doorbell, epoch: EPOCH };
  for await (const item of follow(environment, undefined, leaving.signal)) items.push(item);
  return { items, asked, prefetched, waits };
}
const shown = (items: readonly FeedItem[]): string[] =>
  items.map((item) => (item.kind === 'event' ? item.event.id : `${item.kind} ${Number.parseInt(item.position.slice(9), 16)}`));

describe('following the log in pages', () => {
  it('an end that was read before the follower asked is not yet the end', async () => {
    const { items } = await followed([pageOf(4, []), pageOf(5, [10])], { begun: 4 });
    expect(shown(items)).toEqual(['e10', 'caught-up 10']);
  });

  it('nor is one that was read before it was woken', async () => {
    const { items, waits } = await followed([pageOf(1, [10]), pageOf(1, [], { last: 10 }), pageOf(2, [20])]);
    expect(shown(items)).toEqual(['e10', 'caught-up 10', 'e20', 'caught-up 20']);
    // It would sleep through what woke it if it waited after the second page too.
    expect(waits).toBe(2);
  });

  it('full pages are followed by the next, which is begun early; a full one without events of ours is progress', async () => {
    const { items, asked, prefetched } = await followed([
      pageOf(1, [10, 20], { last: 25, isFull: true }),
      pageOf(2, [], { last: 90, isFull: true }),
      pageOf(3, [], { last: 95 }),
      pageOf(4, [100]),
    ]);
    expect(shown(items)).toEqual(['e10', 'e20', 'progress 90', 'caught-up 90', 'e100', 'caught-up 100']);
    expect(asked).toEqual([0, 25, 90, 95, 100]);
    expect(prefetched).toEqual([25, 90]);
  });

  it('the end is told once, until there is something new', async () => {
    const { items } = await followed([
      pageOf(1, [10]),
      pageOf(2, [], { last: 10 }),
      pageOf(3, [], { last: 15 }),
      pageOf(4, [20]),
    ]);
    expect(shown(items)).toEqual(['e10', 'caught-up 10', 'e20', 'caught-up 20']);
  });

  it('what is known to be there and is not shown yet is asked for again', async () => {
    const { items, asked } = await followed([pageOf(1, []), pageOf(2, []), pageOf(3, [10])], { isBeyond: true });
    expect(shown(items)).toEqual(['caught-up 0', 'e10', 'caught-up 10']);
    expect(asked).toEqual([0, 0, 0, 10]);
  });
});
