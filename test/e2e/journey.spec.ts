import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../support/spawned-service.js';
import { course, eventually, scheme, Service, temporaryFolder, TestClock, type Answered } from '../support/service.js';

interface Status {
  status: string | null;
  valid: boolean;
  lastValidDay?: string;
  endsAt?: string;
  criteriaMet: boolean;
  edition: number;
  etag: number;
  checklist: { path: string; course: string; satisfied: boolean; by?: number; missing?: string }[];
  cycles: { number: number; how: string; status: string; revocation?: { reasonCode: string } }[];
}
interface HistoryEntry {
  what: string;
  who: { key: string; role: string; person?: string };
  effective?: { date?: string; instant?: string };
  recordedAt: string;
  why?: { code: string; text?: string };
  origin: { kind: string; policy?: string };
  revision: number;
  facts: Record<string, unknown>;
}
interface Page<Item> {
  items: Item[];
  next?: string;
}
interface ProjectionRow {
  name: string;
  served: string | null;
  current: boolean;
  runners: { version: string; state: string }[];
}

const reason = { code: 'issued-in-error', text: 'Two learners were mixed up.' };

/** From a completed course to a certified learner and on, through HTTP, on the default engine. */
describe('the journey of a certification', () => {
  const folder = temporaryFolder();
  const clock = new TestClock();
  let service: Service;
  let etag: number;

  beforeAll(async () => {
    service = await Service.embedded(folder.path, clock);
  });
  afterAll(async () => {
    await service.stop();
    folder.remove();
  });

  const status = async (learner: string, schemeId: string, query = ''): Promise<Status> => {
    const position = await service.end();
    const answer = await service.get(`/v1/learners/${learner}/schemes/${schemeId}?minPosition=${position}${query}`);
    expect(answer.status).toBe(200);
    return answer.json<Status>();
  };
  const at = (instant: string) => `&at=${encodeURIComponent(instant)}`;
  const history = async (learner: string): Promise<HistoryEntry[]> =>
    (await service.get(`/v1/learners/${learner}/history?limit=200&minPosition=${await service.end()}`)).json<Page<HistoryEntry>>()
      .items;

  it('courses and schemes are defined and revised; every edition stays', async () => {
    await service.write('/v1/courses', course('C1', { workloadHours: '7.5', responsibleParty: 'Dr. Noor' }));
    await service.write('/v1/courses', course('C2'));
    await service.write('/v1/courses', course('C3'));
    const criteria = { all: [{ course: 'C1' }, { any: [{ course: 'C2' }, { course: 'C3' }] }] };
    await service.write('/v1/schemes', scheme('S1', criteria));
    await service.write('/v1/schemes', scheme('FOREVER', { course: 'C3' }, { validity: { perpetual: true } }));
    await service.write('/v1/courses/C1/editions', { title: 'Course C1, second edition' });
    const shown = (await service.get('/v1/courses/C1')).json<{ editions: { edition: number; responsibleParty?: string }[] }>();
    expect(shown.editions).toMatchObject([{ edition: 1, responsibleParty: 'Dr. Noor' }, { edition: 2 }]);
    expect((await service.get('/v1/schemes?limit=1')).json()).toMatchObject({ items: [{ id: 'FOREVER' }], next: 'FOREVER' });
    expect((await service.get('/v1/schemes?limit=1&cursor=FOREVER')).json()).toMatchObject({ items: [{ id: 'S1' }] });
  });

  it('a learner is registered, and a repeat of the request is answered with its receipt', async () => {
    const body = { learner: 'emp/1 ä', name: 'Ada', contact: 'ada@example.org' };
    const first = await service.write('/v1/learners', body, { key: 'register-1' });
    const again = await service.write('/v1/learners', body, { key: 'register-1' });
    expect(first.outcome).toBe('recorded');
    expect(again).toEqual({ ...first, outcome: 'replayed' });
    await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    // A position taken from a receipt includes that write.
    const own = await service.get(`/v1/learners/emp%2F1%20%C3%A4?minPosition=${first.position}`);
    expect(own.json()).toMatchObject({ learner: 'emp/1 ä', name: 'Ada', contact: 'ada@example.org', certifications: [] });
    expect(own.headers['etag']).toBe(`"${first.etag}"`);
  });

  it('the checklist says what is missing before anything is certified', async () => {
    await service.write('/v1/learners/emp-1/completions', { course: 'C1', effective: { date: '2024-02-29' }, grade: 'B' });
    const before = await status('emp-1', 'S1');
    expect(before).toMatchObject({ status: null, valid: false, criteriaMet: false, cycles: [] });
    expect(before.checklist).toMatchObject([
      { course: 'C1', satisfied: true },
      { course: 'C2', satisfied: false, missing: 'not-completed' },
      { course: 'C3', satisfied: false, missing: 'not-completed' },
    ]);
  });

  it('the completion that fulfils the criteria awards at once, with the checklist in the event', async () => {
    const receipt = await service.write('/v1/learners/emp-1/completions', { course: 'C2', effective: { date: '2024-03-15' } });
    expect(receipt.eventIds).toHaveLength(3);
    const events = await service.events();
    const award = events.find(({ type, id }) => type === 'CertificationAwarded' && receipt.eventIds.includes(id))!;
    expect(award.data).toMatchObject({ scheme: 'S1', how: 'automatic', effective: { date: '2024-03-15' }, cycle: 1 });
    expect((award.data['checklist'] as unknown[]).length).toBe(3);
    expect(award.metadata.basedOn).toMatchObject({ catalogue: expect.any(Number) });
    const now = await status('emp-1', 'S1');
    expect(now).toMatchObject({ status: 'certified', valid: true, criteriaMet: true, lastValidDay: '2025-03-15' });
    etag = now.etag;
  });

  it.each([
    ['2024-03-14T22:59:59.999Z', null, false],
    ['2024-03-14T23:00:00Z', 'certified', true],
    ['2024-03-15T00:00:00+01:00', 'certified', true],
    ['2025-02-13T22:59:59.999Z', 'certified', true],
    ['2025-02-13T23:00:00Z', 'expiring', true],
    ['2025-03-15T22:59:59.999Z', 'expiring', true],
    ['2025-03-15T23:00:00Z', 'expired', false],
    ['9999-12-31T00:00:00Z', 'expired', false],
  ])(
    'at %s the status is %s, valid %s: the last valid day is a day in the zone of the scheme',
    async (instant, expected, valid) => {
      expect(await status('emp-1', 'S1', at(instant))).toMatchObject({ status: expected, valid });
    },
  );

  it('a decision on an older state is refused, one on the present state is taken', async () => {
    const stale = await service.post('/v1/learners/emp-1/corrections', { name: 'Bea' }, { ifMatch: `"${etag - 1}"` });
    expect(stale.json()).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED' });
    const fresh = await service.write('/v1/learners/emp-1/corrections', { name: 'Ada L.' }, { ifMatch: `"${etag}"` });
    expect(fresh.etag).toBeGreaterThan(etag);
    expect((await service.get(`/v1/learners/emp-1?minPosition=${fresh.position}`)).json()).toMatchObject({ name: 'Ada L.' });
  });

  it('an award by hand needs a person and a reason; a revocation is final and reasoned', async () => {
    await service.write('/v1/learners', { learner: 'emp-2', name: 'Bo' });
    const award = { effective: { date: '2024-04-01' }, reason: { code: 'recognised', text: 'Held it elsewhere.' } };
    await service.write('/v1/learners/emp-2/schemes/FOREVER/awards', award);
    const awarded = await status('emp-2', 'FOREVER');
    expect(awarded).toMatchObject({ status: 'certified', criteriaMet: false, cycles: [{ how: 'by-hand' }] });
    expect(awarded).not.toHaveProperty('lastValidDay');
    expect((await service.post('/v1/learners/emp-2/schemes/FOREVER/awards', award)).json()).toMatchObject({
      code: 'ALREADY_CERTIFIED',
    });
    const before = clock.now();
    await service.write('/v1/learners/emp-2/schemes/FOREVER/revocations', { reason });
    expect(await status('emp-2', 'FOREVER')).toMatchObject({
      status: 'revoked',
      valid: false,
      cycles: [{ status: 'revoked', revocation: { reasonCode: 'issued-in-error' } }],
    });
    expect(await status('emp-2', 'FOREVER', at(new Date(Date.parse(before) - 1).toISOString()))).toMatchObject({ valid: true });
    const twice = await service.post('/v1/learners/emp-2/schemes/FOREVER/revocations', { reason });
    expect(twice.json()).toMatchObject({ code: 'ALREADY_REVOKED' });
  });

  it('expiry dates are listed by scheme, range and page', async () => {
    for (const [learner, day] of [
      ['emp-3', '2024-01-31'],
      ['emp-4', '2024-02-29'],
      ['emp-5', '2024-05-31'],
    ] as const) {
      await service.write('/v1/learners', { learner });
      for (const id of ['C1', 'C2'])
        await service.write(`/v1/learners/${learner}/completions`, { course: id, effective: { date: day } });
    }
    type Item = { learner: string; lastValidDay: string };
    const list = async (query: string): Promise<Page<Item>> => {
      const answer = await service.get(`/v1/expiry-dates?minPosition=${await service.end()}&${query}`);
      expect(answer.status).toBe(200);
      return answer.json<Page<Item>>();
    };
    const all = await list('scheme=S1');
    expect(all.items.map(({ learner, lastValidDay }) => [learner, lastValidDay])).toEqual([
      ['emp-3', '2025-01-31'],
      ['emp-4', '2025-02-28'],
      ['emp-1', '2025-03-15'],
      ['emp-5', '2025-05-31'],
    ]);
    const inRange = await list('from=2025-02-28&to=2025-03-15');
    expect(inRange.items.map(({ learner }) => learner)).toEqual(['emp-4', 'emp-1']);
    const paged: string[] = [];
    let cursor = '';
    do {
      const page = await list(`scheme=S1&limit=1${cursor}`);
      paged.push(...page.items.map(({ learner }) => learner));
      cursor = page.next === undefined ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(paged).toEqual(['emp-3', 'emp-4', 'emp-1', 'emp-5']);
  });

  it('the history says who, in which role, what, when effective, when recorded and why', async () => {
    const entries = await history('emp-2');
    expect(entries.map(({ what }) => what)).toEqual(['LearnerRegistered', 'CertificationAwarded', 'CertificationRevoked']);
    expect(entries[1]).toMatchObject({
      who: { role: 'admin', person: expect.any(String), key: expect.any(String) },
      effective: { date: '2024-04-01' },
      recordedAt: clock.now(),
      why: { code: 'recognised', text: 'Held it elsewhere.' },
      origin: { kind: 'api' },
    });
    expect(entries[2]).toMatchObject({ why: reason, effective: { instant: clock.now() } });
    expect((await history('emp-1')).filter(({ what }) => what === 'LearnerDetailsCorrected')).toMatchObject([
      { facts: { name: 'Ada L.' } },
    ]);
    expect((await service.get('/v1/learners/emp-1/history?limit=1')).json<Page<HistoryEntry>>().next).toEqual(expect.any(String));
  });

  it('after a week of downtime each expiry is recorded exactly once, with the instant at which it was true', async () => {
    await service.stop();
    clock.set('2025-03-22T23:00:00.000Z');
    service = await Service.embedded(folder.path, clock, service.token);
    const expiries = async () => (await service.events()).filter(({ type }) => type === 'CertificationExpired');
    await eventually(async () => ((await expiries()).length >= 3 ? true : undefined));
    const ends = (await expiries()).map(({ data }) => (data['effective'] as { instant: string }).instant);
    expect(ends.map((instant) => new Date(instant).toISOString()).sort()).toEqual([
      '2025-01-31T23:00:00.000Z',
      '2025-02-28T23:00:00.000Z',
      '2025-03-15T23:00:00.000Z',
    ]);
    // Several rounds of the policy and another start find nothing left to record.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await service.stop();
    service = await Service.embedded(folder.path, clock, service.token);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await expiries()).toHaveLength(3);
    const [entry] = (await history('emp-1')).filter(({ what }) => what === 'CertificationExpired');
    expect(entry).toMatchObject({ who: { role: 'policy' }, origin: { kind: 'policy', policy: 'observe-boundaries' } });
    expect(entry!.recordedAt).toBe(clock.now());
  });

  it('what a policy appends is no conflict for a caller who read before it', async () => {
    const { etag: read } = await status('emp-3', 'S1');
    expect((await history('emp-3')).at(-1)!.revision).toBeGreaterThan(read);
    const receipt = await service.write('/v1/learners/emp-3/corrections', { name: 'Cy' }, { ifMatch: `"${read}"` });
    expect(receipt.outcome).toBe('recorded');
  });

  it('a position of another epoch, or one that this log never gave out, is answered 410', async () => {
    const end = await service.end();
    const foreign = `${end.startsWith('0') ? '1' : '0'}${end.slice(1)}`;
    // A digit more behind the end of the log, whatever an engine counts.
    const beyond = `${end.slice(0, 9)}${end.slice(10)}f`;
    for (const url of [
      `/v1/learners/emp-1?minPosition=${beyond}`,
      `/v1/learners/emp-1?minPosition=${foreign}`,
      `/v1/learners/emp-1/history?minPosition=${foreign}`,
      `/v1/learners/emp-1/schemes/S1?minPosition=${foreign}`,
      `/v1/expiry-dates?minPosition=${foreign}`,
      `/v1/events?after=${foreign}`,
    ])
      expect((await service.get(url)).json()).toMatchObject({ status: 410, code: 'POSITION_OF_ANOTHER_EPOCH' });
  });

  it('a read model is rebuilt beside the served one, swapped in, and answers the same', async () => {
    const questions = [
      '/v1/expiry-dates',
      '/v1/learners/emp-1',
      '/v1/learners/emp-1/history',
      '/v1/learners/emp-2/schemes/FOREVER',
    ];
    const ask = async () => (await Promise.all(questions.map((url) => service.get(url)))).map(({ text }) => text);
    const before = await ask();
    for (const name of ['learner-status', 'scheme-standings', 'audit-history']) {
      const standing = await served(name);
      expect((await service.request('POST', `/v1/projections/${name}/rebuild`)).status).toBe(200);
      const after = await eventually(async () => {
        const row = await served(name);
        return row.served !== standing.served && row.current && row.runners.length === 1 ? row : undefined;
      });
      expect(after.runners).toMatchObject([{ version: after.served, state: 'active' }]);
    }
    expect(await ask()).toEqual(before);
    expect((await service.get('/health/ready', { token: null })).json()).toMatchObject({ status: 'ready' });
  });

  const served = async (name: string): Promise<ProjectionRow> =>
    (await service.get('/v1/projections')).json<{ projections: ProjectionRow[] }>().projections.find((row) => row.name === name)!;

  type Replayed = { events: number; stateDigest: string };

  it('the log folds to the same digest over HTTP and from an exported file', async () => {
    const pages: Answered[] = [await service.get('/v1/events')];
    while (pages.at(-1)!.headers['certledger-end'] !== 'true')
      pages.push(await service.get(`/v1/events?after=${pages.at(-1)!.headers['certledger-next']}`));
    const file = join(folder.path, 'fetched.ndjson');
    writeFileSync(file, pages.map(({ text }) => text).join(''));
    await service.started.app.listen(0, '127.0.0.1');
    const settings = { CERTLEDGER_URL: await service.started.app.getUrl(), CERTLEDGER_KEY: service.token };
    const run = async <Result>(...words: string[]): Promise<Result> => {
      const { code, out, err } = await runProgram([...words, '--json'], { cwd: folder.path, settings });
      expect([code, err]).toEqual([0, '']);
      return JSON.parse(out) as Result;
    };
    const overHttp = await run<Replayed>('replay');
    // Each export is recorded as a read after its last page was made, so a replay never sees its own.
    expect(overHttp).toMatchObject({
      events: (await service.events()).length - 1,
      stateDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const out = join(folder.path, 'exported.ndjson');
    expect(await run('export', '--out', out)).toMatchObject({ events: (await service.events()).length - 1 });
    expect(await run('export', '--out', out)).toMatchObject({ events: 1 });
    const lines = () => readFileSync(out, 'utf8').split('\n');
    expect(lines().join('\n').startsWith(readFileSync(file, 'utf8'))).toBe(true);
    const fromFile = ({ events }: Replayed): Promise<Replayed> => {
      writeFileSync(file, lines().slice(0, events).join('\n'));
      return run<Replayed>('replay', '--file', file);
    };
    expect(await fromFile(overHttp)).toEqual(overHttp);
  });
});
