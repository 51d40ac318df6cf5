import { pino } from 'pino';
import { AUDIENCE, IdentityProvider, published, signingKey, tokenOf } from '../../../test/support/identity-provider.js';
import type { Issuer } from './issuers.js';
import { RESPONSIBILITIES_MAX, ROLE_VALUES_MAX, SessionTokens, TOKEN_CHARACTERS_MAX } from './session-tokens.js';

const NOW = Date.parse('2024-06-01T12:00:00Z') / 1_000;
const clock = { now: () => new Date(NOW * 1_000).toISOString() };
const keys = ['RS256', 'PS256', 'ES256', 'EdDSA'].map((alg) => signingKey(`key-${alg}`, alg));
const [rsa] = keys as [(typeof keys)[number]];

let provider: IdentityProvider;
beforeAll(async () => {
  provider = await IdentityProvider.start(keys.map((key) => published(key)));
});
afterAll(() => provider.stop());

const claims = (more: object = {}) => ({
  iss: provider.issuer,
  aud: AUDIENCE,
  sub: 'E-1001',
  exp: NOW + 600,
  iat: NOW,
  roles: ['ledger-admins', 'wiki-readers'],
  ...more,
});
const verify = (token: string, configured: Partial<Issuer> = {}) =>
  new SessionTokens([provider.configured(configured)], clock, pino({ level: 'silent' })).verify(token);
/** A good token with other claims under another configuration. */
const session = (more: object = {}, configured: Partial<Issuer> = {}) => verify(tokenOf(rsa, claims(more)), configured);

describe('session tokens', () => {
  it.each(keys)('a token signed with $alg opens a session with the mapped roles', async (key) => {
    expect(await verify(tokenOf(key, claims()))).toEqual({
      organization: 'main',
      issuer: provider.issuer,
      subject: 'E-1001',
      person: 'E-1001',
      roles: ['admin'],
      expiresAt: '2024-06-01T12:10:00.000Z',
    });
  });

  it('only the configured algorithms are taken', async () => {
    expect(await session({}, { algorithms: ['ES256'] })).toBeUndefined();
    expect(await session({}, { algorithms: ['RS256'] })).toBeDefined();
  });

  it('no issuer is trusted unless one is configured', async () => {
    const tokens = new SessionTokens([], clock, pino({ level: 'silent' }));
    expect(await tokens.verify(tokenOf(rsa, claims()))).toBeUndefined();
  });

  it('the audience may be one of several', async () => {
    expect(await session({ aud: ['account', AUDIENCE] })).toBeDefined();
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', 'application/AT+JWT'])('the type %s is taken', async (typ) => {
    expect(await verify(tokenOf(rsa, claims(), { typ }))).toBeDefined();
  });

  it('where only access tokens are configured, another type is refused', async () => {
    expect(await verify(tokenOf(rsa, claims(), { typ: 'JWT' }), { tokenTypes: ['at+jwt'] })).toBeUndefined();
    expect(await verify(tokenOf(rsa, claims(), { typ: 'at+jwt' }), { tokenTypes: ['at+jwt'] })).toBeDefined();
  });

  it('a good token that names an address of keys is taken, and the address is not asked', async () => {
    const elsewhere = await IdentityProvider.start();
    const token = tokenOf(rsa, claims(), { jku: `${elsewhere.issuer}/keys`, x5u: `${elsewhere.issuer}/certificate` });
    expect(await verify(token)).toBeDefined();
    expect(elsewhere.requests).toBe(0);
    await elsewhere.stop();
  });

  it('a token of exactly the greatest length is taken', async () => {
    const lengths = Array.from({ length: 4 }, (_, more) => {
      let padding = 'x'.repeat(5_000 + more);
      while (tokenOf(rsa, claims({ padding })).length < TOKEN_CHARACTERS_MAX) padding += 'xxx';
      return tokenOf(rsa, claims({ padding }));
    });
    const longest = lengths.find(({ length }) => length === TOKEN_CHARACTERS_MAX);
    expect(await verify(longest!)).toBeDefined();
  });

  describe('times, with 30 seconds of tolerance', () => {
    it.each([
      ['exp', { exp: NOW - 29 }, { exp: NOW - 30 }],
      ['nbf', { nbf: NOW + 30 }, { nbf: NOW + 31 }],
      ['iat', { iat: NOW + 30 }, { iat: NOW + 31 }],
    ])('%s is taken at the limit and not beyond', async (_claim, within, beyond) => {
      expect(await session(within)).toBeDefined();
      expect(await session(beyond)).toBeUndefined();
    });

    it('none where none is configured', async () => {
      expect(await session({ exp: NOW + 1 }, { clockToleranceSeconds: 0 })).toBeDefined();
      expect(await session({ exp: NOW }, { clockToleranceSeconds: 0 })).toBeUndefined();
    });

    it('nbf and iat may be left out, and an exp may have a fraction', async () => {
      expect(await session({ iat: undefined, exp: NOW + 1.5 })).toMatchObject({ expiresAt: '2024-06-01T12:00:01.500Z' });
    });

    it('the last second of the year 9999 is the last end', async () => {
      expect(await session({ exp: 253_402_300_799 })).toMatchObject({ expiresAt: '9999-12-31T23:59:59.000Z' });
      expect(await session({ exp: 253_402_300_800 })).toBeUndefined();
    });
  });

  describe('roles', () => {
    it('several are held once each, in the order of the claim', async () => {
      const roles = ['ledger-auditors', 'ledger-admins', 'ledger-auditors'];
      expect(await session({ roles })).toMatchObject({ roles: ['auditor', 'admin'] });
    });

    it.each([
      ['a role of the platform by its own name', ['operator']],
      ['a role of the organization by its own name', ['admin']],
      ['a name of a prototype', ['constructor', 'toString', '__proto__', 'hasOwnProperty']],
      ['another case', ['Ledger-Admins', 'LEDGER-ADMINS']],
      ['nothing', []],
      ['no claim', undefined],
    ])('%s gives none', async (_name, roles) => {
      expect(await session({ roles })).toMatchObject({ roles: [] });
    });

    it('are read from the claim that is configured', async () => {
      const configured = { claims: { person: 'sub', roles: 'https://ledger.example/roles' } };
      expect(await session({ 'https://ledger.example/roles': ['ledger-auditors'] }, configured)).toMatchObject({
        roles: ['auditor'],
      });
    });

    it('as many as the bound are taken', async () => {
      const roles = Array.from({ length: ROLE_VALUES_MAX - 1 }, (_, index) => `role-${index}`);
      expect(await session({ roles: [...roles, 'ledger-admins'] })).toMatchObject({ roles: ['admin'] });
    });
  });

  describe('the person', () => {
    it('is read from the claim that is configured, beside the subject', async () => {
      const configured = { claims: { person: 'employee_number', roles: 'roles' } };
      expect(await session({ sub: 'a7f3', employee_number: 'E-2002' }, configured)).toMatchObject({
        subject: 'a7f3',
        person: 'E-2002',
      });
      expect(await session({}, configured)).toBeUndefined();
      expect(await session({ employee_number: 2_002 }, configured)).toBeUndefined();
      expect(await session({}, { claims: { person: 'constructor', roles: 'roles' } })).toBeUndefined();
    });

    it('has an id of at most 200 characters', async () => {
      expect(await session({ sub: 'x'.repeat(200) })).toMatchObject({ person: 'x'.repeat(200) });
      expect(await session({ sub: 'x'.repeat(201) })).toBeUndefined();
    });

    it('may be known by an address only where the issuer verified it', async () => {
      const configured = { claims: { person: 'email', roles: 'roles' } };
      expect(await session({ email: 'ada@example.org', email_verified: true }, configured)).toMatchObject({
        person: 'ada@example.org',
      });
      expect(await session({ email: 'ada@example.org', email_verified: false }, configured)).toBeUndefined();
      expect(await session({ email: 'ada@example.org', email_verified: 'true' }, configured)).toBeUndefined();
      expect(await session({ email: 'ada@example.org' }, configured)).toBeUndefined();
    });
  });

  describe('the responsibility', () => {
    const configured = { claims: { person: 'sub', roles: 'roles', responsibility: 'groups' } };

    it('limits to the groups of the claim, also to none', async () => {
      expect(await session({ groups: ['north', 'south'] }, configured)).toMatchObject({ responsibility: ['north', 'south'] });
      expect(await session({ groups: [] }, configured)).toMatchObject({ responsibility: [] });
    });

    it('is never taken for the whole organization where its claim is missing or no list of groups', async () => {
      for (const groups of [undefined, null, 'north', [1], [''], ['no/group']])
        expect(await session({ groups }, configured)).toBeUndefined();
    });

    it('holds at most so many groups', async () => {
      const groups = Array.from({ length: RESPONSIBILITIES_MAX + 1 }, (_, index) => `g${index}`);
      expect(await session({ groups: groups.slice(1) }, configured)).toBeDefined();
      expect(await session({ groups }, configured)).toBeUndefined();
    });

    it('is no limit where no claim is configured', async () => {
      expect(await session({ groups: ['north'] })).not.toHaveProperty('responsibility');
    });
  });
});
