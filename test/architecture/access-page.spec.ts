import { AUTHORIZATION, authorizationFaults, roleFor, whoMay, type Rule } from '../../src/access/authorization.js';
import { ROLES } from '../../src/access/domain/roles.js';
import { readRepositoryFile } from '../support/source-tree.js';

const rolesOf = ({ roles, own, limited, open }: Rule): string =>
  open === true
    ? 'no key needed'
    : [
        ...roles.map((role) => `\`${role}\``),
        ...(own === true ? ['own'] : []),
        ...(limited === true ? [] : ['whole organization']),
      ].join(', ');

/** The rows of the last table of the page. */
const rowsOf = (page: string): readonly string[][] =>
  page
    .split('\n')
    .filter((line) => /^\| `[A-Z]+ \//.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('the table of who may do what', () => {
  it('is printed in docs/access.md, row for row', () => {
    const expected = Object.entries(AUTHORIZATION).map(([route, rule]) => [`\`${route}\``, rolesOf(rule), rule.note ?? '']);
    expect(rowsOf(readRepositoryFile('docs/access.md'))).toEqual(expected);
  });

  it('is described role for role', () => {
    const described = [...readRepositoryFile('docs/access.md').matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, role]) => role);
    expect(described).toEqual([...ROLES]);
  });

  it('lets an administrator do whatever a reviewer may (rule 001-16)', () => {
    const rows = Object.entries(AUTHORIZATION).filter(([, { roles }]) => roles.includes('reviewer'));
    expect(rows.length).toBeGreaterThan(3);
    expect(rows.filter(([, { roles }]) => !roles.includes('admin'))).toEqual([]);
  });

  it('lets an auditor change nothing', () => {
    const writes = Object.entries(AUTHORIZATION).filter(
      ([route, { roles }]) => route.startsWith('POST ') && roles.includes('auditor'),
    );
    // A preview decides and writes nothing.
    expect(writes.map(([route]) => route)).toEqual(['POST /v1/drafts/:draft/preview']);
  });

  it('opens nothing but health without a key', () => {
    const opened = Object.entries(AUTHORIZATION).filter(([, { open, roles }]) => open === true || roles.length === 0);
    expect(opened.map(([route]) => route)).toEqual(['GET /health/live', 'GET /health/ready']);
  });

  it('names what a route or a row is missing', () => {
    const routes = Object.keys(AUTHORIZATION);
    expect(authorizationFaults([...routes, 'HEAD /v1/me', 'GET /docs', 'GET /openapi.json'])).toEqual([]);
    expect(authorizationFaults([...routes, 'GET /v1/secrets'])).toEqual(['GET /v1/secrets has no row']);
    expect(authorizationFaults(routes.filter((route) => route !== 'GET /v1/me'))).toEqual(['GET /v1/me has no route']);
  });

  it('is said in one sentence where a route is documented', () => {
    expect(whoMay({ roles: ['admin', 'author'], own: true, limited: true, note: 'Within bounds.' })).toBe(
      'For the roles admin, author, or a learner for the own record. Within bounds.',
    );
    expect(whoMay({ roles: ['admin'] })).toBe('For the roles admin, answering for the whole organization.');
    expect(whoMay({ roles: [], open: true })).toBe('Needs no key.');
  });

  it('takes the first role of a row that somebody has, and that of a learner last', () => {
    const rule: Rule = { roles: ['reviewer', 'admin'], own: true };
    expect(roleFor(rule, ['admin', 'learner', 'reviewer'], false)).toBe('reviewer');
    expect(roleFor(rule, ['learner', 'admin'], false)).toBe('admin');
    expect(roleFor(rule, ['learner'], false)).toBe('learner');
    expect(roleFor({ roles: ['admin'] }, ['learner'], false)).toBeUndefined();
    expect(roleFor({ roles: ['admin'] }, ['admin'], true)).toBeUndefined();
    expect(roleFor({ roles: ['admin'], limited: true }, ['admin'], true)).toBe('admin');
  });
});
