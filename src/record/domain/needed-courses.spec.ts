import type { Criteria } from '../../catalogue/published.js';
import { catalogueOf, courseOf } from '../../../test/support/pure-record.js';
import { neededCourses } from './needed-courses.js';

const COURSES = ['A', 'B', 'C', 'D'];
const plan = {
  learningPlan: 'P',
  title: 'Plan P',
  criteria: { all: [{ course: 'C' }, { any: [{ course: 'A' }, { course: 'D' }] }] },
};
const catalogue = catalogueOf(...COURSES.map((id) => courseOf(id, {})), {
  type: 'DefineLearningPlan',
  learningPlan: plan,
} as never);
const [a, b, c] = COURSES.map((course) => ({ course })) as [Criteria, Criteria, Criteria];
const needed = (criteria: Criteria): readonly string[] =>
  [...neededCourses(criteria, catalogue)].map(([course, how]) => `${course} ${how}`).sort();

test.each<[string, Criteria, readonly string[]]>([
  ['a course', a, ['A always']],
  ['all', { all: [a, b] }, ['A always', 'B always']],
  ['one way among others', { any: [a, b] }, ['A possibly', 'B possibly']],
  ['what every way asks for', { any: [{ all: [a, b] }, { all: [a, c] }] }, ['A always', 'B possibly', 'C possibly']],
  ['two of three', { atLeast: 2, of: [a, b, c] }, ['A possibly', 'B possibly', 'C possibly']],
  [
    'two of three, of which two ask for one course',
    { atLeast: 2, of: [a, { all: [a, b] }, c] },
    ['A always', 'B possibly', 'C possibly'],
  ],
  ['three of three', { atLeast: 3, of: [a, b, c] }, ['A always', 'B always', 'C always']],
  [
    'what must be recent',
    { notBefore: '2024-01-01', criteria: { all: [a, { any: [b, c] }] } },
    ['A always', 'B possibly', 'C possibly'],
  ],
  ['what is no course', { all: [{ submission: 'Licence' }, { approval: 'Interview' }, a] }, ['A always']],
  ['a way without any course', { any: [a, { submission: 'Licence' }] }, ['A possibly']],
  ['a learning plan', { all: [{ learningPlan: 'P' }, b] }, ['A possibly', 'B always', 'C always', 'D possibly']],
])('%s', (_, criteria, expected) => {
  expect(needed(criteria)).toEqual(expected);
});
