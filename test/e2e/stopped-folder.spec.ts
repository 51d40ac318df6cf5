import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, SpawnedService, type Ended } from '../support/spawned-service.js';
import { eventually, temporaryFolder } from '../support/service.js';

// A command is a process of its own, and the machine that tests has few cores.
jest.setTimeout(90_000);

const TOKEN = /export CERTLEDGER_KEY=(certledger_\S+)/;

interface KeyItem {
  readonly key: string;
  readonly person?: string;
  readonly standing: boolean;
  readonly roles: readonly string[];
}
interface Replayed {
  readonly events: number;
  readonly stateDigest: string;
}

const row = (id: string, more: object): object => ({ source: 'hr', row: id, ...more });
const rows: readonly object[] = [
  row('c1', { kind: 'course', course: 'C1', title: 'Course 1' }),
  row('s1', {
    kind: 'scheme',
    scheme: 'S1',
    title: 'One course',
    published: '2024-01-01',
    timeZone: 'UTC',
    validity: 'P50Y',
    criteria: { course: 'C1' },
  }),
  row('l1', { kind: 'learner', learner: 'emp-1', name: 'Ada' }),
  row('a1', { kind: 'completion', learner: 'emp-1', course: 'C1', completedOn: '2024-05-31' }),
];

/** The command line opens the data folder of a service that is stopped, and works on it as it does over HTTP. */
describe('the folder of a stopped service', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  let token: string;
  beforeAll(async () => {
    const service = await SpawnedService.start(data, { cwd: folder.path });
    ({ token } = service);
    await service.end();
  });
  afterAll(() => folder.remove());

  const inFolder = (...words: string[]): Promise<Ended> => runProgram([...words, '--data', data], { cwd: folder.path });
  async function json<Answer>(...words: string[]): Promise<Answer> {
    const { code, out, err } = await inFolder(...words, '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as Answer;
  }

  it('is imported into, and the service then answers with what was imported', async () => {
    const file = join(folder.path, 'rows.ndjson');
    writeFileSync(file, rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
    expect(await json('import', file)).toMatchObject({ recorded: rows.length });
    expect(await json('import', file)).toMatchObject({ recorded: 0, replayed: rows.length });
    const service = await SpawnedService.start(data, { token, cwd: folder.path });
    const found = () => service.get('/v1/learners/emp-1/schemes/S1');
    const answer = await eventually(async () => ((await found()).status === 200 ? found() : undefined));
    expect(answer.json()).toMatchObject({ edition: 1, status: 'certified' });
    await service.end();
  });

  it('folds to the same digest as the file that is exported from it', async () => {
    const fromFolder = await json<Replayed>('replay');
    const file = join(folder.path, 'exported.ndjson');
    await json('export', '--out', file);
    // The replay was recorded as a read after its last page was made, so it did not see its own.
    writeFileSync(file, readFileSync(file, 'utf8').split('\n').slice(0, fromFolder.events).join('\n'));
    const fromFile = await runProgram(['replay', '--file', file, '--json'], { cwd: folder.path });
    expect(JSON.parse(fromFile.out)).toEqual(fromFolder);
    expect(fromFolder.stateDigest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('gets a new first key where that was lost, and the lost one is revoked', async () => {
    const made = await inFolder('keys', 'issue', '--person', 'first-administrator', '--role', 'admin', 'auditor', 'operator');
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' });
    const standing = (await json<KeyItem[]>('keys', 'list')).filter((item) => item.standing);
    expect(standing.map(({ person }) => person)).toEqual(['first-administrator', 'first-administrator']);
    const lost = standing.find(({ roles }) => roles.includes('author'))!;
    expect((await inFolder('keys', 'revoke', lost.key, '--reason', 'lost')).code).toBe(0);
    const service = await SpawnedService.start(data, { token: TOKEN.exec(made.out)![1]!, cwd: folder.path });
    const me = await Promise.all([service.get('/v1/me', { token }), service.get('/v1/me')]);
    expect(me.map(({ status }) => status)).toEqual([401, 200]);
    await service.end();
  });
});
