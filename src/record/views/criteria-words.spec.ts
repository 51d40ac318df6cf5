import { catalogueWith, definitions } from '../../../test/support/pure-record.js';
import type { Criteria } from '../../catalogue/published.js';
import { CRITERIA_WORDS_CHARACTERS_MAX, criteriaWords } from './criteria-words.js';

const facts = catalogueWith(definitions(['A', 'B']), {
  type: 'DefineLearningPlan',
  learningPlan: { learningPlan: 'P', title: 'Basics', criteria: { course: 'A' } },
});
const [A, B] = [{ course: 'A' }, { course: 'B' }];

test.each<[Criteria, string]>([
  [A, 'Course A'],
  [{ learningPlan: 'P' }, 'Basics'],
  [{ course: 'gone' }, 'gone'],
  [{ submission: 'Licence' }, '“Licence”'],
  [{ approval: 'visit' }, 'the approval “visit”'],
  [{ sitting: 'core' }, 'the test core'],
  [{ all: [A, B] }, 'Course A and Course B'],
  [{ any: [A, { all: [A, B] }] }, 'Course A or (Course A and Course B)'],
  [{ atLeast: 1, of: [A, B] }, 'Course A or Course B'],
  [{ atLeast: 2, of: [A, B, { learningPlan: 'P' }] }, '2 of: Course A, Course B, Basics'],
  [{ notBefore: '2024-01-01', criteria: { any: [A, B] } }, '(Course A or Course B), not before 2024-01-01'],
])('%j in words: %s', (criteria, words) => {
  expect(criteriaWords(criteria, facts)).toBe(words);
});

test('words are cut at their limit', () => {
  const labelled = (characters: number) => criteriaWords({ submission: 'x'.repeat(characters - 2) }, facts);
  const exact = labelled(CRITERIA_WORDS_CHARACTERS_MAX);
  expect([exact.length, exact.endsWith('”')]).toEqual([CRITERIA_WORDS_CHARACTERS_MAX, true]);
  const cut = labelled(CRITERIA_WORDS_CHARACTERS_MAX + 1);
  expect([cut.length, cut.endsWith('…')]).toEqual([CRITERIA_WORDS_CHARACTERS_MAX, true]);
});
