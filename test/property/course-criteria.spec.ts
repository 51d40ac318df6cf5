import type { CourseCriteria, CourseLeaf } from '../../src/catalogue/published.js';
import { evaluateEnrolment } from '../../src/record/domain/course-evidence.js';
import type { Enrolment, Report } from '../../src/record/domain/state.js';
import { fc } from '../support/property.js';

const LEAVES: readonly CourseLeaf[] = [
  { lesson: 'film' },
  { quiz: 'test', minScore: '70' },
  { assessment: 'exam', minScore: '9.5' },
  { attendance: 'class', minCount: 3 },
  { project: 'essay' },
];
const leaves = fc.subarray([...LEAVES], { minLength: 1 });
const criteria: fc.Arbitrary<CourseCriteria> = fc.oneof(
  leaves.map((all) => ({ all })),
  leaves.map((any) => ({ any })),
  leaves.chain((of) => fc.integer({ min: 1, max: of.length }).map((atLeast) => ({ atLeast, of }))),
);
const day = fc.integer({ min: 1, max: 28 });
/** The hundredths of a score, so that the plain logic below compares whole numbers. */
const hundredths = fc.oneof(fc.constantFrom(7_000, 6_999, 950, 949), fc.integer({ min: 0, max: 10_000 }));
type Done = Pick<Report, 'activity' | 'kind' | 'percent' | 'count' | 'notCounted'> & {
  day: number;
  hundredths?: number | undefined;
};
const notCounted = fc.constantFrom(undefined, undefined, 'after-withdrawal' as const);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const done: fc.Arbitrary<Done> = fc.oneof(
  fc.record({
    activity: fc.constant('film'),
    kind: fc.constant('lesson' as const),
    percent: fc.constantFrom(0, 99, 100),
    day,
    notCounted,
  }),
  fc.record({
    activity: fc.constant('test'),
    kind: fc.constant('quiz' as const),
    hundredths: maybe(hundredths),
    day,
    notCounted,
  }),
  fc.record({
    activity: fc.constant('exam'),
    kind: fc.constant('assessment' as const),
    hundredths: maybe(hundredths),
    day,
    notCounted,
  }),
  fc.record({
    activity: fc.constant('class'),
    kind: fc.constant('attendance' as const),
    count: maybe(fc.integer({ min: 1, max: 3 })),
    day,
    notCounted,
  }),
  fc.record({ activity: fc.constant('essay'), kind: fc.constant('project' as const), day, notCounted }),
);

const reportOf = ({ day: on, hundredths: score, ...rest }: Done, revision: number): Report => ({
  ...rest,
  effective: { date: `2024-02-${String(on).padStart(2, '0')}` },
  revision,
  ...(score === undefined ? {} : { score: (score / 100).toFixed(2) }),
});
const enrolment = (reports: readonly Done[]): Enrolment => ({
  number: 1,
  edition: 1,
  effective: { date: '2024-02-01' },
  reports: reports.map(reportOf),
});

/** Plain logic over what was reported and counts; knows nothing of order, moments or checklists. */
function holds(leaf: CourseLeaf, reports: readonly Done[]): boolean {
  const [, name] = Object.entries(leaf)[0] as [string, string];
  const own = reports.filter((report) => report.activity === name && report.notCounted === undefined);
  if ('lesson' in leaf) return own.some(({ percent }) => percent === 100);
  if ('minScore' in leaf) return own.some((report) => (report.hundredths ?? -1) >= Number(leaf.minScore) * 100);
  if ('minCount' in leaf) return own.reduce((sum, { count }) => sum + (count ?? 1), 0) >= leaf.minCount;
  return own.length > 0;
}
function truth(node: CourseCriteria, reports: readonly Done[]): boolean {
  if ('all' in node) return node.all.every((child) => truth(child, reports));
  if ('any' in node) return node.any.some((child) => truth(child, reports));
  if ('of' in node) return node.of.filter((child) => truth(child, reports)).length >= node.atLeast;
  return holds(node as CourseLeaf, reports);
}

test('003-1, 003-2: a course is complete exactly when plain logic says so, from the first day on which it does', () => {
  let complete = 0;
  fc.assert(
    fc.property(criteria, fc.array(done, { maxLength: 10 }), (tree, reports) => {
      const { satisfied, effective, percent } = evaluateEnrolment(tree, enrolment(reports), []);
      const first = Array.from({ length: 28 }, (_, index) => index + 1).find((on) =>
        truth(
          tree,
          reports.filter((report) => report.day <= on),
        ),
      );
      expect(satisfied).toBe(truth(tree, reports));
      expect(effective).toEqual(first === undefined ? undefined : { date: `2024-02-${String(first).padStart(2, '0')}` });
      expect(percent === 100).toBe(satisfied);
      if (satisfied) complete += 1;
    }),
    { numRuns: 3_000 },
  );
  // A property over nothing would prove nothing.
  expect(complete).toBeGreaterThan(300);
});
