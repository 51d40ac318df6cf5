import { tenant, issued, REASON } from '../support/access.js';
import { CountedEngines } from '../support/counted-engines.js';
import { operationsOf, type Operation } from '../support/operations.js';
import { sampleBody, type Schema } from '../support/sample-body.js';
import { course, memoryEngines, scheme, Service, TestClock, type Answered } from '../support/service.js';

/** One thing of ours, one of another organization, and one that is nowhere, under ids of the same length. */
interface Thing {
  readonly ours: string;
  readonly theirs: string;
  readonly nobodys: string;
}
type Whose = keyof Thing;

const DAY_MILLISECONDS = 86_400_000;

/**
 * Nothing of another organization is given away, by no byte of an answer and by no time that it takes. Times are not measured, as a
 * machine under load says anything; what takes time is counted: every call on the engines, in order, and every comparison of secrets.
 */
describe('what belongs to another organization', () => {
  const clock = new TestClock();
  const counted = new CountedEngines(memoryEngines());
  let service: Service;
  let operations: readonly Operation[];
  let components: Record<string, Schema>;
  let things: Readonly<Record<string, Thing>>;
  let theirKey: string;

  // The module itself, as what an import makes of it here is a copy.
  const crypto = jest.requireActual<typeof import('node:crypto')>('node:crypto');
  const compare = crypto.timingSafeEqual;
  const comparing = jest.spyOn(crypto, 'timingSafeEqual').mockImplementation((one, other) => {
    counted.note('comparison');
    return compare(one, other);
  });

  beforeAll(async () => {
    service = await Service.start(counted.engines, clock);
    ({ operations, components } = await operationsOf(service));
    const other = await tenant(service, 'other');
    theirKey = other.key;
    const ours = await thingsOf('ours00', service.token);
    const theirs = await thingsOf('theirs', other.token);
    const nobodys = { ...namesOf('nobody'), ...Object.fromEntries(GIVEN.map((name) => [name, NOBODY])) };
    things = {
      ...Object.fromEntries(
        Object.keys(nobodys).map((name) => [name, { ours: ours[name]!, theirs: theirs[name]!, nobodys: nobodys[name]! }]),
      ),
      organization: { ours: 'main', theirs: 'other', nobodys: 'nobody' },
    };
  }, 60_000);
  afterAll(async () => {
    comparing.mockRestore();
    await service.stop();
  });

  const NOBODY = '0190a1b2-0000-4000-8000-0000000000ff';
  /** Ids that the ledger itself gives out. */
  const GIVEN = ['key', 'draft', 'grant', 'delegation'];
  const namesOf = (prefix: string): Record<string, string> =>
    Object.fromEntries(
      ['learner', 'person', 'course', 'scheme', 'learningPlan', 'group'].map((name) => [name, `${prefix}-${name}`]),
    );

  async function thingsOf(prefix: string, token: string): Promise<Record<string, string>> {
    const names = namesOf(prefix) as Record<'learner' | 'person' | 'course' | 'scheme' | 'learningPlan' | 'group', string>;
    const criteria = { all: [{ course: names.course }] };
    await service.write('/v1/courses', course(names.course), { token });
    await service.write('/v1/learning-plans', { learningPlan: names.learningPlan, title: 'Plan', criteria }, { token });
    await service.write('/v1/schemes', scheme(names.scheme, criteria), { token });
    await service.write('/v1/groups', { group: names.group, title: 'Group' }, { token });
    await service.write('/v1/learners', { learner: names.learner }, { token });
    await service.write('/v1/persons', { person: names.person }, { token });
    const { key } = await issued(service, { person: names.person, roles: ['auditor'] }, token);
    const made = async (url: string, body: object): Promise<Record<string, string>> =>
      (await service.post(url, body, { token })).json<Record<string, string>>();
    const { draft } = await made('/v1/drafts', { kind: 'course', id: names.course, content: { title: 'Draft' } });
    const period = { from: '2024-06-01T12:00:00Z', until: '2033-06-01T00:00:00Z' };
    const { delegation } = await made(`/v1/persons/${names.person}/delegations`, { role: 'reviewer', ...period });
    // The platform lets nobody into itself, so that a grant of ours is as little there as one that nobody made.
    const { grant } = await made('/v1/grants', { person: 'x', home: 'main', role: 'auditor', ...period, ...REASON });
    return { ...names, key, draft: draft!, delegation: delegation!, grant: grant ?? NOBODY };
  }

  /** The answer without what is the caller's own or differs for every request. */
  const told = ({ status, text, headers }: Answered, id: string): string =>
    [
      status,
      headers['content-type'],
      headers['content-length'],
      text.replace(/"requestId":"[^"]*"/, '').replaceAll(id, '…'),
    ].join();

  /** Asked in both orders, on a day of its own whose first refusal is over, so that neither is the one that finds the caches cold. */
  async function answersTo(ask: (whose: 'theirs' | 'nobodys') => readonly [string, () => Promise<Answered>], token: string) {
    clock.set(new Date(Date.parse(clock.now()) + DAY_MILLISECONDS).toISOString());
    for (const url of ['/v1/learners/first-of-the-day', '/v1/audit/reads']) await service.get(url, { token });
    await service.started.kernel.keyUses.settle();
    const answers = [];
    for (const whose of ['theirs', 'nobodys', 'nobodys', 'theirs'] as const) {
      const [id, asking] = ask(whose);
      const { answer, calls } = await counted.callsOf(asking);
      answers.push({ told: told(answer, id), status: answer.status, calls });
    }
    return answers;
  }

  function send({ method, pattern, schema }: Operation, named: string, whose: Whose): Promise<Answered> {
    const idOf = (name: string): string => (name === named ? things[name]![whose] : (things[name]?.ours ?? OTHERS[name] ?? 'b1'));
    const values = { ...Object.fromEntries(Object.keys(things).map((name) => [name, idOf(name)])), ...FITTING };
    const lists = { 'learners[]': idOf('learner'), 'groups[]': idOf('group'), 'responsibility[]': idOf('group') };
    const url = pattern.replaceAll(/:(\w+)/g, (_, name: string) => idOf(name));
    if (method === 'GET') return service.get(url);
    const criteria = { all: [{ course: idOf('course') }] };
    const sampled = schema === undefined ? {} : sampleBody(schema, { ...values, ...lists, criteria }, components);
    return service.post(url, BODIES[pattern] ?? sampled);
  }
  /** What else an address names, in its form. */
  const OTHERS: Readonly<Record<string, string>> = { submission: '1', appeal: '1', edition: '1', attachment: 'ab'.repeat(32) };
  /** Where a body must hold one of several fields, which no schema can say. */
  const BODIES: Readonly<Record<string, object>> = {
    '/v1/learners/:learner/corrections': { name: 'Bea' },
    '/v1/learners/:learner/fact-corrections': {
      corrects: 0,
      withdraw: true,
      reason: { code: 'sample-code', text: 'Sample.' },
    },
    '/v1/learners/:learner/approvals': { course: 'ours00-course', label: 'practical', effective: { date: '2024-05-01' } },
    '/v1/learners/:learner/schemes/:scheme/appeals/:appeal/decision': {
      outcome: 'dismissed',
      reason: { code: 'sample-code', text: 'Sample.' },
    },
    '/v1/schemes/:scheme/assignments': { matching: { everybody: true } },
  };
  const FITTING = {
    timeZone: 'UTC',
    code: 'sample-code',
    role: 'reviewer',
    'roles[]': 'auditor',
    from: '2030-06-01T00:00:00Z',
    until: '2031-07-01T00:00:00Z',
    content: { title: 'Sample' },
  };

  interface Place {
    readonly place: string;
    readonly status: number;
    readonly calls: readonly string[];
  }
  async function compared(place: string, ask: Parameters<typeof answersTo>[0], token = service.token): Promise<Place> {
    const [first, ...others] = await answersTo(ask, token);
    for (const answer of others) expect({ place, ...answer }).toEqual({ place, ...first });
    return { place, status: first!.status, calls: first!.calls };
  }

  it('answers like what does not exist, to the byte and to the call, in every operation that names it in its address', async () => {
    const places: Place[] = [];
    for (const operation of operations.filter(({ rule }) => rule.open !== true)) {
      const named = [...operation.pattern.matchAll(/:(\w+)/g)]
        .map(([, name]) => name!)
        .filter((name) => Object.hasOwn(things, name))
        // An operator lists all organizations, so none of them is a secret to an operator.
        .filter((name) => name !== 'organization' || operation.rule.roles.some((role) => role !== 'operator'));
      for (const name of named)
        places.push(
          await compared(`${operation.method} ${operation.pattern}, ${name}`, (whose) => [
            things[name]![whose],
            () => send(operation, name, whose),
          ]),
        );
    }
    console.log(`nothing given away: ${places.length} places of an address, each asked four times`);
    // Whether a course is there or not, a learner who is not in it cannot leave it.
    const left = 'POST /v1/learners/:learner/enrolments/:course/withdrawal, course';
    expect(places.filter(({ place, status }) => status !== (place === left ? 409 : 404))).toEqual([]);
    expect(places.filter(({ calls }) => !calls.includes('store.append attempts'))).toEqual([]);
    expect(places.length).toBeGreaterThan(50);
  }, 120_000);

  const effective = { date: '2024-05-01' };
  const period = { from: '2033-06-01T00:00:00Z', until: '2034-06-01T00:00:00Z' };
  const decided = { effective, reason: { code: 'sample-code', text: 'Sample.' } };
  const row = (more: object) => ({ rows: [{ source: 'lms', row: 'r1', ...more }] });
  const of = (course: unknown) => ({ title: 'Sample', criteria: { all: [course] } });
  const place = (url: string, name: string, body: (id: string) => object | undefined, status = 404) =>
    [`${url}, ${name}`, url, name, body, status] as const;

  it.each([
    place('/v1/learners', 'group', (group) => ({ learner: 'new', groups: [group] })),
    place('/v1/learners/ours00-learner/groups', 'group', (group) => ({ groups: [group] })),
    place('/v1/learners/ours00-learner/enrolments', 'course', (id) => ({ course: id, effective })),
    place('/v1/learners/ours00-learner/completions', 'course', (id) => ({ course: id, effective })),
    place('/v1/learners/ours00-learner/plan-completions', 'learningPlan', (id) => ({ learningPlan: id, effective })),
    place('/v1/learners/ours00-learner/approvals', 'course', (id) => ({ course: id, label: 'x', ...decided })),
    place('/v1/learners/ours00-learner/approvals', 'scheme', (id) => ({ scheme: id, label: 'x', ...decided })),
    place('/v1/learners/ours00-learner/submissions', 'scheme', (id) => ({
      scheme: id,
      label: 'x',
      kind: 'external-training',
      effective,
    })),
    place('/v1/schemes/ours00-scheme/assignments', 'group', (group) => ({ matching: { group } })),
    place('/v1/schemes/ours00-scheme/assignments', 'learner', (learner) => ({ learners: [learner] }), 200),
    place('/v1/revocations/preview', 'scheme', (id) => ({ filter: { scheme: id } })),
    place('/v1/revocations/preview', 'group', (group) => ({ filter: { scheme: 'ours00-scheme', group } })),
    place('/v1/schemes', 'course', (id) => scheme('new', { course: id })),
    place('/v1/schemes', 'learningPlan', (id) => scheme('new', { learningPlan: id })),
    place('/v1/learning-plans', 'course', (id) => ({ learningPlan: 'new', ...of({ course: id }) })),
    place('/v1/lint', 'course', (id) => ({ kind: 'learningPlan', id: 'new', content: of({ course: id }) }), 200),
    place('/v1/keys', 'person', (person) => ({ person, roles: ['auditor'] })),
    place('/v1/keys', 'group', (group) => ({ service: 'lms', roles: ['admin'], responsibility: [group] })),
    place('/v1/grants', 'organization', (home) => ({ person: 'x', home, role: 'auditor', ...period, ...REASON }), 422),
    place(
      '/v1/imports/b1/rows',
      'learner',
      (id) => row({ kind: 'enrolment', learner: id, course: 'c', enrolledOn: '2024-05-01' }),
      200,
    ),
    place(
      '/v1/imports/b1/rows',
      'course',
      (id) => row({ kind: 'learning-plan', learningPlan: 'new', ...of({ course: id }) }),
      200,
    ),
    place('/v1/learners?group=', 'group', () => undefined),
    place('/v1/schemes/ours00-scheme/population?group=', 'group', () => undefined),
    place('/v1/audit/attempts?actor=', 'key', () => undefined, 200),
    place('/v1/audit/attempts?person=', 'person', () => undefined, 200),
  ])('answers like what does not exist where something else names it: %s', async (told, url, name, body, status) => {
    const answer = await compared(told, (whose) => {
      const id = things[name]![whose];
      return [id, () => (body(id) === undefined ? service.get(`${url}${id}`) : service.post(url, body(id)))];
    });
    expect(answer).toMatchObject({ place: told, status });
  });

  it('answers like an organization that does not exist to who would act in it', async () => {
    const into = (organization: string) => service.get('/v1/learners', { headers: { 'certledger-organization': organization } });
    const { status } = await compared('Certledger-Organization', (whose) => {
      const id = things['organization']![whose];
      return [id, () => into(id)];
    });
    expect(status).toBe(404);
  });

  it('answers like a person who does not exist to a service that would act for one', async () => {
    const { token } = await issued(service, { service: 'lms', roles: ['admin'] });
    const ask = (whose: 'theirs' | 'nobodys') => {
      const id = things['person']![whose];
      return [id, () => service.get('/v1/learners', { token, headers: { 'certledger-person': id } })] as const;
    };
    const { status } = await compared('Certledger-Person', ask, token);
    expect(status).toBe(404);
  });

  it('a wrong token costs the same whether its key stands, was revoked, is another organization’s or was never there', async () => {
    const { key: revoked } = await issued(service, { person: 'ours00-person', roles: ['auditor'] });
    await service.write(`/v1/keys/${revoked}/revocation`, { reason: { code: 'lost' } });
    const secret = '0'.repeat(64);
    const [organization, key] = service.token.split('_').slice(1);
    const tokens = [
      `certledger_${organization}_${key}_${secret}`,
      `certledger_${organization}_${revoked}_${secret}`,
      `certledger_${organization}_${NOBODY}_${secret}`,
      `certledger_other_${theirKey}_${secret}`,
      `certledger_${organization}_${theirKey}_${secret}`,
      `certledger_nobody_${key}_${secret}`,
    ];
    const ask = (token: string) => counted.callsOf(async () => told(await service.get('/v1/learners/x', { token }), token));
    for (const token of tokens) {
      const { answer, calls } = await ask(token);
      expect({ token, calls }).toEqual({ token, calls: ['store.read key', 'comparison'] });
      expect(answer).toBe((await ask(tokens[0]!)).answer);
    }
    expect((await service.get('/v1/learners/x', { token: tokens[0]! })).status).toBe(401);
  });
});
