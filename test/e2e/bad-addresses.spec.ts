import { refusalsOf } from '../support/refusals.js';
import { course, scheme, Service } from '../support/service.js';

describe('addresses and ids', () => {
  let service: Service;
  const { refusal, post, get } = refusalsOf(() => service);
  const effective = { date: '2024-05-01' };
  const reason = { code: 'issued-in-error', text: 'Two were mixed up.' };

  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/courses', course('C2'));
    await service.write('/v1/schemes', scheme('S1', { course: 'C1' }));
    await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
  });
  afterAll(() => service.stop());

  it.each(['/v1/learners/%', '/v1/learners/%zz', '/v1/learners/%c3%28', '/v1/learners/%ed%a0%80'])(
    'percent-encoding that means nothing: %s',
    async (url) => {
      expect(await get(url)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    },
  );

  it('NUL in an address', async () => {
    expect(await get('/v1/learners/a%00b')).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });

  it.each(['.', '..', '...', ' ', ' emp-2', 'emp-2 ', '\temp-2', 'emp-2\n', 'emp-2\u00a0', '\u3000emp-2'])(
    'an id that no address can hold is not taken for somebody new: %j',
    async (id) => {
      const detail = expect.stringContaining('cannot stand in an address');
      const [learner, person] = [await post('/v1/learners', { learner: id }), await post('/v1/persons', { person: id })];
      expect(learner).toMatchObject({ status: 400, code: 'INVALID_REQUEST', errors: [{ pointer: '/learner', detail }] });
      expect(person).toMatchObject({ status: 400, code: 'INVALID_REQUEST', errors: [{ pointer: '/person', detail }] });
    },
  );

  it('an id that only looks so is taken, and found', async () => {
    for (const learner of ['.a', 'a.', '.-.', 'a b', '..\u0301', 'a/../b', '%2e%2e']) {
      const { position } = await service.write('/v1/learners', { learner });
      const url = `/v1/learners/${encodeURIComponent(learner)}?minPosition=${position}`;
      expect((await service.get(url)).json()).toMatchObject({ learner });
    }
  });

  it('which part of an address is wrong is told by its name', async () => {
    const told = async (url: string) => (await get(url)).errors?.map(({ pointer }) => pointer);
    expect(await told('/v1/learners/a%00b/schemes/S1')).toEqual(['/learner']);
    expect(await told('/v1/learners/emp-1/schemes/-')).toEqual(['/scheme']);
    const problem = await post('/v1/keys/none/revocation', { reason: { code: 'lost' } });
    expect(problem).toMatchObject({ code: 'INVALID_REQUEST', detail: expect.stringMatching(/^\/key: /) });
  });

  it('nothing is there', async () => {
    for (const url of ['/v1/nothing', '/', '/docs/nothing', '/v1/learners/emp-1/nothing', `/v1/learners/${'x'.repeat(3_000)}`])
      expect(await get(url)).toMatchObject({ status: 404, code: 'ROUTE_UNKNOWN' });
    expect(await get(`/v1/learners/${'x'.repeat(1_500)}`)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });

  it('something is there, but takes another method', async () => {
    for (const [method, url, allow] of [
      ['DELETE', '/v1/learners/emp-1?x=1', 'GET, HEAD'],
      ['PUT', '/v1/learners', 'GET, HEAD, POST'],
      ['GET', '/v1/learners/emp-1/corrections', 'POST'],
      ['POST', '/health/live', 'GET, HEAD'],
    ] as const) {
      const asking = () => service.request(method, url);
      const detail = `${method} is not taken here, but ${allow}.`;
      expect(await refusal(asking)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED', detail });
      expect((await asking()).headers['allow']).toBe(allow);
    }
    expect(await refusal(() => service.request('DELETE', '/v1/nothing'))).toMatchObject({ code: 'ROUTE_UNKNOWN' });
  });

  it('unknown ids', async () => {
    expect(await get('/v1/learners/nobody')).toMatchObject({ status: 404, code: 'LEARNER_UNKNOWN' });
    expect(await get('/v1/learners/nobody/history')).toMatchObject({ status: 404, code: 'LEARNER_UNKNOWN' });
    expect(await get('/v1/learners/nobody/schemes/S1')).toMatchObject({ status: 404, code: 'LEARNER_UNKNOWN' });
    expect(await get('/v1/learners/emp-1/schemes/none')).toMatchObject({ status: 404, code: 'SCHEME_UNKNOWN' });
    expect(await get('/v1/courses/none')).toMatchObject({ status: 404, code: 'COURSE_UNKNOWN' });
    expect(await get('/v1/schemes/none')).toMatchObject({ status: 404, code: 'SCHEME_UNKNOWN' });
    expect(await post('/v1/learners/nobody/completions', { course: 'C1', effective })).toMatchObject({
      code: 'LEARNER_UNKNOWN',
    });
    expect(await post('/v1/learners/nobody/corrections', { name: 'Bea' })).toMatchObject({ code: 'LEARNER_UNKNOWN' });
    expect(await post('/v1/learners/emp-1/completions', { course: 'none', effective })).toMatchObject({
      status: 404,
      code: 'COURSE_UNKNOWN',
    });
    expect(await post('/v1/learners/emp-1/schemes/none/awards', { effective, reason })).toMatchObject({
      code: 'SCHEME_UNKNOWN',
    });
    expect(await post('/v1/learners/emp-1/schemes/S1/revocations', { reason })).toMatchObject({ code: 'NOT_CERTIFIED' });
    expect(await post('/v1/courses/none/editions', { title: 'New' })).toMatchObject({ code: 'COURSE_UNKNOWN' });
    expect(await post('/v1/projections/none/rebuild', undefined)).toMatchObject({ status: 404, code: 'PROJECTION_UNKNOWN' });
    for (const id of ['__proto__', 'constructor', 'toString']) {
      expect(await get(`/v1/learners/${id}`)).toMatchObject({ code: 'LEARNER_UNKNOWN' });
      expect((await get(`/v1/courses/${id}`)).status).toBeLessThan(500);
      expect(await post(`/v1/projections/${id}/resume`, undefined)).toMatchObject({
        code: expect.stringMatching(/^(PROJECTION_UNKNOWN|INVALID_REQUEST)$/),
      });
    }
  });

  it('cursors and positions that nobody gave out', async () => {
    const ofAnotherList = Buffer.from('["due","k",1]').toString('base64url');
    for (const cursor of ['x', '%25', 'W10', ofAnotherList])
      expect(await get(`/v1/expiry-dates?cursor=${cursor}`)).toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
    for (const list of ['courses', 'learning-plans', 'schemes', 'groups'])
      for (const cursor of ['x', '%25', 'C0', 'constructor', '__proto__'])
        expect(await get(`/v1/${list}?cursor=${cursor}`)).toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
    expect((await service.get('/v1/courses?cursor=C1')).json()).toMatchObject({ items: [{ id: 'C2' }] });
    expect(await get('/v1/learners/emp-1/history?cursor=x')).toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
    expect(await get('/v1/learners/emp-1?minPosition=7')).toMatchObject({ status: 400, code: 'INVALID_POSITION' });
    expect(await get('/v1/events?after=7')).toMatchObject({ status: 400, code: 'INVALID_POSITION' });
  });
});
