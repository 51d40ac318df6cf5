import { learnerViews, type Tasks } from '../support/learner-views.js';
import { course, scheme, Service, type ProblemAnswer } from '../support/service.js';

/** Where the clock of a service in memory stands. */
const NOW = '2024-06-01T12:00:00.000Z';

describe('rule 002-5: the lists of what is asked and what can be earned', () => {
  let service: Service;
  const { register, complete, assign, tasks } = learnerViews(() => service);

  const order = async (query: string): Promise<string[]> => {
    const listed = (await tasks('sorted', `&at=2024-06-01T12:00:00Z${query}`)).items.map(({ scheme: id }) => id);
    return listed.filter((id) => id.startsWith('R-'));
  };

  beforeAll(async () => {
    service = await Service.memory();
    for (const id of ['C1', 'C2', 'C3']) await service.write('/v1/courses', course(id));
    await register('sorted');
    const define = (id: string, criteria: object, published: string, more: object = {}) =>
      service.write('/v1/schemes', scheme(id, criteria, { published, ...more }));
    const unmet = { sitting: 'final' };
    await define('R-held', { course: 'C1' }, '2024-01-02', { validity: { duration: 'P5Y' } });
    await define('R-ends-later', { course: 'C1' }, '2024-01-03', { validity: { duration: 'P20D' } });
    await define('R-ends-sooner', { course: 'C1' }, '2024-01-04', { validity: { duration: 'P10D' } });
    await define('R-overdue', unmet, '2024-01-05', { timeToFulfil: { lateEvidence: 'accept-late' } });
    await define('R-work-later', { all: [{ course: 'C2' }, unmet] }, '2024-01-06');
    await define('R-work-sooner', { all: [{ course: 'C2' }, unmet] }, '2024-01-07');
    await define('R-work-undated', { all: [{ course: 'C2' }, unmet] }, '2024-01-08');
    await define('R-review', { course: 'C3' }, '2024-01-09', { award: 'on-approval' });
    await define('R-assigned-old', unmet, '2024-01-10');
    await define('R-assigned-new', unmet, '2024-01-11');
    await define('R-missed', unmet, '2024-01-12');
    await define('R-open', unmet, '2024-01-13');
    const due = (date: string) => ({ effective: { date: '2024-02-01' }, due: { date } });
    await assign('sorted', 'R-overdue', due('2024-03-01'));
    await assign('sorted', 'R-missed', due('2024-03-01'));
    await assign('sorted', 'R-work-later', due('2024-08-01'));
    await assign('sorted', 'R-work-sooner', due('2024-07-01'));
    for (const id of ['R-work-undated', 'R-assigned-old', 'R-assigned-new'])
      await assign('sorted', id, { effective: { date: '2024-02-01' } });
    for (const id of ['C1', 'C2', 'C3']) await complete('sorted', id, { date: '2024-05-31' });
  });

  afterAll(() => service.stop());

  test('pending ones by relevance: expiring, overdue, in progress by due, awaiting review, assigned', async () => {
    expect(await order('')).toEqual([
      'R-ends-sooner',
      'R-ends-later',
      'R-overdue',
      'R-work-sooner',
      'R-work-later',
      'R-work-undated',
      'R-review',
      'R-assigned-new',
      'R-assigned-old',
    ]);
  });

  test('all relevant ones: after those what is over, held or open to anybody, the newest first', async () => {
    const pending = await order('');
    expect(await order('&include=all')).toEqual([...pending, 'R-open', 'R-missed', 'R-held']);
    expect(await order('&include=all&limit=200&sort=published')).toEqual([
      'R-open',
      'R-missed',
      'R-assigned-new',
      'R-assigned-old',
      'R-review',
      'R-work-undated',
      'R-work-sooner',
      'R-work-later',
      'R-overdue',
      'R-ends-sooner',
      'R-ends-later',
      'R-held',
    ]);
  });

  test('pages hold every task once, and a cursor that names none is refused', async () => {
    const whole = (await tasks('sorted', '&include=all&limit=200')).items.map(({ scheme: id }) => id);
    const paged: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Tasks = await tasks('sorted', `&include=all&limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...page.items.map(({ scheme: id }) => id));
      cursor = page.next;
    }
    expect(paged).toEqual(whole);
    const astray = await service.get('/v1/learners/sorted/tasks?cursor=R-held');
    expect(astray.json<ProblemAnswer>()).toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
  });

  test('what waits for review says since when, and how many approvals it needs', async () => {
    const review = (await tasks('sorted')).items.find(({ scheme: id }) => id === 'R-review');
    expect(review).toMatchObject({
      status: 'awaiting-review',
      criteriaMet: true,
      proposal: { how: 'on-approval', since: NOW, approvalsNeeded: 1, approvalsGiven: 0 },
    });
    expect(review).not.toHaveProperty('next');
  });
});
