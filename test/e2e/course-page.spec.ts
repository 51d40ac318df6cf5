import { REPORTS_SHOWN_MAX } from '../../src/record/views/course-page.js';
import { learnerViews } from '../support/learner-views.js';
import { course, scheme, Service, type ProblemAnswer } from '../support/service.js';

describe('rule 003-11: the page of a course', () => {
  let service: Service;
  const { register, complete, read } = learnerViews(() => service);

  const page = (id: string, learner = 'pupil') => read<Record<string, unknown>>(`learners/${learner}/courses/${id}`);
  const report = (activity: string, kind: string, more: object) =>
    service.write('/v1/learners/pupil/activities', {
      course: 'OWN',
      activity,
      kind,
      effective: { date: '2024-05-02' },
      ...more,
    });

  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/courses', course('C1'));
    const activities = [
      { activity: 'L1', kind: 'lesson' },
      { activity: 'Q1', kind: 'quiz' },
      { activity: 'T1', kind: 'attendance' },
    ];
    const criteria = {
      all: [{ lesson: 'L1' }, { quiz: 'Q1', minScore: '70' }, { attendance: 'T1', minCount: 2 }, { approval: 'instructor' }],
    };
    const stated = {
      description: 'By yourself.',
      launchAddress: 'https://learn.example/own',
      workloadHours: '7.5',
      institution: 'The school',
      responsibleParty: 'Dr. Noor',
    };
    await service.write('/v1/courses', course('OWN', { ...stated, activities, criteria }));
    await service.write('/v1/learning-plans', { learningPlan: 'P-OWN', title: 'Plan', criteria: { course: 'OWN' } });
    await service.write('/v1/schemes', scheme('ASKS', { course: 'OWN' }));
    await service.write('/v1/schemes', scheme('ASKS-BY-PLAN', { learningPlan: 'P-OWN' }));
    await service.write('/v1/schemes', scheme('LISTS', { course: 'C1' }, { items: [{ course: 'C1' }, { course: 'OWN' }] }));
    await register('pupil');
  });

  afterAll(() => service.stop());

  test('what the course states, and what certifications ask for it', async () => {
    const shown = await page('OWN');
    expect(shown).toMatchObject({
      course: 'OWN',
      edition: 1,
      title: 'Course OWN',
      description: 'By yourself.',
      launchAddress: 'https://learn.example/own',
      workloadHours: '7.5',
      institution: 'The school',
      responsibleParty: 'Dr. Noor',
      enrolments: [],
      completions: [],
    });
    expect(shown['certifications']).toEqual([
      { scheme: 'ASKS', edition: 1, title: 'Scheme ASKS' },
      { scheme: 'ASKS-BY-PLAN', edition: 1, title: 'Scheme ASKS-BY-PLAN', learningPlans: ['P-OWN'] },
      { scheme: 'LISTS', edition: 1, title: 'Scheme LISTS', optional: true },
    ]);
    expect(shown).not.toHaveProperty('progress');
  });

  test('the checklist says why the course is not completed, and how far each thing has come', async () => {
    await report('L1', 'lesson', { percent: 50 });
    await report('Q1', 'quiz', { score: '70' });
    await report('T1', 'attendance', {});
    expect(await page('OWN')).toMatchObject({
      criteriaMet: false,
      progress: {
        percent: 50,
        left: [
          { lesson: 'L1', missing: 'below-minimum', reached: '50' },
          { attendance: 'T1', missing: 'below-minimum', reached: '1' },
          { approval: 'instructor', missing: 'not-approved' },
        ],
      },
      checklist: [{ satisfied: false }, { quiz: 'Q1', satisfied: true }, { satisfied: false }, { satisfied: false }],
      enrolments: [{ number: 1, reports: [{ percent: 50, counted: true }, { score: '70' }, { activity: 'T1' }] }],
    });
  });

  test('what came after a withdrawal is shown and said not to count; the new enrolment begins anew', async () => {
    await service.write('/v1/learners/pupil/enrolments/OWN/withdrawal', { effective: { date: '2024-05-03' } });
    await report('L1', 'lesson', { percent: 100, effective: { date: '2024-05-04' } });
    const [left] = (await page('OWN'))['enrolments'] as { reports: object[] }[];
    expect(left).toMatchObject({ closed: { how: 'withdrawn' } });
    expect(left!.reports.at(-1)).toMatchObject({ percent: 100, counted: false, notCounted: 'after-withdrawal' });
    await service.write('/v1/learners/pupil/enrolments', { course: 'OWN', effective: { date: '2024-05-05' } });
    expect(await page('OWN')).toMatchObject({
      progress: { percent: 0 },
      enrolments: [{ number: 1 }, { number: 2, reports: [] }],
    });
  });

  test('a completion stands there with how it came about', async () => {
    await complete('pupil', 'C1', { date: '2024-05-06' });
    expect(await page('C1')).toMatchObject({
      enrolments: [{ number: 1, closed: { how: 'completed' } }],
      completions: [{ edition: 1, enrolment: 1, effective: { date: '2024-05-06' }, how: 'reported' }],
    });
    expect(await page('C1')).not.toHaveProperty('criteriaMet');
  });

  test(`the ${REPORTS_SHOWN_MAX} newest reports of an enrolment are shown, and how many are older`, async () => {
    await register('diligent');
    const attend = () =>
      service.write('/v1/learners/diligent/activities', {
        course: 'OWN',
        activity: 'L1',
        kind: 'lesson',
        percent: 1,
        effective: { date: '2024-05-02' },
      });
    for (let count = 0; count < REPORTS_SHOWN_MAX; count += 1) await attend();
    const shown = async () =>
      ((await page('OWN', 'diligent'))['enrolments'] as { reports: object[]; reportsLeftOut?: number }[])[0]!;
    const full = await shown();
    expect([full.reports.length, full.reportsLeftOut]).toEqual([REPORTS_SHOWN_MAX, undefined]);
    await attend();
    const over = await shown();
    expect([over.reports.length, over.reportsLeftOut]).toEqual([REPORTS_SHOWN_MAX, 1]);
  });

  test('an unknown course or learner is answered 404 with a code', async () => {
    const code = async (url: string) => (await service.get(url)).json<ProblemAnswer>().code;
    expect(await code('/v1/learners/pupil/courses/none')).toBe('COURSE_UNKNOWN');
    expect(await code('/v1/learners/nobody/courses/OWN')).toBe('LEARNER_UNKNOWN');
    expect(await code('/v1/learners/nobody/tasks')).toBe('LEARNER_UNKNOWN');
    expect(await code('/v1/learners/pupil/schemes/none/report')).toBe('SCHEME_UNKNOWN');
    expect(await code('/v1/learners/nobody/schemes/ASKS/report')).toBe('LEARNER_UNKNOWN');
  });
});
