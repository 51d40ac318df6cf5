import { editionOf } from '../../src/catalogue/published.js';
import { cyclesOf, emptyRecord, evolve, standingOf, type RecordState } from '../../src/record/domain/state.js';
import { cycleStatusAt, STATUS_CODES, statusAt } from '../../src/record/domain/status.js';
import type { RecordEvent } from '../../src/record/domain/events.js';
import type { Effective } from '../../src/shared/calendar.js';
import { isRejection } from '../../src/shared/result.js';
import { fc } from '../support/property.js';
import { definitions, PureRecord, REASON, scheme, typesOf } from '../support/pure-record.js';
import { ReferenceRecord, type ReferenceScheme } from '../support/reference-record.js';

const COURSES = ['C1', 'C2', 'C3', 'C4'];
const SCHEMES: readonly ReferenceScheme[] = [
  { id: 'one', days: 30, courses: ['C1'], needed: 1, late: false },
  { id: 'both', days: 1, courses: ['C1', 'C2'], needed: 2, late: true },
  { id: 'two-of-four', days: 90, courses: COURSES, needed: 2, late: false },
  { id: 'either', days: undefined, courses: ['C3', 'C4'], needed: 1, late: true },
];
const facts = definitions(
  [...COURSES, 'C9'],
  ...SCHEMES.map(({ id, days, courses, needed, late }) => {
    const of = courses.map((course) => ({ course }));
    const criteria = needed === courses.length ? { all: of } : needed === 1 ? { any: of } : { atLeast: needed, of };
    const validity = days === undefined ? { perpetual: true as const } : { duration: `P${days}D` };
    return scheme(id, criteria, validity, 'UTC', late ? { timeToFulfil: { lateEvidence: 'accept-late' } } : {});
  }),
);
const START = Date.UTC(2024, 0, 1);
const instantOf = (day: number): string => new Date(START + day * 86_400_000).toISOString();
const dateOf = (day: number): string => instantOf(day).slice(0, 10);
const dated = (day: number | undefined) => (day === undefined ? undefined : { date: dateOf(day) });

const id = fc.constantFrom(...SCHEMES.map((known) => known.id));
const day = fc.integer({ min: 0, max: 400 });
const early = fc.integer({ min: 0, max: 160 });
const maybe = (number: fc.Arbitrary<number>) => fc.option(number, { nil: undefined });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('complete' as const), course: fc.constantFrom(...COURSES, 'C9'), day }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('assign' as const), id, day: early, start: maybe(early), due: maybe(day) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('start' as const), id, day: early }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), id }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('award' as const), id, day }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('revoke' as const), id }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('observe' as const), id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('correct' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const history = fc.array(step, { maxLength: 25 });

/** Takes the step in both worlds and compares what each says of it. */
function take(taken: Step, record: PureRecord, reference: ReferenceRecord): void {
  record.now = instantOf(reference.now);
  const tell = (command: Parameters<PureRecord['ask']>[0]): string | readonly string[] => {
    const answer = record.ask(command);
    return isRejection(answer) ? answer.code : typesOf(record.do(command));
  };
  switch (taken.do) {
    case 'wait':
      reference.now += taken.days;
      return;
    case 'correct':
      expect(tell({ type: 'CorrectDetails', name: 'New' })).toEqual(['LearnerDetailsCorrected']);
      return;
    case 'complete': {
      const brought = reference.complete(taken.course, taken.day);
      const types = brought && [
        'LearnerEnrolled',
        'CourseCompleted',
        ...Array.from({ length: brought.begun }, () => 'AssignmentStarted'),
        ...brought.awarded.map(() => 'CertificationAwarded'),
      ];
      expect(tell({ type: 'CompleteCourse', course: taken.course, effective: { date: dateOf(taken.day) } })).toEqual(
        types ?? 'EFFECTIVE_IN_FUTURE',
      );
      return;
    }
    case 'assign': {
      const terms = { start: dated(taken.start), due: dated(taken.due) };
      expect(tell({ type: 'AssignScheme', scheme: taken.id, effective: { date: dateOf(taken.day) }, ...terms })).toEqual(
        reference.assign(taken.id, taken.day, taken.start, taken.due),
      );
      return;
    }
    case 'start':
      expect(tell({ type: 'StartAssignment', scheme: taken.id, effective: { date: dateOf(taken.day) } })).toEqual(
        reference.start(taken.id, taken.day),
      );
      return;
    case 'withdraw':
      expect(tell({ type: 'WithdrawAssignment', scheme: taken.id, reason: REASON })).toEqual(reference.withdraw(taken.id));
      return;
    case 'award': {
      const refused = reference.award(taken.id, taken.day);
      const answer = tell({ type: 'AwardByHand', scheme: taken.id, effective: { date: dateOf(taken.day) }, reason: REASON });
      expect(answer).toEqual(refused ?? ['CertificationAwarded']);
      return;
    }
    case 'revoke':
      expect(tell({ type: 'Revoke', scheme: taken.id, reason: REASON })).toEqual(
        reference.revoke(taken.id) ?? ['CertificationRevoked'],
      );
      return;
    case 'observe': {
      const cycles = (reference.cycles.get(taken.id) ?? []).map((_, index) => index + 1);
      const expired = cycles.filter((cycle) => reference.observe(taken.id, cycle)).map(() => 'CertificationExpired');
      const observed = tell({ type: 'ObserveBoundaries', scheme: taken.id });
      expect([...observed].filter((type) => type === 'CertificationExpired')).toEqual(expired);
    }
  }
}

const TIME_DRIVEN: ReadonlySet<string> = new Set(['CertificationExpired', 'BoundaryObserved', 'ObservationWithdrawn']);

const fold = (events: readonly RecordEvent[], keep: (event: RecordEvent) => boolean): RecordState =>
  events.reduce<RecordState>(
    (state, event, revision) => (keep(event) ? evolve(state, event, { revision, recordedAt: instantOf(0) }) : state),
    emptyRecord,
  );

/** Each instant at which something may change, one millisecond before it, and some between. */
function instantsOf(record: PureRecord): readonly number[] {
  const timeOf = (effective: Effective): number => Date.parse('date' in effective ? effective.date : effective.instant);
  const edges = Object.values(record.state.schemes).flatMap(({ cycles, assignments }) => [
    ...cycles.flatMap(({ validity, revoked }) => [
      timeOf(validity.from),
      ...(validity.endsAt === undefined ? [] : [Date.parse(validity.endsAt), Date.parse(validity.endsAt) - 30 * 86_400_000]),
      ...(revoked === undefined ? [] : [timeOf(revoked.effective)]),
    ]),
    ...assignments.flatMap(({ effective, dueAt, started, withdrawn }) => [
      timeOf(effective),
      ...(dueAt === undefined ? [] : [Date.parse(dueAt)]),
      ...(started === undefined ? [] : [timeOf(started.effective)]),
      ...(withdrawn === undefined ? [] : [timeOf(withdrawn.effective)]),
    ]),
  ]);
  return [...edges.flatMap((edge) => [edge - 1, edge, edge + 1]), START + 180.25 * 86_400_000, START + 5_000 * 86_400_000];
}

test('001-3, 001-4: any history of commands is answered, and any status at any instant is, as the reference model says', () => {
  const seen = new Set<string | undefined>();
  fc.assert(
    fc.property(history, (steps) => {
      const [record, reference] = [PureRecord.registered(facts), new ReferenceRecord(SCHEMES)];
      for (const taken of steps) take(taken, record, reference);
      for (const known of SCHEMES) {
        for (const at of instantsOf(record)) {
          const status = record.statusAt(known.id, new Date(at).toISOString());
          seen.add(status?.status);
          expect(status?.status).toBe(reference.status(known.id, (at - START) / 86_400_000));
          expect(status?.valid ?? false).toBe(status?.status === 'certified' || status?.status === 'expiring');
        }
        const expected = (reference.cycles.get(known.id) ?? []).map(({ fulfils, late }, index) => {
          const task = fulfils === undefined ? undefined : reference.tasks.get(known.id)!.indexOf(fulfils) + 1;
          return [index + 1, task, late];
        });
        const cycles = record.cycles(known.id).map(({ number, assignment, late }) => [number, assignment, late ?? false]);
        expect(cycles).toEqual(expected);
      }
    }),
    { numRuns: 800 },
  );
  // A property over nothing would prove nothing; these histories hold no proposals.
  expect([...seen].sort()).toEqual([undefined, ...STATUS_CODES.filter((code) => code !== 'awaiting-review')].sort());
});

test('folding with all time-driven events left out gives the same status at every instant', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const [record, reference] = [PureRecord.registered(facts), new ReferenceRecord(SCHEMES)];
      for (const taken of steps) take(taken, record, reference);
      // At the very end the policy catches up, so that most histories hold observations.
      reference.now += 1_000;
      for (const known of SCHEMES) take({ do: 'observe', id: known.id }, record, reference);
      const whole = fold(record.events, () => true);
      const silent = fold(record.events, ({ type }) => !TIME_DRIVEN.has(type));
      for (const known of SCHEMES) {
        for (const milliseconds of instantsOf(record)) {
          const at = new Date(milliseconds).toISOString();
          const status = (state: RecordState): unknown =>
            statusAt(standingOf(state, known.id), (edition) => editionOf(facts.schemes, known.id, edition)!, at);
          expect(status(silent)).toEqual(status(whole));
          const cycles = (state: RecordState): readonly unknown[] =>
            cyclesOf(state, known.id).map((cycle, index, all) => cycleStatusAt(cycle, all[index + 1], () => 'UTC', at));
          expect(cycles(silent)).toEqual(cycles(whole));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('an earlier cycle is never changed by what follows, but for its own revocation and observation', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const [record, reference] = [PureRecord.registered(facts), new ReferenceRecord(SCHEMES)];
      const first = new Map<string, unknown>();
      for (const taken of steps) {
        take(taken, record, reference);
        for (const [name, { cycles }] of Object.entries(record.state.schemes)) {
          for (const { number, kind, how, edition, awarded, validity } of cycles) {
            const cycle = { number, kind, how, edition, awarded, validity };
            const key = `${name} ${cycle.number}`;
            if (!first.has(key)) first.set(key, cycle);
            expect(cycle).toEqual(first.get(key));
          }
        }
      }
    }),
    { numRuns: 200 },
  );
});
