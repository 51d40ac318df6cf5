import {
  catalogueOf,
  catalogueWith,
  courseOf,
  LEARNER,
  NOW,
  PureRecord,
  REASON,
  scheme,
  SERVICE,
  SUBJECT,
  typesOf,
} from '../../../test/support/pure-record.js';
import { isRejection } from '../../shared/result.js';
import type { Of, RecordCommand } from './commands.js';

const facts = catalogueOf(
  courseOf('C', {
    activities: [
      { activity: 'film', kind: 'lesson' },
      { activity: 'test', kind: 'quiz' },
      { activity: 'exam', kind: 'assessment', maxScore: '20' },
      { activity: 'class', kind: 'attendance' },
    ],
  }),
  courseOf('strict', { activities: [{ activity: 'film', kind: 'lesson' }], criteria: { lesson: 'film' } }),
  courseOf('lenient', {
    activities: [{ activity: 'film', kind: 'lesson' }],
    criteria: { lesson: 'film' },
    acceptReportedCompletion: true,
  }),
);
const on = (date: string) => ({ date });
const enrol = (course: string, date: string): Of<'Enrol'> => ({ type: 'Enrol', course, effective: on(date) });
const withdraw = (date: string): Of<'WithdrawEnrolment'> => ({ type: 'WithdrawEnrolment', course: 'C', effective: on(date) });
const film = (date: string, more: Partial<Of<'ReportActivity'>> = {}): Of<'ReportActivity'> => ({
  type: 'ReportActivity',
  course: 'C',
  activity: 'film',
  kind: 'lesson',
  effective: on(date),
  percent: 10,
  ...more,
});
const place = (record: PureRecord, command: RecordCommand) => {
  const refused = record.ask(command);
  return isRejection(refused) ? [refused.code, refused.pointer] : undefined;
};

describe('enrolling', () => {
  test('001-10: a repeat while one is open is nothing new; after it is closed it is the next number', () => {
    const record = PureRecord.registered(facts);
    expect(record.do(enrol('C', '2024-01-01'))).toEqual([
      { type: 'LearnerEnrolled', data: { course: 'C', edition: 1, enrolment: 1, effective: on('2024-01-01') } },
    ]);
    expect(record.do(enrol('C', '2024-02-01'))).toEqual([]);
    record.do(withdraw('2024-02-02'));
    expect(record.do(enrol('C', '2024-02-03'))[0]?.data).toMatchObject({ enrolment: 2 });
    record.complete('C', '2024-02-04');
    expect(record.do(enrol('C', '2024-02-05'))[0]?.data).toMatchObject({ enrolment: 3 });
  });

  test('001-10: one that is sent again after it was closed, for a time within it, is no second enrolment', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('C', '2024-01-10'));
    record.do(withdraw('2024-02-10'));
    expect(record.do(enrol('C', '2024-01-10'))).toEqual([]);
    expect(record.do(enrol('C', '2024-02-09'))).toEqual([]);
    expect(record.do(enrol('C', '2024-02-10'))[0]?.data).toMatchObject({ enrolment: 2 });
  });

  test('001-10: an enrolment keeps its edition when the content changes; the next one has the new edition', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('C', '2024-01-01'));
    record.facts = catalogueWith(facts, { type: 'ReviseCourse', course: { course: 'C', title: 'Second' } });
    expect(record.complete('C', '2024-01-02')[0]?.data).toMatchObject({ edition: 1, enrolment: 1 });
    expect(record.complete('C', '2024-01-03').map(({ data }) => (data as { edition: number }).edition)).toEqual([2, 2]);
  });

  test('an unknown course and the future are refused', () => {
    const record = PureRecord.registered(facts);
    expect(place(record, enrol('X', '2024-01-01'))).toEqual(['COURSE_UNKNOWN', '/course']);
    expect(place(record, enrol('C', '2024-06-03'))).toEqual(['EFFECTIVE_IN_FUTURE', '/effective']);
  });
});

describe('withdrawing from a course', () => {
  test('closes the enrolment, with or without a reason', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('C', '2024-01-10'));
    const [event] = record.do({ ...withdraw('2024-01-10'), reason: REASON });
    expect(event?.data).toEqual({
      subject: SUBJECT,
      course: 'C',
      enrolment: 1,
      effective: on('2024-01-10'),
      reasonCode: REASON.code,
      reason: REASON.text,
    });
    expect(record.refusal(withdraw('2024-01-11'))).toBe('NOT_ENROLLED');
    record.do(enrol('C', '2024-01-12'));
    expect(Object.keys(record.do(withdraw('2024-01-13'))[0]!.data)).not.toContain('reason');
  });

  test('not before the enrolment, nor in the future, nor where there is none', () => {
    const record = PureRecord.registered(facts);
    expect(place(record, withdraw('2024-01-01'))).toEqual(['NOT_ENROLLED', '/course']);
    record.do(enrol('C', '2024-01-10'));
    expect(place(record, withdraw('2024-01-09'))).toEqual(['WITHDRAWAL_BEFORE_ENROLMENT', '/effective']);
    expect(place(record, withdraw('2024-06-03'))).toEqual(['EFFECTIVE_IN_FUTURE', '/effective']);
  });
});

describe('reporting an activity', () => {
  const data = (record: PureRecord, command: Of<'ReportActivity'>) => record.do(command).at(-1)?.data;

  test('the first one enrols by itself, from the time of the activity', () => {
    const events = PureRecord.registered(facts).do(film('2024-01-05'));
    expect(typesOf(events)).toEqual(['LearnerEnrolled', 'ActivityReported']);
    expect(events[0]?.data).toMatchObject({ enrolment: 1, effective: on('2024-01-05') });
    expect(events[1]?.data).toMatchObject({ enrolment: 1, activity: 'film', kind: 'lesson', percent: 10 });
  });

  test('belongs to the last enrolment that had begun by then, closed or not', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('C', '2024-01-10'));
    record.do(withdraw('2024-02-10'));
    record.do(enrol('C', '2024-03-10'));
    const table = [
      ['2024-01-10', 1, undefined],
      ['2024-02-09', 1, undefined],
      ['2024-02-10', 1, 'after-withdrawal'],
      ['2024-03-09', 1, 'after-withdrawal'],
      ['2024-03-10', 2, undefined],
    ] as const;
    for (const [date, enrolment, notCounted] of table) {
      const reported = data(record, film(date)) as { enrolment: number; notCounted?: string };
      expect([date, reported.enrolment, reported.notCounted]).toEqual([date, enrolment, notCounted]);
    }
    expect(place(record, film('2024-01-09'))).toEqual(['ACTIVITY_BEFORE_ENROLMENT', '/effective']);
  });

  test('after a withdrawal it is recorded and completes nothing', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('strict', '2024-01-01'));
    record.do({ ...withdraw('2024-01-05'), course: 'strict' });
    expect(typesOf(record.do(film('2024-01-06', { course: 'strict', percent: 100 })))).toEqual(['ActivityReported']);
    record.do(enrol('strict', '2024-01-07'));
    expect(typesOf(record.do(film('2024-01-08', { course: 'strict', percent: 100 })))).toContain('CourseCompleted');
  });

  test('after the completion it is recorded and not counted', () => {
    const record = PureRecord.registered(facts);
    record.complete('C', '2024-01-05');
    expect(data(record, film('2024-01-06'))).toMatchObject({ enrolment: 1, notCounted: 'after-completion' });
  });

  test('a result that was carried over counts in the enrolment into which it was carried, though it is older', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('strict', '2024-01-10'));
    const events = record.do(film('2022-01-01', { course: 'strict', percent: 100, carriedOver: true }));
    expect(typesOf(events)).toEqual(['ActivityReported', 'CourseCompleted']);
    expect(events[0]?.data).toMatchObject({ enrolment: 1, carriedOver: true, effective: on('2022-01-01') });
  });

  test.each([
    ['an unknown course', film('2024-01-01', { course: 'X' }), 'COURSE_UNKNOWN', '/course'],
    ['an activity that the edition lacks', film('2024-01-01', { activity: 'nap' }), 'ACTIVITY_UNKNOWN', '/activity'],
    ['another kind than it is', film('2024-01-01', { kind: 'project', percent: undefined }), 'ACTIVITY_UNKNOWN', '/kind'],
    ['a lesson without percent', film('2024-01-01', { percent: undefined }), 'ACTIVITY_RESULT_UNFIT', '/percent'],
    ['a lesson with a score', film('2024-01-01', { score: '9' }), 'ACTIVITY_RESULT_UNFIT', '/score'],
    ['a lesson with a count', film('2024-01-01', { count: 1 }), 'ACTIVITY_RESULT_UNFIT', '/count'],
    ['a quiz with percent', film('2024-01-01', { activity: 'test', kind: 'quiz' }), 'ACTIVITY_RESULT_UNFIT', '/percent'],
    ['a score above the scale', quiz({ score: '100.0001' }), 'SCORE_OUT_OF_RANGE', '/score'],
    [
      'a score above a scale of its own',
      quiz({ activity: 'exam', kind: 'assessment', score: '20.5' }),
      'SCORE_OUT_OF_RANGE',
      '/score',
    ],
    ['a fact of the future', film('2024-06-03'), 'EFFECTIVE_IN_FUTURE', '/effective'],
  ])('refuses %s', (_, command, code, pointer) => {
    expect(place(PureRecord.registered(facts), command)).toEqual([code, pointer]);
  });

  test('takes a score that is the whole scale, and one that was handed in without a score', () => {
    const record = PureRecord.registered(facts);
    expect(data(record, quiz({ score: '100' }))).toMatchObject({ score: '100' });
    expect(data(record, quiz({ activity: 'exam', kind: 'assessment', score: '20' }))).toMatchObject({ score: '20' });
    expect(data(record, quiz({}))).not.toHaveProperty('score');
  });
});

function quiz(more: Partial<Of<'ReportActivity'>>): Of<'ReportActivity'> {
  return film('2024-01-01', { activity: 'test', kind: 'quiz', percent: undefined, ...more });
}

describe('completing by the word of the learning platform', () => {
  test('a course with criteria of its own takes it only where its author said so', () => {
    const record = PureRecord.registered(facts);
    const complete = (course: string): RecordCommand => ({ type: 'CompleteCourse', course, effective: on('2024-01-01') });
    expect(record.refusal(complete('strict'))).toBe('COMPLETED_BY_CRITERIA');
    expect(typesOf(record.do(complete('lenient')))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
    expect(record.events.at(-1)?.data).toMatchObject({ how: 'reported' });
    expect(record.events.at(-1)?.data).not.toHaveProperty('checklist');
  });
});

describe('a completion that is itself valid to a day', () => {
  test.each([
    [on('2024-01-15'), '2024-01-14', 'VALID_UNTIL_BEFORE_COMPLETION'],
    [on('2024-01-15'), '2024-01-15', undefined],
    // It is 16 January in UTC by then, and still the 15th where it was completed.
    [{ instant: '2024-01-15T23:30:00-05:00' }, '2024-01-15', undefined],
    [{ instant: '2024-01-15T23:30:00-05:00' }, '2024-01-14', 'VALID_UNTIL_BEFORE_COMPLETION'],
  ])('completed %j, valid until %s', (effective, validUntil, code) => {
    const command: RecordCommand = { type: 'CompleteCourse', course: 'C', effective, validUntil };
    expect(place(PureRecord.registered(facts), command)).toEqual(code === undefined ? undefined : [code, '/validUntil']);
  });
});

describe('learning plans', () => {
  const C1 = { course: 'C1' };
  const C2 = { course: 'C2' };
  const planned = (acceptReportedCompletion?: boolean) =>
    catalogueOf(
      courseOf('C1', {}),
      courseOf('C2', {}),
      {
        type: 'DefineLearningPlan',
        learningPlan: { learningPlan: 'P', title: 'Plan', criteria: { all: [C1, C2] }, acceptReportedCompletion },
      },
      { type: 'DefineScheme', scheme: scheme('S', { learningPlan: 'P' }, { duration: 'P1Y' }) },
    );
  const completePlan: Of<'CompletePlan'> = { type: 'CompletePlan', learningPlan: 'P', effective: on('2024-01-05') };

  test('000-1b, 001-9: its courses complete the plan and award the scheme over it, all in one commit', () => {
    const record = PureRecord.registered(planned());
    expect(typesOf(record.complete('C2', '2024-03-01'))).not.toContain('LearningPlanCompleted');
    const events = record.complete('C1', '2024-02-01');
    expect(typesOf(events)).toEqual(['LearnerEnrolled', 'CourseCompleted', 'LearningPlanCompleted', 'CertificationAwarded']);
    expect(events[2]?.data).toMatchObject({ how: 'criteria', effective: on('2024-03-01'), edition: 1 });
    expect(events[3]?.data).toMatchObject({
      scheme: 'S',
      effective: on('2024-03-01'),
      checklist: [{ learningPlan: 'P', satisfied: true, by: 5 }],
    });
  });

  test('it is completed once by its courses, however often they are repeated', () => {
    const record = PureRecord.registered(planned());
    for (const course of ['C1', 'C2', 'C1', 'C2']) record.complete(course, '2024-02-01');
    expect(typesOf(record.events).filter((type) => type === 'LearningPlanCompleted')).toHaveLength(1);
  });

  test('000-1b: by the word of the learning platform where its author said so, and then it awards likewise', () => {
    const record = PureRecord.registered(planned(true));
    expect(typesOf(record.do(completePlan))).toEqual(['LearningPlanCompleted', 'CertificationAwarded']);
    expect(record.events[1]?.data).toMatchObject({ how: 'reported', edition: 1, effective: on('2024-01-05') });
    expect(PureRecord.registered(planned()).refusal(completePlan)).toBe('COMPLETED_BY_CRITERIA');
    expect(PureRecord.registered(facts).refusal(completePlan)).toBe('LEARNING_PLAN_UNKNOWN');
    expect(record.refusal({ ...completePlan, effective: on('2024-06-03') })).toBe('EFFECTIVE_IN_FUTURE');
  });
});

describe('what was retired', () => {
  // It is retired at NOW.
  const retire = (kind: 'course' | 'learningPlan', id: string) =>
    ({ type: 'Retire', kind, id, reason: REASON, reasonSubject: SUBJECT }) as const;
  const retired = catalogueWith(facts, retire('course', 'C'));
  const later = { instant: NOW };

  test('takes no new enrolment from then on; a fact from before is still a fact', () => {
    const record = PureRecord.registered(retired);
    expect(record.refusal({ type: 'Enrol', course: 'C', effective: later })).toBe('DEFINITION_RETIRED');
    expect(record.refusal({ type: 'CompleteCourse', course: 'C', effective: later })).toBe('DEFINITION_RETIRED');
    expect(record.refusal({ ...film('2024-01-01'), effective: later })).toBe('DEFINITION_RETIRED');
    expect(typesOf(record.complete('C', '2024-05-31'))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
  });

  test('lets who is in it finish', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('C', '2024-01-01'));
    record.facts = retired;
    expect(typesOf(record.do({ ...film('2024-01-01'), effective: later }))).toEqual(['ActivityReported']);
    expect(typesOf(record.do({ type: 'CompleteCourse', course: 'C', effective: later }))).toEqual(['CourseCompleted']);
    expect(record.refusal({ type: 'Enrol', course: 'C', effective: later })).toBe('DEFINITION_RETIRED');
  });
});

test('nobody reports evidence about themselves, but a trusted service may for the learner', () => {
  const record = PureRecord.bound(facts);
  expect(record.refusal(film('2024-01-01'), LEARNER)).toBe('FOUR_EYES');
  expect(record.refusal(film('2024-01-01'), { ...LEARNER, role: 'admin' })).toBe('FOUR_EYES');
  expect(record.refusal(film('2024-01-02'), { ...SERVICE, role: 'learner' })).toBe('LEARNER_UNKNOWN');
  const asserted = { ...LEARNER, role: 'admin', asserted: true as const };
  expect(typesOf(record.do(film('2024-01-01'), asserted))).toEqual(['LearnerEnrolled', 'ActivityReported']);
});
