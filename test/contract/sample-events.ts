import { randomUUID } from 'node:crypto';
import type { EventMetadata, NewEvent } from '../../src/ledger/envelope.js';
import type { EventFeed, FeedItem } from '../../src/ledger/ports/event-store.js';
import type { JsonObject } from '../../src/shared/json.js';

export const metadata: EventMetadata = {
  schemaVersion: 1,
  recordedAt: '2031-04-05T06:07:08.009Z',
  commandId: 'command',
  fingerprint: 'fingerprint',
  $correlationId: 'correlation',
  $causationId: 'causation',
  actor: { key: 'key', role: 'trainer' },
  origin: { kind: 'api' },
};

export const sampleEvent = (data: JsonObject = {}): NewEvent => ({ id: randomUUID(), type: 'Happened', data, metadata });

export const sampleEvents = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => sampleEvent({ n }));

/** Takes from the feed until `isEnough`, then leaves it. */
export async function takeUntil(feed: EventFeed, isEnough: (item: FeedItem) => boolean, after?: string): Promise<FeedItem[]> {
  const stop = new AbortController();
  const taken: FeedItem[] = [];
  for await (const item of feed.open({ after, signal: stop.signal })) {
    taken.push(item);
    if (isEnough(item)) break;
  }
  stop.abort();
  return taken;
}

export const allOf = (feed: EventFeed, after?: string): Promise<FeedItem[]> =>
  takeUntil(feed, (item) => item.kind === 'caught-up', after);

export const eventsOf = (items: readonly FeedItem[]) => items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
