import {
  BACKWARDS,
  END,
  EventStoreDBClient,
  excludeSystemEvents,
  jsonEvent,
  NO_STREAM,
  START,
  type AllStreamResolvedEvent,
} from '@eventstore/db-client';
import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { sampleEvent, target } from '../samples.js';
import { Lanes, type OpenSubject, type Place, type Subject } from '../subject.js';
import { commandsOver } from './ledger.js';
import { fill, followed, whole } from './logs.js';

/** The driver alone, with the same exact expectation. */
export const bareAppends: OpenSubject = async ({ eventStore }) => {
  const client = EventStoreDBClient.connectionString(eventStore);
  const lanes = new Lanes((lane, turn) => {
    const { stream, expected } = target(lane, turn);
    const { id, type, data, metadata } = sampleEvent();
    const event = jsonEvent({ id, type, data: data as never, metadata: metadata as never });
    return client.appendToStream(stream, event, { expectedRevision: expected === 'none' ? NO_STREAM : BigInt(expected) });
  });
  return { prepare: async (load) => () => lanes.run(load), close: () => client.dispose() };
};

export const adapterAppends: OpenSubject = async ({ eventStore }) => {
  const store = await EventStoreDbEventStore.open(eventStore);
  const lanes = new Lanes((lane, turn) => {
    const { stream, expected } = target(lane, turn);
    return store.append(stream, [sampleEvent()], { expected });
  });
  return { prepare: async (load) => () => lanes.run(load), close: () => store.close() };
};

export const commands: OpenSubject = async ({ eventStore }) => {
  const store = await EventStoreDbEventStore.open(eventStore);
  return commandsOver(store, () => store.close());
};

/** Fills the log where it is still empty, through the adapter: whoever comes later finds the same. */
async function filled(eventStore: string): Promise<void> {
  const store = await EventStoreDbEventStore.open(eventStore);
  if ((await store.latest()) === undefined) await fill(store);
  await store.close();
}

async function bareFeed({ eventStore }: Place, follow: (client: EventStoreDBClient) => Promise<number>): Promise<Subject> {
  await filled(eventStore);
  const client = EventStoreDBClient.connectionString(eventStore);
  return { prepare: async () => () => follow(client), close: () => client.dispose() };
}

/** The whole log by one read, one parsed event after the other. */
export const bareReadAll: OpenSubject = (place) =>
  bareFeed(place, async (client) => {
    let count = 0;
    for await (const { event } of client.readAll({ fromPosition: START })) if (isOurs(event)) count += 1;
    return whole(count);
  });

/** The whole log by a subscription, up to the event that a read from the end finds. */
export const bareSubscription: OpenSubject = (place) =>
  bareFeed(place, async (client) => {
    let last: string | undefined;
    for await (const { event } of client.readAll({ fromPosition: END, direction: BACKWARDS, maxCount: 50 }))
      if (isOurs(event)) last ??= event?.id;
    let count = 0;
    const subscription = client.subscribeToAll({ fromPosition: START, filter: excludeSystemEvents() });
    for await (const { event } of subscription) {
      if (isOurs(event)) count += 1;
      if (event?.id === last) break;
    }
    await subscription.unsubscribe();
    return whole(count);
  });

export const adapterFeed: OpenSubject = async ({ eventStore }) => {
  await filled(eventStore);
  const store = await EventStoreDbEventStore.open(eventStore);
  return { prepare: async () => async () => whole(await followed(store)), close: () => store.close() };
};

const isOurs = (event: AllStreamResolvedEvent['event']): boolean => event?.type === 'Counted';
