import type { RecordCommand } from '../../src/record/domain/commands.js';
import { isRejection } from '../../src/shared/result.js';
import { fc } from '../support/property.js';
import { catalogueOf, courseOf, PureRecord } from '../support/pure-record.js';

const facts = catalogueOf(
  courseOf('C', {
    activities: [{ activity: 'class', kind: 'attendance' }],
    criteria: { all: [{ attendance: 'class', minCount: 2 }, { approval: 'practice' }] },
    acceptReportedCompletion: true,
  }),
);
const PRESENTATIONS = ['2013B', '2013J', '2014B'] as const;

const effective = fc.integer({ min: 1, max: 28 }).map((day) => ({ date: `2024-02-${String(day).padStart(2, '0')}` }));
const carriedOver = fc.constantFrom(undefined, undefined, true as const);
const about = <Presentation>(presentation: fc.Arbitrary<Presentation>) => ({
  course: fc.constant('C'),
  presentation,
  effective,
});
const commands = (presentation: fc.Arbitrary<string | undefined>): fc.Arbitrary<readonly RecordCommand[]> => {
  const report = { activity: fc.constant('class'), kind: fc.constant('attendance' as const), carriedOver };
  const target = fc.record({ course: fc.constant('C'), presentation });
  return fc.array(
    fc.oneof(
      fc.record({ type: fc.constant('Enrol' as const), ...about(presentation) }),
      fc.record({ type: fc.constant('WithdrawEnrolment' as const), ...about(presentation) }),
      fc.record({ type: fc.constant('ReportActivity' as const), ...about(presentation), ...report }),
      fc.record({ type: fc.constant('CompleteCourse' as const), ...about(presentation) }),
      fc.record({ type: fc.constant('Approve' as const), target, label: fc.constant('practice'), effective }),
    ),
    { maxLength: 25 },
  );
};
const presentationOf = (command: RecordCommand): string | undefined =>
  'target' in command
    ? (command.target as { presentation?: string }).presentation
    : (command as { presentation?: string }).presentation;

/** What a command was answered: its refusal, or the events without the number that tells enrolments of one course apart. */
function tell(record: PureRecord, command: RecordCommand): unknown {
  const answer = record.ask(command);
  if (isRejection(answer)) return answer.code;
  return record.do(command).map(({ type, data }) => {
    const { enrolment: _, checklist: __, ...rest } = data as Record<string, unknown>;
    return { type, ...rest };
  });
}

test('what happens in one presentation is what would happen if there were no other', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(commands(fc.constantFrom(...PRESENTATIONS)), (steps) => {
      const together = PureRecord.registered(facts);
      const alone = new Map(PRESENTATIONS.map((presentation) => [presentation as string, PureRecord.registered(facts)]));
      for (const step of steps) {
        const answer = tell(together, step);
        expect(answer).toEqual(tell(alone.get(presentationOf(step)!)!, step));
        for (const known of Array.isArray(answer) ? (answer as { type: string; notCounted?: string }[]) : [])
          seen.add(known.notCounted ?? known.type);
        if (typeof answer === 'string') seen.add(answer);
      }
    }),
    { numRuns: 1_000 },
  );
  // A property over nothing would prove nothing.
  expect([...seen].sort()).toEqual([
    'ACTIVITY_BEFORE_ENROLMENT',
    'ActivityReported',
    'ApprovalGiven',
    'CourseCompleted',
    'EnrolmentWithdrawn',
    'LearnerEnrolled',
    'NOT_ENROLLED',
    'WITHDRAWAL_BEFORE_ENROLMENT',
    'after-completion',
    'after-withdrawal',
  ]);
});

test('a course whose presentations nobody names is answered as if there were none, and is never ambiguous', () => {
  fc.assert(
    fc.property(commands(fc.constant(undefined)), (steps) => {
      const [unnamed, named] = [PureRecord.registered(facts), PureRecord.registered(facts)];
      for (const step of steps) {
        const presentation = PRESENTATIONS[0];
        const same = (
          step.type === 'Approve' ? { ...step, target: { course: 'C', presentation } } : { ...step, presentation }
        ) as RecordCommand;
        const answer = tell(named, same);
        const bare = Array.isArray(answer)
          ? (answer as object[]).map((known) => ({ ...known, presentation: undefined }))
          : (answer as string);
        expect(tell(unnamed, step)).toEqual(bare);
      }
    }),
    { numRuns: 500 },
  );
});

test('at most one enrolment of each presentation, and one of none, is open at a time', () => {
  let several = 0;
  fc.assert(
    fc.property(commands(fc.constantFrom(undefined, ...PRESENTATIONS)), (steps) => {
      const record = PureRecord.registered(facts);
      for (const step of steps) {
        tell(record, step);
        const open = (record.state.enrolments['C'] ?? []).filter(({ closed }) => closed === undefined);
        expect(new Set(open.map(({ presentation }) => presentation)).size).toBe(open.length);
        if (open.length > 1) several += 1;
      }
    }),
    { numRuns: 500 },
  );
  expect(several).toBeGreaterThan(100);
});
