import { END, NO_STREAM, START } from '@eventstore/db-client';
import { event, failureOf, Fixture, Heard, PATHS, settled, until } from './fixture.js';

const fixture = new Fixture();
const unavailable = { name: 'UnavailableError', type: 'unavailable', code: 14 };
/** A subscription that has caught up. */
async function listening(): Promise<Heard> {
  const heard = new Heard(fixture.client.subscribeToAll({ fromPosition: END }));
  await heard.has('caughtUp');
  return heard;
}

describe('a server that is killed (2.9)', () => {
  it('ends subscriptions and what is in flight as unavailable; what was acknowledged is there again', async () => {
    await fixture.append('batch', 's', event(0));
    const heard = await listening();
    fixture.double.faults.freeze();
    const inFlight = failureOf(fixture.append('batch', 's', event(1)));
    await until(() => fixture.double.faults.calls.append === 2);
    await fixture.double.stop('kill');
    fixture.double.faults.thaw();
    await heard.has('error');
    expect([await inFlight, heard.errors[0]]).toMatchObject([unavailable, unavailable]);
    await fixture.restart();
    expect(await fixture.append('batch', 's', event(2))).toMatchObject({ nextExpectedRevision: 1n });
    expect(await fixture.stream('s')).toEqual(['0:0', '1:2']);
  });

  it('refuses the batch path while it is down by an error that is none of the client’s own (finding 7)', async () => {
    await fixture.append('batch', 's', event(0));
    await fixture.double.stop('kill');
    const failures = [];
    for (let call = 0; call < 3; call += 1) failures.push(await failureOf(fixture.append('batch', 's', event(1))));
    expect(failures.at(-1)).toMatchObject({ name: 'Error', code: 14 });
    expect(failures.at(-1)).not.toHaveProperty('type');
    expect(await failureOf(fixture.append('unary', 's', event(1)))).toMatchObject(unavailable);
    expect(await failureOf(fixture.all())).toMatchObject(unavailable);
    const heard = new Heard(fixture.client.subscribeToAll());
    await heard.has('error');
    expect(heard.errors[0]).toMatchObject(unavailable);
  });
});

describe('a server that is stopped (2.9, finding 6)', () => {
  it('serves on while calls are open, then ends subscriptions with code 13', async () => {
    const heard = await listening();
    const stopped = fixture.double.stop('graceful');
    expect(await fixture.append('unary', 's', event(0))).toMatchObject({ success: true });
    await heard.has('s@0');
    await heard.has('error');
    await stopped;
    expect(heard.errors).toEqual([
      {
        name: 'UnknownError',
        type: 'unknown',
        code: 13,
        message: '13 INTERNAL: Received RST_STREAM with code 0 (Call ended without gRPC status)',
      },
    ]);
    expect(await failureOf(fixture.all())).toMatchObject(unavailable);
  });
});

describe('a server that starts (2.9, finding 8)', () => {
  it('says in each path’s own way that it is not ready', async () => {
    fixture.double.faults.starting = true;
    expect(await failureOf(fixture.append('batch', 's', event(0)))).toEqual({
      name: 'UnknownError',
      type: 'unknown',
      code: undefined,
      message: 'Could not recognize Server Is Not Ready',
    });
    const notReady = { ...unavailable, message: '14 UNAVAILABLE: Server Is Not Ready' };
    expect(await failureOf(fixture.append('unary', 's', event(0)))).toEqual(notReady);
    expect(await failureOf(fixture.all())).toEqual(notReady);
    fixture.double.faults.starting = false;
    expect(await fixture.append('batch', 's', event(0))).toMatchObject({ success: true });
  });

  it('is ready after the time that the restart is told', async () => {
    await fixture.append('batch', 's', event(0));
    await fixture.double.restart({ notReadyMilliseconds: 30 });
    expect(fixture.double.faults.starting).toBe(true);
    await until(() => !fixture.double.faults.starting);
    await fixture.append('unary', 's', event(1)).catch(() => fixture.append('unary', 's', event(1)));
    expect(await fixture.stream('s')).toHaveLength(2);
  });
});

describe('a server that is frozen (2.9)', () => {
  it('answers nothing until it goes on, and then everything', async () => {
    await fixture.append('batch', 's', event(0));
    const heard = await listening();
    fixture.double.faults.freeze();
    const answered: string[] = [];
    const calls = [
      fixture.append('batch', 's', event(1)).then(() => answered.push('batch')),
      fixture.append('unary', 't', event(1)).then(() => answered.push('unary')),
      fixture.all().then(() => answered.push('all')),
    ];
    const { calls: counted } = fixture.double.faults;
    await until(() => counted.append === 3 && counted.readAll === 1);
    await fixture.double.systemEvents(1);
    await settled();
    expect(answered).toEqual([]);
    expect(heard.words).toEqual(['confirmation', 'caughtUp']);
    fixture.double.faults.thaw();
    await Promise.all(calls);
    await heard.has('s@1');
    expect(answered).toHaveLength(3);
    await heard.subscription.unsubscribe();
  });

  it('does not write what has expired meanwhile', async () => {
    await fixture.append('batch', 's', event(0));
    fixture.double.faults.freeze();
    const options = { deadline: 20 };
    const credentials = { username: 'anybody', password: 'any' };
    const batch = failureOf(fixture.client.appendToStream('s', event(1), options));
    expect(await failureOf(fixture.client.appendToStream('s', event(2), { ...options, credentials }))).toMatchObject({
      name: 'DeadlineExceededError',
      code: 4,
    });
    await settled();
    fixture.double.faults.thaw();
    expect(await batch).toMatchObject({ name: 'DeadlineExceededError', code: undefined });
    expect(await fixture.stream('s')).toEqual(['0:0']);
  });
});

describe.each(PATHS)('a fault at an append on the %s path', (path) => {
  it.each<['error' | 'disconnect' | 'disconnect-mid']>([['error'], ['disconnect'], ['disconnect-mid']])(
    '%s: unavailable, and nothing is written',
    async (fault) => {
      await fixture.append(path, 's', event(0));
      fixture.double.faults.at('append', 2, fault);
      await fixture.append(path, 's', event(1));
      expect(await failureOf(fixture.append(path, 's', event(2)))).toMatchObject(unavailable);
      expect(fixture.double.faults.calls.append).toBe(2);
      expect(await fixture.append(path, 's', event(3))).toMatchObject({ nextExpectedRevision: 2n });
    },
  );

  it('answer-lost: unavailable, though it is written; the same again gets the first answer', async () => {
    await fixture.append(path, 's', event(0));
    fixture.double.faults.at('append', 1, 'answer-lost');
    expect(await failureOf(fixture.append(path, 's', event(1), 0n))).toMatchObject(unavailable);
    expect(fixture.double.stored().filter(({ stream }) => stream === 's')).toHaveLength(2);
    expect(await fixture.append(path, 's', event(1), 0n)).toMatchObject({ nextExpectedRevision: 1n });
    expect(await fixture.stream('s')).toEqual(['0:0', '1:1']);
  });

  it('delay: done after another that came later', async () => {
    await fixture.append(path, 's', event(0));
    fixture.double.faults.at('append', 1, 'delay');
    fixture.double.faults.delayMilliseconds = 200;
    const slow = fixture.append(path, 's', event(1));
    await until(() => fixture.double.faults.calls.append === 1);
    await Promise.all([slow, fixture.append(path, 's', event(2))]);
    expect(await fixture.stream('s')).toEqual(['0:0', '1:2', '2:1']);
  });

  it('not-leader: names the leader, to which the client then turns (from the source of the server)', async () => {
    await fixture.append(path, 's', event(0));
    fixture.double.faults.at('append', 1, 'not-leader');
    expect(await failureOf(fixture.append(path, 's', event(1)))).toMatchObject({ name: 'NotLeaderError', code: 5 });
    expect(await fixture.append(path, 's', event(2))).toMatchObject({ nextExpectedRevision: 1n });
    fixture.double.faults.at('append', 1, 'not-leader');
    fixture.double.leader = { host: '127.0.0.1', port: 1 };
    await failureOf(fixture.append(path, 's', event(3)));
    expect(await failureOf(fixture.append('unary', 's', event(4)))).toMatchObject({ code: 14 });
  });
});

describe('a fault at a read or a subscription', () => {
  const large = (number: number) => event(number, { text: 'x'.repeat(300_000) });
  /** What a reader got before it failed, and how it failed. */
  async function broken(read: AsyncIterable<unknown>): Promise<{ count: number; failure: unknown }> {
    let count = 0;
    const failure = await failureOf(
      (async () => {
        for await (const _ of read) count += 1;
      })(),
    );
    return { count, failure };
  }

  beforeEach(async () => {
    await fixture.append('batch', 's', [large(0), large(1), large(2)], NO_STREAM);
  });

  it.each<['error' | 'disconnect' | 'not-ready']>([['error'], ['disconnect'], ['not-ready']])(
    '%s: unavailable, without an event',
    async (fault) => {
      fixture.double.faults.plan(() => fault);
      const failed = { count: 0, failure: unavailable };
      expect(await broken(fixture.client.readStream('s'))).toMatchObject(failed);
      expect(await broken(fixture.client.readAll())).toMatchObject(failed);
      expect(await broken(fixture.client.subscribeToAll({ fromPosition: START }))).toMatchObject(failed);
      fixture.double.faults.clear();
      expect(await fixture.stream('s')).toHaveLength(3);
    },
  );

  it.each<['readAll' | 'subscribe' | 'read']>([['readAll'], ['subscribe'], ['read']])(
    'disconnect-mid at %s: cut in the middle of an event after those before it',
    async (kind) => {
      fixture.double.faults.at(kind, 1, 'disconnect-mid');
      fixture.double.faults.eventsBeforeCut = 1;
      const reads = {
        readAll: () => fixture.client.readAll(),
        subscribe: () => fixture.client.subscribeToAll({ fromPosition: START }),
        read: () => fixture.client.readStream('s'),
      };
      const { count, failure } = await broken(reads[kind]());
      expect(failure).toMatchObject(unavailable);
      expect(count).toBeLessThan(3);
      expect(await fixture.stream('s')).toHaveLength(3);
    },
  );

  it('disconnect-mid cuts a live subscription at the event that is due', async () => {
    fixture.double.faults.at('subscribe', 1, 'disconnect-mid');
    fixture.double.faults.eventsBeforeCut = 2;
    const heard = await listening();
    for (const number of [10, 11, 12]) await fixture.append('unary', 't', event(number)).catch(() => undefined);
    await heard.has('error');
    expect(heard.words.slice(0, 4)).toEqual(['confirmation', 'caughtUp', 't@0', 't@1']);
    expect(heard.errors[0]).toMatchObject(unavailable);
  });
});
