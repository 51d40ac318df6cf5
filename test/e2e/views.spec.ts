import { keyFor } from '../support/access.js';
import { at, learnerViews } from '../support/learner-views.js';
import { course, scheme, Service, TestClock, type ProblemAnswer } from '../support/service.js';

const NOW = '2024-06-01T12:00:00.000Z';
const BADGE = { digest: 'ab'.repeat(32), mediaType: 'image/png' };
const reason = { code: 'trained-abroad', text: 'Shown to us in person.' };

describe('what a learner sees', () => {
  const clock = new TestClock(Date.parse(NOW));
  let service: Service;

  beforeAll(async () => {
    service = await Service.memory(clock);
    const write = (kind: string, body: object) => service.write(`/v1/${kind}`, body);
    for (const id of ['C1', 'C2', 'C3', 'C4', 'C5']) await write('courses', course(id));
    await write('learning-plans', {
      learningPlan: 'P1',
      title: 'Plan P1',
      criteria: { all: [{ course: 'C3' }, { course: 'C4' }] },
    });
    const items = [{ course: 'C1' }, { course: 'C2' }, { learningPlan: 'P1' }, { course: 'C5' }];
    const twoOf = { atLeast: 2, of: [{ course: 'C1' }, { course: 'C2' }, { learningPlan: 'P1' }] };
    await write(
      'schemes',
      scheme('TWO', twoOf, { items, overview: 'All of it.', instructions: 'Start with C1.', issuer: 'The board', badge: BADGE }),
    );
    await write(
      'schemes',
      scheme('FOREVER', { course: 'C5' }, { validity: { perpetual: true }, kind: 'external', published: '2024-02-01' }),
    );
  });
  afterAll(() => service.stop());

  const { register, complete, assign, read, tasks, task } = learnerViews(() => service);

  test('rule 000-4: all certifications ever obtained, each with its last valid day, none where it never ends', async () => {
    await register('all');
    const award = (id: string, date: string) =>
      service.write(`/v1/learners/all/schemes/${id}/awards`, { effective: { date }, reason });
    await award('TWO', '2021-05-04');
    await award('TWO', '2023-01-31');
    await award('FOREVER', '2020-01-01');
    const { certifications } = await read<{ certifications: { scheme: string; cycles: object[] }[] }>('learners/all');
    expect(certifications.map(({ scheme: id }) => id).sort()).toEqual(['FOREVER', 'TWO']);
    expect(certifications.find(({ scheme: id }) => id === 'TWO')!.cycles).toMatchObject([
      { number: 1, how: 'by-hand', status: 'expired', lastValidDay: '2022-05-04' },
      { number: 2, how: 'by-hand', status: 'expired', lastValidDay: '2024-01-31' },
    ]);
    const [forever] = certifications.find(({ scheme: id }) => id === 'FOREVER')!.cycles;
    expect(forever).toMatchObject({ status: 'current' });
    expect(forever).not.toHaveProperty('lastValidDay');
  });

  describe('what was asked', () => {
    beforeAll(async () => {
      await register('asked');
      // The clocks of Berlin go back in the night to 27 October 2024, so that day has 25 hours.
      await assign('asked', 'TWO', { effective: { date: '2024-05-01' }, due: { date: '2024-10-28' } });
    });

    test.each([
      ['2024-10-26T22:00:00Z', 'assigned', 25 * 3_600],
      ['2024-10-27T22:59:59.999Z', 'assigned', 1],
      ['2024-10-27T23:00:00Z', 'missed', 0],
      ['2024-10-28T00:00:00+01:00', 'missed', 0],
      ['2025-01-01T00:00:00Z', 'missed', 0],
    ])('rules 001-4 and 001-5: at %s it is %s with %i seconds left, the due instant exclusive', async (instant, status, left) => {
      const shown = await task('asked', 'TWO', at(instant));
      expect(shown).toMatchObject({ status, valid: false });
      expect(shown.assignment).toMatchObject({
        dueAt: '2024-10-28T00:00:00+01:00',
        expiresInSeconds: left,
        lateEvidence: 'refuse',
      });
    });

    test('rule 001-5: the time left to fulfil and the end of the validity are never the same field', async () => {
      const open = await task('asked', 'TWO');
      expect(open).not.toHaveProperty('lastValidDay');
      expect(open).not.toHaveProperty('endsAt');
      await register('fulfilled');
      await assign('fulfilled', 'TWO', { effective: { date: '2024-05-01' }, due: { date: '2024-10-28' } });
      for (const id of ['C1', 'C2']) await complete('fulfilled', id, { date: '2024-05-20' });
      const held = await task('fulfilled', 'TWO');
      expect(held).toMatchObject({ status: 'certified', valid: true, lastValidDay: '2025-05-20' });
      expect(held).not.toHaveProperty('assignment');
    });

    test('rule 001-6: the instructions stand beside the task', async () => {
      expect(await task('asked', 'TWO')).toMatchObject({ instructions: 'Start with C1.', overview: 'All of it.' });
      expect(await task('asked', 'FOREVER')).not.toHaveProperty('instructions');
    });

    test('what is not assigned at an instant is not there yet', async () => {
      expect((await tasks('asked', at('2024-04-30T21:59:59Z'))).items).toEqual([]);
      expect((await tasks('asked', at('2024-04-30T22:00:00Z'))).items).toMatchObject([{ scheme: 'TWO', status: 'assigned' }]);
    });

    test('late evidence is overdue, not missed, where it is accepted, and the award says that it was late', async () => {
      await service.write('/v1/schemes', scheme('LATE', { course: 'C4' }, { timeToFulfil: { lateEvidence: 'accept-late' } }));
      await register('late');
      await assign('late', 'LATE', { effective: { date: '2024-01-02' }, due: { instant: '2024-03-01T10:00:00Z' } });
      const status = async (instant: string) => (await task('late', 'LATE', at(instant))).status;
      expect([await status('2024-03-01T09:59:59.999Z'), await status('2024-03-01T10:00:00Z')]).toEqual(['assigned', 'overdue']);
      await complete('late', 'C4', { instant: '2024-03-01T10:00:00Z' });
      expect(await read('learners/late/schemes/LATE')).toMatchObject({
        status: 'certified',
        cycles: [{ how: 'automatic', assignment: 1, late: true }],
      });
    });
  });

  describe('the items', () => {
    beforeAll(async () => {
      await register('items');
      await assign('items', 'TWO', { effective: { date: '2024-05-01' } });
      await complete('items', 'C2', { instant: '2024-05-20T09:30:00Z' });
      await complete('items', 'C5', { date: '2024-05-21' });
    });

    test('rules 001-7 and 001-11: everything listed, each open or done and since when, what no criterion needs as well', async () => {
      expect((await task('items', 'TWO')).items).toEqual([
        { course: 'C1', title: 'Course C1', state: 'open', missing: 'not-completed' },
        { course: 'C2', title: 'Course C2', state: 'done', since: { instant: '2024-05-20T09:30:00Z' }, by: expect.any(Number) },
        { learningPlan: 'P1', title: 'Plan P1', state: 'open', missing: 'not-completed' },
        {
          course: 'C5',
          title: 'Course C5',
          state: 'done',
          since: { date: '2024-05-21' },
          by: expect.any(Number),
          optional: true,
        },
      ]);
    });

    test('rule 003-11: progress in per cent with what is left; optional things are not left', async () => {
      const { progress, status } = await task('items', 'TWO');
      expect(status).toBe('in-progress');
      expect(progress.percent).toBe(50);
      expect(progress.left.map(({ course: id, missing }) => [id, missing])).toEqual([
        ['C1', 'not-completed'],
        [undefined, 'not-completed'],
      ]);
    });

    test('an item is open before the instant at which it was done', async () => {
      const states = async (instant: string) => (await task('items', 'TWO', at(instant))).items.map(({ state }) => state);
      expect(await states('2024-05-20T09:29:59.999Z')).toEqual(['open', 'open', 'open', 'open']);
      expect(await states('2024-05-20T09:30:00Z')).toEqual(['open', 'done', 'open', 'open']);
      // A date is that day's start in the zone of the scheme.
      expect(await states('2024-05-20T22:00:00Z')).toEqual(['open', 'done', 'open', 'done']);
    });

    test('evidence from before the start of an assignment leaves its item open, and says why', async () => {
      await register('early');
      await complete('early', 'C1', { date: '2024-03-01' });
      await assign('early', 'TWO', { effective: { date: '2024-04-01' }, start: { date: '2024-04-02' } });
      expect((await task('early', 'TWO')).items[0]).toMatchObject({ course: 'C1', state: 'open', missing: 'only-before' });
    });

    test('rule 002-7: the open item on which the learner worked last comes first, else the first in order', async () => {
      await register('next');
      await assign('next', 'TWO', { effective: { date: '2024-05-01' } });
      const next = async (query = '') => (await task('next', 'TWO', query)).next;
      const enrol = (id: string, date: string) =>
        service.write('/v1/learners/next/enrolments', { course: id, effective: { date } });
      expect(await next()).toEqual({ course: 'C1', title: 'Course C1' });
      await enrol('C2', '2024-05-10');
      expect(await next()).toEqual({ course: 'C2', title: 'Course C2' });
      await enrol('C4', '2024-05-11');
      expect(await next()).toEqual({ learningPlan: 'P1', title: 'Plan P1' });
      expect(await next(at('2024-05-10T12:00:00Z'))).toMatchObject({ course: 'C2' });
      // Work on what the criteria do not need proposes nothing; what was left is no longer pending work.
      await enrol('C5', '2024-05-12');
      await service.write('/v1/learners/next/enrolments/C4/withdrawal', { effective: { date: '2024-05-13' } });
      expect(await next()).toMatchObject({ course: 'C2' });
      // The order is free: another one is taken, and what is left is proposed.
      await complete('next', 'C1', { date: '2024-05-14' });
      expect(await next()).toMatchObject({ course: 'C2' });
      await complete('next', 'C2', { date: '2024-05-15' });
      expect(await task('next', 'TWO')).toMatchObject({ status: 'certified', progress: { percent: 100, left: [] } });
      expect(await next()).toBeUndefined();
    });
  });

  describe('the individual report', () => {
    beforeAll(async () => {
      await register('report');
      await complete('report', 'C1', { date: '2024-02-28' });
      await complete('report', 'C2', { instant: '2024-02-29T13:45:10+01:00' });
      await complete('report', 'C5', { date: '2024-03-02' });
    });
    const report = (id: string, query = '') => read<Record<string, unknown>>(`learners/report/schemes/${id}/report`, query);

    test('rules 001-11 and 001-18: each item and when, and the date and time of completion', async () => {
      expect(await report('TWO')).toMatchObject({
        items: [
          { course: 'C1', state: 'done', since: { date: '2024-02-28' } },
          { course: 'C2', state: 'done', since: { instant: '2024-02-29T13:45:10+01:00' } },
          { learningPlan: 'P1', state: 'open' },
          { course: 'C5', state: 'done', optional: true },
        ],
        completed: { effective: { instant: '2024-02-29T13:45:10+01:00' }, recordedAt: NOW },
      });
      const before = await report('TWO', at('2024-02-29T12:45:09.999Z'));
      expect(before).toMatchObject({
        status: null,
        items: [{ state: 'done' }, { state: 'open' }, { state: 'open' }, { state: 'open' }],
      });
      expect(before).not.toHaveProperty('completed');
      expect(before).not.toHaveProperty('validity');
    });

    test('rule 001-19: it is valid from an instant to a day, as an interval', async () => {
      expect(await report('TWO')).toMatchObject({
        validity: {
          from: { instant: '2024-02-29T13:45:10+01:00' },
          lastValidDay: '2025-02-28',
          endsAt: '2025-03-01T00:00:00+01:00',
        },
      });
    });

    test('rule 002-1: the page says recurring or perpetual', async () => {
      expect(await report('TWO')).toMatchObject({ type: 'recurring' });
      const forever = await report('FOREVER');
      expect(forever).toMatchObject({ type: 'perpetual', status: 'certified' });
      expect(forever['validity']).toEqual({ from: { date: '2024-03-02' } });
    });

    test('rule 002-8: overview, validity date, issuer, completion date, type and badge', async () => {
      expect(await report('TWO')).toMatchObject({ overview: 'All of it.', issuer: 'The board', badge: BADGE, kind: 'internal' });
      const external = await report('FOREVER');
      expect(external).toMatchObject({ kind: 'external', completed: { effective: { date: '2024-03-02' } } });
      expect(external).not.toHaveProperty('issuer');
    });
  });

  test('a learner sees the own record and no other, whatever the view', async () => {
    await register('me', { name: 'Ada' });
    await register('other');
    const { token } = await keyFor(service, 'person-me', ['learner']);
    await service.write('/v1/learners/me/person', { person: 'person-me' });
    const position = await service.end();
    const views = ['', '/tasks', '/courses/C1', '/schemes/TWO', '/schemes/TWO/report'];
    for (const view of views) {
      const own = await service.get(`/v1/learners/me${view}?minPosition=${position}`, { token });
      expect([view, own.status]).toEqual([view, 200]);
      const foreign = await service.get(`/v1/learners/other${view}`, { token });
      const unknown = await service.get(`/v1/learners/nobody${view}`, { token });
      const problem = ({ title, status, code, detail }: ProblemAnswer) => ({ title, status, code, detail });
      expect(problem(foreign.json<ProblemAnswer>())).toMatchObject({ status: 404, code: 'LEARNER_UNKNOWN' });
      expect(problem(foreign.json<ProblemAnswer>())).toEqual(problem(unknown.json<ProblemAnswer>()));
    }
    for (const list of ['learners', 'schemes/TWO/population', 'awards/pending', 'appeals', 'expiry-dates', 'late-facts'])
      expect((await service.get(`/v1/${list}`, { token })).status).toBe(403);
  });
});
