import { CLOCK_TOLERANCE_SECONDS_MAX, ISSUERS_MAX, parseIssuers, ROLE_MAPPINGS_MAX } from './issuers.js';

const MINIMAL = {
  issuer: 'https://login.example.org',
  audience: 'https://ledger.example.org',
  jwks: 'https://login.example.org/keys',
  organization: 'acme',
  roles: { 'ledger-admins': 'admin' },
};
const parse = (...issuers: readonly object[]) => parseIssuers(Buffer.from(JSON.stringify({ issuers })), 'main');
const wrong = (...issuers: readonly object[]): readonly string[] => {
  const parsed = parse(...issuers);
  return 'wrong' in parsed ? parsed.wrong : [];
};
const but = (more: object): object => ({ ...MINIMAL, ...more });

describe('configured issuers', () => {
  it('need five things, and the rest has safe values', () => {
    expect(parse(MINIMAL)).toEqual({
      issuers: [
        {
          ...MINIMAL,
          algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
          clockToleranceSeconds: 30,
          tokenTypes: ['JWT', 'at+jwt'],
          claims: { person: 'sub', roles: 'roles' },
        },
      ],
    });
  });

  it.each(['HS256', 'HS384', 'HS512', 'none', 'None', 'rs256', 'dir', ''])('the algorithm %p is refused', (algorithm) => {
    expect(wrong(but({ algorithms: ['RS256', algorithm] }))).toEqual([
      expect.stringMatching(/^\/issuers\/0\/algorithms\/1: Must be an asymmetric algorithm: RS256, /),
    ]);
  });

  it.each([
    'http://login.example.org/keys',
    'http://127.0.0.1.attacker.example/keys',
    'http://localhost.attacker.example/keys',
    'http://10.0.0.1/keys',
    'https://user:password@login.example.org/keys',
    'https://login.example.org/keys#fragment',
    'file:///etc/passwd',
    'data:application/json,{}',
    'login.example.org/keys',
  ])('keys from %s are refused', (jwks) => {
    expect(wrong(but({ jwks }))).toEqual([expect.stringMatching(/^\/issuers\/0\/jwks: Must be an https address/)]);
    expect(wrong(but({ issuer: jwks }))).toHaveLength(1);
  });

  it.each(['http://127.0.0.1:8080/keys', 'http://localhost/keys', 'http://[::1]:8080/keys'])(
    'keys from this machine itself, %s, are taken',
    (jwks) => {
      expect(wrong(but({ jwks }))).toEqual([]);
    },
  );

  it('an unknown role is refused, and a role of the platform in any other organization', () => {
    expect(wrong(but({ roles: { chiefs: 'chief' } }))).toEqual([
      expect.stringMatching(/^\/issuers\/0\/roles\/chiefs: Must be a role: learner, /),
    ]);
    for (const role of ['operator', 'security-reviewer']) {
      expect(wrong(but({ roles: { 'a/b': role } }))).toEqual([
        '/issuers/0/roles/a~1b: Must not be a role of the platform; only main has those.',
      ]);
      expect(wrong(but({ organization: 'main', roles: { 'a/b': role } }))).toEqual([]);
    }
  });

  it('an issuer stands in the list once', () => {
    expect(wrong(MINIMAL, but({ organization: 'other', audience: 'other' }))).toEqual([
      '/issuers/1/issuer: The issuer stands in the list before. One issuer speaks for one organization.',
    ]);
    expect(wrong(MINIMAL, but({ issuer: 'https://login.example.org/' }))).toEqual([]);
  });

  it('everything that is wrong is named at once, each with its place', () => {
    const lines = wrong(
      but({ algorithms: ['HS256'], clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS_MAX + 1, secret: 'x' }),
      but({ organization: 'Acme Ltd', roles: { chiefs: 'operator' }, claims: { person: '', name: 'x' }, audience: undefined }),
    );
    expect(lines.map((line) => line.split(':')[0]).sort()).toEqual([
      '/issuers/0',
      '/issuers/0/algorithms/0',
      '/issuers/0/clockToleranceSeconds',
      '/issuers/1/audience',
      '/issuers/1/claims',
      '/issuers/1/claims/person',
      '/issuers/1/issuer',
      '/issuers/1/organization',
      '/issuers/1/roles/chiefs',
    ]);
  });

  it('has bounds: issuers, mappings of roles, tolerance', () => {
    const issuers = Array.from({ length: ISSUERS_MAX + 1 }, (_, index) => but({ issuer: `https://login${index}.example.org` }));
    expect(wrong(...issuers.slice(1))).toEqual([]);
    expect(wrong(...issuers)).toHaveLength(1);
    expect(wrong()).toHaveLength(1);
    const mappings = (count: number) =>
      but({ roles: Object.fromEntries(Array.from({ length: count }, (_, index) => [`role-${index}`, 'learner'])) });
    expect(wrong(mappings(ROLE_MAPPINGS_MAX))).toEqual([]);
    expect(wrong(mappings(ROLE_MAPPINGS_MAX + 1))).toHaveLength(1);
    expect(wrong(but({ clockToleranceSeconds: CLOCK_TOLERANCE_SECONDS_MAX }))).toEqual([]);
    expect(wrong(but({ clockToleranceSeconds: -1 }))).toHaveLength(1);
    expect(wrong(but({ clockToleranceSeconds: 0.5 }))).toHaveLength(1);
  });

  it.each([
    ['no JSON', 'issuers: []', 'not well-formed JSON'],
    ['a name twice', '{"issuers":[],"issuers":[]}', 'stands twice'],
    ['a list', '[]', ''],
    ['a list of texts', '{"issuers":["https://login.example.org"]}', ''],
    ['a list of nothing', '{"issuers":[null]}', ''],
  ])('a file that holds %s is refused', (_name, text, told) => {
    const parsed = parseIssuers(Buffer.from(text), 'main');
    expect('wrong' in parsed && parsed.wrong.length === 1 && parsed.wrong[0]!.includes(told)).toBe(true);
  });
});
