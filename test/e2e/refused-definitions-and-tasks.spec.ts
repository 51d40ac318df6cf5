import { course, scheme, Service, TestClock, type Asked, type ProblemAnswer } from '../support/service.js';

const reason = { code: 'sample-reason', text: 'For the test.' };
const withActivities = (id: string) =>
  course(id, {
    activities: [
      { activity: 'intro', kind: 'lesson' },
      { activity: 'final', kind: 'assessment', maxScore: '50' },
    ],
    criteria: { all: [{ lesson: 'intro' }, { assessment: 'final', minScore: '25' }, { approval: 'instructor' }] },
  });

/** The bad input that the issue of definitions, tasks and access names, each line refused with its code and its place. */
describe('what definitions, tasks and access refuse', () => {
  const clock = new TestClock();
  let service: Service;
  let learnerToken: string;
  let end: string;

  beforeAll(async () => {
    service = await Service.memory(clock);
    await service.write('/v1/courses', withActivities('first-aid'));
    await service.write('/v1/courses', course('plain'));
    await service.write('/v1/schemes', scheme('rescuer', { all: [{ course: 'plain' }] }));
    await service.write('/v1/learners', { learner: 'ada', name: 'Ada' });
    await service.write('/v1/persons', { person: 'ada-herself' });
    await service.write('/v1/learners/ada/person', { person: 'ada-herself' });
    await service.write('/v1/learners/ada/enrolments', { course: 'first-aid', effective: { date: '2024-05-01' } });
    const key = await service.post('/v1/keys', { person: 'ada-herself', roles: ['reviewer'] });
    learnerToken = key.json<{ token: string }>().token;
    // The first use of a key on a day is itself a fact; it comes before what is compared.
    await service.get('/v1/courses', { token: learnerToken });
  });
  afterAll(() => service.stop());

  const activity = (more: object) => ({ course: 'first-aid', activity: 'final', kind: 'assessment', ...more });
  const later = { date: '2024-05-20' };

  it.each<[what: string, url: string, body: unknown, status: number, code: string, pointer?: string]>([
    [
      'a leaf naming a lesson that the course lacks',
      '/v1/courses',
      course('x', { activities: [{ activity: 'a', kind: 'lesson' }], criteria: { all: [{ lesson: 'b' }] } }),
      422,
      'ACTIVITY_UNKNOWN',
      '/criteria/all/0',
    ],
    [
      'a minimum above the scale',
      '/v1/courses',
      course('x', {
        activities: [{ activity: 'q', kind: 'quiz', maxScore: '10' }],
        criteria: { all: [{ quiz: 'q', minScore: '10.5' }] },
      }),
      422,
      'MINIMUM_ABOVE_SCALE',
      '/criteria/all/0',
    ],
    [
      'a plan inside itself',
      '/v1/learning-plans',
      { learningPlan: 'loop', title: 'Loop', criteria: { all: [{ course: 'plain' }, { learningPlan: 'loop' }] } },
      422,
      'PLAN_IN_PLAN',
      '/criteria/all/1',
    ],
    ['an edition out of order', '/v1/courses/plain/editions', { title: 'Plain', edition: 3 }, 409, 'EDITION_OUT_OF_ORDER'],
    ['an edition published before', '/v1/courses/plain/editions', { title: 'Other', edition: 1 }, 409, 'EDITION_OUT_OF_ORDER'],
    [
      'an assignment due before its start',
      '/v1/learners/ada/schemes/rescuer/assignments',
      { start: { date: '2024-07-02' }, due: { date: '2024-07-01' } },
      422,
      'DUE_BEFORE_START',
    ],
    [
      'an activity before the enrolment',
      '/v1/learners/ada/activities',
      activity({ score: '30', effective: { date: '2024-04-30' } }),
      422,
      'ACTIVITY_BEFORE_ENROLMENT',
    ],
    ['a score of NaN', '/v1/learners/ada/activities', activity({ score: 'NaN', effective: later }), 400, 'INVALID_REQUEST'],
    [
      'a score above the scale',
      '/v1/learners/ada/activities',
      activity({ score: '50.01', effective: later }),
      422,
      'SCORE_OUT_OF_RANGE',
    ],
    [
      'an activity that the course lacks',
      '/v1/learners/ada/activities',
      activity({ activity: 'ghost', effective: later }),
      422,
      'ACTIVITY_UNKNOWN',
    ],
    [
      'a completion in the future',
      '/v1/learners/ada/completions',
      { course: 'plain', effective: { date: '2024-06-05' } },
      422,
      'EFFECTIVE_IN_FUTURE',
    ],
    [
      "the platform's word where the course has criteria",
      '/v1/learners/ada/completions',
      { course: 'first-aid', effective: later },
      409,
      'COMPLETED_BY_CRITERIA',
    ],
    [
      'a delegation without end',
      '/v1/persons/ada-herself/delegations',
      { role: 'auditor', from: '2024-06-01T00:00:00Z' },
      400,
      'INVALID_REQUEST',
    ],
    ['a group that is not there', '/v1/learners/ada/groups', { groups: ['ghost'] }, 404, 'GROUP_UNKNOWN'],
    ['a start of what is not assigned', '/v1/learners/ada/schemes/rescuer/assignments/start', {}, 409, 'NOT_ASSIGNED'],
    ['an approval of an award that nobody proposed', '/v1/learners/ada/schemes/rescuer/awards/approval', {}, 409, 'NO_PROPOSAL'],
  ])('%s', async (_what, ...row) => {
    const [url, body, status, code, pointer] = row;
    end = await service.end();
    const answer = await service.post(url, body);
    const problem = answer.json<ProblemAnswer>();
    expect({ status: answer.status, code: problem.code }).toEqual({ status, code });
    if (pointer !== undefined) expect(problem.pointer).toBe(pointer);
    expect(problem.detail.length).toBeGreaterThan(10);
    expect(answer.text).not.toMatch(/ at .*\.[jt]s:\d+/);
    const added = (await service.events()).filter(({ position }) => position > end).map(({ type }) => type);
    expect(added.filter((type) => type !== 'AttemptRefused')).toEqual([]);
  });

  it('an approval by the learner, and an award by hand to oneself', async () => {
    const asked: Asked = { token: learnerToken };
    const approval = { course: 'first-aid', label: 'instructor', effective: { date: '2024-05-20' } };
    const own = await service.post('/v1/learners/ada/approvals', approval, asked);
    expect([own.status, own.json<ProblemAnswer>().code]).toEqual([403, 'FOUR_EYES']);
    const breaches = await service.get(`/v1/audit/four-eyes?minPosition=${await service.end()}`);
    expect(breaches.text).toContain('FOUR_EYES');
  });

  it('evidence about oneself, reported with an administrator’s key', async () => {
    const issued = await service.post('/v1/keys', { person: 'ada-herself', roles: ['admin'] });
    const { token } = issued.json<{ token: string }>();
    const report = { course: 'plain', effective: { date: '2024-05-20' } };
    const answer = await service.post('/v1/learners/ada/completions', report, { token });
    expect([answer.status, answer.json<ProblemAnswer>().code]).toEqual([403, 'FOUR_EYES']);
  });

  it('a key for a group that is not there, and a person whom a service makes up', async () => {
    const typo = await service.post('/v1/keys', { person: 'ada-herself', roles: ['admin'], responsibility: ['ghost'] });
    expect(typo.json<ProblemAnswer>()).toMatchObject({ code: 'GROUP_UNKNOWN', pointer: '/responsibility/0' });
    const issued = await service.post('/v1/keys', { service: 'lms', roles: ['admin'] });
    const { token } = issued.json<{ token: string }>();
    const asked = { token, headers: { 'certledger-person': 'nobody-we-know' } };
    const answer = await service.get('/v1/me', asked);
    expect([answer.status, answer.json<ProblemAnswer>().code]).toEqual([404, 'PERSON_UNKNOWN']);
  });

  it('the revocation of the last key for the whole organization, though one for a group is left', async () => {
    const administrator = { person: 'alone' };
    const made = await service.post('/v1/organizations', { organization: 'small', name: 'Small', administrator });
    const { key, token } = made.json<{ key: string; token: string }>();
    await service.write('/v1/groups', { group: 'north', title: 'North' }, { token });
    await service.write('/v1/keys', { person: 'alone', roles: ['admin'], responsibility: ['north'] }, { token });
    const answer = await service.post(`/v1/keys/${key}/revocation`, { reason }, { token });
    expect(answer.json<ProblemAnswer>().code).toBe('LAST_ADMIN_KEY');
  });

  it('a repeat, under the same id, by who may not reach the learner; and finds a draft by its id in upper case', async () => {
    await service.write('/v1/groups', { group: 'south', title: 'South' });
    const issued = await service.post('/v1/keys', { person: 'ada-herself', roles: ['admin'], responsibility: ['south'] });
    const { token } = issued.json<{ token: string }>();
    const registration = { learner: 'grace' };
    await service.write('/v1/learners', registration, { key: 'register-grace' });
    const repeat = await service.post('/v1/learners', registration, { key: 'register-grace', token });
    expect([repeat.status, repeat.json<ProblemAnswer>().code]).toEqual([403, 'OUTSIDE_RESPONSIBILITY']);
    const saved = await service.post('/v1/drafts', { kind: 'course', id: 'drafted', content: { title: 'Drafted' } });
    const { draft } = saved.json<{ draft: string }>();
    expect((await service.get(`/v1/drafts/${draft.toUpperCase()}`)).status).toBe(200);
  });

  it('a role of the platform inside another organization', async () => {
    const administrator = { person: 'their-administrator' };
    const made = await service.post('/v1/organizations', { organization: 'other', name: 'Other', administrator });
    const { token } = made.json<{ token: string }>();
    const answer = await service.post('/v1/keys', { person: 'their-administrator', roles: ['operator'] }, { token });
    expect([answer.status, answer.json<ProblemAnswer>().code]).toEqual([422, 'ROLE_OF_PLATFORM']);
  });

  it('a key that is revoked in the middle of a batch: what was recorded stays, the rest is refused by name', async () => {
    const issued = await service.post('/v1/keys', { person: 'ada-herself', roles: ['admin'] });
    const { key, token } = issued.json<{ key: string; token: string }>();
    const rows = Array.from({ length: 500 }, (_, index) => ({
      kind: 'learner',
      source: 'hr',
      row: `r${index}`,
      learner: `batch-${index}`,
    }));
    // The revocation lands while the hundredth row is being written.
    const { store } = service.engines;
    const append = store.append.bind(store);
    let registered = 0;
    store.append = async (stream, events, options) => {
      if (events[0]!.type === 'LearnerRegistered' && (registered += 1) === 100)
        await service.write(`/v1/keys/${key}/revocation`, { reason });
      return append(stream, events, options);
    };
    const answer = await service.post('/v1/imports/b1/rows', { rows }, { token });
    store.append = append;
    const outcomes = answer.json<{ rows: { outcome: string; code?: string }[] }>().rows;
    const refused = outcomes.filter(({ code }) => code === 'KEY_REVOKED').length;
    expect(outcomes).toHaveLength(500);
    expect(outcomes[0]!.outcome).toBe('recorded');
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'refused', code: 'KEY_REVOKED' });
    expect(outcomes.filter(({ outcome }) => outcome === 'recorded').length + refused).toBe(500);
  });
});
