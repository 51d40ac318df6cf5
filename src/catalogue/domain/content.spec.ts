import {
  ACTIVITIES_MAX,
  courseContentSchema,
  ITEMS_MAX,
  learningPlanContentSchema,
  NOTICES_MAX,
  COURSES_PER_PLAN_MAX,
  schemeContentSchema,
} from './content.js';

const scheme = {
  title: 'S',
  published: '2024-01-01',
  timeZone: 'UTC',
  validity: { perpetual: true },
  criteria: { course: 'C1' },
};
const takes = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success;
const listOf = <Item>(length: number, item: (index: number) => Item): readonly Item[] =>
  Array.from({ length }, (_, index) => item(index));

test.each<[string, number, (length: number) => boolean]>([
  [
    'activities',
    ACTIVITIES_MAX,
    (length) =>
      takes(courseContentSchema, {
        title: 'C',
        activities: listOf(length, (index) => ({ activity: `a${index}`, kind: 'lesson' })),
      }),
  ],
  [
    'items of a scheme',
    ITEMS_MAX,
    (length) => takes(schemeContentSchema, { ...scheme, items: listOf(length, (index) => ({ course: `C${index}` })) }),
  ],
  [
    'courses of a plan',
    COURSES_PER_PLAN_MAX,
    (length) =>
      takes(learningPlanContentSchema, {
        title: 'P',
        criteria: scheme.criteria,
        items: listOf(length, (index) => ({ course: `C${index}` })),
      }),
  ],
  [
    'notices',
    NOTICES_MAX,
    (length) => {
      const notice = { boundary: 'expiry', when: 'before', offset: 'P1D', channels: ['mail'], on: true };
      return takes(schemeContentSchema, { ...scheme, notices: { notices: listOf(length, () => notice) } });
    },
  ],
])('takes as many %s as the bound, and no more', (_, bound, takesSoMany) => {
  expect([takesSoMany(bound), takesSoMany(bound + 1)]).toEqual([true, false]);
});

test.each<[string, object]>([
  ['a scale for a lesson', { activities: [{ activity: 'l1', kind: 'lesson', maxScore: '10' }] }],
  ['an activity of an unknown kind', { activities: [{ activity: 'l1', kind: 'game' }] }],
  ['a logo by something else than a digest', { logo: { digest: 'https://example.org/logo.png', mediaType: 'image/png' } }],
  ['a logo that is no image', { logo: { digest: 'a'.repeat(64), mediaType: 'text/html' } }],
  ['a launch address that runs', { launchAddress: 'javascript:alert(1)' }],
])('a course takes no %s', (_, more) => expect(takes(courseContentSchema, { title: 'C', ...more })).toBe(false));

test.each<[string, object]>([
  ['001-4: due and complete within', { timeToFulfil: { due: { date: '2024-05-01' }, completeWithin: 'P30D' } }],
  ['a kind that is neither internal nor external', { kind: 'public' }],
  [
    'a notice by no channel',
    { notices: { notices: [{ boundary: 'due', when: 'after', offset: 'P1D', channels: [], on: true }] } },
  ],
  ['an offset without length', { notices: { expiringFrom: 'P0D' } }],
  ['a field that nothing knows', { renewal: true }],
])('a scheme takes no %s', (_, more) => expect(takes(schemeContentSchema, { ...scheme, ...more })).toBe(false));

test.each<[string, object]>([
  ['002-4: external', { kind: 'external', issuer: 'Ministry' }],
  ['001-6: instructions and overview', { instructions: 'Bring a pen.', overview: 'What it is.' }],
  ['002-1: recurring', { validity: { duration: 'P1Y' } }],
  ['001-2: complete within a period', { timeToFulfil: { completeWithin: 'P6W', lateEvidence: 'accept-late' } }],
  ['001-3: a start date', { timeToFulfil: { start: { date: '2024-05-01' } } }],
  [
    '000-8: notices by mail, in the app or on Slack, each on or off',
    {
      notices: {
        notices: [{ boundary: 'expiry', when: 'before', offset: 'P14D', channels: ['mail', 'in-app', 'slack'], on: false }],
      },
    },
  ],
])('a scheme may be %s', (_, more) => expect(takes(schemeContentSchema, { ...scheme, ...more })).toBe(true));
