import { createLogger } from '../../src/app/logger.js';
import { startApplication } from '../../src/app/process.js';
import { asking, issued, keyFor, REASON, tenant, type Issued } from '../support/access.js';
import { newKey, Service, TestClock } from '../support/service.js';

let service: Service;
let clock: TestClock;
beforeEach(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
});
afterEach(() => service.stop());

const { me, refusal, status } = asking(() => service);

describe('organizations', () => {
  it('are made by the operator with a first administrator, whose token is shown once', async () => {
    clock.set('2024-06-01T12:00:01Z');
    const body = { organization: 'acme', name: 'ACME Rescue', administrator: { person: 'chief', name: 'Carla' } };
    const key = newKey();
    const first = (await service.post('/v1/organizations', body, { key })).json<Issued>();
    const again = (await service.post('/v1/organizations', body, { key })).json<Issued & { outcome: string }>();
    expect(again).toMatchObject({ outcome: 'replayed', key: first.key });
    expect(again.token).toBeUndefined();
    expect(await me(first.token)).toMatchObject({ organization: 'acme', key: first.key });
    expect(await refusal('/v1/organizations', body)).toMatchObject({ status: 409, code: 'ORGANIZATION_EXISTS' });
    expect(await refusal('/v1/organizations', body, { token: first.token })).toMatchObject({ status: 403 });
    const list = await service.get(`/v1/organizations?minPosition=${await service.end()}`);
    expect(list.json<{ items: unknown[] }>().items).toMatchObject([
      { organization: 'main', platform: true },
      { organization: 'acme', platform: false, name: 'ACME Rescue' },
    ]);
    const made = (await service.events()).filter(({ stream }) => /^[a-z]+-acme/.test(stream));
    expect(made.filter(({ type }) => type !== 'KeyUsed').map(({ metadata }) => metadata.actor.home)).toEqual([
      'main',
      'main',
      'main',
      'main',
    ]);
  });

  it.each(['Acme', 'a-b', '', 'a'.repeat(33), 'ä'])('are not made under the id %p', async (organization) => {
    const body = { organization, name: 'X', administrator: { person: 'chief' } };
    expect(await refusal('/v1/organizations', body)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });

  it('never run the service that they are tenants of', async () => {
    await tenant(service, 'acme');
    const end = await service.end();
    const start = startApplication(service.engines, {
      clock,
      logger: createLogger('silent'),
      organization: 'acme',
      policyIntervalMilliseconds: 60_000,
    });
    await expect(start).rejects.toMatchObject({
      code: 'FOREIGN_FILE',
      message: expect.stringContaining('CERTLEDGER_ORGANIZATION=main'),
    });
    expect(await service.end()).toBe(end);
  });

  it('never have roles of the platform', async () => {
    const { token } = await tenant(service, 'acme');
    for (const role of ['operator', 'security-reviewer'])
      expect(await refusal('/v1/keys', { person: 'chief', roles: ['admin', role] }, { token })).toMatchObject({
        status: 422,
        code: 'ROLE_OF_PLATFORM',
        pointer: '/roles',
      });
  });

  it('see nothing of each other: whatever belongs to the one is unknown to the other, under the same code as what nobody has', async () => {
    const acme = await tenant(service, 'acme');
    const other = await tenant(service, 'other');
    const as = { token: acme.token };
    await service.write('/v1/persons', { person: 'a.meier' }, as);
    await service.write('/v1/courses', { course: 'C1', title: 'C1' }, as);
    const held = await issued(service, { person: 'a.meier', roles: ['admin'] }, acme.token);
    const lent = { role: 'admin', from: '2024-06-01T12:00:00Z', until: '2024-06-09T00:00:00Z' };
    const { delegation } = (await service.post('/v1/persons/a.meier/delegations', lent, as)).json<{ delegation: string }>();
    const granted = { person: 'first-administrator', home: 'main', ...lent, ...REASON };
    const { grant } = (await service.post('/v1/grants', granted, as)).json<{ grant: string }>();
    const nobody = '00000000-0000-4000-8000-000000000000';
    const asked: readonly [string, string, unknown][] = [
      [`/v1/keys/${held.key}/revocation`, `/v1/keys/${nobody}/revocation`, { reason: { code: 'x' } }],
      [`/v1/keys/${held.key}/rotation`, `/v1/keys/${nobody}/rotation`, { overlap: 0 }],
      ['/v1/persons/a.meier/deactivation', '/v1/persons/ghost/deactivation', REASON],
      ['/v1/persons/a.meier/delegations', '/v1/persons/ghost/delegations', lent],
      [`/v1/persons/chief/delegations/${delegation}/end`, `/v1/persons/chief/delegations/${nobody}/end`, undefined],
      [`/v1/grants/${grant}/revocation`, `/v1/grants/${nobody}/revocation`, REASON],
      ['/v1/courses/C1/editions', '/v1/courses/C9/editions', { title: 'C' }],
    ];
    for (const [theirs, nobodys, body] of asked) {
      const [one, two] = [
        await service.post(theirs, body, { token: other.token }),
        await service.post(nobodys, body, { token: other.token }),
      ];
      expect([theirs, one.status]).toEqual([theirs, 404]);
      const mask = ({ text }: { text: string }) => text.replace(/"requestId":"[^"]*"/, '');
      expect(mask(one)).toBe(mask(two));
    }
    expect((await service.get('/v1/courses/C1', { token: other.token })).status).toBe(404);
    for (const list of ['keys', 'persons', 'grants', 'courses']) {
      const { items } = (await service.get(`/v1/${list}`, { token: other.token })).json<{ items: unknown[] }>();
      expect([list, items.length]).toEqual([list, list === 'keys' || list === 'persons' ? 1 : 0]);
    }
    // The key of the one with the name of the other in it is no key.
    expect(await status(held.token.replace('_acme_', '_other_'))).toBe(401);
    expect(await status(held.token)).toBe(200);
  });
});

describe('grants', () => {
  const grant = (token: string, more: object = {}) =>
    service.post(
      '/v1/grants',
      {
        person: 'first-administrator',
        home: 'main',
        role: 'auditor',
        from: '2024-06-02T00:00:00Z',
        until: '2024-06-03T00:00:00Z',
        ...REASON,
        ...more,
      },
      { token },
    );
  const into = (organization: string) => ({ headers: { 'certledger-organization': organization } });

  it('let a person of the platform act in the one role between the two instants, and the acts say where from', async () => {
    const acme = await tenant(service, 'acme');
    const { grant: id } = (await grant(acme.token, { role: 'author' })).json<{ grant: string }>();
    const seen: number[] = [];
    for (const now of ['2024-06-01T23:59:59Z', '2024-06-02T00:00:00Z', '2024-06-03T00:00:00Z']) {
      clock.set(now);
      seen.push((await service.get('/v1/me', into('acme'))).status);
    }
    expect(seen).toEqual([404, 200, 404]);
    clock.set('2024-06-02T12:00:00Z');
    expect((await service.get('/v1/me', into('acme'))).json()).toMatchObject({
      organization: 'acme',
      home: 'main',
      roles: [{ role: 'author', by: 'grant', until: '2024-06-03T00:00:00Z' }],
    });
    await service.write('/v1/courses', { course: 'C1', title: 'C1' }, into('acme'));
    const published = (await service.events()).find(({ type }) => type === 'CoursePublished')!;
    expect(published.stream).toBe('catalogue-acme');
    expect(published.metadata.actor).toMatchObject({ home: 'main', role: 'author' });
    expect(await refusal('/v1/schemes', {}, into('acme'))).toMatchObject({ status: 403 });
    await service.write(`/v1/grants/${id}/revocation`, REASON, { token: acme.token });
    expect((await service.get('/v1/me', into('acme'))).status).toBe(404);
    const list = await service.get(`/v1/grants?minPosition=${await service.end()}`, { token: acme.token });
    expect(list.json<{ items: unknown[] }>().items).toMatchObject([
      { grant: id, person: 'first-administrator', home: 'main', role: 'author', revoked: true },
    ]);
  });

  it('are the only way into another organization: without one, an organization that exists is like one that does not', async () => {
    const acme = await tenant(service, 'acme');
    await tenant(service, 'other');
    await grant(acme.token, { from: '2024-06-01T12:00:00Z' });
    const answers = [
      await service.get('/v1/me', into('other')),
      await service.get('/v1/me', into('nobody')),
      await service.get('/v1/me', into('No-Id')),
      await service.get('/v1/me', { token: acme.token, ...into('other') }),
      await service.get('/v1/me', { token: acme.token, ...into('main') }),
    ];
    const told = answers.map(({ text }) => text.replace(/"requestId":"[^"]*"/, ''));
    expect(told).toEqual(told.map(() => told[0]));
    expect(answers[0]!.json()).toMatchObject({ status: 404, code: 'ORGANIZATION_UNKNOWN' });
    // Neither another person of the platform nor a service with the granted person's name comes in.
    const { token } = await keyFor(service, 'a.meier', ['admin']);
    const lms = await issued(service, { service: 'lms', roles: ['admin'] });
    expect(await status(token, '/v1/me', into('acme'))).toBe(404);
    const named = { headers: { ...into('acme').headers, 'certledger-person': 'first-administrator' } };
    expect(await status(lms.token, '/v1/me', named)).toBe(404);
    expect((await service.get('/v1/me', into('acme'))).status).toBe(200);
    expect((await service.get('/v1/me', into('main'))).status).toBe(200);
  });

  it.each([
    ['a role of the platform', { role: 'operator' }, 'ROLE_OF_PLATFORM'],
    ['a person of an organization that is not the platform', { home: 'acme' }, 'HOME_NOT_PLATFORM'],
    ['a person of another organization', { home: 'other' }, 'HOME_NOT_PLATFORM'],
    ['a person of no organization at all', { home: 'nobody' }, 'HOME_NOT_PLATFORM'],
    ['a time that is over', { from: '2024-01-01T00:00:00Z', until: '2024-02-01T00:00:00Z' }, 'PERIOD_INVALID'],
  ])('of %s are refused', async (_, more, code) => {
    const acme = await tenant(service, 'acme');
    await tenant(service, 'other');
    expect((await grant(acme.token, more)).json()).toMatchObject({ status: 422, code });
  });

  it('without an end are refused', async () => {
    const acme = await tenant(service, 'acme');
    expect((await grant(acme.token, { until: undefined })).json()).toMatchObject({ code: 'INVALID_REQUEST' });
  });
});
