import {
  ADMIN,
  catalogueOf,
  courseOf,
  LEARNER,
  LEARNER_AS_ADMIN,
  PureRecord,
  SERVICE,
  typesOf,
} from '../../../test/support/pure-record.js';
import type { CourseCriteria } from '../../catalogue/published.js';
import type { Of } from './commands.js';

const ACTIVITIES = [
  { activity: 'film', kind: 'lesson' },
  { activity: 'test', kind: 'quiz' },
  { activity: 'forum', kind: 'participation' },
  { activity: 'essay', kind: 'project' },
  { activity: 'exam', kind: 'assessment', maxScore: '20' },
  { activity: 'class', kind: 'attendance' },
] as const;
const facts = (criteria: CourseCriteria) => catalogueOf(courseOf('C', { activities: [...ACTIVITIES], criteria }));
type Kind = (typeof ACTIVITIES)[number]['kind'];
type Result = Pick<Of<'ReportActivity'>, 'percent' | 'score' | 'count'>;

/** One report on a day of March 2024. */
const report = (kind: Kind, day: number, result: Result = {}): Of<'ReportActivity'> => ({
  type: 'ReportActivity',
  course: 'C',
  activity: ACTIVITIES.find((known) => known.kind === kind)!.activity,
  kind,
  effective: { date: `2024-03-${String(day).padStart(2, '0')}` },
  ...result,
});
const enrolled = (criteria: CourseCriteria): PureRecord => {
  const record = PureRecord.bound(facts(criteria));
  record.do({ type: 'Enrol', course: 'C', effective: { date: '2024-03-01' } });
  return record;
};
const completion = (record: PureRecord) => record.events.find(({ type }) => type === 'CourseCompleted')?.data;

interface Case {
  readonly rule: string;
  readonly criteria: CourseCriteria;
  readonly notYet: readonly Of<'ReportActivity'>[];
  readonly then: Of<'ReportActivity'>;
  readonly day?: number;
}

describe('a course is completed by its own criteria, at the first report with which they are met', () => {
  test.each<Case>([
    {
      rule: '003-1: a lesson watched to 100 per cent, and not to 99',
      criteria: { lesson: 'film' },
      notYet: [report('lesson', 2, { percent: 0 }), report('lesson', 3, { percent: 99 })],
      then: report('lesson', 4, { percent: 100 }),
    },
    {
      rule: '003-1: a score that equals the minimum passes, the highest below it does not',
      criteria: { quiz: 'test', minScore: '70' },
      notYet: [report('quiz', 2, { score: '69.9999' }), report('quiz', 3, { score: '7' })],
      then: report('quiz', 4, { score: '70.0' }),
    },
    {
      rule: '003-2: a final assessment on its own scale; one without a score satisfies no minimum, not even of 0',
      criteria: { assessment: 'exam', minScore: '0' },
      notYet: [report('assessment', 2)],
      then: report('assessment', 3, { score: '0' }),
    },
    {
      rule: '003-2: participation adds up to the least number, each report counting once where it says nothing',
      criteria: { participation: 'forum', minCount: 5 },
      notYet: [report('participation', 2, { count: 3 }), report('participation', 3)],
      then: report('participation', 4),
    },
    {
      rule: '003-2: attendance adds up likewise',
      criteria: { attendance: 'class', minCount: 2 },
      notYet: [report('attendance', 2, { count: 1 })],
      then: report('attendance', 3, { count: 8 }),
    },
    {
      rule: '003-2: a project is done when it is handed in',
      criteria: { all: [{ project: 'essay' }, { lesson: 'film' }] },
      notYet: [report('lesson', 2, { percent: 100 })],
      then: report('project', 5),
    },
    {
      rule: '003-1: all lessons and all quizzes, in any order of recording; it counts from the last that was done',
      criteria: { all: [{ lesson: 'film' }, { quiz: 'test', minScore: '50' }] },
      notYet: [report('quiz', 9, { score: '50' })],
      then: report('lesson', 3, { percent: 100 }),
      day: 9,
    },
    {
      rule: 'notBefore leaves out what was done earlier',
      criteria: { notBefore: '2024-03-10', criteria: { project: 'essay' } },
      notYet: [report('project', 9)],
      then: report('project', 10),
    },
  ])('$rule', ({ criteria, notYet, then, day }) => {
    const record = enrolled(criteria);
    for (const early of notYet) expect(typesOf(record.do(early))).toEqual(['ActivityReported']);
    expect(typesOf(record.do(then))).toEqual(['ActivityReported', 'CourseCompleted']);
    expect(completion(record)).toMatchObject({
      how: 'criteria',
      enrolment: 1,
      effective: day === undefined ? then.effective : { date: `2024-03-0${day}` },
    });
  });

  test('003-11: the checklist of the completion names each leaf and the event that satisfied it', () => {
    const record = enrolled({ all: [{ lesson: 'film' }, { quiz: 'test', minScore: '50' }] });
    record.do(report('lesson', 2, { percent: 100 }));
    record.do(report('quiz', 3, { score: '80' }));
    expect(completion(record)).toMatchObject({
      checklist: [
        { path: '/all/0', lesson: 'film', satisfied: true, by: 3, effective: { date: '2024-03-02' } },
        { path: '/all/1', quiz: 'test', satisfied: true, by: 4, effective: { date: '2024-03-03' } },
      ],
    });
  });
});

describe('003-3: the approval of an instructor', () => {
  const criteria = { all: [{ lesson: 'film' }, { approval: 'instructor' }] };
  const approve = (label = 'instructor'): Of<'Approve'> => ({
    type: 'Approve',
    target: { course: 'C' },
    label,
    effective: { date: '2024-03-20' },
  });

  test('003-3: completes the course with its last leaf, and repeats nothing', () => {
    const record = enrolled(criteria);
    record.do(report('lesson', 2, { percent: 100 }));
    expect(typesOf(record.do(approve()))).toEqual(['ApprovalGiven', 'CourseCompleted']);
    expect(completion(record)).toMatchObject({ effective: { date: '2024-03-20' } });
    // The enrolment is closed, so there is nothing left to approve.
    expect(record.refusal(approve())).toBe('NOT_ENROLLED');
  });

  test('003-3: given first it waits for the lesson; a repeat is nothing new', () => {
    const record = enrolled(criteria);
    expect(typesOf(record.do(approve()))).toEqual(['ApprovalGiven']);
    expect(record.do(approve())).toEqual([]);
    expect(typesOf(record.do(report('lesson', 25, { percent: 100 })))).toContain('CourseCompleted');
  });

  test('003-3: counts in the enrolment in which it was given, and in no later one', () => {
    const record = enrolled(criteria);
    record.do(approve());
    record.do({ type: 'WithdrawEnrolment', course: 'C', effective: { date: '2024-03-21' } });
    record.do({ type: 'Enrol', course: 'C', effective: { date: '2024-03-22' } });
    expect(typesOf(record.do(report('lesson', 25, { percent: 100 })))).toEqual(['ActivityReported']);
  });

  test('four eyes: neither the learner, in whatever role, nor a key without a person approves', () => {
    const record = enrolled(criteria);
    expect(record.refusal(approve(), LEARNER)).toBe('FOUR_EYES');
    expect(record.refusal(approve(), LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
    expect(record.refusal(approve(), SERVICE)).toBe('PERSON_REQUIRED');
    expect(record.refusal(approve(), ADMIN)).toBeUndefined();
  });

  test('only what the criteria name, exactly, of a course that is there, where the learner is enrolled', () => {
    const record = enrolled(criteria);
    expect(record.refusal(approve('Instructor'))).toBe('APPROVAL_UNKNOWN');
    expect(record.refusal({ ...approve(), target: { course: 'X' } })).toBe('COURSE_UNKNOWN');
    expect(record.refusal({ ...approve(), effective: { date: '2024-06-03' } })).toBe('EFFECTIVE_IN_FUTURE');
    expect(PureRecord.registered(facts(criteria)).refusal(approve())).toBe('NOT_ENROLLED');
  });
});
