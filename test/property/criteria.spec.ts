import type { PlanCriteria as Criteria } from '../../src/catalogue/domain/criteria.js';
import { lintTree } from '../../src/catalogue/domain/lint-tree.js';
import type { Evaluation } from '../../src/record/domain/evaluate.js';
import { evaluateRecord } from '../../src/record/domain/scheme-evidence.js';
import { emptyRecord, type Completion } from '../../src/record/domain/state.js';
import { fc } from '../support/property.js';

const evaluate = (criteria: Criteria, completions: readonly Completion[], zone: string): Evaluation =>
  evaluateRecord(criteria, 'S', { ...emptyRecord, completions }, zone);
const completion = (course: string, date: string, revision: number): Completion => ({
  course,
  effective: { date },
  revision,
  edition: 1,
  enrolment: 1,
  how: 'reported',
});
const COURSES = ['C1', 'C2', 'C3', 'C4', 'C5'];
const date = fc.integer({ min: 1, max: 28 }).map((day) => `2024-02-${String(day).padStart(2, '0')}`);
const { tree } = fc.letrec<{ tree: Criteria }>((tie) => {
  const list = fc.array(tie('tree'), { maxLength: 4 });
  return {
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(...COURSES).map((course) => ({ course })),
      list.map((all) => ({ all })),
      list.map((any) => ({ any })),
      fc.record({ atLeast: fc.integer({ min: 1, max: 4 }), of: list }),
      fc.record({ notBefore: date, criteria: tie('tree') }),
    ),
  };
});
const evidence = fc
  .array(fc.record({ course: fc.constantFrom(...COURSES), date }), { maxLength: 8 })
  .map((items): readonly Completion[] => items.map(({ course, date: day }, revision) => completion(course, day, revision)));

/** Plain logic over who has done what on which day; knows nothing of order, moments or checklists. */
function truth(node: Criteria, done: readonly Completion[]): boolean {
  if ('course' in node) return done.some(({ course }) => course === node.course);
  if ('criteria' in node) {
    return truth(
      node.criteria,
      done.filter(({ effective }) => 'date' in effective && effective.date >= node.notBefore),
    );
  }
  if ('all' in node) return node.all.every((child) => truth(child, done));
  if ('any' in node) return node.any.some((child) => truth(child, done));
  return node.of.filter((child) => truth(child, done)).length >= node.atLeast;
}

const leavesOf = (node: Criteria): readonly string[] =>
  'course' in node
    ? [node.course]
    : ('criteria' in node ? [node.criteria] : 'all' in node ? node.all : 'any' in node ? node.any : node.of).flatMap(leavesOf);
const nodeAt = (root: Criteria, path: string): unknown =>
  path
    .split('/')
    .slice(1)
    .reduce<unknown>((node, name) => (node as Record<string, unknown>)[name], root);
/** Trees with a node that the linter refuses for its truth never reach the evaluator. */
const sound = tree.filter((node) => {
  const holds = (current: Criteria): boolean =>
    'course' in current ||
    ('criteria' in current
      ? holds(current.criteria)
      : 'of' in current
        ? current.atLeast <= current.of.length && current.of.every(holds)
        : ('all' in current ? current.all : current.any).length > 0 &&
          ('all' in current ? current.all : current.any).every(holds));
  return holds(node);
});

test('001-8, 002-10: the evaluator agrees with plain logic over the leaves', () => {
  fc.assert(
    fc.property(sound, evidence, (criteria, done) => {
      expect(evaluate(criteria, done, 'UTC').satisfied).toBe(truth(criteria, done));
    }),
    { numRuns: 5_000 },
  );
});

test('the effective time of a satisfied tree is the first day at whose evidence the plain logic holds', () => {
  fc.assert(
    fc.property(sound, evidence, (criteria, done) => {
      const days = [...new Set(done.map(({ effective }) => (effective as { date: string }).date))].sort();
      const first = days.find((day) =>
        truth(
          criteria,
          done.filter(({ effective }) => (effective as { date: string }).date <= day),
        ),
      );
      expect(evaluate(criteria, done, 'UTC').effective).toEqual(first === undefined ? undefined : { date: first });
    }),
    { numRuns: 5_000 },
  );
});

test('the order in which evidence was recorded changes neither the answer nor its time', () => {
  fc.assert(
    fc.property(sound, evidence, fc.infiniteStream(fc.nat()), (criteria, done, numbers) => {
      const shuffled = done.map((item) => ({ item, at: numbers.next().value })).sort((a, b) => a.at - b.at);
      const again = evaluate(
        criteria,
        shuffled.map(({ item }) => item),
        'UTC',
      );
      const { satisfied, effective } = evaluate(criteria, done, 'UTC');
      expect([again.satisfied, again.effective]).toEqual([satisfied, effective]);
    }),
    { numRuns: 2_000 },
  );
});

test('the checklist names each leaf once, where it stands, with evidence of that very course', () => {
  fc.assert(
    fc.property(sound, evidence, (criteria, done) => {
      const { checklist } = evaluate(criteria, done, 'UTC');
      expect(checklist.map(({ course }) => course)).toEqual(leavesOf(criteria));
      for (const { path, course, satisfied, by, missing } of checklist) {
        expect(nodeAt(criteria, path)).toEqual({ course });
        expect(satisfied ? done.find(({ revision }) => revision === by)?.course : undefined).toBe(satisfied ? course : undefined);
        expect(missing === undefined).toBe(satisfied);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('the progress is 100 per cent exactly when the tree is satisfied, and further evidence never lowers it', () => {
  fc.assert(
    fc.property(sound, evidence, (criteria, done) => {
      const percents = done.map((_, index) => evaluate(criteria, done.slice(0, index), 'UTC').percent);
      const { percent, satisfied } = evaluate(criteria, done, 'UTC');
      expect(percent === 100).toBe(satisfied);
      expect([...percents, percent]).toEqual([...percents, percent].sort((a, b) => a - b));
    }),
    { numRuns: 2_000 },
  );
});

test('what the linter lets through is false without evidence and true with all of it', () => {
  fc.assert(
    fc.property(tree, (criteria) => {
      fc.pre(lintTree(criteria, () => []).length === 0);
      const all = COURSES.map((course, revision) => completion(course, '2024-12-31', revision));
      expect([evaluate(criteria, [], 'UTC').satisfied, evaluate(criteria, all, 'UTC').satisfied]).toEqual([false, true]);
    }),
    { numRuns: 2_000, maxSkipsPerRun: 1_000 },
  );
});
