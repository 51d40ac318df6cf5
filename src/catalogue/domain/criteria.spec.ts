import {
  approvalsNamed,
  countLeaves,
  courseCriteriaSchema,
  coursesNamed,
  criteriaSchema,
  itemKey,
  itemOf,
  itemsOf,
  leavesOf,
  LABEL_CHARACTERS_MAX,
  planCriteriaSchema,
  plansNamed,
  type Criteria,
} from './criteria.js';

const criteria: Criteria = {
  any: [
    { all: [{ course: 'C1', minEdition: 2 }, { learningPlan: 'P1' }, { submission: 'Licence', review: 'required' }] },
    { notBefore: '2024-01-01', criteria: { atLeast: 1, of: [{ course: 'C1' }, { sitting: 'T1' }, { approval: 'fitness' }] } },
  ],
};

test('leaves stand in the order of the tree, each with its pointer from the root', () => {
  expect(leavesOf(criteria).map(({ pointer }) => pointer)).toEqual([
    '/any/0/all/0',
    '/any/0/all/1',
    '/any/0/all/2',
    '/any/1/criteria/of/0',
    '/any/1/criteria/of/1',
    '/any/1/criteria/of/2',
  ]);
  expect(leavesOf({ course: 'C1' }, '/criteria')).toEqual([{ leaf: { course: 'C1' }, pointer: '/criteria' }]);
  expect(countLeaves(criteria)).toBe(6);
});

test('what the tree names stands there once, however often it is named', () => {
  expect([[...coursesNamed(criteria)], [...plansNamed(criteria)], [...approvalsNamed(criteria)]]).toEqual([
    ['C1'],
    ['P1'],
    ['fitness'],
  ]);
});

test('001-7: the items of criteria are what their leaves ask for, in order, each once, without what is demanded of it', () => {
  expect(itemsOf(criteria)).toEqual([
    { course: 'C1' },
    { learningPlan: 'P1' },
    { submission: 'Licence' },
    { sitting: 'T1' },
    { approval: 'fitness' },
  ]);
  expect(itemKey(itemOf({ course: 'AAA', minEdition: 3 }))).toBe('course AAA');
});

test.each<[string, unknown]>([
  ['001-8: C1 and C2', { all: [{ course: 'C1' }, { course: 'C2' }] }],
  ['001-8: (C1 and C2) or C3', { any: [{ all: [{ course: 'C1' }, { course: 'C2' }] }, { course: 'C3' }] }],
  ['001-9: a course or a learning plan as a task', { any: [{ course: 'C1' }, { learningPlan: 'P1' }] }],
  [
    '000-1: a course, a plan, a report of training or a decision',
    { any: [{ learningPlan: 'P' }, { submission: 'x' }, { approval: 'y' }] },
  ],
  ['001-14: a submission of either kind', { submission: 'Licence' }],
  ['002-10: any two of four', { atLeast: 2, of: ['a', 'b', 'c', 'd'].map((course) => ({ course })) }],
  ['a course from an edition on', { course: 'C1', minEdition: 2 }],
])('a scheme may ask for %s', (_, value) => expect(criteriaSchema.safeParse(value).success).toBe(true));

test.each<[string, unknown]>([
  ['003-1: lessons and quizzes', { all: [{ lesson: 'l1' }, { quiz: 'q1', minScore: '70' }] }],
  [
    '003-2: participation, project, assessment and attendance',
    {
      all: [
        { participation: 'f', minCount: 3 },
        { project: 'p' },
        { assessment: 'a', minScore: '69.5' },
        { attendance: 'c', minCount: 1 },
      ],
    },
  ],
  ['003-3: approval by the instructor', { approval: 'instructor' }],
])('a course may ask for %s', (_, value) => expect(courseCriteriaSchema.safeParse(value).success).toBe(true));

test.each<[string, { safeParse(value: unknown): { success: boolean } }, unknown]>([
  ['two branches in one node', criteriaSchema, { all: [{ course: 'C1' }], any: [{ course: 'C2' }] }],
  ['two leaves in one node', criteriaSchema, { course: 'C1', sitting: 'T1' }],
  ['half a course', criteriaSchema, { atLeast: 1.5, of: [{ course: 'C1' }] }],
  ['an unknown branch', criteriaSchema, { none: [] }],
  ['a text', criteriaSchema, 'C1'],
  ['a course without an id', criteriaSchema, { course: '' }],
  ['edition 0', criteriaSchema, { course: 'C1', minEdition: 0 }],
  ['a label beyond its bound', criteriaSchema, { submission: 'x'.repeat(LABEL_CHARACTERS_MAX + 1) }],
  ['a lesson in a scheme', criteriaSchema, { lesson: 'l1' }],
  ['a course in a course', courseCriteriaSchema, { course: 'C1' }],
  ['a sitting in a plan', planCriteriaSchema, { sitting: 'T1' }],
  ['a score of NaN', courseCriteriaSchema, { quiz: 'q', minScore: 'NaN' }],
  ['a score that is a number', courseCriteriaSchema, { quiz: 'q', minScore: 70 }],
  ['a negative score', courseCriteriaSchema, { quiz: 'q', minScore: '-1' }],
])('no schema takes %s', (_, schema, value) => expect(schema.safeParse(value).success).toBe(false));

test('a label may be as long as its bound', () => {
  expect(criteriaSchema.safeParse({ submission: 'x'.repeat(LABEL_CHARACTERS_MAX) }).success).toBe(true);
});
