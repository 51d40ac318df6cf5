import { v4 as uuidv4 } from 'uuid';
import type { Role } from '../../src/access/domain/roles.js';
import { RefusedAttempts } from '../../src/access/trail/refused-attempts.js';
import { RequestTrail } from '../../src/access/trail/request-trail.js';
import { createLogger } from '../../src/app/logger.js';
import type { AuthenticatedRequest } from '../../src/http/principal.js';
import { keyFor } from '../support/access.js';
import { issueKey } from '../support/issue-key.js';
import { course, ORGANIZATION, Service, TestClock, type Asked } from '../support/service.js';

interface Item {
  readonly who: { readonly key: string; readonly role: string; readonly person?: string };
  readonly recordedAt: string;
  readonly operation: string;
  readonly target?: string;
  readonly code?: string;
  readonly count?: number;
  readonly rows?: Readonly<Record<string, number>>;
}

const clock = new TestClock();
let service: Service;

beforeAll(async () => {
  service = await Service.memory(clock);
  await service.write('/v1/courses', course('C1'));
});
afterAll(() => service.stop());

const keyOf = (...roles: Role[]) => issueKey(service, roles);
const list = async (path: string, query = '', asked: Asked = {}): Promise<{ items: Item[]; next?: string }> => {
  const answer = await service.get(`/v1/audit/${path}?minPosition=${await service.end()}${query}`, asked);
  expect(answer.status).toBe(200);
  return answer.json<{ items: Item[]; next?: string }>();
};

describe('what was refused and read is listed', () => {
  it('by code, actor and time, in pages, for auditors and admins of the organization only', async () => {
    const { token, person } = await keyOf('reporter');
    const [early, late] = ['2024-07-01T09:00:00.000Z', '2024-07-01T10:00:00.000Z'];
    clock.set(early);
    await service.get('/v1/learners/nobody', { token });
    await service.post('/v1/courses', course('C7'), { token });
    clock.set(late);
    await service.post('/v1/courses', course('C8'), { token });
    const codes = async (query: string) =>
      (await list('attempts', query)).items.map(({ code, recordedAt }) => [code, recordedAt]);
    const all = [
      ['LEARNER_UNKNOWN', early],
      ['FORBIDDEN', early],
      ['FORBIDDEN', late],
    ];
    expect(await codes(`&actor=${person}`)).toEqual(all);
    expect(await codes(`&actor=${person}&code=FORBIDDEN`)).toEqual(all.slice(1));
    expect(await codes(`&actor=${person}&to=${encodeURIComponent('2024-07-01T11:00:00+02:00')}`)).toEqual(all.slice(0, 2));
    expect(await codes(`&from=${late}`)).toEqual(all.slice(2));
    expect(await codes(`&code=FORBIDDEN&from=${early}&to=${early}`)).toEqual(all.slice(1, 2));
    const first = await list('attempts', `&actor=${person}&limit=2`);
    expect((await list('attempts', `&actor=${person}&limit=2&cursor=${first.next}`)).items).toMatchObject([
      { code: 'FORBIDDEN', count: 3, operation: 'POST /v1/courses', target: 'C8', who: { person, role: 'reporter' } },
    ]);
    for (const path of ['attempts', 'reads', 'four-eyes'])
      expect((await service.get(`/v1/audit/${path}`, { token })).status).toBe(403);
  });

  it('every breach of four eyes attempted stands in a query of its own, those among a batch included', async () => {
    const { key, person } = await keyOf('reviewer');
    const attempts = new RefusedAttempts(service.started.kernel.ledger);
    const record = (organization: string, code: string) =>
      attempts.record({
        principal: { organization, actor: { key, person, role: 'reviewer' } },
        request: uuidv4(),
        what: { code, operation: 'POST /v1/submissions/:submission/approval', target: 'record-main-ab' },
      });
    await record(ORGANIZATION, 'FORBIDDEN');
    await record(ORGANIZATION, 'FOUR_EYES');
    await record('other', 'FOUR_EYES');
    const mine = (await list('four-eyes', `&actor=${person}`)).items;
    expect(mine).toMatchObject([
      { code: 'FOUR_EYES', count: 2, recordedAt: clock.now(), target: 'record-main-ab', who: { key, person, role: 'reviewer' } },
    ]);
    const batch = {
      id: uuidv4(),
      principal: { organization: ORGANIZATION, actor: { key, person, role: 'reviewer' } },
      method: 'POST',
      routeOptions: { url: '/v1/approvals' },
    };
    const rows = ['ROW_INVALID', 'FOUR_EYES', 'ROW_INVALID'].map((code) => ({ outcome: 'refused', code }));
    const trail = new RequestTrail(service.started.kernel.ledger, createLogger('silent'));
    await trail.answered(batch as unknown as AuthenticatedRequest, { rows: [{ outcome: 'recorded' }, ...rows] }, false);
    expect((await list('four-eyes', `&actor=${person}`)).items.at(-1)).toMatchObject({
      code: 'FOUR_EYES',
      operation: 'POST /v1/approvals',
      rows: { FOUR_EYES: 1, ROW_INVALID: 2 },
    });
    const everyone = (await list('four-eyes')).items;
    expect(new Set(everyone.map(({ code }) => code))).toEqual(new Set(['FOUR_EYES']));
    expect(everyone.filter(({ who }) => who.key === key)).toHaveLength(2);
  });

  it('by the id that the organization itself gave to the person, as an auditor knows no pseudonyms', async () => {
    const { token } = await keyFor(service, 'Müller, J.', ['auditor']);
    await service.post('/v1/courses', course('C9'), { token });
    const named = `&person=${encodeURIComponent('Müller, J.')}`;
    const [attempts, reads] = [await list('attempts', `${named}&code=FORBIDDEN`), await list('reads', named)];
    expect(attempts.items).toMatchObject([{ code: 'FORBIDDEN', target: 'C9', who: { role: 'auditor' } }]);
    expect(reads.items).toEqual([]);
    const { person } = attempts.items[0]!.who;
    expect((await list('attempts', `&actor=${person}`)).items).toEqual(attempts.items);
    expect((await list('four-eyes', named)).items).toEqual([]);
    expect((await list('attempts', '&person=nobody')).items).toEqual([]);
    // The record of the reading names the person whose acts were read by the stream, never by the id.
    await list('reads', named, { token });
    expect((await list('reads', named)).items).toMatchObject([
      { operation: 'GET /v1/audit/reads', target: `person-main-${person}` },
    ]);
    const both = await service.get(`/v1/audit/attempts?actor=${person}&person=nobody`);
    expect(both.json()).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ pointer: '/person' }] });
  });

  it('the reads of auditors, by actor and time, without the codes of refusals', async () => {
    const { token, person } = await keyOf('auditor');
    clock.set('2024-07-02T09:00:00.000Z');
    await service.get('/v1/courses/C1', { token });
    const { items } = await list('reads', `&actor=${person}&from=2024-07-02T09:00:00Z`);
    expect(items).toMatchObject([{ operation: 'GET /v1/courses/:course', target: 'C1', who: { person, role: 'auditor' } }]);
    expect(items[0]).not.toHaveProperty('code');
    // Reading the reads is a read, too.
    await list('reads', '', { token });
    expect((await list('reads', `&actor=${person}`)).items.map(({ operation }) => operation)).toEqual([
      'GET /v1/courses/:course',
      'GET /v1/audit/reads',
    ]);
  });
});
