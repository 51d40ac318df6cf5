import type { RecordEvent } from '../../src/record/domain/events.js';
import { revokedAt, type Cycle } from '../../src/record/domain/standing.js';
import { cyclesOf, openEnrolments, type Completion } from '../../src/record/domain/state.js';
import { isRejection } from '../../src/shared/result.js';
import { definitions, PureRecord, REASON, scheme } from '../support/pure-record.js';
import { fc } from '../support/property.js';

/** Schemes as plain data: which courses, how many of them, whether what ends first caps the validity. No validity ends by itself here. */
const SCHEMES = [
  { id: 'both', courses: ['C1', 'C2'], needed: 2, isCapped: false },
  { id: 'two-of-three', courses: ['C1', 'C2', 'C3'], needed: 2, isCapped: false },
  { id: 'capped', courses: ['C2', 'C3'], needed: 2, isCapped: true },
] as const;
type Plain = (typeof SCHEMES)[number];
const COURSES = ['C1', 'C2', 'C3'];
const facts = definitions(
  COURSES,
  ...SCHEMES.map(({ id, courses, needed, isCapped }) =>
    scheme(id, { atLeast: needed, of: courses.map((course) => ({ course })) }, { duration: 'P100Y' }, 'UTC', {
      capByEvidence: isCapped,
    }),
  ),
);
const dateOf = (day: number): string => new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10);

/** What the evidence of a record earns, said as plainly as possible. */
function earned(
  { courses, needed, isCapped }: Plain,
  evidence: readonly Completion[],
): { from: string; lastValidDay: string } | undefined {
  const dayOf = ({ effective }: Completion): string => ('date' in effective ? effective.date : '');
  const firsts = courses
    .flatMap((course) => {
      const own = evidence.filter((completion) => completion.course === course);
      return own.sort((a, b) => dayOf(a).localeCompare(dayOf(b)) || a.revision - b.revision).slice(0, 1);
    })
    .sort((a, b) => dayOf(a).localeCompare(dayOf(b)));
  const last = firsts[needed - 1];
  if (last === undefined) return undefined;
  const from = dayOf(last);
  const own = `${Number(from.slice(0, 4)) + 100}${from.slice(4)}`;
  if (!isCapped) return { from, lastValidDay: own };
  const ends = firsts.flatMap(({ validUntil }) => validUntil ?? []).sort()[0];
  // What had ended before the day on which it would begin is no ground for it.
  if (ends !== undefined && ends < from)
    return earned(
      { courses, needed, isCapped } as Plain,
      evidence.filter(({ validUntil }) => validUntil === undefined || validUntil >= from),
    );
  return { from, lastValidDay: ends !== undefined && ends < own ? ends : own };
}

const day = fc.integer({ min: 0, max: 500 });
const end = fc.option(fc.integer({ min: 0, max: 700 }), { nil: undefined });
const which = fc.nat({ max: 30 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('complete' as const), course: fc.constantFrom(...COURSES), day, end }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('move' as const), which, day }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take-back' as const), which }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('end' as const), which, end }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('award' as const), id: fc.constantFrom(...SCHEMES.map(({ id }) => id)), day }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('revoke' as const), id: fc.constantFrom(...SCHEMES.map(({ id }) => id)) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** What the step recorded; nothing where the rules refuse it. */
function take(taken: Step, record: PureRecord): readonly RecordEvent[] {
  const completions = record.events.flatMap(({ type }, revision) => (type === 'CourseCompleted' ? [revision] : []));
  const command = commandOf(taken, completions);
  return command === undefined || isRejection(record.ask(command)) ? [] : record.do(command);
}

function commandOf(taken: Step, completions: readonly number[]): Parameters<PureRecord['ask']>[0] | undefined {
  const corrects = 'which' in taken ? completions[taken.which % Math.max(1, completions.length)] : 0;
  if (corrects === undefined) return undefined;
  switch (taken.do) {
    case 'complete':
      return {
        type: 'CompleteCourse',
        course: taken.course,
        effective: { date: dateOf(taken.day) },
        validUntil: taken.end === undefined ? undefined : dateOf(taken.end),
      };
    case 'move':
      return { type: 'CorrectFact', corrects, to: { effective: { date: dateOf(taken.day) } }, reason: REASON };
    case 'end':
      return {
        type: 'CorrectFact',
        corrects,
        to: { validUntil: taken.end === undefined ? null : dateOf(taken.end) },
        reason: REASON,
      };
    case 'take-back':
      return { type: 'CorrectFact', corrects, reason: REASON };
    case 'award':
      return { type: 'AwardByHand', scheme: taken.id, effective: { date: dateOf(taken.day) }, reason: REASON };
    case 'revoke':
      return { type: 'Revoke', scheme: taken.id, reason: REASON };
  }
}

const isGroundless = (cycle: Cycle): boolean => revokedAt(cycle) !== Infinity;

/** Every award equals what the evidence says that it was decided on, else all of it; or a person made it or ended it. */
function isAsTheEvidenceSays(plain: Plain, record: PureRecord): void {
  const { completions } = record.state;
  const cycles = cyclesOf(record.state, plain.id);
  for (const [index, cycle] of cycles.entries()) {
    const { awarded, checklist, how, revoked, validity } = cycle;
    if (revoked !== undefined) continue;
    if (how === 'by-hand') {
      expect(cycle.reassessments).toBeUndefined();
      continue;
    }
    const used = new Set(checklist.map(({ by }) => by));
    const then = completions.filter(({ revision }) => revision < awarded.revision || used.has(revision));
    const says = earned(plain, then) ?? earned(plain, completions);
    // Another one came after it when its ground was gone, and decides the present whatever comes back of the one before.
    if (index < cycles.length - 1) continue;
    expect({ stands: !isGroundless(cycle) }).toEqual({ stands: says !== undefined });
    if (says === undefined) continue;
    const { from, lastValidDay } = validity;
    expect({ from, lastValidDay }).toEqual({ from: { date: says.from }, lastValidDay: says.lastValidDay });
  }
  // Whoever meets the criteria is certified, unless a person decided otherwise.
  if (earned(plain, completions) !== undefined) expect(cycles.length).toBeGreaterThan(0);
}

describe('random histories with corrections', () => {
  it('every award is what the evaluator says of the corrected facts, or a person made it', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(step, { minLength: 4, maxLength: 20 }), (steps) => {
        const record = PureRecord.registered(facts, '2024-12-31T12:00:00.000Z');
        const recorded: string[] = [];
        for (const taken of steps) {
          const made = take(taken, record);
          recorded.push(...made.map((event) => JSON.stringify(event)));
          for (const { type } of made) seen.set(type, (seen.get(type) ?? 0) + 1);
          for (const plain of SCHEMES) isAsTheEvidenceSays(plain, record);
          for (const course of COURSES) expect(openEnrolments(record.state, course).length).toBeLessThanOrEqual(1);
        }
        // What was recorded stays as it was recorded.
        expect(record.events.slice(1).map((event) => JSON.stringify(event))).toEqual(recorded);
      }),
      { numRuns: 300 },
    );
    for (const type of ['FactCorrected', 'CertificationReassessed', 'CertificationAwarded', 'CertificationRevoked'])
      expect([type, (seen.get(type) ?? 0) > 10]).toEqual([type, true]);
  }, 60_000);

  it('what a correction says of a fact is what was said of it last, and each correction keeps what stood before', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const record = PureRecord.registered(facts, '2024-12-31T12:00:00.000Z');
        for (const taken of steps) take(taken, record);
        const said = new Map<number, { effective?: unknown; validUntil?: unknown } | undefined>();
        let corrections = 0;
        for (const [revision, { type, data }] of record.events.entries()) {
          if (type === 'CourseCompleted') said.set(revision, { effective: data.effective, validUntil: data.validUntil });
          if (type !== 'FactCorrected') continue;
          const kept = record.state.corrections[(corrections += 1) - 1]!;
          const stood = said.get(data.corrects);
          if (stood !== undefined) expect(kept.before).toMatchObject(JSON.parse(JSON.stringify(stood)) as object);
          const { effective, validUntil } = { ...kept.before, ...data.to };
          said.set(data.corrects, data.to === undefined ? undefined : { effective, validUntil: validUntil ?? undefined });
        }
        const standing = [...said].flatMap(([revision, fact]) => (fact === undefined ? [] : [{ revision, ...fact }]));
        expect(
          record.state.completions.map(({ revision, effective, validUntil }) => ({ revision, effective, validUntil })),
        ).toEqual(standing);
      }),
      { numRuns: 300 },
    );
  });
});
