import { asking, issued, keyFor, REASON, rolesOf } from '../support/access.js';
import { Service, TestClock, type ProblemAnswer } from '../support/service.js';

let service: Service;
let clock: TestClock;
beforeEach(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
});
afterEach(() => service.stop());

const { me, refusal, status } = asking(() => service);

describe('delegations', () => {
  const lend = (more: object = {}, person = 'a.meier') =>
    service.post(`/v1/persons/${person}/delegations`, {
      role: 'admin',
      from: '2024-06-02T00:00:00Z',
      until: '2024-06-03T00:00:00Z',
      ...more,
    });

  it('give a role from their start, inclusive, to their end, exclusive', async () => {
    const { token } = await keyFor(service, 'a.meier', ['auditor']);
    expect((await lend()).json()).toMatchObject({ outcome: 'recorded', delegation: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    const seen: string[][] = [];
    for (const now of ['2024-06-01T23:59:59Z', '2024-06-02T00:00:00Z', '2024-06-02T23:59:59Z', '2024-06-03T00:00:00Z']) {
      clock.set(now);
      seen.push(rolesOf(await me(token)));
    }
    expect(seen).toEqual([['auditor'], ['auditor', 'admin'], ['auditor', 'admin'], ['auditor']]);
    clock.set('2024-06-02T12:00:00Z');
    expect((await me(token)).roles[1]).toEqual({ role: 'admin', by: 'delegation', until: '2024-06-03T00:00:00Z' });
    const course = await service.post('/v1/schemes', {}, { token });
    expect(course.status).toBe(400);
  });

  it('that are ended early give nothing from then on', async () => {
    const { token } = await keyFor(service, 'a.meier', ['auditor']);
    const { delegation } = (await lend({ from: '2024-06-01T12:00:00Z' })).json<{ delegation: string }>();
    expect(rolesOf(await me(token))).toEqual(['auditor', 'admin']);
    await service.write(`/v1/persons/a.meier/delegations/${delegation}/end`, undefined);
    expect(rolesOf(await me(token))).toEqual(['auditor']);
    const again = await service.post(`/v1/persons/a.meier/delegations/${delegation}/end`, undefined);
    expect(again.json()).toMatchObject({ outcome: 'unchanged' });
    const unknown = '/v1/persons/a.meier/delegations/00000000-0000-4000-8000-000000000000/end';
    expect(await refusal(unknown, undefined)).toMatchObject({ status: 404, code: 'DELEGATION_UNKNOWN' });
  });

  it('without an end are refused with words that say why', async () => {
    await service.write('/v1/persons', { person: 'a.meier' });
    const answer = await lend({ until: undefined });
    expect(answer.json()).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/until', detail: expect.stringContaining('needs an end') }],
    });
  });

  it.each([
    ['that end before they start', { until: '2024-06-01T23:00:00Z' }],
    ['that last no time', { until: '2024-06-02T00:00:00Z' }],
    ['that are over already', { from: '2024-01-01T00:00:00Z', until: '2024-02-01T00:00:00Z' }],
    ['of more than the longest time', { until: '2034-06-10T00:00:01Z' }],
  ])('%s are refused', async (_, more) => {
    await service.write('/v1/persons', { person: 'a.meier' });
    expect((await lend(more)).json()).toMatchObject({ status: 422, code: 'PERIOD_INVALID', pointer: '/until' });
  });

  it('last as long as the longest time', async () => {
    await service.write('/v1/persons', { person: 'a.meier' });
    expect((await lend({ until: '2034-06-10T00:00:00Z' })).status).toBe(200);
  });

  it('are refused for nobody, for the deactivated and for roles of the platform by others than an operator', async () => {
    expect((await lend({}, 'ghost')).json()).toMatchObject({ code: 'PERSON_UNKNOWN' });
    const { token } = await keyFor(service, 'a.meier', ['admin']);
    const body = { role: 'operator', from: '2024-06-02T00:00:00Z', until: '2024-06-03T00:00:00Z' };
    expect(await refusal('/v1/persons/a.meier/delegations', body, { token })).toMatchObject({
      status: 422,
      code: 'ROLE_OF_PLATFORM',
      pointer: '/role',
    });
    expect((await service.post('/v1/persons/a.meier/delegations', body)).status).toBe(200);
    await service.write('/v1/persons/a.meier/deactivation', REASON);
    expect((await lend()).json()).toMatchObject({ code: 'PERSON_DEACTIVATED' });
  });
});

describe('persons', () => {
  it('are registered once, listed in that order with their names, and renamed', async () => {
    clock.set('2024-06-01T12:00:01Z');
    await service.write('/v1/persons', { person: 'a.meier', name: 'Anna Meier' });
    expect(await refusal('/v1/persons', { person: 'a.meier' })).toMatchObject({ status: 409, code: 'PERSON_EXISTS' });
    await service.write('/v1/persons/a.meier/details', { name: 'Anna Schmidt' });
    const list = await service.get(`/v1/persons?minPosition=${await service.end()}`);
    expect(list.json<{ items: unknown[] }>().items).toMatchObject([
      { person: 'first-administrator' },
      { person: 'a.meier', name: 'Anna Schmidt', deactivated: false },
    ]);
    const log = JSON.stringify(await service.events());
    for (const plain of ['a.meier', 'Anna', 'first-administrator']) expect(log).not.toContain(plain);
  });

  it('who are deactivated open nothing with any key until they are reactivated', async () => {
    const one = await keyFor(service, 'a.meier', ['auditor']);
    const two = await issued(service, { person: 'a.meier', roles: ['author'] });
    await service.write('/v1/persons/a.meier/deactivation', REASON);
    expect([await status(one.token), await status(two.token)]).toEqual([401, 401]);
    expect(await refusal('/v1/keys', { person: 'a.meier', roles: ['author'] })).toMatchObject({ code: 'PERSON_DEACTIVATED' });
    await service.write('/v1/persons/a.meier/reactivation', REASON);
    expect([await status(one.token), await status(two.token)]).toEqual([200, 200]);
  });

  it('are asserted by a trusted service, and by nobody else', async () => {
    const lms = await issued(service, { service: 'lms', roles: ['reviewer'] });
    expect((await me(lms.token)).person).toBeUndefined();
    await service.write('/v1/persons', { person: 'zoë müller' });
    const spoken = await me(lms.token, { 'certledger-person': encodeURIComponent('zoë müller') });
    const { keyRing } = service.started.kernel;
    expect(spoken).toMatchObject({
      asserted: true,
      person: await keyRing.pseudonym('main', 'person', 'zoë müller'),
      roles: [{ role: 'reviewer', by: 'key' }],
    });
    const header = { 'certledger-person': 'a.meier' };
    const { token } = await keyFor(service, 'a.meier', ['auditor']);
    expect((await service.get('/v1/me', { token, headers: header })).json()).toMatchObject({
      status: 400,
      code: 'INVALID_PERSON_HEADER',
    });
    for (const wrong of ['%ff', '', 'a'.repeat(201), '%']) {
      const answer = await service.get('/v1/me', { token: lms.token, headers: { 'certledger-person': wrong } });
      expect([answer.status, answer.json<ProblemAnswer>().code]).toEqual([400, 'INVALID_PERSON_HEADER']);
    }
    await service.write('/v1/persons/a.meier/deactivation', REASON);
    expect((await service.get('/v1/me', { token: lms.token, headers: header })).json()).toMatchObject({
      status: 403,
      code: 'PERSON_DEACTIVATED',
    });
  });

  it('lend nothing to the service that asserts them', async () => {
    const lms = await issued(service, { service: 'lms', roles: ['reviewer'] });
    await keyFor(service, 'a.meier', ['auditor']);
    const until = '2024-06-03T00:00:00Z';
    await service.write('/v1/persons/a.meier/delegations', { role: 'admin', from: '2024-06-01T12:00:00Z', until });
    expect(rolesOf(await me(lms.token, { 'certledger-person': 'a.meier' }))).toEqual(['reviewer']);
  });
});
