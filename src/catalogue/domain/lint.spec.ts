import { catalogueOf, catalogueWith, NOW } from '../../../test/support/pure-record.js';
import type { CatalogueCommand, Fault } from './commands.js';
import { COURSES_PER_PLAN_MAX } from './content.js';
import { CRITERIA_DEPTH_MAX, CRITERIA_NODES_MAX, type CourseCriteria, type Criteria } from './criteria.js';
import {
  LEAVES_PER_COURSE_MAX,
  lintCourse,
  lintLearningPlan,
  lintScheme,
  PLANS_PER_COURSE_MAX,
  SCHEMES_PER_COURSE_MAX,
} from './lint.js';
import type { Activity, Catalogue } from './state.js';

const course = (id: string): CatalogueCommand => ({ type: 'DefineCourse', course: { course: id, title: id } });
const retire = (kind: 'course' | 'learningPlan' | 'scheme', id: string): CatalogueCommand => ({
  type: 'Retire',
  kind,
  id,
  reason: { code: 'superseded', text: 'Replaced.' },
  reasonSubject: '0190a1b2-0000-7000-8000-000000000009',
});
const plan = (id: string): CatalogueCommand => ({
  type: 'DefineLearningPlan',
  learningPlan: { learningPlan: id, title: id, criteria: { course: 'C1' } },
});
const catalogue = catalogueOf(
  ...['C1', 'C2', 'C3', 'C4', 'OLD'].map(course),
  { type: 'ReviseCourse', course: { course: 'C2', title: 'C2, second edition' } },
  ...['P1', 'OLD'].map(plan),
  retire('course', 'OLD'),
  retire('learningPlan', 'OLD'),
);
const [c1, c2] = [{ course: 'C1' }, { course: 'C2' }];
const shown = (faults: readonly Fault[]) => faults.map(({ code, pointer }) => [code, pointer]);

type SchemeParts = Partial<Parameters<typeof lintScheme>[0]>;
const scheme = (parts: SchemeParts): Parameters<typeof lintScheme>[0] => ({
  scheme: 'S',
  title: 'S',
  published: '2024-01-01',
  timeZone: 'Europe/Berlin',
  validity: { perpetual: true },
  criteria: c1,
  ...parts,
});
const lint = (parts: SchemeParts, given: Catalogue = catalogue, now = NOW) => shown(lintScheme(scheme(parts), given, now));

describe('the linter of schemes', () => {
  test.each<[string, SchemeParts]>([
    [
      '001-8: (C1 and C2) or (C3 and C4)',
      { criteria: { any: [{ all: [c1, c2] }, { all: [{ course: 'C3' }, { course: 'C4' }] }] } },
    ],
    ['002-10: any two of four', { criteria: { atLeast: 2, of: [c1, c2, { course: 'C3' }, { course: 'C4' }] } }],
    ['002-12: all of two by count', { criteria: { atLeast: 2, of: [c1, c2] } }],
    ['one course from a date on', { criteria: { notBefore: '2024-01-01', criteria: c1 } }],
    ['a course in two branches', { criteria: { any: [{ all: [c1, c2] }, { all: [c1, { course: 'C3' }] }] } }],
    ['the latest edition as the minimum', { criteria: { course: 'C2', minEdition: 2 } }],
    ['001-9: a learning plan', { criteria: { learningPlan: 'P1' } }],
    ['001-7: an optional item beside the criteria', { items: [c1, { submission: 'Licence' }], criteria: c1 }],
    ['000-2: a report of training that counts at once', { criteria: { submission: 'Licence', review: 'none' } }],
    ['the same label as submission and as approval', { criteria: { all: [{ submission: 'x' }, { approval: 'x' }] } }],
    ['a named approval', { award: 'on-approval', approval: 'board' }],
    [
      '001-4: a due the moment after the start',
      {
        timeToFulfil: { start: { date: '2024-04-01' }, due: { instant: '2024-04-01T00:00:01+02:00' } },
      },
    ],
  ])('finds nothing wrong with %s', (_, parts) => expect(lint(parts)).toEqual([]));

  test.each<[string, SchemeParts, string, string]>([
    ['an empty all', { criteria: { all: [] } }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['an empty any', { criteria: { any: [] } }, 'CRITERIA_NEVER_SATISFIED', '/criteria'],
    ['at least 0', { criteria: { atLeast: 0, of: [c1] } }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['at least -1', { criteria: { atLeast: -1, of: [] } }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['three of two', { criteria: { atLeast: 3, of: [c1, c2] } }, 'CRITERIA_NEVER_SATISFIED', '/criteria'],
    ['an unknown course', { criteria: { all: [c1, { any: [{ course: 'X' }] }] } }, 'COURSE_UNKNOWN', '/criteria/all/1/any/0'],
    ['an unknown plan', { criteria: { any: [c1, { learningPlan: 'X' }] } }, 'LEARNING_PLAN_UNKNOWN', '/criteria/any/1'],
    ['a course as a plan', { criteria: { learningPlan: 'C1' } }, 'LEARNING_PLAN_UNKNOWN', '/criteria'],
    ['an edition to come', { criteria: { all: [c1, { course: 'C2', minEdition: 3 }] } }, 'EDITION_UNKNOWN', '/criteria/all/1'],
    ['a retired course', { criteria: { all: [c1, { course: 'OLD' }] } }, 'DEFINITION_RETIRED', '/criteria/all/1'],
    ['a retired plan', { criteria: { learningPlan: 'OLD' } }, 'DEFINITION_RETIRED', '/criteria'],
    ['a repeated course', { criteria: { any: [c1, { all: [c2, c1, c2] }] } }, 'CRITERIA_REPEATED', '/criteria/any/1/all/2'],
    [
      'a repeat with another edition',
      { criteria: { atLeast: 2, of: [c2, { course: 'C2', minEdition: 2 }] } },
      'CRITERIA_REPEATED',
      '/criteria/of/1',
    ],
    [
      'a repeated plan',
      { criteria: { any: [{ learningPlan: 'P1' }, { learningPlan: 'P1' }] } },
      'CRITERIA_REPEATED',
      '/criteria/any/1',
    ],
    [
      'a repeated submission',
      { criteria: { all: [{ submission: 'x' }, { submission: 'x', review: 'none' }] } },
      'CRITERIA_REPEATED',
      '/criteria/all/1',
    ],
    ['a repeated sitting', { criteria: { all: [{ sitting: 'T' }, { sitting: 'T' }] } }, 'CRITERIA_REPEATED', '/criteria/all/1'],
    [
      'a repeated approval',
      { criteria: { all: [{ approval: 'x' }, { approval: 'x' }] } },
      'CRITERIA_REPEATED',
      '/criteria/all/1',
    ],
    [
      'a fault under notBefore',
      { criteria: { notBefore: '2024-01-01', criteria: { any: [] } } },
      'CRITERIA_NEVER_SATISFIED',
      '/criteria/criteria',
    ],
    [
      'a document that nobody reviews',
      { criteria: { all: [c1, { submission: 'x', kind: 'credential-document', review: 'none' }] } },
      'DOCUMENT_UNREVIEWED',
      '/criteria/all/1',
    ],
    [
      'a check at the source of what is no document',
      { criteria: { any: [{ submission: 'x', sourceCheck: 'required' }, c1] } },
      'SOURCE_CHECK_WITHOUT_DOCUMENT',
      '/criteria/any/0',
    ],
    ['criteria beyond the items', { items: [c1], criteria: { all: [c1, c2] } }, 'ITEM_MISSING', '/criteria/all/1'],
    ['a repeated item', { items: [c1, c2, c1] }, 'ITEM_REPEATED', '/items/2'],
    ['an unknown item', { items: [c1, { course: 'X' }] }, 'COURSE_UNKNOWN', '/items/1'],
    ['a retired item', { items: [c1, { learningPlan: 'OLD' }] }, 'DEFINITION_RETIRED', '/items/1'],
    ['an approval that nothing waits for', { approval: 'board' }, 'APPROVAL_UNASKED', '/approval'],
    [
      '001-4: a due at the start',
      { timeToFulfil: { start: { date: '2024-04-01' }, due: { instant: '2024-04-01T00:00:00+02:00' } } },
      'DUE_BEFORE_START',
      '/timeToFulfil/due',
    ],
    [
      '001-3: a due before the start',
      { timeToFulfil: { start: { date: '2024-04-02' }, due: { date: '2024-04-01' } } },
      'DUE_BEFORE_START',
      '/timeToFulfil/due',
    ],
  ])('refuses %s at the node that offends', (_, parts, code, pointer) => expect(lint(parts)).toEqual([[code, pointer]]));

  test('finds every fault, in the order of the definition', () => {
    const criteria: Criteria = { all: [{ any: [] }, { course: 'X' }, { atLeast: 2, of: [c1, c1] }] };
    expect(lint({ criteria, items: [c1, c1], approval: 'x' })).toEqual([
      ['ITEM_REPEATED', '/items/1'],
      ['CRITERIA_NEVER_SATISFIED', '/criteria/all/0'],
      ['COURSE_UNKNOWN', '/criteria/all/1'],
      ['CRITERIA_REPEATED', '/criteria/all/2/of/1'],
      ['ITEM_MISSING', '/criteria/all/1'],
      ['APPROVAL_UNASKED', '/approval'],
    ]);
  });

  test('refuses more levels and more nodes than the bounds, once, and takes just as many', () => {
    const nested = (levels: number): Criteria => (levels === 1 ? c1 : { all: [nested(levels - 1)] });
    expect(lint({ criteria: nested(CRITERIA_DEPTH_MAX) })).toEqual([]);
    expect(lint({ criteria: nested(CRITERIA_DEPTH_MAX + 1) })).toEqual([
      ['CRITERIA_TOO_LARGE', `/criteria${'/all/0'.repeat(CRITERIA_DEPTH_MAX)}`],
    ]);
    const wide = (leaves: number): Criteria => ({
      all: Array.from({ length: leaves }, (_, index) => ({ approval: `board ${index}` })),
    });
    expect(lint({ criteria: wide(CRITERIA_NODES_MAX - 1) })).toEqual([]);
    expect(lint({ criteria: wide(CRITERIA_NODES_MAX + 7) })).toEqual([
      ['CRITERIA_TOO_LARGE', `/criteria/all/${CRITERIA_NODES_MAX - 1}`],
    ]);
  });

  test('an edition is published no earlier than the one before', () => {
    const known = catalogueOf(course('C1'), { type: 'DefineScheme', scheme: scheme({ published: '2024-03-01' }) });
    expect(lint({ published: '2024-03-01' }, known)).toEqual([]);
    expect(lint({ published: '2024-02-29' }, known)).toEqual([['EDITION_OUT_OF_ORDER', '/published']]);
  });

  test.each([
    // The same instant is another day in another place.
    ['2024-06-01T09:59:59.999Z', 'Pacific/Kiritimati', '2024-06-01', '2024-06-02'],
    ['2024-06-01T10:00:00Z', 'Pacific/Kiritimati', '2024-06-02', '2024-06-03'],
    ['2024-06-01T10:59:59.999Z', 'Pacific/Niue', '2024-05-31', '2024-06-01'],
    ['2024-06-01T11:00:00Z', 'Pacific/Niue', '2024-06-01', '2024-06-02'],
    ['2024-06-01T23:59:59.999Z', 'UTC', '2024-06-01', '2024-06-02'],
  ])('at %s in %s an edition may be published on %s, not on %s', (now, timeZone, today, tomorrow) => {
    expect(lint({ timeZone, published: today }, catalogue, now)).toEqual([]);
    expect(lint({ timeZone, published: tomorrow }, catalogue, now)).toEqual([['PUBLISHED_IN_FUTURE', '/published']]);
    expect(lint({ timeZone, published: '9999-12-31' }, catalogue, now)).toEqual([['PUBLISHED_IN_FUTURE', '/published']]);
  });

  test('an edition that lies ahead from before the rule keeps no later one waiting', () => {
    const defined = catalogueOf(course('C1'), { type: 'DefineScheme', scheme: scheme({}) });
    const [first] = defined.schemes.get('S')!;
    const known = { ...defined, schemes: new Map([['S', [{ ...first!, published: '2030-01-01' }]]]) };
    expect(lint({ published: '2024-06-01' }, known)).toEqual([]);
    expect(lint({ published: '2024-05-31' }, known)).toEqual([['EDITION_OUT_OF_ORDER', '/published']]);
    expect(lint({ published: '2030-01-01' }, known)).toEqual([['PUBLISHED_IN_FUTURE', '/published']]);
  });
});

describe('what bears on one course', () => {
  const crowd = (schemes: number, criteria: Criteria): Catalogue =>
    catalogueOf(
      course('C1'),
      plan('P1'),
      ...Array.from({ length: schemes }, (_, index) => ({
        type: 'DefineScheme' as const,
        scheme: scheme({ scheme: `S${index}`, criteria }),
      })),
    );
  const crowded = [['COURSE_IN_TOO_MANY_SCHEMES', '/criteria']];

  test('stays within the number of schemes that one completion can decide, also through a learning plan', () => {
    expect(lint({}, crowd(SCHEMES_PER_COURSE_MAX - 1, c1))).toEqual([]);
    expect(lint({}, crowd(SCHEMES_PER_COURSE_MAX, c1))).toEqual(crowded);
    expect(lint({}, crowd(SCHEMES_PER_COURSE_MAX, { learningPlan: 'P1' }))).toEqual(crowded);
    expect(lint({ scheme: 'S0' }, crowd(SCHEMES_PER_COURSE_MAX, c1))).toEqual([]);
  });

  test('a retired scheme makes no room, as what was assigned before may still be awarded in the same commit', () => {
    const retired = catalogueWith(crowd(SCHEMES_PER_COURSE_MAX, c1), retire('scheme', 'S0'));
    expect(lint({}, retired)).toEqual(crowded);
  });

  test('stays within the number of leaves', () => {
    const approvals = Array.from({ length: 399 }, (_, index) => ({ approval: `board ${index}` }));
    const large: Criteria = { any: [c1, ...approvals] };
    const known = crowd(LEAVES_PER_COURSE_MAX / 400 - 1, large);
    expect(lint({ criteria: large }, known)).toEqual([]);
    expect(lint({ criteria: { any: [...approvals, c1, { sitting: 'T' }] } }, known)).toEqual(crowded);
  });

  test('a plan that takes a course up takes the schemes over it along', () => {
    const known = catalogueOf(
      course('C1'),
      course('C2'),
      plan('P1'),
      ...Array.from({ length: SCHEMES_PER_COURSE_MAX }, (_, index) => ({
        type: 'DefineScheme' as const,
        scheme: scheme({ scheme: `S${index}`, criteria: index === 0 ? { learningPlan: 'P1' } : c2 }),
      })),
      { type: 'DefineScheme', scheme: scheme({ scheme: 'LAST', criteria: c2 }) },
    );
    const widened = { learningPlan: 'P1', title: 'P1', criteria: { any: [c1, c2] } };
    expect(shown(lintLearningPlan(widened, known))).toEqual(crowded);
  });

  test('stays within the number of learning plans that one completion can complete; a retired one makes room', () => {
    const plans = (count: number): CatalogueCommand[] => Array.from({ length: count }, (_, index) => plan(`P${index}`));
    const asked = { learningPlan: 'PX', title: 'PX', criteria: c1 };
    const one = (...commands: CatalogueCommand[]) => shown(lintLearningPlan(asked, catalogueOf(course('C1'), ...commands)));
    expect(one(...plans(PLANS_PER_COURSE_MAX - 1))).toEqual([]);
    expect(one(...plans(PLANS_PER_COURSE_MAX))).toEqual([['COURSE_IN_TOO_MANY_PLANS', '/criteria']]);
    expect(one(...plans(PLANS_PER_COURSE_MAX), retire('learningPlan', 'P0'))).toEqual([]);
  });
});

describe('the linter of learning plans', () => {
  const lintPlan = (parts: Partial<Parameters<typeof lintLearningPlan>[0]>) =>
    shown(lintLearningPlan({ learningPlan: 'P1', title: 'P1', criteria: c1, ...parts }, catalogue));

  test.each<[string, Partial<Parameters<typeof lintLearningPlan>[0]>, string, string]>([
    ['itself', { criteria: { all: [c1, { learningPlan: 'P1' }] } }, 'PLAN_IN_PLAN', '/criteria/all/1'],
    ['another plan', { items: [c1, { learningPlan: 'P2' }] }, 'PLAN_IN_PLAN', '/items/1'],
    ['an unknown course', { criteria: { any: [c1, { course: 'X' }] } }, 'COURSE_UNKNOWN', '/criteria/any/1'],
    ['a retired course', { items: [c1, { course: 'OLD' }] }, 'DEFINITION_RETIRED', '/items/1'],
    ['an edition to come', { criteria: { course: 'C1', minEdition: 2 } }, 'EDITION_UNKNOWN', '/criteria'],
    ['a course that its items lack', { items: [c1], criteria: { any: [c1, c2] } }, 'ITEM_MISSING', '/criteria/any/1'],
    ['a course twice', { items: [c1, c1] }, 'ITEM_REPEATED', '/items/1'],
  ])('refuses a plan that holds %s', (_, parts, code, pointer) => expect(lintPlan(parts)).toEqual([[code, pointer]]));

  test('takes as many courses as its bound and no more, also where only its criteria name them', () => {
    const ids = Array.from({ length: COURSES_PER_PLAN_MAX + 1 }, (_, index) => `N${index}`);
    const known = catalogueOf(...ids.map(course));
    const lintOver = (count: number) =>
      shown(
        lintLearningPlan(
          { learningPlan: 'P', title: 'P', criteria: { any: ids.slice(0, count).map((id) => ({ course: id })) } },
          known,
        ),
      );
    expect(lintOver(COURSES_PER_PLAN_MAX)).toEqual([]);
    expect(lintOver(COURSES_PER_PLAN_MAX + 1)).toEqual([['CRITERIA_TOO_LARGE', '/criteria']]);
  });
});

describe('the linter of courses', () => {
  const activities: readonly Activity[] = [
    { activity: 'l1', kind: 'lesson' },
    { activity: 'q1', kind: 'quiz', maxScore: '20' },
    { activity: 'a1', kind: 'assessment' },
    { activity: 'f1', kind: 'participation' },
  ];
  const lintWith = (criteria: CourseCriteria, listed = activities) => shown(lintCourse({ activities: listed, criteria }));

  test.each<[string, CourseCriteria]>([
    ['003-1: all lessons and quizzes', { all: [{ lesson: 'l1' }, { quiz: 'q1', minScore: '14' }] }],
    ['003-1: a minimum at the end of the scale', { quiz: 'q1', minScore: '20.0' }],
    ['003-2: a minimum of the scale that nobody gave', { assessment: 'a1', minScore: '100' }],
    ['003-3: an approval, which is no activity', { all: [{ lesson: 'l1' }, { approval: 'instructor' }] }],
  ])('finds nothing wrong with %s', (_, criteria) => expect(lintWith(criteria)).toEqual([]));

  test.each<[string, CourseCriteria, string, string]>([
    ['a lesson that it lacks', { all: [{ lesson: 'l1' }, { lesson: 'l2' }] }, 'ACTIVITY_UNKNOWN', '/criteria/all/1'],
    ['a quiz as a lesson', { lesson: 'q1' }, 'ACTIVITY_UNKNOWN', '/criteria'],
    ['a minimum above its scale', { any: [{ quiz: 'q1', minScore: '20.0001' }] }, 'MINIMUM_ABOVE_SCALE', '/criteria/any/0'],
    ['a minimum above 100', { assessment: 'a1', minScore: '100.5' }, 'MINIMUM_ABOVE_SCALE', '/criteria'],
    ['no participation at all', { participation: 'f1', minCount: 0 }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['a lesson twice', { all: [{ lesson: 'l1' }, { lesson: 'l1' }] }, 'CRITERIA_REPEATED', '/criteria/all/1'],
    [
      'a quiz twice',
      {
        all: [
          { quiz: 'q1', minScore: '1' },
          { quiz: 'q1', minScore: '2' },
        ],
      },
      'CRITERIA_REPEATED',
      '/criteria/all/1',
    ],
    ['nothing', { all: [] }, 'CRITERIA_ALWAYS_SATISFIED', '/criteria'],
    ['a minimum with zeros before it', { any: [{ quiz: 'q1', minScore: '014' }] }, 'INVALID_REQUEST', '/criteria/any/0/minScore'],
  ])('refuses a course that asks for %s', (_, criteria, code, pointer) => expect(lintWith(criteria)).toEqual([[code, pointer]]));

  test('refuses an activity that is listed twice, whatever its kind', () => {
    expect(shown(lintCourse({ activities: [...activities, { activity: 'l1', kind: 'project' }] }))).toEqual([
      ['ACTIVITY_REPEATED', '/activities/4'],
    ]);
  });

  test('refuses a scale with zeros before it', () => {
    expect(shown(lintCourse({ activities: [{ activity: 'q', kind: 'quiz', maxScore: '020' }] }))).toEqual([
      ['INVALID_REQUEST', '/activities/0/maxScore'],
    ]);
  });

  test('a course that lists nothing can ask for an approval only', () => {
    expect(shown(lintCourse({ criteria: { approval: 'instructor' } }))).toEqual([]);
    expect(shown(lintCourse({ criteria: { project: 'p' } }))).toEqual([['ACTIVITY_UNKNOWN', '/criteria']]);
  });
});
