import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, SpawnedService } from '../support/spawned-service.js';
import { course, eventually, scheme, temporaryFolder } from '../support/service.js';

/**
 * Markers are planted wherever a caller can put something of a person, in requests that are taken and in ones that are
 * refused, over HTTP and by import. Then every byte of the data folder and of the logs is searched for each of them, in
 * the clear and in the spellings in which a text commonly hides. What is meant to stay readable is searched for as well,
 * so that the search is known to find what is there.
 */
describe('no plain text of a person', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  afterAll(() => folder.remove());

  const planted: string[] = [];
  /** A text that nothing else holds; `where` names its place in a failure. */
  const plant = (where: string): string => {
    const marker = `zq${where}${planted.length}zq`;
    planted.push(marker);
    return marker;
  };

  /** The spellings of a text, in base64 at each of the three alignments, without the ends that depend on the neighbours. */
  function spellings(text: string): { spelling: string; bytes: Buffer }[] {
    const base64 = [0, 1, 2].flatMap((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)]).toString('base64');
      const core = encoded.slice(shift === 0 ? 0 : 4, encoded.length - 4);
      return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
    });
    const hex = Buffer.from(text).toString('hex');
    return [
      { spelling: 'plain', bytes: Buffer.from(text) },
      { spelling: 'UTF-16', bytes: Buffer.from(text, 'utf16le') },
      { spelling: 'upper case', bytes: Buffer.from(text.toUpperCase()) },
      { spelling: 'hex', bytes: Buffer.from(hex) },
      { spelling: 'HEX', bytes: Buffer.from(hex.toUpperCase()) },
      ...base64.map((encoded) => ({ spelling: 'base64', bytes: Buffer.from(encoded) })),
    ];
  }

  interface Haystack {
    readonly name: string;
    readonly bytes: Buffer;
  }
  const files = (): Haystack[] =>
    readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((name) => ({ name, bytes: readFileSync(name) }));
  const hits = (haystacks: readonly Haystack[], texts: readonly string[]): string[] =>
    haystacks.flatMap(({ name, bytes }) =>
      texts.flatMap((text) =>
        spellings(text)
          .filter((spelling) => bytes.includes(spelling.bytes))
          .map(({ spelling }) => `${text} as ${spelling} in ${name}`),
      ),
    );

  async function plantOverHttp(service: SpawnedService): Promise<void> {
    const post = async (status: number, path: string, body: unknown, key: string): Promise<void> =>
      expect((await service.post(path, body, { key })).status).toBe(status);
    const key = () => plant('key');
    const effective = { date: '2024-03-15' };
    await post(200, '/v1/courses', course('C1', { responsibleParty: plant('party') }), key());
    await post(200, '/v1/courses/C1/editions', { title: 'New', responsibleParty: plant('party') }, key());
    await post(200, '/v1/schemes', scheme('S1', { course: 'C1' }), key());
    const learner = plant('learner');
    const path = `/v1/learners/${learner}`;
    const registration = { learner, name: plant('name'), contact: plant('contact') };
    const registrationKey = key();
    await post(200, '/v1/learners', registration, registrationKey);
    await post(200, '/v1/learners', registration, registrationKey);
    await post(200, `${path}/corrections`, { name: plant('name'), contact: plant('contact') }, key());
    await post(200, `${path}/completions`, { course: 'C1', effective, grade: plant('grade'), honours: plant('honours') }, key());
    const reason = () => ({ code: 'issued-in-error', text: plant('reason') });
    await post(200, `${path}/schemes/S1/revocations`, { reason: reason() }, key());
    await post(200, `${path}/schemes/S1/awards`, { effective: { date: '2024-03-16' }, reason: reason() }, key());
    // What is refused must leave no trace either.
    await post(422, '/v1/learners', { ...registration, name: plant('name') }, registrationKey);
    await post(409, '/v1/learners', { learner, contact: plant('contact') }, key());
    await post(400, '/v1/learners', { learner: plant('learner'), [plant('field')]: plant('value') }, key());
    await post(400, '/v1/learners', { learner: `${plant('learner')}\u0000` }, key());
    await post(404, `/v1/learners/${plant('learner')}/completions`, { course: 'C1', effective, grade: plant('grade') }, key());
    await post(404, `${path}/completions`, { course: plant('course').slice(0, 60), effective }, key());
    await post(404, `/v1/${plant('address')}`, {}, key());
    const cut = { key: key(), raw: `{"learner":"${plant('broken')}" ${plant('broken')}` };
    expect((await service.request('POST', '/v1/learners', cut)).status).toBe(400);
    expect((await service.get(`/v1/learners/${plant('learner')}%zz`)).status).toBe(400);
    expect((await service.get(`/v1/learners/${plant('learner')}`, { token: plant('token') })).status).toBe(401);
    for (const suffix of ['', '/history', '/schemes/S1']) expect((await service.get(`${path}${suffix}`)).status).toBe(200);
    expect((await service.get(`/v1/expiry-dates?cursor=${plant('cursor')}`)).status).toBe(400);
    expect((await service.get(`/v1/learners/${plant('learner')}/history`)).status).toBe(404);
  }

  async function plantByImport(service: SpawnedService): Promise<void> {
    const learner = plant('learner');
    const row = () => plant('row');
    const source = 'hr';
    const rows = [
      { kind: 'course', source, row: row(), course: 'C2', title: 'C2', responsibleParty: plant('party') },
      { kind: 'learner', source, row: row(), learner, name: plant('name'), contact: plant('contact') },
      {
        kind: 'completion',
        source,
        row: row(),
        learner,
        course: 'C2',
        completedOn: '2024-01-01',
        grade: plant('grade'),
        honours: plant('honours'),
      },
      {
        kind: 'completion',
        source,
        row: row(),
        learner: plant('learner'),
        course: 'C2',
        completedOn: '2024-01-01',
        grade: plant('grade'),
      },
      { kind: 'learner', source, row: row(), learner: plant('learner'), [plant('field')]: plant('value') },
      { kind: 'learner', source, row: row(), learner, name: plant('name') },
    ];
    const file = join(folder.path, 'rows.ndjson');
    writeFileSync(file, `${rows.map((one) => JSON.stringify(one)).join('\n')}\n{"kind":"learner","row":"${plant('row')}\n`);
    for (const words of [['--dry-run'], []]) {
      const settings = { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: service.token };
      const results = join(folder.path, 'results.ndjson');
      const ended = await runProgram(['import', file, '--batch', 'B1', '--results', results, ...words], {
        cwd: folder.path,
        settings,
      });
      expect([ended.code, ended.err]).toEqual([2, '']);
    }
  }

  it('stands in any byte of the data folder or the logs, while the service runs and after it has stopped', async () => {
    const settings = { CERTLEDGER_LOG_LEVEL: 'debug' };
    const service = await SpawnedService.start(data, { cwd: folder.path, settings });
    await plantOverHttp(service);
    await plantByImport(service);
    // All read models have come as far as the log, so that they are searched with everything in them.
    await eventually(async () => {
      const { projections } = (await service.get('/v1/projections')).json<{ projections: { current: boolean }[] }>();
      return projections.every(({ current }) => current) ? true : undefined;
    });
    const secret = service.token.slice(service.token.lastIndexOf('_') + 1);
    const log = (): Haystack => ({ name: 'the log', bytes: Buffer.from(service.stderr) });
    const running = files();
    expect(running.map(({ name }) => name).filter((name) => name.endsWith('-wal')).length).toBeGreaterThan(0);
    expect(planted.length).toBeGreaterThan(50);
    // The search finds what is meant to be readable, and the log tells of each request.
    expect(hits(running, ['issued-in-error', 'CertificationRevoked', 'fire-safety-is-not-there'])).toEqual(
      expect.arrayContaining([expect.stringContaining('issued-in-error as plain'), expect.stringContaining('events.sqlite')]),
    );
    expect(log().bytes.toString()).toContain('/v1/learners/:learner/completions');
    expect(hits([...running, log()], [...planted, secret])).toEqual([]);
    expect((await service.end()).code).toBe(0);
    expect(hits([...files(), log()], [...planted, secret])).toEqual([]);
  }, 60_000);
});
