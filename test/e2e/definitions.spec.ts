import { keyFor, tenant } from '../support/access.js';
import { course, newKey, ORGANIZATION, scheme, Service, type ProblemAnswer, type ReceiptAnswer } from '../support/service.js';

interface Shown {
  readonly editions: readonly (Record<string, unknown> & { edition: number; title: string })[];
  readonly retired?: { readonly at: string; readonly reasonCode: string };
  readonly etag: number;
}
interface ShownDraft {
  readonly state: string;
  readonly content: unknown;
  readonly faults: readonly { code: string; pointer: string; detail: string; advice: string }[];
  readonly etag: number;
}
type Created = ReceiptAnswer & { readonly draft: string };

let service: Service;
beforeEach(async () => {
  service = await Service.memory();
});
afterEach(() => service.stop());

const refused = async (url: string, body: unknown, token = service.token): Promise<readonly unknown[]> => {
  const { code, pointer, status } = (await service.post(url, body, { token })).json<ProblemAnswer>();
  return [status, code, pointer];
};
const show = async (url: string): Promise<Shown> => (await service.get(url)).json<Shown>();
const draft = async (body: unknown): Promise<Created> => (await service.write('/v1/drafts', body)) as Created;
const showDraft = async (id: string): Promise<ShownDraft> => (await service.get(`/v1/drafts/${id}`)).json<ShownDraft>();
const reason = { code: 'superseded', text: 'Replaced by the one of Ms. Åkerblom.' };

describe('definitions', () => {
  test('of every kind are defined, revised, listed and shown; what says nothing new is not recorded', async () => {
    const c1 = course('C1', { activities: [{ activity: 'q', kind: 'quiz' }], criteria: { quiz: 'q', minScore: '70' } });
    const plan = { title: 'Plan', criteria: { course: 'C1' } };
    const badge = { digest: 'a'.repeat(64), mediaType: 'image/png' };
    await service.write('/v1/courses', c1);
    await service.write('/v1/learning-plans', { learningPlan: 'P1', ...plan });
    await service.write('/v1/schemes', scheme('S1', { any: [{ learningPlan: 'P1' }, { approval: 'board' }] }, { badge }));
    const { course: _, ...content } = c1;
    expect((await service.write('/v1/courses/C1/editions', content)).outcome).toBe('unchanged');
    expect((await service.write('/v1/learning-plans/P1/editions', plan)).outcome).toBe('unchanged');
    await service.write('/v1/learning-plans/P1/editions', { ...plan, title: 'Longer plan', edition: 2 });

    expect((await show('/v1/courses/C1')).editions).toEqual([{ ...c1, edition: 1 }]);
    const items = [{ course: 'C1' }];
    expect((await show('/v1/learning-plans/P1')).editions).toEqual([
      { learningPlan: 'P1', ...plan, items, edition: 1 },
      { learningPlan: 'P1', ...plan, title: 'Longer plan', items, edition: 2 },
    ]);
    expect((await show('/v1/schemes/S1')).editions[0]).toMatchObject({
      kind: 'internal',
      award: 'automatic',
      badge,
      items: [{ learningPlan: 'P1' }, { approval: 'board' }],
    });
    expect((await service.get('/v1/learning-plans')).json()).toEqual({
      items: [{ id: 'P1', editions: 2, title: 'Longer plan' }],
    });
    expect((await service.get('/v1/learning-plans/P2')).json()).toMatchObject({ status: 404, code: 'LEARNING_PLAN_UNKNOWN' });
  });

  test('a responsible party is sealed, shown, and makes no new edition when it is the same', async () => {
    const content = { title: 'One', responsibleParty: 'Dr. Ö. Sør' };
    await service.write('/v1/courses', { course: 'C1', ...content });
    expect((await service.write('/v1/courses/C1/editions', content)).outcome).toBe('unchanged');
    expect((await service.write('/v1/courses/C1/editions', { ...content, responsibleParty: 'Dr. No' })).outcome).toBe('recorded');
    expect((await show('/v1/courses/C1')).editions.map((edition) => edition['responsibleParty'])).toEqual([
      'Dr. Ö. Sør',
      'Dr. No',
    ]);
    expect(JSON.stringify(await service.events())).not.toContain('Sør');
  });

  test('003-1: a course comes with a certificate of its own, both in one commit, or neither', async () => {
    const certificate = { scheme: 'CERT', published: '2024-01-01', timeZone: 'UTC', validity: { perpetual: true } };
    const receipt = await service.write('/v1/courses', course('C1', { certificate }));
    expect(receipt.eventIds).toHaveLength(2);
    expect((await show('/v1/schemes/CERT')).editions[0]).toMatchObject({
      title: 'Course C1',
      criteria: { all: [{ course: 'C1' }] },
    });
    expect(await refused('/v1/courses', course('C2', { certificate }))).toEqual([409, 'SCHEME_EXISTS', '/certificate']);
    expect((await service.get('/v1/courses/C2')).status).toBe(404);
    const author = (await keyFor(service, 'ann', ['author'])).token;
    const own = course('C3', { certificate: { ...certificate, scheme: 'C3' } });
    expect(await refused('/v1/courses', own, author)).toEqual([403, 'FORBIDDEN', undefined]);
  });

  test.each<[string, object, number, string, string]>([
    ['a lesson that the course lacks', { criteria: { all: [{ lesson: 'l9' }] } }, 422, 'ACTIVITY_UNKNOWN', '/criteria/all/0'],
    [
      'a minimum above the scale',
      { activities: [{ activity: 'q', kind: 'quiz' }], criteria: { quiz: 'q', minScore: '101' } },
      422,
      'MINIMUM_ABOVE_SCALE',
      '/criteria',
    ],
  ])('a course that asks for %s is refused', async (_, content, status, code, pointer) => {
    expect(await refused('/v1/courses', course('C1', content))).toEqual([status, code, pointer]);
  });

  test('a plan inside itself, an assignment due before its start, and an edition twice or out of order are refused', async () => {
    await service.write('/v1/courses', course('C1'));
    const plan = { learningPlan: 'P1', title: 'P1', criteria: { all: [{ course: 'C1' }, { learningPlan: 'P1' }] } };
    expect(await refused('/v1/learning-plans', plan)).toEqual([422, 'PLAN_IN_PLAN', '/criteria/all/1']);
    const late = { timeToFulfil: { start: { date: '2024-04-02' }, due: { date: '2024-04-01' } } };
    expect(await refused('/v1/schemes', scheme('S', { course: 'C1' }, late))).toEqual([
      422,
      'DUE_BEFORE_START',
      '/timeToFulfil/due',
    ]);
    const both = { timeToFulfil: { due: { date: '2024-04-01' }, completeWithin: 'P30D' } };
    const answer = await service.post('/v1/schemes', scheme('S', { course: 'C1' }, both));
    expect(answer.json<ProblemAnswer>().errors?.map(({ pointer }) => pointer)).toEqual(['/timeToFulfil/completeWithin']);
    await service.write('/v1/courses/C1/editions', { title: 'Two', edition: 2 });
    for (const edition of [2, 4])
      expect(await refused('/v1/courses/C1/editions', { title: 'Three', edition })).toEqual([
        409,
        'EDITION_OUT_OF_ORDER',
        '/edition',
      ]);
  });

  test('what does not fit its form is refused at the node that does not', async () => {
    const nodes = [{ course: 'C1' }, { any: [{ quiz: 'q' }] }];
    const answer = await service.post('/v1/courses', course('C1', { criteria: { all: [{ quiz: 'q' }] } }));
    expect(answer.json<ProblemAnswer>().errors?.map(({ pointer }) => pointer)).toEqual(['/criteria/all/0/minScore']);
    const other = await service.post('/v1/schemes', scheme('S', { all: nodes }));
    expect(other.json<ProblemAnswer>().errors?.map(({ pointer }) => pointer)).toEqual(['/criteria/all/1/any/0']);
  });

  test('retirement ends new use, is shown, and keeps its words sealed', async () => {
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/schemes', scheme('S1', { course: 'C1' }));
    for (const url of ['/v1/courses/C1', '/v1/schemes/S1']) {
      expect((await service.write(`${url}/retirement`, { reason })).outcome).toBe('recorded');
      expect((await service.write(`${url}/retirement`, { reason })).outcome).toBe('unchanged');
      expect((await show(url)).retired).toEqual({ at: service.clock.now(), reasonCode: 'superseded' });
    }
    expect((await service.get('/v1/courses')).json()).toMatchObject({
      items: [{ id: 'C1', retired: { reasonCode: 'superseded' } }],
    });
    expect(await refused('/v1/schemes', scheme('S2', { all: [{ course: 'C1' }] }))).toEqual([
      409,
      'DEFINITION_RETIRED',
      '/criteria/all/0',
    ]);
    expect(await refused('/v1/courses/C1/editions', { title: 'New' })).toEqual([409, 'DEFINITION_RETIRED', undefined]);
    expect(await refused('/v1/learning-plans/P9/retirement', { reason })).toEqual([404, 'LEARNING_PLAN_UNKNOWN', undefined]);
    expect(JSON.stringify(await service.events())).not.toContain('Åkerblom');
  });

  test('groups are defined and renamed; the organization says its rules', async () => {
    await service.write('/v1/groups', { group: 'night', title: 'Night' });
    await service.write('/v1/groups', { group: 'night', title: 'Night shift' });
    await service.write('/v1/groups', { group: 'day', title: 'Day shift' });
    expect((await service.get('/v1/groups?limit=1')).json()).toEqual({
      items: [{ group: 'day', title: 'Day shift' }],
      next: 'day',
    });
    expect((await service.get('/v1/groups?cursor=day')).json()).toEqual({ items: [{ group: 'night', title: 'Night shift' }] });
    expect((await service.get('/v1/organization/rules')).json()).toMatchObject({
      learnersCorrectOwnNames: false,
      secondApprover: false,
    });
    await service.write('/v1/organization/rules', { learnersCorrectOwnNames: true, secondApprover: false });
    expect((await service.get('/v1/organization/rules')).json()).toMatchObject({ learnersCorrectOwnNames: true });
  });

  test('a definition is written under the manners of every write', async () => {
    const key = newKey();
    const first = await service
      .write('/v1/learning-plans', { learningPlan: 'P', title: 'P', criteria: { all: [] } }, { key })
      .catch(String);
    expect(first).toMatch(/CRITERIA_ALWAYS_SATISFIED/);
    await service.write('/v1/courses', course('C1'));
    const plan = { learningPlan: 'P', title: 'P', criteria: { course: 'C1' } };
    const receipt = await service.write('/v1/learning-plans', plan, { key });
    expect(await service.write('/v1/learning-plans', plan, { key })).toEqual({ ...receipt, outcome: 'replayed' });
    const { etag } = await show('/v1/learning-plans/P');
    const stale = { title: 'Q', criteria: { course: 'C1' } };
    expect((await service.post('/v1/learning-plans/P/editions', stale, { ifMatch: `"${etag - 1}"` })).status).toBe(412);
    expect((await service.post('/v1/learning-plans/P/editions', stale, { ifMatch: `"${etag}"` })).status).toBe(200);
  });
});

describe('a draft', () => {
  const content = {
    title: 'Rescuer',
    published: '2024-01-01',
    timeZone: 'UTC',
    validity: { duration: 'P1Y' },
    criteria: { course: 'C1' },
  };

  test('is saved in any state, told all its faults, published once, and stays readable', async () => {
    await service.write('/v1/courses', course('C1'));
    const { draft: id } = await draft({ kind: 'scheme', id: 'S1', content: { title: 'Rescuer', criteria: 'ask Bob Ångström' } });
    const begun = await showDraft(id);
    expect(begun.state).toBe('open');
    expect(begun.faults.map(({ code, pointer }) => [code, pointer])).toEqual(
      ['/published', '/timeZone', '/validity', '/criteria'].map((pointer) => ['INVALID_REQUEST', pointer]),
    );
    expect(begun.faults.every(({ detail, advice }) => detail !== '' && advice !== '')).toBe(true);
    expect(await refused(`/v1/drafts/${id}/publication`, {})).toEqual([400, 'INVALID_REQUEST', '/published']);

    await service.write(`/v1/drafts/${id}`, {
      content: { ...content, items: [], criteria: { all: [{ course: 'C1' }, { course: 'X' }] } },
    });
    expect((await showDraft(id)).faults.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['COURSE_UNKNOWN', '/criteria/all/1'],
      ['ITEM_MISSING', '/criteria/all/0'],
      ['ITEM_MISSING', '/criteria/all/1'],
    ]);
    expect(await refused(`/v1/drafts/${id}/publication`, {})).toEqual([404, 'COURSE_UNKNOWN', '/criteria/all/1']);

    await service.write(`/v1/drafts/${id}`, { content });
    const ready = await showDraft(id);
    expect([ready.content, ready.faults]).toEqual([content, []]);
    const key = newKey();
    const receipt = await service.write(`/v1/drafts/${id}/publication`, { edition: 1 }, { key });
    expect((await show('/v1/schemes/S1')).editions[0]).toMatchObject({ title: 'Rescuer', edition: 1, draft: id });
    expect(await service.write(`/v1/drafts/${id}/publication`, { edition: 1 }, { key })).toEqual({
      ...receipt,
      outcome: 'replayed',
    });
    expect(await showDraft(id)).toMatchObject({ state: 'published', content, faults: [] });
    for (const [url, body] of [
      [`/v1/drafts/${id}/publication`, {}],
      [`/v1/drafts/${id}`, { content }],
      [`/v1/drafts/${id}/discard`, {}],
    ] as const)
      expect(await refused(url, body)).toEqual([409, 'DRAFT_PUBLISHED', undefined]);
    expect(JSON.stringify(await service.events())).not.toContain('Ångström');
  });

  test('waits for its day: no door publishes a scheme ahead of its date in its own time zone', async () => {
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/schemes', scheme('OLD', { course: 'C1' }));
    const tomorrow = { ...content, timeZone: 'America/New_York', published: '2024-06-02' };
    const { draft: id } = await draft({ kind: 'scheme', id: 'S1', content: tomorrow });
    const before = await service.lastFact();
    // Four minutes before midnight in New York, when it is tomorrow already in Europe.
    service.clock.set('2024-06-02T03:56:00Z');
    const ahead = [422, 'PUBLISHED_IN_FUTURE', '/published'];
    expect(await refused('/v1/schemes', { scheme: 'S2', ...tomorrow })).toEqual(ahead);
    expect(await refused('/v1/schemes/OLD/editions', tomorrow)).toEqual(ahead);
    expect(await refused(`/v1/drafts/${id}/publication`, {})).toEqual(ahead);
    expect((await showDraft(id)).faults).toMatchObject([{ code: 'PUBLISHED_IN_FUTURE', pointer: '/published' }]);
    expect(await service.lastFact()).toBe(before);
    service.clock.set('2024-06-02T04:00:00Z');
    expect((await showDraft(id)).faults).toEqual([]);
    await service.write('/v1/schemes', { scheme: 'S2', ...tomorrow });
    await service.write('/v1/schemes/OLD/editions', tomorrow);
    await service.write(`/v1/drafts/${id}/publication`, {});
    expect((await show('/v1/schemes/S1')).editions).toMatchObject([{ published: '2024-06-02' }]);
  });

  test('of something that is defined becomes its next edition, and is refused as another one', async () => {
    await service.write('/v1/courses', course('C1'));
    const { draft: id } = await draft({ kind: 'course', id: 'C1', content: { title: 'Second', responsibleParty: 'Dr. No' } });
    expect(await refused(`/v1/drafts/${id}/publication`, { edition: 1 })).toEqual([409, 'EDITION_OUT_OF_ORDER', '/edition']);
    await service.write(`/v1/drafts/${id}/publication`, { edition: 2 });
    expect((await show('/v1/courses/C1')).editions.map(({ title }) => title)).toEqual(['Course C1', 'Second']);
  });

  test('is published as its author saw it, or not at all', async () => {
    const { draft: id, etag } = await draft({ kind: 'course', id: 'C1', content: { title: 'One' } });
    await service.write(`/v1/drafts/${id}`, { content: { title: 'Two' } }, { ifMatch: `"${etag}"` });
    expect((await service.post(`/v1/drafts/${id}/publication`, {}, { ifMatch: `"${etag}"` })).status).toBe(412);
    const now = (await showDraft(id)).etag;
    expect((await service.post(`/v1/drafts/${id}/publication`, {}, { ifMatch: `"${now}"` })).status).toBe(200);
    expect((await show('/v1/courses/C1')).editions[0]?.title).toBe('Two');
  });

  test('is discarded once, is not published then, and a repeat of its creation finds it', async () => {
    const key = newKey();
    const body = { kind: 'learningPlan', id: 'P1', content: null };
    const first = (await service.write('/v1/drafts', body, { key })) as Created;
    expect(await service.write('/v1/drafts', body, { key })).toEqual({ ...first, outcome: 'replayed' });
    await service.write(`/v1/drafts/${first.draft}/discard`, {});
    expect((await service.write(`/v1/drafts/${first.draft}/discard`, {})).outcome).toBe('unchanged');
    expect(await refused(`/v1/drafts/${first.draft}/publication`, {})).toEqual([409, 'DRAFT_DISCARDED', undefined]);
    const unknown = '/v1/drafts/0190a1b2-0000-7000-8000-000000000009';
    expect(await refused(`${unknown}/publication`, {})).toEqual([404, 'DRAFT_UNKNOWN', undefined]);
    expect((await service.get(unknown)).status).toBe(404);
  });

  test('holds what can be kept exactly, and nothing else', async () => {
    for (const value of [1.5, 2 ** 53, '\ud800']) {
      const raw = JSON.stringify({ kind: 'course', id: 'C1', content: { title: 'One', deep: [{ value }] } });
      const answer = await service.request('POST', '/v1/drafts', { key: newKey(), raw });
      expect(answer.json<ProblemAnswer>().errors?.[0]?.pointer).toBe('/content/deep/0/value');
    }
    expect((await service.post('/v1/drafts', { kind: 'course', id: 'C1' })).status).toBe(400);
    const large = { kind: 'course', id: 'C1', content: 'x'.repeat(900_000) };
    expect(await refused('/v1/drafts', large)).toEqual([413, 'EVENT_TOO_LARGE', undefined]);
  });

  test('stands in the list with its state, the one saved last first', async () => {
    await service.write('/v1/courses', course('C1'));
    const ids: string[] = [];
    for (const [index, id] of ['A', 'B', 'C'].entries()) {
      service.clock.set(`2024-06-0${index + 1}T12:00:00.000Z`);
      ids.push((await draft({ kind: 'course', id, content: { title: `Course ${id}` } })).draft);
    }
    await service.write(`/v1/drafts/${ids[0]}/publication`, {});
    const { position } = await service.write(`/v1/drafts/${ids[1]}/discard`, {});
    const list = async (query: string) =>
      (await service.get(`/v1/drafts?minPosition=${position}${query}`)).json<{
        items: { id: string; title: string; state: string }[];
      }>().items;
    expect((await list('')).map(({ id, title, state }) => [id, title, state])).toEqual([
      ['C', 'Course C', 'open'],
      ['B', 'Course B', 'discarded'],
      ['A', 'Course A', 'published'],
    ]);
    expect((await list('&state=open')).map(({ id }) => id)).toEqual(['C']);
  });

  test('002-2, 002-11: authors draft courses and plans, not schemes; learners see definitions and no draft', async () => {
    await service.write('/v1/courses', course('C1'));
    const { draft: id } = await draft({ kind: 'scheme', id: 'S1', content });
    const { token: author } = await keyFor(service, 'ann', ['author']);
    const { token: learner } = await keyFor(service, 'leo', ['learner']);
    expect(await refused('/v1/drafts', { kind: 'scheme', id: 'S2', content }, author)).toEqual([403, 'FORBIDDEN', undefined]);
    expect(await refused(`/v1/drafts/${id}/publication`, {}, author)).toEqual([403, 'FORBIDDEN', undefined]);
    expect((await service.post('/v1/drafts', { kind: 'course', id: 'C2', content: {} }, { token: author })).status).toBe(200);
    for (const [url, status] of [
      ['/v1/courses/C1', 200],
      ['/v1/schemes', 200],
      ['/v1/learning-plans', 200],
      ['/v1/drafts', 403],
      [`/v1/drafts/${id}`, 403],
      ['/v1/organization/rules', 403],
    ] as const)
      expect([url, (await service.get(url, { token: learner })).status]).toEqual([url, status]);
  });

  test('is unknown to every other organization', async () => {
    const { draft: id } = await draft({ kind: 'course', id: 'C1', content: { title: 'One' } });
    const { token } = await tenant(service, 'other');
    expect((await service.get(`/v1/drafts/${id}`, { token })).json()).toMatchObject({ status: 404, code: 'DRAFT_UNKNOWN' });
    expect(await refused(`/v1/drafts/${id}/publication`, {}, token)).toEqual([404, 'DRAFT_UNKNOWN', undefined]);
    const minPosition = await service.end();
    expect((await service.get(`/v1/drafts?minPosition=${minPosition}`, { token })).json()).toEqual({ items: [] });
  });

  test('can be linted before it is saved, and nothing is written', async () => {
    const end = await service.end();
    const lint = async (body: unknown) =>
      (await service.request('POST', '/v1/lint', { body })).json<{ faults: unknown[] }>().faults;
    expect(await lint({ kind: 'scheme', id: 'S1', content })).toEqual([
      {
        code: 'COURSE_UNKNOWN',
        pointer: '/criteria',
        detail: 'There is no course C1. Define the course first.',
        advice: 'Define the course first.',
      },
    ]);
    expect(await lint({ kind: 'course', id: 'C1', content: { title: 'One' } })).toEqual([]);
    expect(await service.end()).toBe(end);
  });

  test('shows what the definitions would be if it were published', async () => {
    await service.write('/v1/courses', course('C1'));
    const { draft: id } = await draft({ kind: 'scheme', id: 'S1', content });
    const { drafts } = service.started.kernel;
    const candidate = await drafts.candidate(ORGANIZATION, id);
    expect(candidate).toMatchObject({ kind: 'scheme', id: 'S1' });
    expect('catalogue' in candidate && candidate.catalogue.schemes.get('S1')?.[0]).toMatchObject({
      edition: 1,
      title: 'Rescuer',
    });
    expect((await service.get('/v1/schemes/S1')).status).toBe(404);
    await service.write(`/v1/drafts/${id}`, { content: {} });
    expect(await drafts.candidate(ORGANIZATION, id)).toMatchObject({ kind: 'rejection', code: 'INVALID_REQUEST' });
  });
});
