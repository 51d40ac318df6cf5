import { AUTHORIZATION } from '../../src/access/authorization.js';
import { ROLES, type Role } from '../../src/access/domain/roles.js';
import { operationsOf, type Operation } from '../support/operations.js';
import { sampleBody, type Schema } from '../support/sample-body.js';
import { course, scheme, Service, TestClock, type Answered } from '../support/service.js';

type Reach = 'own' | 'other learner' | 'other organization';

const PLATFORM_ROLES: readonly Role[] = ['operator', 'security-reviewer'];
const NOBODY = '0190a1b2-0000-4000-8000-0000000000ff';

/**
 * Every operation of the OpenAPI document × every role × whose things × which key. The table says who may; this test holds
 * the whole application to it, so that a route without its check, or a check that looks at the wrong thing, is found.
 */
describe('the authorization matrix', () => {
  const clock = new TestClock();
  let service: Service;
  let operations: readonly Operation[];
  let components: Record<string, Schema>;
  const keys = new Map<string, string>();
  let spareKey: string;
  let foreign: string;

  const issue = async (roles: readonly Role[], person: string, more: object = {}, token?: string) => {
    const asked = token === undefined ? {} : { token };
    const answer = await service.post('/v1/keys', { person, roles, ...more }, asked);
    expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' });
    return answer.json<{ key: string; token: string }>();
  };

  beforeAll(async () => {
    service = await Service.memory(clock);
    ({ operations, components } = await operationsOf(service));
    for (const id of ['c1', 'c2']) await service.write('/v1/courses', course(id));
    await service.write('/v1/schemes', scheme('s1', { all: [{ course: 'c1' }] }));
    for (const learner of ['own-learner', 'other-learner']) await service.write('/v1/learners', { learner });
    for (const person of [...ROLES.map((role) => `person-${role}`), 'spare-person'])
      await service.write('/v1/persons', { person });
    await service.write('/v1/learners/own-learner/person', { person: 'person-learner' });
    await foreignOrganization();
    for (const role of ROLES) await keysOf(role);
    spareKey = (await issue(['auditor'], 'spare-person')).key;
    clock.set('2024-06-01T14:00:00Z');
  }, 120_000);
  afterAll(() => service.stop());

  async function foreignOrganization(): Promise<void> {
    const created = await service.post('/v1/organizations', {
      organization: 'other',
      name: 'Another tenant',
      administrator: { person: 'their-administrator' },
    });
    expect(created.status).toBe(200);
    const { token } = created.json<{ token: string }>();
    foreign = token;
    await service.write('/v1/courses', course('foreign-course'), { token });
    await service.write('/v1/schemes', scheme('foreign-scheme', { all: [{ course: 'foreign-course' }] }), { token });
    await service.write('/v1/learners', { learner: 'foreign-learner' }, { token });
    await service.write('/v1/persons', { person: 'foreign-person' }, { token });
    await service.write('/v1/groups', { group: 'foreign-group', title: 'Theirs' }, { token });
  }

  async function keysOf(role: Role): Promise<void> {
    const person = `person-${role}`;
    keys.set(role, (await issue([role], person)).token);
    keys.set(`${role} expired`, (await issue([role], person, { expiresAt: '2024-06-01T13:00:00Z' })).token);
    const revoked = await issue([role], person);
    keys.set(`${role} revoked`, revoked.token);
    await service.write(`/v1/keys/${revoked.key}/revocation`, { reason: { code: 'lost', text: 'Left in a train.' } });
  }

  const OURS = { learner: 'other-learner', course: 'c1', scheme: 's1', person: 'spare-person' };
  const parameters = (reach: Reach): Record<string, string> => {
    const common = {
      draft: NOBODY,
      grant: NOBODY,
      delegation: NOBODY,
      submission: '1',
      appeal: '1',
      adjustment: '1',
      organization: 'other',
      edition: '1',
      batch: 'b1',
      name: 'learner-status',
      learningPlan: 'p1',
    };
    if (reach === 'other organization') {
      const theirs = { learner: 'foreign-learner', course: 'foreign-course', scheme: 'foreign-scheme', person: 'foreign-person' };
      return { ...common, ...theirs, key: NOBODY };
    }
    return { ...common, ...OURS, key: spareKey, ...(reach === 'own' ? { learner: 'own-learner' } : {}) };
  };

  /** Values that no schema can say; none of them makes another cell own more than it should. */
  const named = {
    title: 'Sample',
    learner: 'own-learner',
    course: 'c1',
    scheme: 's1',
    person: 'somebody-else',
    timeZone: 'UTC',
    criteria: { all: [{ course: 'c1' }] },
    digest: 'ab'.repeat(32),
    code: 'sample-code',
    'roles[]': 'auditor',
    role: 'reviewer',
    from: '2024-06-01T00:00:00Z',
    until: '2024-07-01T00:00:00Z',
    'learners[]': 'own-learner',
    'rows[]': {},
    content: { title: 'Sample' },
  };

  function send({ method, pattern, schema }: Operation, reach: Reach, token: string | null): Promise<Answered> {
    const values = parameters(reach);
    const url = pattern.replaceAll(/:(\w+)/g, (_, name: string) => values[name]!);
    if (method === 'GET') return service.get(url, { token });
    return service.post(url, schema === undefined ? {} : sampleBody(schema, named, components), { token });
  }

  const isNamed = ({ pattern }: Operation): boolean =>
    /:(learner|course|scheme|person|key|draft|grant|learningPlan)\b/.test(pattern);
  const mayUse = ({ rule }: Operation, role: Role, reach: Reach): boolean =>
    rule.roles.includes(role) || (rule.own === true && role === 'learner' && reach === 'own');

  it('covers every operation of the document with a row of the table, and every row with an operation', () => {
    const described = operations.map(({ method, pattern }) => `${method} ${pattern}`);
    expect(described.filter((operation) => !Object.hasOwn(AUTHORIZATION, operation))).toEqual([]);
    expect(Object.keys(AUTHORIZATION).filter((operation) => !described.includes(operation))).toEqual([]);
  });

  it('lets nobody in whom the table does not name, whatever the key, the role and whose things', async () => {
    const unexpected: string[] = [];
    const shutOut: string[] = [];
    let cells = 0;
    for (const operation of operations.filter(({ rule }) => rule.open !== true)) {
      const cell = async (label: string, reach: Reach, token: string | null, may: boolean, standing: boolean): Promise<void> => {
        cells += 1;
        const answer = await send(operation, reach, token);
        const told = `${operation.method} ${operation.pattern} as ${label} on ${reach}: ${answer.status}`;
        if (answer.status < 400 && !may) unexpected.push(told);
        if (!standing && answer.status !== 401) unexpected.push(told);
        const isShutOut = answer.status >= 400 && ['UNAUTHENTICATED', 'FORBIDDEN'].includes(answer.json<{ code: string }>().code);
        if (may && isShutOut) shutOut.push(told);
        if (answer.status >= 500) unexpected.push(`${told} ${answer.text}`);
      };
      for (const reach of ['own', 'other learner', 'other organization'] as const) {
        await cell('nobody', reach, null, false, false);
        for (const role of ROLES) {
          const may = mayUse(operation, role, reach) && !(reach === 'other organization' && isNamed(operation));
          await cell(role, reach, keys.get(role)!, may, true);
          await cell(`${role}, expired`, reach, keys.get(`${role} expired`)!, false, false);
          await cell(`${role}, revoked`, reach, keys.get(`${role} revoked`)!, false, false);
        }
      }
    }
    console.log(
      `authorization matrix: ${operations.length} operations, ${cells} cells, ${unexpected.length} unexpected successes`,
    );
    expect(unexpected).toEqual([]);
    expect(shutOut).toEqual([]);
    expect(cells).toBeGreaterThan(4_000);
  }, 300_000);

  it('keeps an administrator of some groups away from every learner outside them', async () => {
    await service.write('/v1/groups', { group: 'north', title: 'North' });
    const { token } = await issue(['admin', 'auditor', 'reporter'], 'person-admin', { responsibility: ['north'] });
    const perLearner = operations.filter(({ pattern }) => pattern.includes(':learner'));
    const reached: string[] = [];
    for (const operation of perLearner) {
      const { status } = await send(operation, 'other learner', token);
      if (status < 400) reached.push(`${operation.method} ${operation.pattern}: ${status}`);
    }
    expect(perLearner.length).toBeGreaterThan(20);
    expect(reached).toEqual([]);
    const forWhole = operations.filter(({ rule }) => rule.open !== true && rule.limited !== true);
    const statuses = await Promise.all(forWhole.map((operation) => send(operation, 'own', token)));
    expect(forWhole.length).toBeGreaterThan(40);
    expect(forWhole.filter((_, index) => statuses[index]!.status !== 403)).toEqual([]);
  });

  it('gives another organization nothing of ours away, and its administrator no role of the platform', async () => {
    for (const operation of operations.filter(({ method, pattern }) => method === 'GET' && pattern.startsWith('/v1'))) {
      const answer = await send(operation, 'own', foreign);
      for (const ours of ['own-learner', 'other-learner', 'spare-person', 'person-admin', spareKey])
        expect({ operation: operation.pattern, told: answer.text.includes(`"${ours}"`) }).toEqual({
          operation: operation.pattern,
          told: false,
        });
    }
    for (const role of PLATFORM_ROLES) {
      const asked = await service.post('/v1/keys', { person: 'their-administrator', roles: [role] }, { token: foreign });
      expect(asked.json<{ code: string }>().code).toBe('ROLE_OF_PLATFORM');
    }
  });
});
