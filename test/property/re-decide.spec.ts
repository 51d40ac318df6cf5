import { v7 as uuidv7 } from 'uuid';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { registry } from '../../src/app/kernel.js';
import { catalogueDecider, type CatalogueCommand } from '../../src/catalogue/domain/decider.js';
import { CatalogueFacts } from '../../src/catalogue/facts.js';
import type { CatalogueEvent } from '../../src/catalogue/domain/events.js';
import { Codec } from '../../src/ledger/codec.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import { KeyRing } from '../../src/ledger/key-ring.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { RecordEvent } from '../../src/record/domain/events.js';
import { isRejection } from '../../src/shared/result.js';
import { fc } from '../support/property.js';
import { ADMIN, scheme, SUBJECT } from '../support/pure-record.js';

const CATALOGUE = 'catalogue-acme';
const RECORD = 'record-acme-1';
const NOW = '2024-06-01T12:00:00.000Z';
const courseIds = fc.constantFrom('C1', 'C2', 'C3');
const criteria = fc.oneof(
  fc.uniqueArray(courseIds, { minLength: 1 }).map((courses) => ({ all: courses.map((course) => ({ course })) })),
  fc.uniqueArray(courseIds, { minLength: 1 }).map((courses) => ({ any: courses.map((course) => ({ course })) })),
  fc
    .tuple(courseIds, fc.constantFrom('2024-01-10', '2024-02-10'))
    .map(([course, notBefore]) => ({ notBefore, criteria: { course } })),
);
const validity = fc.constantFrom({ perpetual: true as const }, { duration: 'P1M' }, { duration: 'P2Y' });
const zone = fc.constantFrom('UTC', 'Pacific/Auckland', 'America/New_York');
const date = fc.integer({ min: 1, max: 60 }).map((days) => new Date(Date.UTC(2024, 0, days)).toISOString().slice(0, 10));
const step = fc.oneof(
  fc.record({ do: fc.constant('publish' as const), id: fc.constantFrom('S', 'T', 'U'), criteria, validity, zone }),
  fc.record({ do: fc.constant('revise' as const), course: courseIds }),
  fc.record({ do: fc.constant('complete' as const), course: courseIds, date }),
  fc.record({ do: fc.constant('complete' as const), course: courseIds, date }),
);

interface World {
  readonly store: MemoryEventStore;
  readonly ledger: Ledger;
  define(command: CatalogueCommand): Promise<void>;
  record(command: RecordCommand): Promise<void>;
}

function world(): World {
  const store = new MemoryEventStore();
  const keyRing = new KeyRing(new MemoryKeys(), Buffer.alloc(32, 1));
  const ledger = new Ledger(store, new Codec(registry, keyRing), keyRing, { now: () => NOW });
  let keys = 0;
  const envelope = async (stream: string) => ({
    organization: 'acme',
    commandId: await keyRing.commandId('acme', stream, `${(keys += 1)}`),
    actor: ADMIN,
    origin: { kind: 'api' as const },
    correlationId: uuidv7(),
    operation: 'test',
    body: keys,
  });
  const accepted = (answer: unknown): void => {
    if (isRejection(answer)) throw new Error(`${answer.code}: ${answer.detail}`);
  };
  const facts = () => new CatalogueFacts(ledger).read('acme');
  const none = async () => ({ facts: undefined });
  return {
    store,
    ledger,
    define: async (command) =>
      accepted(
        await ledger.execute({
          decider: catalogueDecider,
          stream: CATALOGUE,
          command,
          envelope: await envelope(CATALOGUE),
          facts: none,
        }),
      ),
    record: async (command) =>
      accepted(
        await ledger.execute({ decider: recordDecider, stream: RECORD, command, envelope: await envelope(RECORD), facts }),
      ),
  };
}

async function live(steps: readonly (typeof step extends fc.Arbitrary<infer Value> ? Value : never)[]): Promise<World> {
  const made = world();
  for (const course of ['C1', 'C2', 'C3']) await made.define({ type: 'DefineCourse', course: { course, title: course } });
  await made.record({ type: 'RegisterLearner', subject: SUBJECT, learner: 'emp-1' });
  const published = new Set<string>();
  for (const taken of steps) {
    if (taken.do === 'publish') {
      const content = scheme(taken.id, taken.criteria, taken.validity, taken.zone);
      await made.define({ type: published.has(taken.id) ? 'ReviseScheme' : 'DefineScheme', scheme: content });
      published.add(taken.id);
    } else if (taken.do === 'revise') {
      await made.define({ type: 'ReviseCourse', course: { course: taken.course, title: 'again' } });
    } else {
      await made.record({ type: 'CompleteCourse', course: taken.course, effective: { date: taken.date } });
    }
  }
  return made;
}

test('each automatic award re-decides identically from the revisions on which it was based', async () => {
  let awards = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      const { store, ledger } = await live(steps);
      const catalogue = await store.read(CATALOGUE);
      const stored = await store.read(RECORD);
      const at = ({ revision, position, id, metadata }: StoredEvent) => ({
        revision,
        position,
        id,
        recordedAt: metadata.recordedAt,
      });
      const decoded = stored.map((event) => ledger.codec.decode(event).event as RecordEvent);

      for (const [index, event] of decoded.entries()) {
        if (event.type !== 'CertificationAwarded') continue;
        awards += 1;
        const { metadata } = stored[index]!;
        const facts = catalogue
          .slice(0, metadata.basedOn!.catalogue + 1)
          .reduce(
            (state, own) => catalogueDecider.evolve(state, ledger.codec.decode(own).event as CatalogueEvent, at(own)),
            catalogueDecider.initial,
          );
        const first = stored.findIndex((own) => own.metadata.commandId === metadata.commandId);
        const before = decoded
          .slice(0, first)
          .reduce((state, own, revision) => recordDecider.evolve(state, own, at(stored[revision]!)), recordDecider.initial);
        const own = decoded.filter((_, revision) => stored[revision]!.metadata.commandId === metadata.commandId);
        const completion = own.find(({ type }) => type === 'CourseCompleted') as Extract<
          RecordEvent,
          { type: 'CourseCompleted' }
        >;
        const { course, effective } = completion.data;
        const again = recordDecider.decide({ type: 'CompleteCourse', course, effective }, before, {
          facts,
          now: metadata.recordedAt,
          actor: metadata.actor,
          origin: metadata.origin,
        });
        expect(again).toEqual(own);
      }
    }),
    { numRuns: 300 },
  );
  // A property over nothing would prove nothing.
  expect(awards).toBeGreaterThan(50);
});
