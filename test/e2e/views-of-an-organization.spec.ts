import { keyFor, tenant } from '../support/access.js';
import { course, scheme, Service, TestClock, type ProblemAnswer } from '../support/service.js';

interface Member {
  learner: string;
  status: string;
  valid: boolean;
  lastValidDay?: string;
  dueAt?: string;
  expiresInSeconds?: number;
}
interface Population {
  at: string;
  counts?: Record<string, number>;
  total?: number;
  items: Member[];
  next?: string;
}
interface Page<Item> {
  items: Item[];
  next?: string;
}

const LEARNERS = 1_100;
const reason = { code: 'trained-abroad', text: 'Shown to us in person.' };
const names = Array.from({ length: LEARNERS }, (_, number) => `emp-${String(number).padStart(4, '0')}`);
const groupOf = (learner: string): string => ['NORTH', 'SOUTH', 'WEST'][names.indexOf(learner) % 3]!;

describe('what an organization sees', () => {
  const clock = new TestClock(Date.parse('2024-06-01T12:00:00Z'));
  let service: Service;
  let position: string;

  beforeAll(async () => {
    service = await Service.memory(clock);
    for (const id of ['C1', 'C2']) await service.write('/v1/courses', course(id));
    for (const group of ['NORTH', 'SOUTH', 'WEST', 'EMPTY']) await service.write('/v1/groups', { group, title: group });
    await service.write('/v1/schemes', scheme('S', { course: 'C1' }));
    await service.write('/v1/schemes', scheme('REVIEWED', { course: 'C2' }, { award: 'on-approval', secondApprover: true }));
    await importRows(names.map((learner) => ({ kind: 'learner', learner, name: `Name ${learner}`, groups: [groupOf(learner)] })));
    // Four kinds of learners: who completed long ago, lately, who was asked, and whom the scheme does not concern.
    await importRows(
      names.flatMap((learner, number): object[] => {
        if (number % 4 === 0) return [{ kind: 'completion', learner, course: 'C1', completedOn: '2022-03-01' }];
        if (number % 4 === 1) return [{ kind: 'completion', learner, course: 'C1', completedOn: '2024-03-01' }];
        return number % 4 === 2
          ? [{ kind: 'assignment', learner, scheme: 'S', assignedOn: '2024-05-01', due: '2024-10-28' }]
          : [];
      }),
    );
    position = await service.end();
  });
  afterAll(() => service.stop());

  let imported = 0;
  async function importRows(rows: readonly object[]): Promise<void> {
    for (let start = 0; start < rows.length; start += 500) {
      const some = rows.slice(start, start + 500).map((row) => ({ source: 'hr', row: String((imported += 1)), ...row }));
      const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows: some } });
      const outcomes = answer.json<{ rows: { outcome: string; code?: string }[] }>().rows;
      expect(new Set(outcomes.map(({ outcome, code }) => code ?? outcome))).toEqual(new Set(['recorded']));
    }
  }
  async function read<Answer>(path: string, query = '', token = service.token): Promise<Answer> {
    const answer = await service.get(`/v1/${path}?minPosition=${position}${query}`, { token });
    expect([path, answer.status]).toEqual([path, 200]);
    return answer.json<Answer>();
  }
  async function pages<Item>(path: string, query = '', token = service.token): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Page<Item> = await read(path, `${query}${cursor === '' ? '' : `&cursor=${cursor}`}`, token);
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  }
  const tally = (members: readonly Member[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { status } of members) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const at = (instant: string): string => `&at=${encodeURIComponent(instant)}`;
  const path = 'schemes/S/population';

  describe('the population of a scheme', () => {
    test.each([
      ['2022-03-01T00:00:00Z', 200, { certified: 275 }],
      ['2024-04-30T22:00:00Z', 200, { expired: 275, certified: 275, assigned: 275 }],
      ['2024-10-27T22:59:59.999Z', 37, { expired: 275, certified: 275, assigned: 275 }],
      // Due on 28 October is due at that day's start in Berlin, after the night in which the clocks went back.
      ['2024-10-27T23:00:00Z', 200, { expired: 275, certified: 275, missed: 275 }],
      ['2025-01-30T23:00:00Z', 200, { expired: 275, expiring: 275, missed: 275 }],
      ['2025-03-01T23:00:00Z', 199, { expired: 550, missed: 275 }],
    ])('at %s, in pages of %i, the list holds as many of each status as the counts say', async (instant, limit, counts) => {
      const first = await read<Population>(path, `&limit=${limit}${at(instant)}`);
      const listed = await pages<Member>(path, `&limit=${limit}${at(instant)}`);
      expect(first.at).toBe(instant);
      expect(first.counts).toEqual(counts);
      expect(first.total).toBe(Object.values(counts).reduce((sum, count) => sum + count, 0));
      expect(tally(listed)).toEqual(first.counts);
      expect(new Set(listed.map(({ learner }) => learner)).size).toBe(first.total);
    });

    test('the counts stand on the first page only, as the documentation says', async () => {
      const first = await read<Population>(path, '&limit=1');
      const second = await read<Population>(path, `&limit=1${at(first.at)}&cursor=${first.next}`);
      expect(second.items).toHaveLength(1);
      expect([second.counts, second.total]).toEqual([undefined, undefined]);
      const { paths } = (await service.get('/openapi.json')).json<{ paths: Record<string, { get: { responses: object } }> }>();
      const { responses } = paths['/v1/schemes/{scheme}/population']!.get;
      expect(JSON.stringify(responses).match(/on the first page only/g)).toHaveLength(2);
    });

    test('a status narrows the list and not the counts', async () => {
      const first = await read<Population>(path, '&status=assigned&limit=100');
      expect(first.counts).toEqual({ expired: 275, certified: 275, assigned: 275 });
      const assigned = await pages<Member>(path, '&status=assigned&limit=100');
      expect(assigned.map(({ learner }) => learner).sort()).toEqual(names.filter((_, number) => number % 4 === 2));
      expect(assigned[0]).toMatchObject({
        valid: false,
        dueAt: '2024-10-28T00:00:00+01:00',
        expiresInSeconds: 149 * 86_400 - 13 * 3_600,
      });
      const [held] = (await read<Population>(path, '&status=certified&limit=1')).items;
      expect(held).toMatchObject({ valid: true, lastValidDay: '2025-03-01' });
      expect(held).not.toHaveProperty('expiresInSeconds');
    });

    test('a group narrows both, and the groups together are the whole', async () => {
      const totals: number[] = [];
      for (const group of ['NORTH', 'SOUTH', 'WEST']) {
        const { counts, total } = await read<Population>(path, `&group=${group}`);
        const listed = await pages<Member>(path, `&group=${group}&limit=200`);
        expect(tally(listed)).toEqual(counts);
        expect(new Set(listed.map(({ learner }) => groupOf(learner)))).toEqual(new Set([group]));
        totals.push(total!);
      }
      expect(totals.reduce((sum, total) => sum + total, 0)).toBe(825);
      expect(await read<Population>(path, '&group=EMPTY')).toMatchObject({ counts: {}, total: 0, items: [] });
    });

    test('only the first page counts', async () => {
      const { next } = await read<Population>(path, '&limit=200');
      const second = await read<Population>(path, `&limit=200&cursor=${next}`);
      expect(second.items).toHaveLength(200);
      expect(second).not.toHaveProperty('counts');
      expect(second).not.toHaveProperty('total');
    });

    test('an unknown scheme, group or status is refused', async () => {
      const code = async (url: string) => (await service.get(url)).json<ProblemAnswer>().code;
      expect(await code('/v1/schemes/none/population')).toBe('SCHEME_UNKNOWN');
      expect(await code('/v1/schemes/S/population?group=none')).toBe('GROUP_UNKNOWN');
      expect(await code('/v1/schemes/S/population?status=none')).toBe('INVALID_REQUEST');
      expect(await code('/v1/schemes/S/population?cursor=none')).toBe('INVALID_CURSOR');
      expect(await code('/v1/learners?group=none')).toBe('GROUP_UNKNOWN');
    });
  });

  describe('the list of learners', () => {
    test('all pages hold each learner once, with name and groups', async () => {
      const listed = await pages<{ learner: string; name: string; groups: string[] }>('learners', '&limit=150');
      expect(listed.map(({ learner }) => learner).sort()).toEqual(names);
      expect(listed.every(({ learner, name }) => name === `Name ${learner}`)).toBe(true);
      expect(listed.every(({ learner, groups }) => groups.join() === groupOf(learner))).toBe(true);
    });

    test('of one group, those only', async () => {
      const listed = await pages<{ learner: string }>('learners', '&group=SOUTH&limit=100');
      expect(listed.map(({ learner }) => learner).sort()).toEqual(names.filter((learner) => groupOf(learner) === 'SOUTH'));
    });
  });

  describe('the awards that wait for approval', () => {
    const pending = (token = service.token) => pages<{ learner: string; since: string }>('awards/pending', '&limit=2', token);
    const complete = async (learner: string, instant: string) => {
      clock.set(instant);
      await service.write(`/v1/learners/${learner}/completions`, { course: 'C2', effective: { date: '2024-05-30' } });
      position = await service.end();
    };

    test('the longest waiting come first, with who, what, since when and how many approvals it needs', async () => {
      for (const [index, learner] of ['emp-0005', 'emp-0003', 'emp-0004', 'emp-0001', 'emp-0002'].entries())
        await complete(learner, `2024-06-01T12:0${index}:00Z`);
      const listed = await pending();
      expect(listed.map(({ learner }) => learner)).toEqual(['emp-0005', 'emp-0003', 'emp-0004', 'emp-0001', 'emp-0002']);
      expect(listed[0]).toEqual({
        learner: 'emp-0005',
        scheme: 'REVIEWED',
        edition: 1,
        title: 'Scheme REVIEWED',
        proposal: 1,
        how: 'on-approval',
        effective: { date: '2024-05-30' },
        since: '2024-06-01T12:00:00.000Z',
        approvalsNeeded: 2,
        approvalsGiven: 0,
        late: false,
      });
    });

    test('an approval counts, the last one and a decline take it off the list', async () => {
      const url = (learner: string, decision: string) => `/v1/learners/${learner}/schemes/REVIEWED/awards/${decision}`;
      await service.write(url('emp-0005', 'approval'), {});
      position = await service.end();
      expect((await pending())[0]).toMatchObject({ learner: 'emp-0005', approvalsGiven: 1 });
      const second = await keyFor(service, 'second', ['reviewer']);
      await service.write(url('emp-0005', 'approval'), {}, { token: second.token });
      await service.write(url('emp-0004', 'decline'), { reason }, { token: second.token });
      position = await service.end();
      expect((await pending(second.token)).map(({ learner }) => learner)).toEqual(['emp-0003', 'emp-0001', 'emp-0002']);
      expect(await read('learners/emp-0005/schemes/REVIEWED')).toMatchObject({
        status: 'certified',
        cycles: [{ how: 'on-approval' }],
      });
    });
  });

  test('an administrator who answers for some groups sees their learners only, one by one and in every list', async () => {
    const { token } = await keyFor(service, 'north-chief', ['admin'], { responsibility: ['NORTH'] });
    position = await service.end();
    const north = names.filter((learner) => groupOf(learner) === 'NORTH');
    const isNorth = (items: readonly { learner: string }[]) =>
      items.length > 0 && items.every(({ learner }) => groupOf(learner) === 'NORTH');
    expect((await pages<Member>('learners', '&limit=200', token)).map(({ learner }) => learner).sort()).toEqual(north);
    const { counts } = await read<Population>(path, '', token);
    const listed = await pages<Member>(path, '&limit=200', token);
    expect([isNorth(listed), tally(listed)]).toEqual([true, counts]);
    expect(await read<Population>(path, '&group=SOUTH', token)).toMatchObject({ total: 0, items: [] });
    expect(isNorth(await pages<Member>('expiry-dates', '&limit=200', token))).toBe(true);
    expect(await pages<Member>('awards/pending', '', token)).toMatchObject([{ learner: 'emp-0003' }]);
    for (const view of ['', '/tasks', '/courses/C1', '/schemes/S', '/schemes/S/report']) {
      expect((await service.get(`/v1/learners/emp-0003${view}`, { token })).status).toBe(200);
      const foreign = await service.get(`/v1/learners/emp-0001${view}`, { token });
      expect(foreign.json<ProblemAnswer>()).toMatchObject({ status: 404, code: 'LEARNER_UNKNOWN' });
    }
  });

  test('another organization sees nothing of it', async () => {
    const other = await tenant(service, 'elsewhere');
    position = await service.end();
    expect(await pages('learners', '', other.token)).toEqual([]);
    expect(await pages('expiry-dates', '', other.token)).toEqual([]);
    expect(await pages('awards/pending', '', other.token)).toEqual([]);
    const code = async (url: string) => (await service.get(url, { token: other.token })).json<ProblemAnswer>().code;
    expect(await code('/v1/schemes/S/population')).toBe('SCHEME_UNKNOWN');
    expect(await code('/v1/learners/emp-0001/tasks')).toBe('LEARNER_UNKNOWN');
  });
});
