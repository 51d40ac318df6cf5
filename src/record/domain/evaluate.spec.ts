import type { Criteria } from '../../catalogue/published.js';
import type { Evaluation } from './evaluate.js';
import { evaluateRecord } from './scheme-evidence.js';
import { emptyRecord, type Completion } from './state.js';

const completion = (course: string, effective: Completion['effective'], revision: number): Completion => ({
  course,
  effective,
  revision,
  edition: 1,
  enrolment: revision,
  how: 'reported',
});
const evaluate = (criteria: Criteria, completions: readonly Completion[], zone: string): Evaluation =>
  evaluateRecord(criteria, 'S', { ...emptyRecord, completions }, zone);
/** Evidence in the order of its recording: `C1@2024-01-05`. */
const done = (...items: readonly string[]): readonly Completion[] =>
  items.map((item, index) => {
    const [course, date] = item.split('@') as [string, string | undefined];
    return completion(course, { date: date ?? '2024-01-01' }, index + 1);
  });
const satisfied = (criteria: Criteria, ...items: readonly string[]): boolean =>
  evaluate(criteria, done(...items), 'UTC').satisfied;
const when = (criteria: Criteria, ...items: readonly string[]): unknown => evaluate(criteria, done(...items), 'UTC').effective;
const [c1, c2, c3, c4] = ['C1', 'C2', 'C3', 'C4'].map((course) => ({ course })) as [Criteria, Criteria, Criteria, Criteria];

describe('the three examples of 001-8', () => {
  test('001-8: C1 and C2 needs both', () => {
    expect([satisfied({ all: [c1, c2] }, 'C1'), satisfied({ all: [c1, c2] }, 'C2', 'C1')]).toEqual([false, true]);
  });

  test('001-8: C1 or C2 needs either', () => {
    const criteria = { any: [c1, c2] };
    expect([satisfied(criteria), satisfied(criteria, 'C1'), satisfied(criteria, 'C2')]).toEqual([false, true, true]);
  });

  test('001-8: (C1 and C2) or (C3 and C4) takes no mixed pair', () => {
    const criteria = { any: [{ all: [c1, c2] }, { all: [c3, c4] }] };
    expect(satisfied(criteria, 'C1', 'C3')).toBe(false);
    expect(satisfied(criteria, 'C2', 'C4', 'C1')).toBe(true);
    expect(satisfied(criteria, 'C3', 'C4')).toBe(true);
  });

  test('001-7: an item that the criteria do not need is optional', () => {
    expect(satisfied({ all: [c1] }, 'C1')).toBe(true);
    expect(satisfied({ all: [c1] }, 'C2', 'C3')).toBe(false);
  });
});

describe('two mandatory of four, 002-10', () => {
  test('002-10, by count: any two of four complete, one does not', () => {
    const criteria = { atLeast: 2, of: [c1, c2, c3, c4] };
    expect([satisfied(criteria, 'C4'), satisfied(criteria, 'C4', 'C2'), satisfied(criteria, 'C1', 'C3', 'C2')]).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('002-10, by name: only the two that were set mandatory complete', () => {
    const criteria = { all: [c1, c2] };
    expect([satisfied(criteria, 'C3', 'C4'), satisfied(criteria, 'C1', 'C2')]).toEqual([false, true]);
  });

  test('002-10: the same course twice counts once', () => {
    expect(satisfied({ atLeast: 2, of: [c1, c2, c3, c4] }, 'C1', 'C1')).toBe(false);
  });

  test('002-12: all mandatory needs every course', () => {
    const criteria = { atLeast: 4, of: [c1, c2, c3, c4] };
    expect([satisfied(criteria, 'C1', 'C2', 'C3'), satisfied(criteria, 'C1', 'C2', 'C3', 'C4')]).toEqual([false, true]);
  });
});

describe('the moment at which a tree became true', () => {
  test('all: the last of the needed evidence, in whatever order it was recorded', () => {
    expect(when({ all: [c1, c2] }, 'C2@2024-03-01', 'C1@2024-02-01')).toEqual({ date: '2024-03-01' });
  });

  test('any: the first; atLeast 2: the second', () => {
    const items = ['C3@2024-03-01', 'C1@2024-01-01', 'C2@2024-02-01'];
    expect(when({ any: [c1, c2, c3] }, ...items)).toEqual({ date: '2024-01-01' });
    expect(when({ atLeast: 2, of: [c1, c2, c3] }, ...items)).toEqual({ date: '2024-02-01' });
  });

  test('a repeat moves nothing: the earliest evidence satisfies the leaf', () => {
    const { checklist, effective } = evaluate(c1, done('C1@2024-02-01', 'C1@2024-01-01', 'C1@2024-01-01'), 'UTC');
    expect(effective).toEqual({ date: '2024-01-01' });
    expect(checklist).toEqual([{ path: '', course: 'C1', satisfied: true, by: 2, effective: { date: '2024-01-01' } }]);
  });

  test('a date counts as the start of its day in the zone of the scheme', () => {
    const evidence = (instant: string): readonly Completion[] => [
      completion('C1', { date: '2024-02-01' }, 1),
      completion('C2', { instant }, 2),
    ];
    const instant = '2024-01-31T20:00:00Z';
    // In Tokyo it is 05:00 on 1 February by then, in New York 15:00 on 31 January.
    expect(evaluate({ all: [c1, c2] }, evidence(instant), 'Asia/Tokyo').effective).toEqual({ instant });
    expect(evaluate({ all: [c1, c2] }, evidence(instant), 'America/New_York').effective).toEqual({ date: '2024-02-01' });
  });
});

describe('notBefore', () => {
  test('leaves out earlier evidence, and evidence of that day counts', () => {
    const criteria = { notBefore: '2024-02-01', criteria: c1 };
    expect([satisfied(criteria, 'C1@2024-01-31'), satisfied(criteria, 'C1@2024-02-01')]).toEqual([false, true]);
  });

  test('a later repeat satisfies, though an earlier one stands', () => {
    expect(when({ notBefore: '2024-02-01', criteria: c1 }, 'C1@2023-01-01', 'C1@2024-05-05')).toEqual({ date: '2024-05-05' });
  });

  test('the stricter of two nested bounds holds, whichever is outside', () => {
    const [early, late] = ['2024-01-01', '2024-06-01'];
    const nest = (outer: string, inner: string): Criteria => ({
      notBefore: outer,
      criteria: { notBefore: inner, criteria: { any: [c1, c2] } },
    });
    for (const criteria of [nest(early, late), nest(late, early)]) {
      expect([satisfied(criteria, 'C1@2024-03-01'), satisfied(criteria, 'C2@2024-06-01')]).toEqual([false, true]);
    }
  });

  test('bounds its own branch only', () => {
    const criteria = { all: [{ notBefore: '2024-06-01', criteria: c1 }, c2] };
    expect(satisfied(criteria, 'C1@2024-07-01', 'C2@2020-01-01')).toBe(true);
  });

  test('starts with the day in the zone of the scheme', () => {
    const evidence = [completion('C1', { instant: '2024-01-31T15:00:00Z' }, 1)];
    const criteria = { notBefore: '2024-02-01', criteria: c1 };
    expect(evaluate(criteria, evidence, 'Asia/Tokyo').satisfied).toBe(true);
    expect(evaluate(criteria, evidence, 'UTC').satisfied).toBe(false);
  });
});

test('the checklist names every leaf with its path, what satisfies it or what is missing', () => {
  const criteria = { any: [{ all: [c1, c2] }, { notBefore: '2024-06-01', criteria: { atLeast: 1, of: [c3, c4] } }] };
  expect(evaluate(criteria, done('C2@2024-01-02', 'C3@2024-01-03'), 'UTC')).toEqual({
    satisfied: false,
    // Half of the first branch is done, nothing of the second.
    percent: 50,
    checklist: [
      { path: '/any/0/all/0', course: 'C1', satisfied: false, missing: 'not-completed' },
      { path: '/any/0/all/1', course: 'C2', satisfied: true, by: 1, effective: { date: '2024-01-02' } },
      { path: '/any/1/criteria/of/0', course: 'C3', satisfied: false, missing: 'only-before' },
      { path: '/any/1/criteria/of/1', course: 'C4', satisfied: false, missing: 'not-completed' },
    ],
  });
});
