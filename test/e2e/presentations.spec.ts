import { learnerViews, at } from '../support/learner-views.js';
import { course, scheme, Service, type ProblemAnswer } from '../support/service.js';

/** A learner in two presentations (runs) of one course at a time, over HTTP and by import. */
const day = (date: string) => ({ effective: { date } });
const FIRST = '2013B';
const SECOND = '2013J';

let service: Service;
const { register, read, task } = learnerViews(() => service);
const page = (learner: string, query = '') => read<Record<string, unknown>>(`learners/${learner}/courses/M`, query);
const enrol = (learner: string, presentation: string, date: string) =>
  service.write(`/v1/learners/${learner}/enrolments`, { course: 'M', presentation, ...day(date) });
const attend = (learner: string, presentation: string, date: string) =>
  service.write(`/v1/learners/${learner}/activities`, {
    course: 'M',
    presentation,
    activity: 'class',
    kind: 'attendance',
    ...day(date),
  });
const refused = async (url: string, body: unknown): Promise<unknown> => {
  const { status, code, pointer, errors } = (await service.post(`/v1/learners/${url}`, body)).json<ProblemAnswer>();
  return { status, code, pointer: pointer ?? errors?.[0]?.pointer };
};

beforeAll(async () => {
  service = await Service.memory();
  await service.write(
    '/v1/courses',
    course('M', {
      activities: [{ activity: 'class', kind: 'attendance' }],
      criteria: { all: [{ attendance: 'class', minCount: 2 }, { approval: 'tutor' }] },
    }),
  );
  await service.write('/v1/schemes', scheme('ASKS', { course: 'M' }));
});
afterAll(() => service.stop());

async function inBoth(learner: string): Promise<void> {
  await register(learner);
  await enrol(learner, FIRST, '2024-02-01');
  await enrol(learner, SECOND, '2024-03-01');
}

describe('two presentations side by side', () => {
  test('the course page has an enrolment for each, the progress of the newest, or only that which is asked for', async () => {
    await inBoth('page');
    await attend('page', FIRST, '2024-03-02');
    const first = { number: 1, presentation: FIRST, reports: [{ activity: 'class', counted: true }] };
    const second = { number: 2, presentation: SECOND, reports: [] };
    expect(await page('page')).toMatchObject({
      presentation: SECOND,
      enrolments: [first, second],
      progress: { percent: 0 },
    });
    expect(await page('page', `&presentation=${FIRST}`)).toMatchObject({
      presentation: FIRST,
      enrolments: [first],
      progress: { percent: 25 },
    });
    const none = await page('page', '&presentation=2014B');
    expect(none).toMatchObject({ enrolments: [], completions: [] });
    expect(none).not.toHaveProperty('progress');
  });

  test('what was done after leaving one does not count in it, and counts in the other', async () => {
    await inBoth('leaver');
    await service.write('/v1/learners/leaver/enrolments/M/withdrawal', { presentation: FIRST, ...day('2024-03-05') });
    await attend('leaver', FIRST, '2024-03-06');
    await attend('leaver', SECOND, '2024-03-06');
    expect((await page('leaver'))['enrolments']).toMatchObject([
      { closed: { how: 'withdrawn' }, reports: [{ counted: false, notCounted: 'after-withdrawal' }] },
      { presentation: SECOND, reports: [{ counted: true }] },
    ]);
    expect((await page('leaver'))['enrolments']).not.toHaveProperty('1.closed');
  });

  test('tasks say in which presentation the learner works, and the report in which the course was completed', async () => {
    await inBoth('worker');
    await attend('worker', FIRST, '2024-03-02');
    const shown = await task('worker', 'ASKS');
    expect(shown.items).toMatchObject([{ course: 'M', presentation: FIRST, state: 'open' }]);
    expect(shown.next).toMatchObject({ course: 'M', presentation: FIRST });
    await attend('worker', SECOND, '2024-03-03');
    expect((await task('worker', 'ASKS')).next).toMatchObject({ presentation: SECOND });
    expect((await task('worker', 'ASKS', at('2024-03-02T12:00:00Z'))).next).toMatchObject({ presentation: FIRST });
    expect((await task('worker', 'ASKS', at('2024-01-31T12:00:00Z'))).next).not.toHaveProperty('presentation');

    await attend('worker', SECOND, '2024-03-04');
    const approval = { course: 'M', presentation: SECOND, label: 'tutor', ...day('2024-03-05') };
    await service.write('/v1/learners/worker/approvals', approval);
    const completed = { enrolment: 2, presentation: SECOND, effective: { date: '2024-03-05' }, how: 'criteria' };
    expect(await read('learners/worker')).toMatchObject({ completions: [completed] });
    expect((await page('worker'))['completions']).toMatchObject([completed]);
    expect((await page('worker', `&presentation=${FIRST}`))['completions']).toEqual([]);
    expect(await read('learners/worker/schemes/ASKS/report')).toMatchObject({
      status: 'certified',
      items: [{ course: 'M', presentation: SECOND, state: 'done' }],
    });
    const history = await read<{ items: { what: string; facts: object }[] }>('learners/worker/history');
    expect(history.items.filter(({ what }) => what === 'LearnerEnrolled').map(({ facts }) => facts)).toEqual([
      { course: 'M', edition: 1, enrolment: 1, presentation: FIRST },
      { course: 'M', edition: 1, enrolment: 2, presentation: SECOND },
    ]);
  });

  test('which one is meant is never guessed at', async () => {
    await inBoth('vague');
    const asked = { status: 409, code: 'PRESENTATION_REQUIRED', pointer: '/presentation' };
    expect(await refused('vague/enrolments/M/withdrawal', {})).toEqual(asked);
    const visit = { course: 'M', activity: 'class', kind: 'attendance', ...day('2024-03-02') };
    expect(await refused('vague/activities', visit)).toEqual(asked);
    expect(await refused('vague/approvals', { course: 'M', label: 'tutor' })).toEqual(asked);
    const body = { presentation: '2014B' };
    const unknown = { status: 409, code: 'NOT_ENROLLED', pointer: '/presentation' };
    expect(await refused('vague/enrolments/M/withdrawal', body)).toEqual(unknown);
  });

  test('a presentation is an id, and only a course has one', async () => {
    await register('strict');
    const malformed = { status: 400, code: 'INVALID_REQUEST', pointer: '/presentation' };
    expect(await refused('strict/enrolments', { course: 'M', presentation: 'in the spring' })).toEqual(malformed);
    expect(await refused('strict/approvals', { scheme: 'ASKS', presentation: FIRST, label: 'tutor' })).toEqual(malformed);
  });
});

test('rows of an import name the presentation, each kind of them', async () => {
  const row = (kind: string, id: string, more: object) => ({ kind, source: 'lms', row: id, learner: 'imported', ...more });
  const inFirst = { course: 'M', presentation: FIRST };
  const inSecond = { course: 'M', presentation: SECOND };
  const visit = { activity: 'class', activityKind: 'attendance' };
  const rows = [
    row('learner', '1', {}),
    row('enrolment', '2', { ...inFirst, enrolledOn: '2013-02-01' }),
    row('enrolment', '3', { ...inSecond, enrolledOn: '2013-10-01' }),
    row('activity', '4', { ...inSecond, ...visit, count: 2, reportedOn: '2013-11-01' }),
    row('withdrawal', '5', { ...inFirst, withdrawnOn: '2013-11-02' }),
    row('activity', '6', { ...inFirst, ...visit, reportedOn: '2013-11-03' }),
    row('enrolment', '7', { ...inFirst, enrolledOn: '2013-03-01' }),
    row('withdrawal', '8', { ...inFirst, withdrawnOn: '2013-11-04' }),
    row('enrolment', '9', { course: 'M', presentation: 'in the spring', enrolledOn: '2013-02-01' }),
    row('approval', '10', { ...inSecond, label: 'tutor', approvedOn: '2013-12-01' }),
    row('approval', '11', { scheme: 'ASKS', presentation: SECOND, label: 'tutor', approvedOn: '2013-12-01' }),
    row('completion', '12', { ...inSecond, completedOn: '2013-12-02' }),
  ];
  const answer = await service.post('/v1/imports/presentations/rows', { rows });
  const outcomes = answer.json<{ rows: { outcome: string; code?: string; pointer?: string }[] }>().rows;
  expect(outcomes.map(({ outcome, code, pointer }) => [code ?? outcome, ...(pointer === undefined ? [] : [pointer])])).toEqual([
    ...rows.slice(0, 6).map(() => ['recorded']),
    ['unchanged'],
    ['NOT_ENROLLED', '/presentation'],
    ['ROW_INVALID', '/presentation'],
    ['recorded'],
    ['ROW_INVALID', '/presentation'],
    ['COMPLETED_BY_CRITERIA'],
  ]);
  expect(await page('imported')).toMatchObject({
    enrolments: [
      { presentation: FIRST, closed: { how: 'withdrawn' }, reports: [{ notCounted: 'after-withdrawal' }] },
      { presentation: SECOND, closed: { how: 'completed' }, reports: [{ counted: true }] },
    ],
    completions: [{ presentation: SECOND, how: 'criteria' }],
  });
});
