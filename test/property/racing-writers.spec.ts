import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import type { EventStore } from '../../src/ledger/ports/event-store.js';
import { isRejection } from '../../src/shared/result.js';
import { FaultyEventStore, FAULTS } from '../support/faulty-event-store.js';
import { fc } from '../support/property.js';
import { eventsOf, instance, sendUntilAnswered, TALLY_LIMIT, type Sent } from '../support/tally.js';

/** Lets the scheduler choose when each call reaches the store and when its answer is heard. */
function scheduled(scheduler: fc.Scheduler, store: EventStore, name: string): EventStore {
  const around = async <Result>(call: string, work: () => Promise<Result>): Promise<Result> => {
    await scheduler.schedule(Promise.resolve(), `${name} sends ${call}`);
    const outcome = await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await scheduler.schedule(Promise.resolve(), `${name} hears ${call}`);
    if ('error' in outcome) throw outcome.error;
    return outcome.value;
  };
  return {
    append: (...parameters) => around('append', () => store.append(...parameters)),
    read: (...parameters) => around('read', () => store.read(...parameters)),
  };
}

const work = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), writer: fc.constantFrom(0, 1) }), {
  minLength: 2,
  maxLength: 6,
});
/** The body follows from the key, so that a repeat is a repeat. Together they pass the limit, so one of the three is refused. */
const BODIES: Readonly<Record<string, readonly number[]>> = { a: [60], b: [10, 20], c: [30] };

test('two writers on one record, in any interleaving and with any fault: each command is decided once, within the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      work,
      fc.constantFrom(undefined, ...FAULTS),
      fc.integer({ min: 1, max: 4 }),
      async (scheduler, sendings, fault, at) => {
        const store = new MemoryEventStore();
        const keys = new MemoryKeys();
        const faulty = new FaultyEventStore(store, (call, number) => (call === 'append' && number === at ? fault : undefined));
        const writers = [
          instance(scheduled(scheduler, faulty, 'first'), keys),
          instance(scheduled(scheduler, faulty, 'second'), keys),
        ];
        const answering = Promise.all(
          sendings.map(({ key, writer }) => {
            const sent: Sent = { key, add: BODIES[key]! };
            return sendUntilAnswered(writers[writer]!, sent).then((answer) => ({ key, answer }));
          }),
        );
        const answers = await scheduler.waitFor(answering);
        await faulty.land();

        const events = await eventsOf(store);
        const sum = events.reduce((total, { data }) => total + Number(data['amount']), 0);
        expect(sum).toBeLessThanOrEqual(TALLY_LIMIT);
        const recorded = new Map<string, number>();
        for (const { key, answer } of answers) {
          if (isRejection(answer)) {
            expect(answer.code).toBe('TOO_MUCH');
            continue;
          }
          const commandId = await writers[0]!.keyRing.commandId('acme', answer.stream, key);
          const own = events.filter(({ metadata }) => metadata.commandId === commandId);
          expect(own.map(({ data }) => data['amount'])).toEqual(BODIES[key]);
          expect(answer.eventIds).toEqual(own.map(({ id }) => id));
          expect([answer.revision, answer.position]).toEqual([own.at(-1)?.revision, own.at(-1)?.position]);
          if (answer.outcome === 'recorded') recorded.set(key, (recorded.get(key) ?? 0) + 1);
        }
        for (const count of recorded.values()) expect(count).toBe(1);
        expect(new Set(events.map(({ metadata }) => metadata.commandId)).size).toBe(
          new Set(answers.flatMap(({ key, answer }) => (isRejection(answer) ? [] : [key]))).size,
        );
      },
    ),
    { numRuns: 400 },
  );
});
