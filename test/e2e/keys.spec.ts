import { asking, issued, keyFor, REASON, type Issued } from '../support/access.js';
import { newKey, Service, TestClock } from '../support/service.js';

const HOUR = 3_600;

let service: Service;
let clock: TestClock;
beforeEach(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
});
afterEach(() => service.stop());

const { keyItem, keys, me, refusal, status } = asking(() => service);

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
    for (const group of responsibility) await service.write('/v1/groups', { group, title: group });
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

  it('are found by their id in upper case too, and what is no id is refused', async () => {
    const held = await keyFor(service, 'a.meier', ['auditor']);
    expect((await service.post(`/v1/keys/${held.key.toUpperCase()}/rotation`, { overlap: 0 })).status).toBe(200);
    expect((await service.post(`/v1/keys/${held.key.toUpperCase()}/revocation`, { reason: { code: 'lost' } })).status).toBe(200);
    expect(await refusal('/v1/keys/laptop/revocation', { reason: { code: 'lost' } })).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('of the last administrator are never revoked, nor is the person deactivated', async () => {
    const first = (await keys()).find(({ person }) => person === 'first-administrator')!;
    expect(await refusal(`/v1/keys/${first.key}/revocation`, { reason: { code: 'lost' } })).toMatchObject({
      status: 409,
      code: 'LAST_ADMIN_KEY',
    });
    expect(await refusal('/v1/persons/first-administrator/deactivation', REASON)).toMatchObject({ code: 'LAST_ADMIN_KEY' });
    const other = await keyFor(service, 'a.meier', ['admin']);
    // Two who administer by a lent role take one key each at the same moment: one of the keys is left.
    const lent = { role: 'admin', from: '2024-06-01T12:00:00Z', until: '2024-06-02T00:00:00Z' };
    const lenders = await Promise.all(['b.sor', 'c.lee'].map((person) => keyFor(service, person, ['auditor'])));
    for (const person of ['b.sor', 'c.lee']) await service.write(`/v1/persons/${person}/delegations`, lent);
    const outcomes = await Promise.all(
      [first.key, other.key].map((key, index) =>
        service.post(`/v1/keys/${key}/revocation`, { reason: { code: 'lost' } }, { token: lenders[index]!.token }),
      ),
    );
    expect(outcomes.map((answer) => answer.status).sort()).toEqual([200, 409]);
    const left = await keys(lenders[0]!.token);
    expect(left.filter(({ roles, standing }) => standing && roles.includes('admin'))).toHaveLength(1);
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
    await service.write('/v1/groups', { group: 'north', title: 'North' });
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
