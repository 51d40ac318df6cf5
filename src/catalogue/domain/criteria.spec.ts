import { coursesNamed, CRITERIA_DEPTH_MAX, CRITERIA_NODES_MAX, criteriaSchema, lintCriteria, type Criteria } from './criteria.js';

const [c1, c2] = [{ course: 'C1' }, { course: 'C2' }];
const known = (course: string): boolean => course.startsWith('C');
const lint = (criteria: Criteria): readonly [string, string] | undefined => {
  const fault = lintCriteria(criteria, known);
  return fault === undefined ? undefined : [fault.code, fault.pointer];
};

describe('the linter of criteria', () => {
  test.each<[string, Criteria]>([
    ['001-8: C1 and C2', { all: [c1, c2] }],
    ['001-8: (C1 and C2) or (C3 and C4)', { any: [{ all: [c1, c2] }, { all: [{ course: 'C3' }, { course: 'C4' }] }] }],
    ['002-10: any two of four', { atLeast: 2, of: [c1, c2, { course: 'C3' }, { course: 'C4' }] }],
    ['002-12: all of two by count', { atLeast: 2, of: [c1, c2] }],
    ['one course from a date on', { notBefore: '2024-01-01', criteria: c1 }],
    ['a course in two branches', { any: [{ all: [c1, c2] }, { all: [c1, { course: 'C3' }] }] }],
  ])('accepts %s', (_, criteria) => {
    expect(lint(criteria)).toBeUndefined();
    expect(criteriaSchema.safeParse(criteria).success).toBe(true);
  });

  test.each<[string, Criteria, string, string]>([
    ['an empty all', { all: [] }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['an empty any', { any: [] }, 'CRITERIA_NEVER_SATISFIED', '/criteria'],
    ['at least 0', { atLeast: 0, of: [c1] }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['at least -1', { atLeast: -1, of: [] }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['three of two', { atLeast: 3, of: [c1, c2] }, 'CRITERIA_NEVER_SATISFIED', '/criteria'],
    ['an unknown course', { all: [c1, { any: [{ course: 'X' }] }] }, 'COURSE_UNKNOWN', '/criteria/all/1/any/0'],
    ['a repeated sibling', { any: [c1, { all: [c2, c1, c2] }] }, 'CRITERIA_REPEATED', '/criteria/any/1/all/2'],
    ['a repeat under of', { atLeast: 1, of: [c1, c1] }, 'CRITERIA_REPEATED', '/criteria/of/1'],
    [
      'a fault under notBefore',
      { notBefore: '2024-01-01', criteria: { any: [] } },
      'CRITERIA_NEVER_SATISFIED',
      '/criteria/criteria',
    ],
  ])('refuses %s at the node that offends', (_, criteria, code, pointer) => {
    expect(lint(criteria)).toEqual([code, pointer]);
  });

  test('refuses more levels and more nodes than the bounds, and takes just as many', () => {
    const nested = (levels: number): Criteria => (levels === 1 ? c1 : { all: [nested(levels - 1)] });
    expect(lint(nested(CRITERIA_DEPTH_MAX))).toBeUndefined();
    expect(lint(nested(CRITERIA_DEPTH_MAX + 1))?.[0]).toBe('CRITERIA_TOO_LARGE');
    const wide = (leaves: number): Criteria => ({ all: Array.from({ length: leaves }, (_, index) => ({ course: `C${index}` })) });
    expect(lint(wide(CRITERIA_NODES_MAX - 1))).toBeUndefined();
    expect(lint(wide(CRITERIA_NODES_MAX))?.[0]).toBe('CRITERIA_TOO_LARGE');
  });
});

test.each([
  { all: [c1], any: [c2] },
  { course: 'C1', minEdition: 2 },
  { atLeast: 1.5, of: [c1] },
  { none: [] },
  'C1',
  { course: '' },
])('the schema refuses %j', (value) => expect(criteriaSchema.safeParse(value).success).toBe(false));

test('names every course of the tree once', () => {
  const criteria = {
    any: [{ all: [c1, c2] }, { notBefore: '2024-01-01', criteria: { atLeast: 1, of: [c1, { course: 'C3' }] } }],
  };
  expect([...coursesNamed(criteria)]).toEqual(['C1', 'C2', 'C3']);
});
