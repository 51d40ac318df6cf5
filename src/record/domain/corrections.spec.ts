import { correct, factsCorrected, last, on, reassessments, type To } from '../../../test/support/corrections.js';
import {
  ADMIN,
  catalogueOf,
  courseOf,
  definitions,
  LEARNER_AS_ADMIN,
  PureRecord,
  REASON,
  scheme,
  SERVICE,
  typesOf,
} from '../../../test/support/pure-record.js';
import { openEnrolments } from './state.js';

const YEAR = { duration: 'P1Y' } as const;

describe('what may be corrected', () => {
  const facts = definitions(['C1', 'C2'], scheme('S1', { all: [{ course: 'C1' }, { approval: 'interview' }] }, YEAR));

  test('a completion, by its revision or by its course; what was recorded stays in the log', () => {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-15');
    const revision = last(record, 'CourseCompleted');
    const events = record.do(correct(revision, on('2024-03-14')));
    expect(events).toEqual([
      {
        type: 'FactCorrected',
        data: {
          subject: record.state.profile!.subject,
          corrects: revision,
          fact: 'CourseCompleted',
          to: { effective: { date: '2024-03-14' } },
          effective: { instant: record.now },
          reasonCode: REASON.code,
          reason: REASON.text,
        },
      },
    ]);
    expect(record.events[revision]!.data).toMatchObject({ effective: { date: '2024-03-15' } });
    expect(record.state.completions).toMatchObject([{ revision, effective: { date: '2024-03-14' } }]);
    expect(record.state.corrections).toMatchObject([{ corrects: revision, before: { effective: { date: '2024-03-15' } } }]);
    record.do(correct({ course: 'C1' }, { validUntil: '2025-01-31' }));
    expect(record.state.completions).toMatchObject([{ effective: { date: '2024-03-14' }, validUntil: '2025-01-31' }]);
    record.do(correct({ course: 'C1' }, { validUntil: null }));
    expect(record.state.completions[0]!.validUntil).toBeUndefined();
  });

  test('an unknown revision, and a completion that there is not', () => {
    const record = PureRecord.registered(facts);
    expect(record.ask(correct(1))).toMatchObject({
      code: 'FACT_UNKNOWN',
      pointer: '/corrects',
      detail: expect.stringContaining('revision 0'),
    });
    expect(record.ask(correct({ course: 'C1' }))).toMatchObject({ code: 'FACT_UNKNOWN', pointer: '/corrects/course' });
    expect(record.ask(correct({ learningPlan: 'P1' }))).toMatchObject({
      code: 'FACT_UNKNOWN',
      pointer: '/corrects/learningPlan',
    });
  });

  test('what is no such fact is refused with what is', () => {
    const record = PureRecord.registered(facts);
    expect(record.ask(correct(0))).toMatchObject({
      code: 'FACT_NOT_CORRECTABLE',
      detail: expect.stringContaining('completions of courses'),
    });
  });

  test('a correction of a correction is refused with the original, which may be pointed at again', () => {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-15');
    const original = last(record, 'CourseCompleted');
    record.do(correct(original, on('2024-03-14')));
    expect(record.ask(correct(record.state.revision, on('2024-03-13')))).toMatchObject({
      code: 'CORRECTION_OF_CORRECTION',
      detail: expect.stringContaining(`Correct revision ${original} again`),
    });
    record.do(correct(original, on('2024-03-13')));
    expect(record.state.corrections.map(({ before }) => before.effective)).toEqual([
      { date: '2024-03-15' },
      { date: '2024-03-14' },
    ]);
  });

  test('what changes nothing', () => {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-15');
    expect(record.refusal(correct({ course: 'C1' }, on('2024-03-15')))).toBe('NOTHING_CORRECTED');
    expect(record.refusal(correct({ course: 'C1' }, { validUntil: null }))).toBe('NOTHING_CORRECTED');
    const revision = last(record, 'CourseCompleted');
    record.do(correct(revision));
    expect(record.refusal(correct(revision))).toBe('NOTHING_CORRECTED');
    // What was taken back comes back by being corrected to what it was.
    expect(typesOf(record.do(correct(revision, on('2024-03-15'))))).toEqual(['FactCorrected']);
    expect(record.state.completions).toHaveLength(1);
  });

  test('nothing in the future, and no end before the beginning', () => {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-15');
    const corrected = (to: To) => record.ask(correct({ course: 'C1' }, to));
    expect(corrected(on('2024-06-03'))).toMatchObject({ code: 'EFFECTIVE_IN_FUTURE', pointer: '/to/effective' });
    expect(corrected({ validUntil: '2024-03-14' })).toMatchObject({
      code: 'VALID_UNTIL_BEFORE_COMPLETION',
      pointer: '/to/validUntil',
    });
    record.do(correct({ course: 'C1' }, { validUntil: '2024-03-15' }));
    expect(corrected(on('2024-03-16'))).toMatchObject({ code: 'VALID_UNTIL_BEFORE_COMPLETION', pointer: '/to/effective' });
  });

  test('an approval has no end', () => {
    const record = PureRecord.registered(facts);
    record.do({ type: 'Approve', target: { scheme: 'S1' }, label: 'interview', effective: { date: '2024-02-01' } });
    const revision = last(record, 'ApprovalGiven');
    expect(record.ask(correct(revision, { validUntil: '2025-01-01' }))).toMatchObject({
      code: 'FACT_NOT_CORRECTABLE',
      pointer: '/to/validUntil',
    });
    record.do(correct(revision, on('2024-02-02')));
    expect(record.state.approvals).toMatchObject([{ effective: { date: '2024-02-02' } }]);
  });

  test('a person decides it, and nobody about themselves', () => {
    const record = PureRecord.bound(facts);
    record.complete('C1', '2024-03-15');
    expect(record.refusal(correct({ course: 'C1' }), SERVICE)).toBe('PERSON_REQUIRED');
    expect(record.refusal(correct({ course: 'C1' }), LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
    expect(record.refusal(correct({ course: 'C1' }), ADMIN)).toBeUndefined();
  });
});

describe('a course that was not completed', () => {
  const facts = definitions(['C1']);

  test('the learner is in it again, and completes it in the same enrolment', () => {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-15');
    record.do(correct({ course: 'C1' }));
    expect(openEnrolments(record.state, 'C1')).toHaveLength(1);
    expect(typesOf(record.complete('C1', '2024-04-01'))).toEqual(['CourseCompleted']);
  });

  test('unless a later enrolment is open; a moved completion closes when it was', () => {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-15');
    record.do(correct({ course: 'C1' }, on('2024-03-10')));
    expect(record.state.enrolments['C1']).toMatchObject([{ closed: { how: 'completed', effective: { date: '2024-03-10' } } }]);
    record.do({ type: 'Enrol', course: 'C1', effective: { date: '2024-04-01' } });
    record.do(correct({ course: 'C1' }));
    expect(openEnrolments(record.state, 'C1').map(({ number }) => number)).toEqual([2]);
  });
});

describe('what follows by criteria', () => {
  const practice = courseOf('C1', {
    activities: [{ activity: 'basics', kind: 'lesson' }],
    criteria: { all: [{ lesson: 'basics' }, { approval: 'practice' }] },
  });
  const plan = {
    type: 'DefineLearningPlan' as const,
    learningPlan: { learningPlan: 'P1', title: 'Plan', criteria: { all: [{ course: 'C1' }, { course: 'C2' }] } },
  };
  const facts = catalogueOf(practice, courseOf('C2', {}), plan, {
    type: 'DefineScheme',
    scheme: scheme('S1', { learningPlan: 'P1' }, YEAR),
  });

  function certified(): PureRecord {
    const record = PureRecord.registered(facts);
    record.complete('C2', '2024-02-01');
    record.do({
      type: 'ReportActivity',
      course: 'C1',
      activity: 'basics',
      kind: 'lesson',
      percent: 100,
      effective: { date: '2024-02-10' },
    });
    record.do({ type: 'Approve', target: { course: 'C1' }, label: 'practice', effective: { date: '2024-03-01' } });
    expect(record.cycles('S1')).toMatchObject([{ validity: { lastValidDay: '2025-03-01' } }]);
    return record;
  }

  test('an approval taken back takes back the course, the plan and the award with it, in one commit', () => {
    const record = certified();
    const approval = last(record, 'ApprovalGiven');
    const first = record.state.revision + 1;
    const events = record.do(correct(approval));
    expect(typesOf(events)).toEqual(['FactCorrected', 'FactCorrected', 'FactCorrected', 'CertificationReassessed']);
    expect(factsCorrected(record)).toMatchObject([
      { fact: 'ApprovalGiven', corrects: approval },
      { fact: 'CourseCompleted', ground: first },
      { fact: 'LearningPlanCompleted', ground: first },
    ]);
    expect(factsCorrected(record).some(({ to }) => to !== undefined)).toBe(false);
    // It rests on the plan, whose completion the third correction took back.
    expect(reassessments(record)).toMatchObject([{ ground: first + 2 }]);
    expect(reassessments(record)[0]).not.toHaveProperty('after');
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'revoked', valid: false });
  });

  test('an approval given again completes all of it again', () => {
    const record = certified();
    record.do(correct(last(record, 'ApprovalGiven')));
    const again = record.do({ type: 'Approve', target: { course: 'C1' }, label: 'practice', effective: { date: '2024-04-01' } });
    expect(typesOf(again)).toEqual(['ApprovalGiven', 'CourseCompleted', 'LearningPlanCompleted', 'CertificationAwarded']);
  });

  test('an approval that comes back brings back what followed from it, under the same revisions', () => {
    const record = certified();
    const approval = last(record, 'ApprovalGiven');
    const { completions, planCompletions } = record.state;
    const [before] = record.cycles('S1');
    record.do(correct(approval));
    const events = record.do(correct(approval, on('2024-03-01')));
    expect(typesOf(events)).toEqual(['FactCorrected', 'FactCorrected', 'FactCorrected', 'CertificationReassessed']);
    expect(JSON.stringify(record.state.completions)).toBe(JSON.stringify(completions));
    expect(JSON.stringify(record.state.planCompletions)).toBe(JSON.stringify(planCompletions));
    expect(record.cycles('S1')).toMatchObject([{ number: 1, validity: before!.validity }]);
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'certified', valid: true });
  });

  test('a course that moves moves the plan and the award', () => {
    const record = certified();
    const events = record.do(correct({ course: 'C2' }, on('2024-03-20')));
    expect(typesOf(events)).toEqual(['FactCorrected', 'FactCorrected', 'CertificationReassessed']);
    expect(record.state.planCompletions).toMatchObject([{ effective: { date: '2024-03-20' } }]);
    expect(reassessments(record)).toMatchObject([
      { before: { lastValidDay: '2025-03-01' }, after: { from: { date: '2024-03-20' }, lastValidDay: '2025-03-20' } },
    ]);
  });

  test('a course that moves within the time moves nothing else', () => {
    const record = certified();
    expect(typesOf(record.do(correct({ course: 'C2' }, on('2024-02-20'))))).toEqual(['FactCorrected']);
  });

  test('a plan that follows from its courses is corrected by these', () => {
    const record = certified();
    expect(record.ask(correct({ learningPlan: 'P1' }, on('2024-01-01')))).toMatchObject({
      code: 'FACT_NOT_CORRECTABLE',
      detail: expect.stringMatching(/Correct those: revision \d+, \d+/),
    });
  });

  test('what a person corrected stands by their word, whatever becomes of what it followed from', () => {
    const record = certified();
    record.do(correct({ course: 'C1' }, on('2024-02-15')));
    expect(typesOf(record.do(correct(last(record, 'ApprovalGiven'))))).toEqual(['FactCorrected']);
    expect(record.state.completions).toHaveLength(2);
  });

  test('what the criteria of a course found and a person took back is not found again in that enrolment', () => {
    const record = certified();
    record.do(correct({ course: 'C1' }));
    expect(openEnrolments(record.state, 'C1')).toEqual([]);
    expect(record.state.planCompletions).toEqual([]);
  });
});
