import { connect, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { isLedgerError, type LedgerErrorCode } from '../../src/ledger/errors.js';
import { sampleEvent, sampleEvents } from '../contract/sample-events.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { FeedFollower } from '../support/feed-follower.js';

const TIMES = {
  appendMilliseconds: 300,
  readMilliseconds: 300,
  lookMilliseconds: 30,
  firstPauseMilliseconds: 5,
  longestPauseMilliseconds: 50,
};
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const codeOf = (attempt: Promise<unknown>): Promise<LedgerErrorCode | 'done'> =>
  attempt.then(
    () => 'done' as const,
    (error: unknown) => {
      if (isLedgerError(error)) return error.code;
      throw error;
    },
  );

describe('EventStoreDB that goes away and comes back', () => {
  let double: EventStoreDouble;
  let store: EventStoreDbEventStore;
  let follower: FeedFollower;
  let sent = 0;

  beforeEach(async () => {
    double = await EventStoreDouble.start({ graceMilliseconds: 100, repeatTimeoutMilliseconds: 50 });
    store = await EventStoreDbEventStore.open(double.url, { times: TIMES });
    follower = new FeedFollower(store);
    sent = 0;
  });
  afterEach(async () => {
    await follower.stop();
    await store.close();
    await double.stop('kill');
  });

  /** Appends the next event of the stream and sends it again, identical, until it is answered. */
  async function append(data = {}): Promise<void> {
    const events = [sampleEvent(data)];
    const expected = sent === 0 ? 'none' : sent - 1;
    while ((await codeOf(store.append('s', events, { expected }))) !== 'done') await pause(10);
    sent += 1;
  }

  async function expectAllFollowed(): Promise<void> {
    await follower.until(() => follower.events.length >= sent);
    expect(follower.events.map(({ revision }) => revision)).toEqual(Array.from({ length: sent }, (_, at) => at));
    expect(await store.read('s')).toEqual(follower.events);
    expect(follower.position).toBe(await store.end());
  }

  /** A failure of the first calls may leave their outcome open; soon it is certain that nothing is sent. */
  async function expectRefusedForCertain(): Promise<void> {
    const codes = [];
    for (let calls = 0; calls < 5; calls += 1)
      codes.push(await codeOf(store.append('other', sampleEvents(1), { expected: 'none' })));
    expect(codes.at(-1)).toBe('STORE_UNAVAILABLE');
    expect(codes.filter((code) => code !== 'STORE_UNAVAILABLE' && code !== 'COMMIT_UNKNOWN')).toEqual([]);
    expect(await codeOf(store.read('s'))).toBe('STORE_UNAVAILABLE');
    expect(await codeOf(store.end())).toBe('STORE_UNAVAILABLE');
  }

  it.each(['graceful', 'kill'] as const)('a stop (%s) is told at once, and after it everything goes on', async (how) => {
    for (let count = 0; count < 3; count += 1) await append();
    await expectAllFollowed();
    await double.stop(how);
    await expectRefusedForCertain();
    await double.restart();
    for (let count = 0; count < 3; count += 1) await append();
    await expectAllFollowed();
  });

  it('a server that still starts is waited for', async () => {
    await append();
    await double.restart({ notReadyMilliseconds: 150 });
    await append();
    await expectAllFollowed();
  });

  it('a frozen server is noticed within the bound: an append is unknown, a read has failed, the feed goes on after the thaw', async () => {
    await append();
    await expectAllFollowed();
    double.faults.freeze();
    const events = sampleEvents(1);
    expect(await codeOf(store.append('s', events, { expected: 0 }))).toBe('COMMIT_UNKNOWN');
    expect(await codeOf(store.read('s'))).toBe('STORE_UNAVAILABLE');
    double.faults.thaw();
    // The frozen append is written now; the identical one that is sent again is its repeat.
    while ((await codeOf(store.append('s', events, { expected: 0 }))) !== 'done') await pause(10);
    sent += 1;
    await append();
    await expectAllFollowed();
  });

  it('a connection that is cut in the middle of an event hands out neither a part nor a gap', async () => {
    for (let count = 0; count < 4; count += 1) await append({ text: `${count}`.repeat(200_000) });
    let cuts = 0;
    double.faults.eventsBeforeCut = 2;
    double.faults.plan((kind) => (kind === 'readAll' && (cuts += 1) <= 5 ? 'disconnect-mid' : undefined));
    const late = new FeedFollower(store);
    await late.until(() => late.events.length >= 4);
    expect(cuts).toBeGreaterThan(5);
    expect(late.reopened).toBeGreaterThan(0);
    await late.stop();
    expect(late.events).toEqual(await store.read('s'));
  });

  it('a live subscription that cannot be had costs no event: a look finds what another instance wrote', async () => {
    double.faults.plan((kind) => (kind === 'subscribe' ? 'error' : undefined));
    const other = await EventStoreDbEventStore.open(double.url, { times: TIMES });
    const deaf = new FeedFollower(other);
    await deaf.until(() => deaf.caughtUp > 0);
    await append();
    await deaf.until(() => deaf.events.length === 1);
    expect(double.faults.calls.subscribe).toBeGreaterThan(0);
    await deaf.stop();
    await other.close();
  });

  it('256 appends under way when the server is killed are found or sent again: none acknowledged is missing, none is there twice', async () => {
    // So many at once take their time on a busy machine; what ends them here is the kill.
    const patient = await EventStoreDbEventStore.open(double.url, { times: { ...TIMES, appendMilliseconds: 10_000 } });
    const sends = Array.from({ length: 256 }, (_, at) => ({ stream: `load-${at}`, events: sampleEvents(2) }));
    const first = sends.map(({ stream, events }) => codeOf(patient.append(stream, events, { expected: 'none' })));
    await Promise.race(first);
    await double.restart();
    const codes = await Promise.all(first);
    expect(codes).toContain('done');
    for (const { stream, events } of sends)
      while ((await codeOf(store.append(stream, events, { expected: 'none' }))) !== 'done') await pause(10);
    await patient.close();
    await follower.until(() => follower.events.length >= 512);
    expect(follower.events).toHaveLength(512);
    expect(new Set(follower.events.map(({ id }) => id)).size).toBe(512);
  });

  it('a slow follower is never dropped, as no event comes over the subscription', async () => {
    const slow = new FeedFollower(store, { pauseMilliseconds: 1 });
    for (let count = 0; count < 400; count += 1) await append();
    await slow.until(() => slow.events.length >= 400);
    expect(slow.reopened).toBe(0);
    await slow.stop();
    expect(slow.events.map(({ revision }) => revision)).toEqual(Array.from({ length: 400 }, (_, at) => at));
  });
});

describe('several connections of one process', () => {
  it('the end of one server leaves the appends to another alone', async () => {
    const [one, two] = [await EventStoreDouble.start(), await EventStoreDouble.start()];
    const [first, second] = [await EventStoreDbEventStore.open(one.url), await EventStoreDbEventStore.open(two.url)];
    one.faults.freeze();
    const waiting = first.append('s', sampleEvents(1), { expected: 'none' });
    const lost = second.append('s', sampleEvents(1), { expected: 'none' });
    await lost;
    await two.stop('kill');
    expect(['STORE_UNAVAILABLE', 'COMMIT_UNKNOWN']).toContain(await codeOf(second.append('s', sampleEvents(1), { expected: 0 })));
    one.faults.thaw();
    expect(await waiting).toMatchObject({ revision: 0 });
    await first.close();
    await second.close();
    await one.stop('kill');
  });

  it('an old connection that dies takes no append of the new one with it', async () => {
    const double = await EventStoreDouble.start();
    const wires: { readonly client: Socket; readonly server: Socket }[] = [];
    const proxy = createServer((client) => {
      const server = connect(double.port, '127.0.0.1');
      client.pipe(server).pipe(client);
      for (const socket of [client, server]) socket.on('error', () => undefined).on('close', () => client.destroy());
      wires.push({ client, server });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const store = await EventStoreDbEventStore.open(`esdb://127.0.0.1:${port}?tls=false`);
    // One read that is refused makes the driver connect anew, while the call of the appends stays on the old connection.
    double.faults.at('read', 1, 'error');
    await store.read('s');
    expect(wires).toHaveLength(2);
    await store.append('s', sampleEvents(1), { expected: 'none' });
    wires[1]!.server.pause();
    const waiting = store.append('s', sampleEvents(1), { expected: 0 });
    await pause(50);
    wires[0]!.client.destroy();
    await pause(50);
    wires[1]!.server.resume();
    expect(await waiting).toMatchObject({ revision: 1 });
    await store.close();
    await double.stop('kill');
    await new Promise((resolve) => proxy.close(resolve));
  });
});
