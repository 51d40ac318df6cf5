import { issued, keyFor, tenant, type Issued } from '../support/access.js';
import { newKey, Service, TestClock, type Asked, type ProblemAnswer } from '../support/service.js';

interface Me {
  readonly organization: string;
  readonly home?: string;
  readonly key: string;
  readonly person?: string;
  readonly asserted?: true;
  readonly roles: readonly { role: string; by: string; until?: string }[];
  readonly responsibility?: readonly string[];
}
interface KeyItem {
  readonly key: string;
  readonly person?: string;
  readonly service?: string;
  readonly roles: readonly string[];
  readonly label?: string;
  readonly expires?: string;
  readonly lastUsed?: string;
  readonly replaces?: string;
  readonly revoked: boolean;
  readonly standing: boolean;
}

const REASON = { reason: { code: 'left-us', text: 'Went to another company.' } };
const HOUR = 3_600;

let service: Service;
let clock: TestClock;
beforeEach(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
});
afterEach(() => service.stop());

const status = async (token: string, url = '/v1/me', asked: Asked = {}) => (await service.get(url, { ...asked, token })).status;
const me = async (token: string, headers: Record<string, string> = {}) =>
  (await service.get('/v1/me', { token, headers })).json<Me>();
const refusal = async (url: string, body: unknown, asked: Asked = {}) => {
  const answer = await service.post(url, body, asked);
  return { status: answer.status, code: answer.json<ProblemAnswer>().code, pointer: answer.json<ProblemAnswer>().pointer };
};
const keys = async (): Promise<readonly KeyItem[]> =>
  (await service.get(`/v1/keys?minPosition=${await service.end()}`)).json<{ items: KeyItem[] }>().items;
const keyItem = async ({ key }: Pick<Issued, 'key'>) => (await keys()).find((item) => item.key === key);
const rolesOf = ({ roles }: Me) => roles.map(({ role }) => role);

describe('keys', () => {
  it('are issued with a token that is shown once, and open what their roles allow', async () => {
    const key = newKey();
    await service.write('/v1/persons', { person: 'a.meier', name: 'Anna Meier' });
    const body = { person: 'a.meier', roles: ['auditor'], label: 'laptop' };
    const first = (await service.post('/v1/keys', body, { key })).json<Issued & { outcome: string }>();
    const again = (await service.post('/v1/keys', body, { key })).json<Issued & { outcome: string }>();
    expect([first.outcome, again.outcome]).toEqual(['recorded', 'replayed']);
    expect([again.key, again.token]).toEqual([first.key, undefined]);
    expect(await status(first.token, '/v1/schemes')).toBe(200);
    expect((await service.post('/v1/courses', { course: 'C', title: 'C' }, { token: first.token })).json()).toMatchObject({
      status: 403,
      code: 'FORBIDDEN',
    });
    expect(await keyItem(first)).toMatchObject({ person: 'a.meier', roles: ['auditor'], label: 'laptop', standing: true });
  });

  it('stand in the list without digest and secret, and nothing of the token is in the log', async () => {
    const { token } = await keyFor(service, 'a.meier', ['auditor']);
    const secret = token.split('_').at(-1)!;
    const listed = (await service.get(`/v1/keys?minPosition=${await service.end()}`)).text;
    expect(listed).not.toContain('digest');
    expect(JSON.stringify(await service.events())).not.toContain(secret);
  });

  it.each([
    ['nobody', { roles: ['admin'] }, 400, 'INVALID_REQUEST'],
    ['both a person and a service', { person: 'p', service: 's', roles: ['admin'] }, 400, 'INVALID_REQUEST'],
    ['a person whom nobody registered', { person: 'ghost', roles: ['admin'] }, 404, 'PERSON_UNKNOWN'],
    ['a role that does not exist', { service: 's', roles: ['king'] }, 400, 'INVALID_REQUEST'],
    ['a role twice', { service: 's', roles: ['admin', 'admin'] }, 400, 'INVALID_REQUEST'],
    ['no role', { service: 's', roles: [] }, 400, 'INVALID_REQUEST'],
    ['an expiry that has passed', { service: 's', roles: ['admin'], expiresAt: '2024-06-01T12:00:00Z' }, 422, 'EXPIRY_PASSED'],
    [
      'more groups than the limit',
      { service: 's', roles: ['admin'], responsibility: Array.from({ length: 201 }, (_, index) => `g${index}`) },
      400,
      'INVALID_REQUEST',
    ],
  ])('for %s are refused', async (_, body, expected, code) => {
    expect(await refusal('/v1/keys', body)).toMatchObject({ status: expected, code });
  });

  it('may be limited to as many groups as the limit says', async () => {
    const responsibility = Array.from({ length: 200 }, (_, index) => `g${index}`);
    const { token } = await issued(service, { service: 'lms', roles: ['admin'], responsibility });
    expect((await me(token)).responsibility).toEqual(responsibility);
  });

  it('open nothing from the instant of their expiry on', async () => {
    const { token } = await keyFor(service, 'a.meier', ['auditor'], { expiresAt: '2024-06-01T13:00:00Z' });
    clock.set('2024-06-01T12:59:59.999Z');
    expect(await status(token)).toBe(200);
    clock.set('2024-06-01T13:00:00Z');
    expect(await status(token)).toBe(401);
  });

  it('open nothing from their revocation on, and stay revoked', async () => {
    const held = await keyFor(service, 'a.meier', ['admin']);
    expect(await status(held.token)).toBe(200);
    await service.write(`/v1/keys/${held.key}/revocation`, { reason: { code: 'lost', text: 'Left in a train.' } });
    expect(await status(held.token)).toBe(401);
    expect((await service.post(`/v1/keys/${held.key}/revocation`, { reason: { code: 'lost' } })).json()).toMatchObject({
      outcome: 'unchanged',
    });
    expect(await keyItem(held)).toMatchObject({ revoked: true, standing: false });
    expect(await refusal(`/v1/keys/${held.key}/rotation`, { overlap: 0 })).toMatchObject({ code: 'KEY_NOT_STANDING' });
  });

  it('are refused alike whether the organization, the key or the secret is unknown', async () => {
    const { token } = await keyFor(service, 'a.meier', ['auditor']);
    const [, organization, key, secret] = token.split('_') as [string, string, string, string];
    const wrong = secret.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    const answers = await Promise.all(
      [
        `certledger_${organization}_${key}_${wrong}`,
        `certledger_${organization}_00000000-0000-4000-8000-000000000000_${secret}`,
        `certledger_nobody_${key}_${secret}`,
        'certledger_what',
        'what',
      ].map((forged) => service.get('/v1/me', { token: forged })),
    );
    const told = answers.map(({ status: code, text }) => [code, text.replace(/"requestId":"[^"]*"/, '')]);
    expect(told).toEqual(told.map(() => told[0]));
    expect(told[0]![0]).toBe(401);
  });

  it('are noted on the first use of each day in UTC, once', async () => {
    const held = await keyFor(service, 'a.meier', ['auditor']);
    const uses = async () => {
      await service.started.kernel.keyUses.settle();
      const events = await service.events();
      return events.filter(({ type, stream }) => type === 'KeyUsed' && stream.endsWith(held.key)).map(({ data }) => data['day']);
    };
    expect(await uses()).toEqual([]);
    await Promise.all([me(held.token), me(held.token), me(held.token)]);
    await me(held.token);
    expect(await uses()).toEqual(['2024-06-01']);
    clock.set('2024-06-02T00:00:00Z');
    await me(held.token);
    expect(await uses()).toEqual(['2024-06-01', '2024-06-02']);
    expect(await keyItem(held)).toMatchObject({ lastUsed: '2024-06-02' });
  });

  it('of the last administrator are never revoked, nor is the person deactivated', async () => {
    const first = (await keys()).find(({ person }) => person === 'first-administrator')!;
    expect(await refusal(`/v1/keys/${first.key}/revocation`, { reason: { code: 'lost' } })).toMatchObject({
      status: 409,
      code: 'LAST_ADMIN_KEY',
    });
    expect(await refusal('/v1/persons/first-administrator/deactivation', REASON)).toMatchObject({ code: 'LAST_ADMIN_KEY' });
    const other = await keyFor(service, 'a.meier', ['admin']);
    // Of two who take the key from each other at once, one is left.
    const outcomes = await Promise.all([
      service.post(`/v1/keys/${first.key}/revocation`, { reason: { code: 'lost' } }, { token: other.token }),
      service.post(`/v1/keys/${other.key}/revocation`, { reason: { code: 'lost' } }),
    ]);
    expect(outcomes.filter((answer) => answer.status === 200)).toHaveLength(1);
    const survivor = outcomes[0].status === 200 ? other.token : service.token;
    const left = (await service.get(`/v1/keys?minPosition=${await service.end()}`, { token: survivor })).json<{
      items: KeyItem[];
    }>();
    expect(left.items.filter(({ roles, standing }) => standing && roles.includes('admin'))).toHaveLength(1);
  });

  it('whose holder is deactivated do not count as keys of an administrator', async () => {
    const first = (await keys()).find(({ person }) => person === 'first-administrator')!;
    await keyFor(service, 'a.meier', ['admin']);
    await service.write('/v1/persons/a.meier/deactivation', REASON);
    expect(await refusal(`/v1/keys/${first.key}/revocation`, { reason: { code: 'lost' } })).toMatchObject({
      code: 'LAST_ADMIN_KEY',
    });
  });
});

describe('a rotation', () => {
  it('makes a key of the same holder and roles, and lets the old one stand for the overlap', async () => {
    const old = await keyFor(service, 'a.meier', ['auditor', 'reporter'], { responsibility: ['north'] });
    const fresh = (await service.post(`/v1/keys/${old.key}/rotation`, { overlap: HOUR })).json<Issued>();
    const [before, after] = [await me(old.token), await me(fresh.token)];
    expect({ ...after, key: '' }).toEqual({ ...before, key: '' });
    expect(await keyItem(fresh)).toMatchObject({ replaces: old.key });
    clock.set('2024-06-01T12:59:59Z');
    expect(await status(old.token)).toBe(200);
    clock.set('2024-06-01T13:00:00Z');
    expect([await status(old.token), await status(fresh.token)]).toEqual([401, 200]);
  });

  it('gives a key that was to expire a successor that lives as long', async () => {
    const old = await keyFor(service, 'a.meier', ['auditor'], { expiresAt: '2024-06-11T12:00:00Z' });
    clock.set('2024-06-10T12:00:00Z');
    const fresh = (await service.post(`/v1/keys/${old.key}/rotation`, { overlap: 30 * 86_400 })).json<Issued>();
    expect(await keyItem(fresh)).toMatchObject({ expires: '2024-06-20T12:00:00.000Z' });
    // The overlap never makes the old one live longer.
    expect(await keyItem(old)).toMatchObject({ expires: '2024-06-11T12:00:00Z' });
  });

  it('that is repeated makes no second key and shows no token', async () => {
    const old = await keyFor(service, 'a.meier', ['auditor']);
    const key = newKey();
    const first = (await service.post(`/v1/keys/${old.key}/rotation`, { overlap: 0 }, { key })).json<Issued>();
    clock.set('2024-06-01T12:30:00Z');
    const again = (await service.post(`/v1/keys/${old.key}/rotation`, { overlap: 0 }, { key })).json<Issued>();
    expect([again.key, again.token]).toEqual([first.key, undefined]);
    expect((await keys()).filter(({ replaces }) => replaces === old.key)).toHaveLength(1);
    expect(await refusal(`/v1/keys/${old.key}/rotation`, { overlap: 1 }, { key })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it.each([-1, 30 * 86_400 + 1, 1.5, '60'])('with an overlap of %p seconds is refused', async (overlap) => {
    const old = await keyFor(service, 'a.meier', ['auditor']);
    expect(await refusal(`/v1/keys/${old.key}/rotation`, { overlap })).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('is refused for a key that was changed since it was read', async () => {
    const old = await keyFor(service, 'a.meier', ['auditor']);
    expect(await refusal(`/v1/keys/${old.key}/rotation`, { overlap: 0 }, { ifMatch: '"7"' })).toMatchObject({
      status: 412,
      code: 'PRECONDITION_FAILED',
    });
    expect(await keys()).toHaveLength(2);
  });
});

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
