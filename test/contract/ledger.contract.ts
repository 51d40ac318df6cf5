import { LedgerError } from '../../src/ledger/errors.js';
import { STREAM_EVENTS_MAX, type Ledger } from '../../src/ledger/ledger.js';
import { EVENTS_PER_APPEND_MAX, type EventFeed, type EventStore } from '../../src/ledger/ports/event-store.js';
import type { Keys } from '../../src/ledger/ports/keys.js';
import type { Receipt } from '../../src/ledger/receipt.js';
import { QUEUED_PER_STREAM_MAX } from '../../src/ledger/stream-queue.js';
import { isRejection, type Rejection } from '../../src/shared/result.js';
import { FaultyEventStore, FAULTS, type Fault } from '../support/faulty-event-store.js';
import { eventsOf, instance, send, sendUntilAnswered, STREAM, tallyDecider, ticking, type Sent } from '../support/tally.js';

export interface LedgerHarness {
  readonly store: EventStore & EventFeed;
  readonly keys: Keys;
  close(): Promise<void>;
}

const POLICY = { kind: 'policy', policy: 'notice' } as const;

/** `Ledger.execute` over a real store with faults in between: whatever happens, each command is decided once. */
export function describeLedgerContract(name: string, open: () => Promise<LedgerHarness>): void {
  describe(`Ledger.execute over ${name}`, () => {
    let harness: LedgerHarness;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(() => harness.close());
    const one = (store: EventStore = harness.store): Ledger => instance(store, harness.keys);
    const faulty = (fault: (call: 'append' | 'read', number: number) => Fault | undefined) =>
      new FaultyEventStore(harness.store, fault);

    /** The receipt, held against the events of its command as the feed has them. */
    const expectReceipt = async (answer: Receipt | Rejection, ledger: Ledger, key: string): Promise<Receipt> => {
      if (isRejection(answer)) throw new Error(`${answer.code}: ${answer.detail}`);
      const commandId = await ledger.keyRing.commandId('acme', answer.stream, key);
      const own = (await eventsOf(harness.store)).filter(({ metadata }) => metadata.commandId === commandId);
      expect(own.map(({ id }) => id)).toEqual(answer.eventIds);
      expect(own.at(-1)).toMatchObject({ stream: answer.stream, revision: answer.revision, position: answer.position });
      return answer;
    };

    test('a receipt is what the feed shows, for one event and for several', async () => {
      const ledger = one();
      for (const [key, add] of [
        ['a', [1]],
        ['b', [2, 3, 4]],
      ] as const) {
        const receipt = await expectReceipt(await send(ledger, { key, add }), ledger, key);
        expect(receipt).toMatchObject({ outcome: 'recorded', stream: STREAM, etag: receipt.revision });
        expect(receipt.eventIds).toHaveLength(add.length);
      }
    });

    test('a repeat gets the first receipt but for its outcome, here and on another instance, later and after others', async () => {
      const ledger = one();
      const sent = { key: 'a', add: [1, 2], note: 'n' };
      const first = await send(ledger, sent);
      await send(ledger, { key: 'b', add: [3] });
      for (const again of [ledger, one()]) expect(await send(again, sent)).toEqual({ ...first, outcome: 'replayed' });
      expect(await eventsOf(harness.store)).toHaveLength(3);
    });

    test('the same key with a changed body is refused and writes nothing; a replay precedes If-Match', async () => {
      const ledger = one();
      await send(ledger, { key: 'a', add: [1] });
      for (const again of [ledger, one()])
        expect(await send(again, { key: 'a', add: [2] })).toMatchObject({ kind: 'rejection', code: 'IDEMPOTENCY_KEY_REUSED' });
      expect(await send(ledger, { key: 'a', add: [1], ifMatch: 77 })).toMatchObject({ outcome: 'replayed' });
      expect(await eventsOf(harness.store)).toHaveLength(1);
    });

    test('a repeat after the erasure of its subject gets its receipt uncompared', async () => {
      const ledger = one();
      const first = await send(ledger, { key: 'a', add: [1] });
      await ledger.keyRing.destroySubject('0190a1b2-0000-7000-8000-00000000aaaa');
      expect(await send(ledger, { key: 'a', add: [2] })).toEqual({ ...first, outcome: 'replayed' });
    });

    test('a stale If-Match is refused; an append of a policy in between is no conflict', async () => {
      const ledger = one();
      await send(ledger, { key: 'a', add: [1] });
      await send(ledger, { key: 'p', add: [-1], origin: POLICY });
      expect(await send(ledger, { key: 'b', add: [1], ifMatch: 0 })).toMatchObject({ outcome: 'recorded', revision: 2, etag: 2 });
      expect(await send(ledger, { key: 'c', add: [1], ifMatch: 0 })).toMatchObject({
        kind: 'rejection',
        code: 'PRECONDITION_FAILED',
      });
      expect(await send(ledger, { key: 'd', add: [1], ifMatch: 1 })).toMatchObject({
        kind: 'rejection',
        code: 'PRECONDITION_FAILED',
      });
    });

    test('what is as asked already is answered unchanged with the place where the stream stands, and is not remembered', async () => {
      const ledger = one();
      expect(await send(ledger, { key: 'z', add: [0] })).toMatchObject({
        outcome: 'unchanged',
        revision: -1,
        position: null,
        etag: -1,
      });
      const first = (await send(ledger, { key: 'a', add: [1] })) as Receipt;
      expect(await send(ledger, { key: 'z', add: [0] })).toEqual({ ...first, outcome: 'unchanged', eventIds: [] });
      expect(await send(ledger, { key: 'z', add: [2] })).toMatchObject({ outcome: 'recorded' });
    });

    test('an answer from a stale cache is checked against the store: refusal, unchanged, If-Match, replay', async () => {
      const [here, there] = [one(), one()];
      await send(here, { key: 'a', add: [60] });
      await send(there, { key: 'b', add: [-1], origin: POLICY });
      await send(there, { key: 'c', add: [30] });
      // `here` still believes in revision 0 and a sum of 60.
      expect(await send(here, { key: 'd', add: [1], ifMatch: 2 })).toMatchObject({ outcome: 'recorded', revision: 3 });
      await send(there, { key: 'e', add: [-90] });
      expect(await send(here, { key: 'f', add: [60] })).toMatchObject({ outcome: 'recorded' });
      await send(there, { key: 'g', add: [0] });
      await send(there, { key: 'h', add: [5] });
      expect(await send(here, { key: 'h', add: [5] })).toMatchObject({ outcome: 'replayed', revision: 6 });
      await send(there, { key: 'i', add: [5] });
      expect(await send(here, { key: 'j', add: [0] })).toMatchObject({ outcome: 'unchanged', revision: 7 });
    });

    test('two instances that race on one stream never pass its limit together', async () => {
      const ledgers = [one(), one()];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => sendUntilAnswered(ledgers[index % 2]!, { key: `k${index}`, add: [10] })),
      );
      expect(answers.filter((answer) => !isRejection(answer))).toHaveLength(10);
      const folded = await one().load(tallyDecider, STREAM);
      expect([folded.state, folded.revision]).toEqual([100, 9]);
    });

    test('two instances that race on one command id end as one', async () => {
      const ledgers = [one(), one()];
      const answers = await Promise.all(ledgers.map((ledger) => send(ledger, { key: 'a', add: [1, 2] })));
      expect(answers.map((answer) => (answer as Receipt).outcome).sort()).toEqual(['recorded', 'replayed']);
      for (const answer of answers) await expectReceipt(answer, ledgers[0]!, 'a');
      expect(await eventsOf(harness.store)).toHaveLength(2);
    });

    /** A small day of work: several events, a repeat, a refusal. Each is sent until it is answered. */
    const DAY: readonly Sent[] = [
      { key: 'a', add: [40] },
      { key: 'b', add: [20, 20], note: 'several' },
      { key: 'a', add: [40] },
      { key: 'c', add: [30] },
      { key: 'd', add: [10] },
    ];
    const expectDay = async (store: FaultyEventStore): Promise<void> => {
      const ledger = one(store);
      const answers: (Receipt | Rejection)[] = [];
      for (const sent of DAY) answers.push(await sendUntilAnswered(ledger, sent));
      await store.land();
      const stored = await eventsOf(harness.store);
      expect(stored.map(({ data }) => data['amount'])).toEqual([40, 20, 20, 10]);
      expect(answers[3]).toMatchObject({ kind: 'rejection', code: 'TOO_MUCH' });
      for (const index of [0, 1, 2, 4]) await expectReceipt(answers[index]!, ledger, DAY[index]!.key);
      expect(answers[2]).toEqual({ ...answers[0], outcome: 'replayed' });
    };

    describe.each(FAULTS)('with the fault %s', (fault) => {
      test.each([1, 2, 3])('at append %i each command is decided exactly once', (at) =>
        expectDay(faulty((call, number) => (call === 'append' && number === at ? fault : undefined))),
      );

      test('at every other append each command is decided exactly once', () =>
        expectDay(faulty((call, number) => (call === 'append' && number % 2 === 1 ? fault : undefined))));

      test('at an append whose re-reads fail too each command is decided exactly once', () =>
        expectDay(
          faulty((call, number) =>
            call === 'append' ? (number < 3 ? fault : undefined) : number % 2 === 0 ? 'error' : undefined,
          ),
        ));
    });

    test('a held append that lands after its re-read saw nothing is that one decision, heard as recorded', async () => {
      const store = faulty((call, number) => (call === 'append' && number === 1 ? 'held-past-read' : undefined));
      const ledger = one(store);
      const receipt = await expectReceipt(await send(ledger, { key: 'a', add: [1, 2] }), ledger, 'a');
      expect([receipt.outcome, store.appends]).toEqual(['recorded', 2]);
      expect(await eventsOf(harness.store)).toHaveLength(2);
    });

    test('an append whose answer was lost is found by its re-read and heard as recorded, not as a repeat', async () => {
      const store = faulty((call, number) => (call === 'append' && number === 1 ? 'answer-lost' : undefined));
      const ledger = one(store);
      const receipt = await expectReceipt(await send(ledger, { key: 'a', add: [1, 2] }), ledger, 'a');
      expect([receipt.outcome, store.appends]).toEqual(['recorded', 1]);
    });

    test('a held append that lands after its caller gave up is found by the repeat', async () => {
      const store = faulty((call, number) => (call === 'append' && number <= 5 ? 'held' : undefined));
      const ledger = one(store);
      await expect(send(ledger, { key: 'a', add: [1] })).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN', retryable: true });
      await store.land();
      await expectReceipt(await send(ledger, { key: 'a', add: [1] }), ledger, 'a');
      expect(await eventsOf(harness.store)).toHaveLength(1);
    });

    test('a held append comes too late when the stream moved on without it, and a new decision is made', async () => {
      const store = faulty((call, number) => (call === 'append' && number === 1 ? 'held' : undefined));
      const ledger = one(store);
      const other = one();
      const racing = send(ledger, { key: 'a', add: [1] });
      await send(other, { key: 'b', add: [2] });
      const receipt = await expectReceipt(await racing, ledger, 'a');
      await store.land();
      await expectReceipt(receipt, ledger, 'a');
      expect((await eventsOf(harness.store)).filter(({ data }) => data['amount'] === 1)).toHaveLength(1);
    });

    test('a failure without doubt is passed on at once, and the next try is a first one', async () => {
      const store = faulty((call, number) => (call === 'append' && number === 1 ? 'error' : undefined));
      const ledger = one(store);
      await expect(send(ledger, { key: 'a', add: [1] })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      expect(store.appends).toBe(1);
      expect(await send(ledger, { key: 'a', add: [1] })).toMatchObject({ outcome: 'recorded', revision: 0 });
    });

    test('who always loses against others is told so', async () => {
      const other = one();
      let rivals = 0;
      const ledger = one({
        read: (stream, options) => harness.store.read(stream, options),
        append: async (...parameters) => {
          await send(other, { key: `rival ${(rivals += 1)}`, add: [-1] });
          return harness.store.append(...parameters);
        },
      });
      await expect(send(ledger, { key: 'a', add: [1] })).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT', retryable: true });
    });

    test('QUEUE_FULL beyond the commands that may wait for one stream; other streams go on', async () => {
      const ledger = one();
      const waiting = Array.from({ length: QUEUED_PER_STREAM_MAX + 5 }, (_, index) =>
        send(ledger, { key: `k${index}`, add: [0] }).catch((error: unknown) => (error as LedgerError).code),
      );
      expect(await send(ledger, { key: 'a', add: [1], stream: 'tally-acme-2' })).toMatchObject({ outcome: 'recorded' });
      const answers = await Promise.all(waiting);
      expect(answers.filter((answer) => answer === 'QUEUE_FULL')).toHaveLength(5);
    });

    test('STREAM_FULL at the limit; what is recorded already is still answered, also where the cache is behind', async () => {
      const ledger = one();
      const behind = one();
      await send(behind, { key: 'first', add: [1] });
      await fill(ledger, harness.store, STREAM_EVENTS_MAX - 2);
      await expect(send(ledger, { key: 'two', add: [1, 1] })).rejects.toMatchObject({ code: 'STREAM_FULL', retryable: false });
      await send(ledger, { key: 'last', add: [1] });
      await expect(send(ledger, { key: 'more', add: [1] })).rejects.toMatchObject({ code: 'STREAM_FULL' });
      expect(await send(behind, { key: 'last', add: [1] })).toMatchObject({
        outcome: 'replayed',
        revision: STREAM_EVENTS_MAX - 1,
      });
    }, 120_000);
  });
}

/** Adds events of nobody's command straight to the store, because so many commands would take too long. */
async function fill(ledger: Ledger, store: EventStore, count: number): Promise<void> {
  for (let done = 0; done < count;) {
    const size = Math.min(EVENTS_PER_APPEND_MAX, count - done);
    const events = await Promise.all(
      Array.from({ length: size }, (_, index) =>
        ledger.codec.encode(
          'acme',
          { type: 'Noticed', data: {} },
          `0190a1b2-0000-7000-8000-${String(done + index).padStart(12, '0')}`,
          {
            recordedAt: ticking.now(),
            commandId: `filler ${done}`,
            fingerprint: '',
            $correlationId: '',
            $causationId: '',
            actor: { key: 'k', role: 'admin' },
            origin: { kind: 'api' },
          },
        ),
      ),
    );
    await store.append(STREAM, events, { expected: done });
    done += size;
  }
}
