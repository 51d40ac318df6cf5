import {
  END,
  eventTypeFilter,
  excludeSystemEvents,
  jsonEvent,
  NO_STREAM,
  START,
  streamNameFilter,
  type AllStreamSubscription,
  type Filter,
  type Position,
} from '@eventstore/db-client';
import { event, events, Fixture, Heard, until } from './fixture.js';

const fixture = new Fixture();
const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
const opened: Heard[] = [];
const hear = (subscription: Heard['subscription']): Heard => {
  const heard = new Heard(subscription);
  opened.push(heard);
  return heard;
};
const toAll = (options: Parameters<Fixture['client']['subscribeToAll']>[0] = {}): Heard =>
  hear(fixture.client.subscribeToAll(options));
const at = (commit: bigint, prepare = commit) => ({ fromPosition: { commit, prepare } });
const append = (stream: string, ...of: readonly number[]) => fixture.append('batch', stream, events(...of));
const positionsOf = (stream: string): bigint[] =>
  fixture.double
    .stored()
    .filter((record) => record.stream === stream)
    .map(({ position }) => position);

afterEach(async () => {
  for (const { subscription } of opened.splice(0)) await subscription.unsubscribe();
});

describe('a subscription to $all (2.8)', () => {
  it('confirms, sends what there is, has caught up once, and goes on live', async () => {
    await append('s', 0, 1);
    const heard = toAll();
    await heard.has('caughtUp');
    await append('s', 2);
    await heard.has('s@2');
    expect(heard.words).toEqual(['confirmation', '$$$scavenges@0', 's@0', 's@1', 'caughtUp', 's@2']);
  });

  it('begins after the position that it is given', async () => {
    await append('s', 0, 1, 2);
    const heard = toAll(at(positionsOf('s')[1]!));
    await heard.has('caughtUp');
    expect(heard.words).toEqual(['confirmation', 's@2', 'caughtUp']);
  });

  it('from the end, or beyond it, has caught up at once and hears only what is new', async () => {
    await append('s', 0);
    const fromEnd = toAll({ fromPosition: END });
    const beyond = toAll(at(positionsOf('s')[0]! + 100_000n));
    await Promise.all([fromEnd.has('caughtUp'), beyond.has('caughtUp')]);
    await append('s', 1);
    await Promise.all([fromEnd.has('s@1'), beyond.has('s@1')]);
    expect(fromEnd.words).toEqual(['confirmation', 'caughtUp', 's@1']);
    expect(beyond.words).toEqual(['confirmation', 'caughtUp', 's@1']);
  });

  it('from a position that is no record’s, or with a pattern that is none, fails without a confirmation', async () => {
    await append('s', 0);
    const misplaced = toAll(at(positionsOf('s')[0]! + 1n));
    const senseless = toAll({ filter: eventTypeFilter({ regex: '(' }) });
    await Promise.all([misplaced.has('error'), senseless.has('error')]);
    const refused = { name: 'UnknownError', code: 2, message: '2 UNKNOWN: Exception was thrown by handler.' };
    expect([misplaced.words, senseless.words]).toEqual([['error'], ['error']]);
    expect([misplaced.errors[0], senseless.errors[0]]).toMatchObject([refused, refused]);
  });

  it('from a scavenged position loses the event after it (finding 5)', async () => {
    await append('s', 0, 1, 2, 3);
    const [, second, third] = positionsOf('s');
    await fixture.double.setMetadata('s', { truncateBefore: 2 });
    fixture.double.scavenge();
    const lossy = toAll(at(second!));
    const filtered = toAll({ ...at(second!), filter: excludeSystemEvents() });
    const exact = toAll(at(third!));
    await Promise.all([lossy.has('caughtUp'), filtered.has('caughtUp'), exact.has('caughtUp')]);
    expect(lossy.words).toEqual(['confirmation', 's@3', '$$s@0', 'caughtUp']);
    expect(filtered.words).toEqual(['confirmation', 's@3', 'caughtUp']);
    expect(exact.words).toEqual(['confirmation', 's@3', '$$s@0', 'caughtUp']);
    expect(await fixture.all({ ...at(second!), maxCount: 1 })).toEqual(['s@2']);
  });

  it('ends without an error when it is unsubscribed', async () => {
    const heard = toAll();
    await heard.has('caughtUp');
    const ended: string[] = [];
    for (const name of ['end', 'close'] as const) heard.subscription.once(name, () => ended.push(name));
    await heard.subscription.unsubscribe();
    await until(() => ended.includes('close'));
    expect(heard.errors).toEqual([]);
  });
});

describe('a filter (2.8)', () => {
  it.each<[string, Filter, readonly string[]]>([
    ['without system events', excludeSystemEvents(), ['a-1@0', 'b-1@0', 'c-1@0']],
    ['by types', eventTypeFilter({ prefixes: ['Opened', 'Closed'] }), ['b-1@0', 'c-1@0']],
    ['by a pattern of streams', streamNameFilter({ regex: '^[ab]-' }), ['a-1@0', 'b-1@0']],
    ['by streams', streamNameFilter({ prefixes: ['a-', 'c-'] }), ['a-1@0', 'c-1@0']],
  ])('%s lets the right ones through', async (_, filter, expected) => {
    for (const [stream, type] of [
      ['a-1', 'Happened'],
      ['b-1', 'OpenedDoor'],
      ['c-1', 'ClosedDoor'],
    ] as const)
      await fixture.client.appendToStream(stream, jsonEvent({ type, data: {} }));
    const heard = toAll({ filter });
    await heard.has('caughtUp');
    expect(heard.words).toEqual(['confirmation', ...expected, 'caughtUp']);
  });
});

describe('checkpoints (2.8, finding 13)', () => {
  const checkpointed = (filter: object, from: Position | typeof START | typeof END = START) => {
    const checkpoints: Position[] = [];
    const filterBy = streamNameFilter({
      prefixes: ['wanted'],
      checkpointReached: (_subscription: AllStreamSubscription, position: Position) => void checkpoints.push(position),
      ...filter,
    });
    return { checkpoints, heard: toAll({ fromPosition: from, filter: filterBy }) };
  };

  it('come in catch-up after each full page of 32, and not after the page that reaches the end', async () => {
    await append('other', ...numbers(31));
    await append('wanted', ...numbers(3));
    await append('other', ...numbers(40).map((number) => number + 100));
    const { checkpoints, heard } = checkpointed({});
    await heard.has('caughtUp');
    const wanted = positionsOf('wanted');
    // The first page found nothing and began at 0; the second found three; the rest is no full page.
    expect(checkpoints).toEqual([
      { commit: 0n, prepare: 0n },
      { commit: wanted[2], prepare: wanted[2] },
    ]);
  });

  it('name the beginning of a page that found nothing by a prepare position of 0, and can be resumed from', async () => {
    await append('other', ...numbers(80));
    await append('wanted', 0);
    const { checkpoints, heard } = checkpointed({});
    await heard.has('caughtUp');
    expect(checkpoints).toEqual([
      { commit: 0n, prepare: 0n },
      { commit: fixture.double.stored()[32]!.position, prepare: 0n },
    ]);
    for (const checkpoint of checkpoints) {
      const resumed = checkpointed({}, checkpoint);
      await resumed.heard.has('caughtUp');
      expect(resumed.heard.words).toEqual(['confirmation', 'wanted@0', 'caughtUp']);
    }
  });

  it('come live after every 32 records, after the event where that one matches', async () => {
    const { checkpoints, heard } = checkpointed({}, END);
    await heard.has('caughtUp');
    await append('other', ...numbers(31));
    await append('wanted', 0);
    await until(() => checkpoints.length === 1);
    const [position] = positionsOf('wanted');
    expect(checkpoints).toEqual([{ commit: position, prepare: position }]);
    expect(heard.words.at(-1)).toBe('wanted@0');
    for (const number of numbers(68)) await append('other', number + 100);
    await until(() => checkpoints.length === 3);
    const resumed = checkpointed({}, checkpoints[2]!);
    await append('wanted', 1);
    await resumed.heard.has('wanted@1');
    expect(resumed.heard.words.filter((word) => word.includes('@'))).toEqual(['wanted@1']);
  });

  it('come as far apart as the window and the interval say', async () => {
    const wide = checkpointed({ checkpointInterval: 5 }, END);
    const narrow = checkpointed({ maxSearchWindow: 10 }, END);
    await Promise.all([wide.heard.has('caughtUp'), narrow.heard.has('caughtUp')]);
    await append('other', ...numbers(165));
    await until(() => wide.checkpoints.length === 1 && narrow.checkpoints.length === 16);
    expect(wide.checkpoints[0]!.commit).toBe(positionsOf('other')[159]);
  });

  it('do not come while nothing is written', async () => {
    const { checkpoints, heard } = checkpointed({}, END);
    await heard.has('caughtUp');
    await append('other', ...numbers(5));
    await append('wanted', 0);
    await heard.has('wanted@0');
    expect(checkpoints).toEqual([]);
  });
});

describe('a subscription to a stream (2.8)', () => {
  const toStream = (name: string, options: Parameters<Fixture['client']['subscribeToStream']>[1] = {}): Heard =>
    hear(fixture.client.subscribeToStream(name, options));

  it('begins after the revision that it is given; beyond the end it skips what comes below', async () => {
    await append('s', 0, 1, 2);
    const near = toStream('s', { fromRevision: 1n });
    const far = toStream('s', { fromRevision: 3n });
    await Promise.all([near.has('caughtUp'), far.has('caughtUp')]);
    await append('s', 3, 4);
    await Promise.all([near.has('s@4'), far.has('s@4')]);
    expect(near.words).toEqual(['confirmation', 's@2', 'caughtUp', 's@3', 's@4']);
    expect(far.words).toEqual(['confirmation', 'caughtUp', 's@4']);
  });

  it('that is absent has caught up after its first event (finding 14)', async () => {
    const heard = toStream('none');
    await heard.has('confirmation');
    await append('none', 0);
    await heard.has('caughtUp');
    expect(heard.words).toEqual(['confirmation', 'none@0', 'caughtUp']);
  });

  it('honours $maxCount', async () => {
    await append('s', ...numbers(5));
    await fixture.double.setMetadata('s', { maxCount: 2 });
    const heard = toStream('s');
    await heard.has('caughtUp');
    expect(heard.words).toEqual(['confirmation', 's@3', 's@4', 'caughtUp']);
  });

  it('hears nothing of a soft delete, and of what comes after it', async () => {
    await append('s', 0);
    const heard = toStream('s');
    await heard.has('caughtUp');
    await fixture.double.softDelete('s');
    await fixture.append('batch', 's', event(1), NO_STREAM);
    await heard.has('s@1');
    expect(heard.words).toEqual(['confirmation', 's@0', 'caughtUp', 's@1']);
  });

  it('ends with the tombstone; one that is there already is an error only', async () => {
    await append('s', 0);
    const heard = toStream('s');
    await heard.has('caughtUp');
    await fixture.double.tombstone('s');
    await heard.has('error');
    expect(heard.words).toEqual(['confirmation', 's@0', 'caughtUp', 's@9223372036854775807', 'error']);
    const late = toStream('s');
    await late.has('error');
    expect(late.words).toEqual(['error']);
    expect(late.errors[0]).toMatchObject({ type: 'stream-deleted', code: 9 });
  });
});

describe('a slow live consumer (finding 4)', () => {
  const slowly = (options: Parameters<Fixture['client']['subscribeToAll']>[0]) => {
    const subscription = fixture.client.subscribeToAll(options);
    const heard = hear(subscription);
    return { heard, subscription };
  };
  const large = (number: number) => event(number, { text: 'x'.repeat(4_000) });

  it('is dropped with a timeout once it is too far behind', async () => {
    const { heard, subscription } = slowly({ fromPosition: END });
    await heard.has('caughtUp');
    subscription.pause();
    for (let number = 0; number < 300; number += 1) await fixture.append('batch', 's', large(number));
    subscription.resume();
    await heard.has('error');
    expect(heard.errors).toEqual([
      {
        name: 'TimeoutError',
        type: 'timeout',
        code: 10,
        message: '10 ABORTED: Operation timed out: Consumer too slow to handle event while live. Client resubscription required.',
      },
    ]);
    expect(heard.positions.length).toBeLessThan(300);
  });

  it('is not what a consumer is to whom one append brings much at once', async () => {
    const { heard } = slowly({ fromPosition: END });
    await heard.has('caughtUp');
    await append('s', ...numbers(200));
    await heard.has('s@199');
    expect(heard.words).toHaveLength(202);
  });

  it('is left alone during catch-up, and when nothing is for it', async () => {
    await fixture.append('batch', 's', numbers(300).map(large).slice(0, 200));
    const catching = slowly({ fromPosition: START });
    const uninterested = slowly({ fromPosition: END, filter: streamNameFilter({ prefixes: ['none'] }) });
    catching.subscription.pause();
    uninterested.subscription.pause();
    for (let number = 200; number < 500; number += 1) await fixture.append('batch', 's', large(number));
    catching.subscription.resume();
    uninterested.subscription.resume();
    await catching.heard.has('s@499');
    await catching.heard.has('caughtUp');
    expect([...catching.heard.errors, ...uninterested.heard.errors]).toEqual([]);
    expect(catching.heard.positions).toHaveLength(501);
  });
});
