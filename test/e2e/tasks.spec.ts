import { keyFor } from '../support/access.js';
import { course, newKey, scheme, Service, TestClock, type Asked, type ProblemAnswer } from '../support/service.js';

/** What is asked of a learner and what a learner does, over HTTP (issue 5, Tasks and evidence). */
const REASON = { code: 'checked', text: 'Looked at the papers.' };
const day = (date: string) => ({ effective: { date } });

let service: Service;
let clock: TestClock;
/** Persons other than the first administrator, who registers and assigns. */
let second: string;
let reviewer: string;
let learnerToken: string;

beforeAll(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
  second = (await keyFor(service, 'second-administrator', ['admin'])).token;
  reviewer = (await keyFor(service, 'reviewer', ['reviewer'])).token;
  learnerToken = (await keyFor(service, 'E-7', ['learner'])).token;
  await service.write('/v1/groups', { group: 'north', title: 'North' });
  await service.write('/v1/groups', { group: 'south', title: 'South' });
  await service.write('/v1/courses', course('plain'));
  await service.write(
    '/v1/courses',
    course('lab', {
      activities: [
        { activity: 'video', kind: 'lesson' },
        { activity: 'test', kind: 'quiz', maxScore: '50' },
        { activity: 'seminar', kind: 'participation' },
      ],
      criteria: {
        all: [
          { lesson: 'video' },
          { quiz: 'test', minScore: '35' },
          { participation: 'seminar', minCount: 2 },
          { approval: 'practice' },
        ],
      },
    }),
  );
  await service.write('/v1/learning-plans', { learningPlan: 'both', title: 'Both', criteria: { all: [{ course: 'plain' }] } });
  await service.write('/v1/schemes', scheme('auto', { all: [{ course: 'lab' }] }));
  await service.write('/v1/schemes', scheme('asked', { course: 'plain' }, { award: 'on-approval', secondApprover: true }));
  await service.write('/v1/schemes', scheme('late', { course: 'plain' }, { timeToFulfil: { lateEvidence: 'accept-late' } }));
  await service.write('/v1/schemes', scheme('strict', { all: [{ course: 'plain' }, { approval: 'visit' }] }));
});
afterAll(() => service.stop());

let learners = 0;
async function learner(more: object = {}): Promise<string> {
  const id = `emp-${(learners += 1)}`;
  await service.write('/v1/learners', { learner: id, ...more });
  return id;
}
const refused = async (url: string, body: unknown, asked: Asked = {}): Promise<Partial<ProblemAnswer>> => {
  const { code, pointer, status, errors } = (await service.post(url, body, asked)).json<ProblemAnswer>();
  return { status, code, ...(pointer === undefined ? {} : { pointer }), ...(errors === undefined ? {} : { errors }) };
};
interface Recorded {
  readonly type: string;
  readonly data: Record<string, unknown>;
  readonly metadata: { readonly actor: { readonly meaning?: string; readonly role: string }; readonly origin: object };
}
async function record(id: string): Promise<readonly Recorded[]> {
  const stream = await service.started.kernel.records.stream('main', id);
  return (await service.engines.store.read(stream, { limit: 200 })) as unknown as readonly Recorded[];
}
const types = async (id: string): Promise<readonly string[]> => (await record(id)).map(({ type }) => type);
const status = async (id: string, ofScheme: string, at?: string) => {
  const query = `minPosition=${await service.end()}${at === undefined ? '' : `&at=${encodeURIComponent(at)}`}`;
  return (await service.get(`/v1/learners/${id}/schemes/${ofScheme}?${query}`)).json<{ status: string; valid: boolean }>();
};

describe('enrolments', () => {
  test('rule 001-10: a repeat while one is open is nothing new, after it is closed the next number', async () => {
    const id = await learner();
    const url = `/v1/learners/${id}/enrolments`;
    const key = newKey();
    const first = await service.write(url, { course: 'plain' }, { key });
    expect(await service.write(url, { course: 'plain' }, { key })).toEqual({ ...first, outcome: 'replayed' });
    expect((await service.write(url, { course: 'plain' })).outcome).toBe('unchanged');
    await service.write(`${url}/plain/withdrawal`, { reason: REASON });
    expect((await service.write(url, { course: 'plain' })).outcome).toBe('recorded');
    const numbers = (await record(id)).filter(({ type }) => type === 'LearnerEnrolled').map(({ data }) => data['enrolment']);
    expect(numbers).toEqual([1, 2]);
  });

  test('a withdrawal needs an open enrolment and cannot lie before it', async () => {
    const id = await learner();
    const url = `/v1/learners/${id}/enrolments`;
    expect(await refused(`${url}/plain/withdrawal`, {})).toMatchObject({ status: 409, code: 'NOT_ENROLLED' });
    await service.write(url, { course: 'plain', ...day('2024-03-02') });
    const early = await refused(`${url}/plain/withdrawal`, day('2024-03-01'));
    expect(early).toEqual({ status: 422, code: 'WITHDRAWAL_BEFORE_ENROLMENT', pointer: '/effective' });
    await service.write(`${url}/plain/withdrawal`, day('2024-03-02'));
  });
});

describe('activities', () => {
  test('rules 003-1 to 003-3: complete a course by its criteria, which awards, with the approval as the last piece', async () => {
    const id = await learner();
    const report = (activity: string, kind: string, more: object) =>
      service.write(`/v1/learners/${id}/activities`, { course: 'lab', activity, kind, ...day('2024-05-02'), ...more });
    await report('video', 'lesson', { percent: 100 });
    await report('test', 'quiz', { score: '34.99' });
    await report('seminar', 'participation', { count: 2 });
    await service.write(`/v1/learners/${id}/approvals`, { course: 'lab', label: 'practice' }, { token: reviewer });
    expect(await types(id)).not.toContain('CourseCompleted');
    await report('test', 'quiz', { score: '35' });
    expect((await types(id)).slice(-3)).toEqual(['ActivityReported', 'CourseCompleted', 'CertificationAwarded']);
    const approval = (await record(id)).find(({ type }) => type === 'ApprovalGiven')!;
    expect(approval.metadata.actor).toMatchObject({ role: 'reviewer', meaning: 'approved' });
  });

  test.each([
    ['a score that is a number', { score: 35 }, '/score'],
    ['a score of NaN', { score: 'NaN' }, '/score'],
    ['a percentage above a hundred', { percent: 101 }, '/percent'],
    ['no count', { count: 0 }, '/count'],
    ['more counts than one report holds', { count: 10_001 }, '/count'],
    ['carried over or not', { carriedOver: false }, '/carriedOver'],
  ])('%s is refused with its place', async (_, result, pointer) => {
    const body = { course: 'lab', activity: 'test', kind: 'quiz', ...day('2024-05-02'), ...result };
    const answer = await refused(`/v1/learners/${await learner()}/activities`, body);
    expect(answer).toMatchObject({ status: 400, code: 'INVALID_REQUEST', errors: [{ pointer }] });
  });

  test.each([
    ['of a course that nobody defined', { course: 'none' }, { status: 404, code: 'COURSE_UNKNOWN', pointer: '/course' }],
    ['that the course lacks', { activity: 'none' }, { status: 422, code: 'ACTIVITY_UNKNOWN', pointer: '/activity' }],
    ['of another kind', { kind: 'lesson', percent: 3 }, { status: 422, code: 'ACTIVITY_UNKNOWN', pointer: '/kind' }],
    ['above the scale', { score: '50.1' }, { status: 422, code: 'SCORE_OUT_OF_RANGE', pointer: '/score' }],
    ['with a result of another kind', { percent: 5 }, { status: 422, code: 'ACTIVITY_RESULT_UNFIT', pointer: '/percent' }],
    ['in the future', day('2024-06-03'), { status: 422, code: 'EFFECTIVE_IN_FUTURE', pointer: '/effective' }],
    ['before the enrolment', day('2024-01-01'), { status: 422, code: 'ACTIVITY_BEFORE_ENROLMENT', pointer: '/effective' }],
  ])('a report %s is refused', async (_, wrong, expected) => {
    const id = await learner();
    await service.write(`/v1/learners/${id}/enrolments`, { course: 'lab', ...day('2024-02-01') });
    const body = { course: 'lab', activity: 'test', kind: 'quiz', ...day('2024-05-02'), ...wrong };
    expect(await refused(`/v1/learners/${id}/activities`, body)).toEqual(expected);
    // A result of an earlier presentation is carried over into the one that is open.
    if ('effective' in wrong && wrong.effective.date === '2024-01-01')
      await service.write(`/v1/learners/${id}/activities`, { ...body, carriedOver: true });
  });

  test('what has criteria takes no word for it; a learning plan is completed by its courses', async () => {
    const id = await learner();
    const byWord = await refused(`/v1/learners/${id}/completions`, { course: 'lab', ...day('2024-05-02') });
    expect(byWord).toEqual({ status: 409, code: 'COMPLETED_BY_CRITERIA' });
    const plan = `/v1/learners/${id}/plan-completions`;
    expect(await refused(plan, { learningPlan: 'both', ...day('2024-05-02') })).toMatchObject({ code: 'COMPLETED_BY_CRITERIA' });
    expect(await refused(plan, { learningPlan: 'none', ...day('2024-05-02') })).toMatchObject({ code: 'LEARNING_PLAN_UNKNOWN' });
    await service.write(`/v1/learners/${id}/completions`, { course: 'plain', ...day('2024-05-02'), validUntil: '2025-01-31' });
    expect(await types(id)).toEqual(expect.arrayContaining(['CourseCompleted', 'LearningPlanCompleted']));
  });
});

describe('assignments', () => {
  const url = (id: string, of: string, what = '') => `/v1/learners/${id}/schemes/${of}/assignments${what}`;

  test('rules 001-1, 001-3 and 001-4: start, due and late; what is due at an instant is late at it', async () => {
    const id = await learner();
    const terms = { start: { date: '2024-06-02' }, due: { date: '2024-06-10' } };
    await service.write(url(id, 'late'), terms);
    expect((await service.write(url(id, 'late'), { ...terms })).outcome).toBe('unchanged');
    expect(await refused(url(id, 'late'), {})).toEqual({ status: 409, code: 'ASSIGNMENT_OPEN' });
    expect(await refused(url(id, 'late', '/start'), {})).toEqual({ status: 409, code: 'TOO_EARLY', pointer: '/effective' });
    clock.set('2024-06-02T12:00:00.000Z');
    await service.write(url(id, 'late', '/start'), {});
    const at = async (instant: string) => (await status(id, 'late', instant)).status;
    expect(await at('2024-06-02T11:00:00Z')).toBe('assigned');
    expect(await at('2024-06-09T21:59:59.999Z')).toBe('in-progress');
    expect(await at('2024-06-09T22:00:00Z')).toBe('overdue');
    clock.set('2024-06-12T12:00:00.000Z');
    await service.write(`/v1/learners/${id}/completions`, { course: 'plain', ...day('2024-06-11') });
    const awards = (await record(id)).filter(({ type, data }) => type === 'CertificationAwarded' && data['scheme'] === 'late');
    expect(awards.map(({ data }) => [data['assignment'], data['late']])).toEqual([[1, true]]);
    expect(await refused(url(id, 'late'), {})).toEqual({ status: 409, code: 'ALREADY_CERTIFIED' });
  });

  test('is withdrawn with a reason, which says what the decision means', async () => {
    const id = await learner();
    expect(await refused(url(id, 'auto', '/withdrawal'), { reason: REASON })).toEqual({ status: 409, code: 'NOT_ASSIGNED' });
    expect(await refused(url(id, 'auto', '/start'), {})).toEqual({ status: 409, code: 'NOT_ASSIGNED' });
    await service.write(url(id, 'auto'), { completeWithin: 'P30D' });
    await service.write(url(id, 'auto', '/withdrawal'), { reason: REASON });
    expect((await record(id)).at(-1)).toMatchObject({
      type: 'AssignmentWithdrawn',
      metadata: { actor: { meaning: 'withdrawn' } },
    });
    expect(await status(id, 'auto')).toMatchObject({ status: 'withdrawn' });
  });

  test('terms that contradict each other are refused with their place', async () => {
    const id = await learner();
    const both = await refused(url(id, 'auto'), { due: { date: '2025-01-01' }, completeWithin: 'P1D' });
    expect(both).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/completeWithin' }] });
    const wrong = { start: { date: '2025-01-02' }, due: { date: '2025-01-02' } };
    expect(await refused(url(id, 'auto'), wrong)).toEqual({ status: 422, code: 'DUE_BEFORE_START', pointer: '/due' });
    expect(await refused(url(id, 'none'), {})).toMatchObject({ status: 404, code: 'SCHEME_UNKNOWN' });
  });
});

describe('decisions of persons', () => {
  const awards = (id: string, what = '') => `/v1/learners/${id}/schemes/asked/awards${what}`;
  const done = async (): Promise<string> => {
    const id = await learner();
    await service.write(`/v1/learners/${id}/completions`, { course: 'plain', ...day('2024-05-02') });
    expect(await status(id, 'asked')).toMatchObject({ status: 'awaiting-review', valid: false });
    return id;
  };

  test('an award on approval waits for two persons, and is valid from the completion', async () => {
    const id = await done();
    await service.write(awards(id, '/approval'), { reason: REASON }, { token: reviewer });
    expect(await refused(awards(id, '/approval'), {}, { token: reviewer })).toEqual({ status: 403, code: 'FOUR_EYES' });
    await service.write(awards(id, '/approval'), {}, { token: second });
    const last = (await record(id)).at(-1)!;
    expect(last).toMatchObject({
      type: 'CertificationAwarded',
      data: { how: 'on-approval', effective: { date: '2024-05-02' } },
      metadata: { actor: { meaning: 'approved' } },
    });
    expect(await refused(awards(id, '/approval'), {}, { token: second })).toEqual({ status: 409, code: 'NO_PROPOSAL' });
  });

  test('is declined with a reason, and proposed again by further evidence only', async () => {
    const id = await done();
    await service.write(awards(id, '/decline'), { reason: REASON }, { token: reviewer });
    expect((await record(id)).at(-1)).toMatchObject({ type: 'AwardDeclined', metadata: { actor: { meaning: 'declined' } } });
    expect(await refused(awards(id, '/decline'), { reason: REASON })).toEqual({ status: 409, code: 'NO_PROPOSAL' });
    await service.write(`/v1/learners/${id}/completions`, { course: 'plain', ...day('2024-06-02') });
    expect(await status(id, 'asked')).toMatchObject({ status: 'awaiting-review' });
  });

  test('nobody decides about themselves, and a decision needs a person', async () => {
    const id = await done();
    await service.write(`/v1/learners/${id}/person`, { person: 'reviewer' });
    expect(await refused(awards(id, '/approval'), {}, { token: reviewer })).toEqual({ status: 403, code: 'FOUR_EYES' });
    const other = await refused(`/v1/learners/${id}/person`, { person: 'somebody-else' });
    expect(other).toEqual({ status: 409, code: 'LEARNER_BOUND' });
    expect((await service.write(`/v1/learners/${id}/person`, { person: 'reviewer' })).outcome).toBe('unchanged');
    const machine = (await service.post('/v1/keys', { service: 'lms', roles: ['admin'] })).json<{ token: string }>().token;
    expect(await refused(awards(id, '/approval'), {}, { token: machine })).toMatchObject({ code: 'PERSON_REQUIRED' });
  });

  test('rule 000-1d: by hand with a reason; who proposed it does not approve it where a second person is asked for', async () => {
    const id = await learner();
    await service.write(awards(id), { ...day('2024-05-02'), reason: REASON });
    const proposed = (await record(id)).at(-1)!;
    expect([proposed.type, proposed.metadata.actor.meaning]).toEqual(['AwardProposed', 'awarded']);
    expect(await refused(awards(id), { ...day('2024-05-02'), reason: REASON })).toEqual({ status: 409, code: 'PROPOSAL_OPEN' });
    expect(await refused(awards(id, '/approval'), {})).toEqual({ status: 403, code: 'FOUR_EYES' });
    await service.write(awards(id, '/approval'), {}, { token: second });
    const revocation = `/v1/learners/${id}/schemes/asked/revocations`;
    await service.write(revocation, { reason: REASON });
    expect(await status(id, 'asked')).toMatchObject({ status: 'certified', valid: true });
    await service.write(revocation, { reason: REASON }, { token: second });
    expect((await record(id)).at(-1)).toMatchObject({
      type: 'CertificationRevoked',
      metadata: { actor: { meaning: 'revoked' } },
    });
  });

  test('rule 003-3: an approval is given once, exactly as the criteria name it', async () => {
    const id = await learner();
    await service.write(`/v1/learners/${id}/completions`, { course: 'plain', ...day('2024-05-02') });
    const url = `/v1/learners/${id}/approvals`;
    const label = { status: 422, code: 'APPROVAL_UNKNOWN', pointer: '/label' };
    expect(await refused(url, { scheme: 'strict', label: 'Visit' })).toEqual(label);
    expect(await refused(url, { course: 'lab', label: 'practice' })).toMatchObject({ code: 'NOT_ENROLLED' });
    for (const targets of [{}, { scheme: 'strict', course: 'lab' }])
      expect(await refused(url, { ...targets, label: 'visit' })).toMatchObject({ code: 'INVALID_REQUEST' });
    await service.write(url, { scheme: 'strict', label: 'visit', reason: REASON }, { token: reviewer });
    expect((await service.write(url, { scheme: 'strict', label: 'visit' })).outcome).toBe('unchanged');
    expect(await status(id, 'strict')).toMatchObject({ status: 'certified' });
  });
});

describe('whose record it is', () => {
  test('a learner enrols and starts on the own record only; another one is as if it did not exist', async () => {
    const [own, other] = [await learner(), await learner()];
    await service.write(`/v1/learners/${own}/person`, { person: 'E-7' });
    const asked = { token: learnerToken };
    await service.write(`/v1/learners/${own}/enrolments`, { course: 'plain' }, asked);
    await service.write(`/v1/learners/${own}/schemes/auto/assignments`, {});
    await service.write(`/v1/learners/${own}/schemes/auto/assignments/start`, {}, asked);
    const unknown = { status: 404, code: 'LEARNER_UNKNOWN' };
    expect(await refused(`/v1/learners/${other}/enrolments`, { course: 'plain' }, asked)).toEqual(unknown);
    expect(await refused(`/v1/learners/nobody/enrolments`, { course: 'plain' }, asked)).toEqual(unknown);
    for (const path of ['activities', 'completions', 'plan-completions', 'approvals', 'groups', 'person'])
      expect(await refused(`/v1/learners/${own}/${path}`, {}, asked)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });

  test('rule 003-12: the organization says whether learners correct their own names', async () => {
    const own = await learner();
    const token = (await keyFor(service, 'E-8', ['learner'])).token;
    await service.write(`/v1/learners/${own}/person`, { person: 'E-8' });
    const url = `/v1/learners/${own}/corrections`;
    expect(await refused(url, { name: 'Zoë' }, { token })).toEqual({ status: 403, code: 'NAME_CORRECTED_BY_ADMIN' });
    await service.write('/v1/organization/rules', { learnersCorrectOwnNames: true, secondApprover: false });
    await service.write(url, { name: 'Zoë' }, { token });
    expect(await refused(url, { contact: 'zoe@example.org' }, { token })).toMatchObject({ code: 'NAME_CORRECTED_BY_ADMIN' });
    await service.write('/v1/organization/rules', { learnersCorrectOwnNames: false, secondApprover: false });
  });

  test('an administrator of some groups reaches the learners in them and nobody else', async () => {
    const token = (await keyFor(service, 'head-of-north', ['admin'], { responsibility: ['north'] })).token;
    const [north, south] = [await learner({ groups: ['north'] }), await learner({ groups: ['south'] })];
    const enrol = (id: string) => service.post(`/v1/learners/${id}/enrolments`, { course: 'plain' }, { token });
    expect((await enrol(north)).status).toBe(200);
    expect((await enrol(south)).json()).toMatchObject({ status: 403, code: 'OUTSIDE_RESPONSIBILITY' });
    const outside = await refused('/v1/learners', { learner: 'emp-outside' }, { token });
    expect(outside).toEqual({ status: 403, code: 'OUTSIDE_RESPONSIBILITY', pointer: '/groups' });
    await service.write(`/v1/learners/${south}/groups`, { groups: ['south', 'north'] });
    expect((await enrol(south)).status).toBe(200);
    const unknown = await refused(`/v1/learners/${south}/groups`, { groups: ['north', 'west'] });
    expect(unknown).toEqual({ status: 404, code: 'GROUP_UNKNOWN', pointer: '/groups/1' });
    const many = await refused(`/v1/learners/${south}/groups`, { groups: Array.from({ length: 51 }, (_, n) => `g${n}`) });
    expect(many).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/groups' }] });
  });
});
