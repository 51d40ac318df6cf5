import { catalogueOf, courseOf, PureRecord, scheme, typesOf } from '../../../test/support/pure-record.js';
import { isRejection } from '../../shared/result.js';
import type { Of, RecordCommand } from './commands.js';
import { openEnrolments } from './state.js';

/** A learner may be in several presentations (runs) of one course at a time; a certification asks for the course. */
const facts = catalogueOf(
  courseOf('C', { activities: [{ activity: 'test', kind: 'quiz' }] }),
  courseOf('own', {
    activities: [{ activity: 'class', kind: 'attendance' }],
    criteria: { all: [{ attendance: 'class', minCount: 2 }, { approval: 'practice' }] },
  }),
  { type: 'DefineScheme', scheme: scheme('S', { course: 'C' }) },
);
const SPRING = '2024-spring';
const SUMMER = '2024-summer';
const on = (date: string) => ({ date });
const enrol = (date: string, presentation?: string, course = 'C'): Of<'Enrol'> => ({
  type: 'Enrol',
  course,
  presentation,
  effective: on(date),
});
const withdraw = (date: string, presentation?: string): Of<'WithdrawEnrolment'> => ({
  type: 'WithdrawEnrolment',
  course: 'C',
  presentation,
  effective: on(date),
});
const quiz = (date: string, presentation?: string, more: Partial<Of<'ReportActivity'>> = {}): Of<'ReportActivity'> => ({
  type: 'ReportActivity',
  course: 'C',
  presentation,
  activity: 'test',
  kind: 'quiz',
  score: '50',
  effective: on(date),
  ...more,
});
const complete = (date: string, presentation?: string): Of<'CompleteCourse'> => ({
  type: 'CompleteCourse',
  course: 'C',
  presentation,
  effective: on(date),
});

/** In spring from 10 January and in summer from 10 March, side by side. */
function inBoth(): PureRecord {
  const record = PureRecord.registered(facts);
  record.do(enrol('2024-01-10', SPRING));
  record.do(enrol('2024-03-10', SUMMER));
  return record;
}
const open = (record: PureRecord, course = 'C') => openEnrolments(record.state, course).map(({ presentation }) => presentation);
const place = (record: PureRecord, command: RecordCommand) => {
  const refused = record.ask(command);
  return isRejection(refused) ? [refused.code, refused.pointer] : undefined;
};
const AMBIGUOUS = ['PRESENTATION_REQUIRED', '/presentation'];

describe('enrolling in presentations', () => {
  test('each has an enrolment of its own, numbered through the course; a repeat in it is nothing new', () => {
    const record = inBoth();
    expect(record.events.slice(1).map(({ data }) => data)).toEqual([
      { course: 'C', edition: 1, enrolment: 1, presentation: SPRING, effective: on('2024-01-10') },
      { course: 'C', edition: 1, enrolment: 2, presentation: SUMMER, effective: on('2024-03-10') },
    ]);
    for (const presentation of [SPRING, SUMMER]) expect(record.do(enrol('2024-04-01', presentation))).toEqual([]);
  });

  test('who says no presentation asks for the course, and finds the enrolment that is open in any', () => {
    const record = inBoth();
    expect(record.do(enrol('2024-04-01'))).toEqual([]);
    for (const presentation of [SPRING, SUMMER]) record.do(withdraw('2024-04-02', presentation));
    const [enrolled] = record.do(enrol('2024-04-03'));
    expect(enrolled?.data).toMatchObject({ enrolment: 3 });
    expect(enrolled?.data).not.toHaveProperty('presentation');
  });
});

describe('leaving a presentation', () => {
  test('closes its enrolment and no other', () => {
    const record = inBoth();
    expect(record.do(withdraw('2024-04-01', SPRING))[0]?.data).toMatchObject({ enrolment: 1 });
    expect(open(record)).toEqual([SUMMER]);
    expect(place(record, withdraw('2024-04-02', SPRING))).toEqual(['NOT_ENROLLED', '/presentation']);
    expect(place(record, withdraw('2024-03-09', SUMMER))).toEqual(['WITHDRAWAL_BEFORE_ENROLMENT', '/effective']);
    // The only one that is left needs no name.
    expect(record.do(withdraw('2024-04-02'))[0]?.data).toMatchObject({ enrolment: 2 });
    expect(place(record, withdraw('2024-04-03'))).toEqual(['NOT_ENROLLED', '/course']);
  });

  test('which of several is meant is never guessed at', () => {
    const record = inBoth();
    expect(place(record, withdraw('2024-04-01'))).toEqual(AMBIGUOUS);
    expect(record.ask(withdraw('2024-04-01'))).toMatchObject({ detail: expect.stringContaining(`${SPRING}, ${SUMMER}`) });
  });

  test('an enrolment without a presentation is the one that is meant where none is named', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('2024-01-01'));
    record.do(enrol('2024-01-10', SPRING));
    expect(record.do(withdraw('2024-04-01'))[0]?.data).toMatchObject({ enrolment: 1 });
    expect(open(record)).toEqual([SPRING]);
  });
});

describe('what was done in a presentation', () => {
  const reported = (record: PureRecord, command: Of<'ReportActivity'>) => {
    const { enrolment, notCounted } = record.do(command).at(-1)!.data as { enrolment: number; notCounted?: string };
    return [enrolment, notCounted];
  };

  test('belongs to its enrolment, whatever other has begun since', () => {
    const record = inBoth();
    expect(reported(record, quiz('2024-04-01', SPRING))).toEqual([1, undefined]);
    expect(reported(record, quiz('2024-04-01', SUMMER))).toEqual([2, undefined]);
    expect(place(record, quiz('2024-03-09', SUMMER))).toEqual(['ACTIVITY_BEFORE_ENROLMENT', '/effective']);
  });

  test('after it was left it does not count, though the learner is in another; and the other way round', () => {
    const record = inBoth();
    record.do(withdraw('2024-04-01', SPRING));
    expect(reported(record, quiz('2024-04-02', SPRING))).toEqual([1, 'after-withdrawal']);
    expect(reported(record, quiz('2024-04-02', SUMMER))).toEqual([2, undefined]);
    record.do(complete('2024-04-03', SUMMER));
    expect(reported(record, quiz('2024-04-04', SUMMER))).toEqual([2, 'after-completion']);
  });

  test('enrols in it by itself, though the learner is in another', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('2024-01-10', SPRING));
    const events = record.do(quiz('2024-03-01', SUMMER));
    expect(typesOf(events)).toEqual(['LearnerEnrolled', 'ActivityReported']);
    expect(events[0]?.data).toMatchObject({ enrolment: 2, presentation: SUMMER });
  });

  test('without its name it belongs to the one in which the learner was then, where there was one', () => {
    const record = inBoth();
    expect(reported(record, quiz('2024-03-09'))).toEqual([1, undefined]);
    expect(place(record, quiz('2024-03-10'))).toEqual(AMBIGUOUS);
    record.do(withdraw('2024-04-01', SUMMER));
    expect(reported(record, quiz('2024-04-02'))).toEqual([1, undefined]);
    record.do(withdraw('2024-05-01', SPRING));
    expect(reported(record, quiz('2024-05-02'))).toEqual([2, 'after-withdrawal']);
  });

  test('a result is carried over into the presentation that is named', () => {
    const record = inBoth();
    expect(reported(record, quiz('2023-01-01', SPRING, { carriedOver: true }))).toEqual([1, undefined]);
    expect(place(record, quiz('2023-01-01', undefined, { carriedOver: true }))).toEqual(AMBIGUOUS);
    record.do(withdraw('2024-04-01', SUMMER));
    expect(reported(record, quiz('2023-01-01', undefined, { carriedOver: true }))).toEqual([1, undefined]);
  });
});

describe('completing in a presentation', () => {
  test('closes its enrolment and no other, and the certification asks for the course', () => {
    const record = inBoth();
    expect(place(record, complete('2024-04-01'))).toEqual(AMBIGUOUS);
    const events = record.do(complete('2024-04-01', SPRING));
    expect(typesOf(events)).toEqual(['CourseCompleted', 'CertificationAwarded']);
    expect(events[0]?.data).toMatchObject({ enrolment: 1 });
    expect(open(record)).toEqual([SUMMER]);
    expect(record.state.completions).toMatchObject([{ enrolment: 1, presentation: SPRING }]);
  });

  test('enrols in it by itself, though the learner is in another', () => {
    const record = PureRecord.registered(facts);
    record.do(enrol('2024-01-10', SPRING));
    expect(record.do(complete('2024-03-01', SUMMER))[0]?.data).toMatchObject({ enrolment: 2, presentation: SUMMER });
    expect(open(record)).toEqual([SPRING]);
  });

  test('by criteria: what was done in two presentations is not added up, and an approval is for one', () => {
    const record = PureRecord.registered(facts);
    const attend = (date: string, presentation: string) =>
      record.do(quiz(date, presentation, { course: 'own', activity: 'class', kind: 'attendance', score: undefined }));
    const approve = (presentation?: string): Of<'Approve'> => ({
      type: 'Approve',
      target: { course: 'own', presentation },
      label: 'practice',
      effective: on('2024-05-01'),
    });
    attend('2024-04-01', SPRING);
    attend('2024-04-02', SUMMER);
    expect(place(record, approve())).toEqual(AMBIGUOUS);
    expect(place(record, approve('2023-autumn'))).toEqual(['NOT_ENROLLED', '/presentation']);
    const [approved, ...more] = record.do(approve(SUMMER));
    expect([approved?.data, more]).toEqual([expect.objectContaining({ course: 'own', enrolment: 2 }), []]);
    expect(approved?.data).not.toHaveProperty('presentation');
    expect(typesOf(attend('2024-04-03', SPRING))).toEqual(['ActivityReported']);
    const events = attend('2024-04-04', SUMMER);
    expect(typesOf(events)).toEqual(['ActivityReported', 'CourseCompleted']);
    expect(events[1]?.data).toMatchObject({ enrolment: 2, how: 'criteria' });
    expect(open(record, 'own')).toEqual([SPRING]);
  });
});
