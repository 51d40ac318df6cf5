import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { readConfiguration } from '../../src/app/configuration.js';
import { examine } from '../../src/app/doctor/examine.js';
import { readModels } from '../../src/app/kernel.js';
import { SystemClock } from '../../src/app/system-clock.js';
import type { Finding } from '../../src/operations/findings.js';
import { temporaryFolder, type TemporaryFolder } from '../support/service.js';
import { runProgram, SpawnedService } from '../support/spawned-service.js';

interface Report {
  readonly profile: string;
  readonly warnings: number;
  readonly failures: number;
  readonly findings: readonly Finding[];
}

/** What the doctor says of a data folder, with each fault provoked. It only looks. */
describe('doctor on a data folder', () => {
  let folder: TemporaryFolder;
  let healthy: string;
  let events: number;
  let count = 0;
  beforeAll(async () => {
    folder = temporaryFolder();
    healthy = join(folder.path, 'healthy');
    const service = await SpawnedService.start(healthy, { cwd: folder.path });
    for (const learner of ['emp-1', 'emp-2', 'emp-3', 'emp-4'])
      expect((await service.post('/v1/learners', { learner, name: 'x'.repeat(200) })).status).toBe(200);
    expect((await service.end('SIGINT')).code).toBe(0);
    const database = new Database(join(healthy, 'events.sqlite'), { readonly: true });
    ({ events } = database.prepare<[], { events: number }>('SELECT count(*) AS events FROM events').get()!);
    database.close();
  });
  afterAll(() => folder.remove());

  /** A copy to be harmed. */
  const patient = (): string => {
    const copy = join(folder.path, `patient-${(count += 1)}`);
    cpSync(healthy, copy, { recursive: true, preserveTimestamps: true });
    chmodSync(copy, 0o700);
    return copy;
  };
  async function reported(data: string): Promise<Report & { code: number | null }> {
    const { code, out, err } = await runProgram(['doctor', '--json'], { cwd: folder.path, settings: { CERTLEDGER_DATA: data } });
    expect(err).toBe('');
    return { ...(JSON.parse(out) as Report), code };
  }
  /** The same without a process of its own. */
  async function examined(data: string, settings: Readonly<Record<string, string>> = {}): Promise<Pick<Report, 'findings'>> {
    const configuration = readConfiguration({ CERTLEDGER_DATA: data, ...settings }, join(folder.path, '.env'));
    return examine(configuration, new SystemClock());
  }
  const unhealthy = ({ findings }: Pick<Report, 'findings'>): readonly Finding[] =>
    findings.filter(({ result }) => result !== 'ok');
  const contentOf = (data: string): readonly string[] =>
    readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(
        ({ name, parentPath }) =>
          `${name} ${createHash('sha256')
            .update(readFileSync(join(parentPath, name)))
            .digest('hex')}`,
      );
  const change = (file: string, sql: string): void => {
    const database = new Database(file);
    database.exec(sql);
    database.close();
  };

  it('finds a healthy ledger healthy, tells what there is, and leaves every byte as it was', async () => {
    const data = patient();
    const before = contentOf(data);
    const report = await reported(data);
    expect([unhealthy(report), report.code]).toEqual([[], 0]);
    expect(report).toMatchObject({ profile: 'embedded', warnings: 0, failures: 0 });
    expect(report.findings.map(({ check }) => check)).toEqual([
      'folder',
      'foreign files',
      'space',
      'lock',
      'log',
      'keys',
      'files',
      'master key',
      'clock',
      'read models',
    ]);
    const found = (check: string): string => report.findings.find((finding) => finding.check === check)!.found;
    expect(found('log')).toBe(
      `${events} events, end ${/[0-9a-f]{8}/.exec(found('log'))![0]}-${events.toString(16).padStart(16, '0')}`,
    );
    expect(found('read models')).toBe(`${readModels.length} of ${readModels.length} stand at the end of the log`);
    expect(contentOf(data)).toEqual(before);
  });

  it('prints a line for each finding, how to mend it, and the sum', async () => {
    const data = patient();
    chmodSync(data, 0o755);
    const { code, out } = await runProgram(['doctor'], { cwd: folder.path, settings: { CERTLEDGER_DATA: data } });
    expect(code).toBe(0);
    expect(out).toContain(
      `warning  folder: ${data} can be opened by other users of this machine\n           mend: chmod 700 ${data}\n`,
    );
    expect(out).toMatch(/^ok {7}keys: 7 keys$/m);
    expect(out).toMatch(/\n0 failures, 1 warning\n$/);
  });

  it('looks at the folder of a running service, which goes on', async () => {
    const data = patient();
    const service = await SpawnedService.start(data, { cwd: folder.path, token: '' });
    const report = await reported(data);
    expect(unhealthy(report)).toEqual([]);
    expect(report.findings.find(({ check }) => check === 'lock')!.found).toContain('a service runs');
    expect((await service.get('/health/live')).status).toBe(200);
    expect((await service.end()).code).toBe(0);
  });

  it('reads what a killed service left in the write-ahead log, and leaves it there', async () => {
    const data = patient();
    const service = await SpawnedService.start(data, { cwd: folder.path });
    await service.end('SIGKILL');
    const before = contentOf(data).filter((line) => line.includes('-wal '));
    const report = await reported(data);
    expect([unhealthy(report), before.length > 0]).toEqual([[], true]);
    expect(contentOf(data).filter((line) => line.includes('-wal '))).toEqual(before);
  });

  it('says of a folder that is not there that the first start makes it, and makes none', async () => {
    const data = join(folder.path, 'nowhere');
    expect(await examined(data)).toMatchObject({ findings: [{ check: 'folder', result: 'warning' }] });
    expect(readdirSync(folder.path)).not.toContain('nowhere');
    mkdirSync(data, { mode: 0o700 });
    expect([unhealthy(await examined(data)), readdirSync(data)]).toEqual([[], []]);
  });

  it('names a file in the place of the folder', async () => {
    const data = join(folder.path, 'file');
    writeFileSync(data, '');
    const report = await reported(data);
    expect(report).toMatchObject({ code: 1, failures: 1, findings: [{ check: 'folder', result: 'failure' }] });
  });

  it('warns of what others may read and of files that are not ours', async () => {
    const data = patient();
    chmodSync(join(data, 'master.key'), 0o644);
    writeFileSync(join(data, 'notes.txt'), '');
    const report = await examined(data);
    expect(unhealthy(report)).toEqual([
      expect.objectContaining({ check: 'foreign files', result: 'warning', found: 'notes.txt' }),
      expect.objectContaining({ check: 'master key', result: 'warning', mend: `chmod 600 ${join(data, 'master.key')}` }),
    ]);
  });

  it.each([
    ['log', 'events.sqlite'],
    ['keys', 'keys.sqlite'],
    ['files', 'files.sqlite'],
    ['read models', 'read-models.sqlite'],
  ])('fails %s where %s is damaged, foreign or of another kind', async (check, file) => {
    const harms: readonly ((path: string, data: string) => void)[] = [
      (path) => {
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 4_096, bytes.length);
        writeFileSync(path, bytes);
      },
      (path) => writeFileSync(path, 'Dear diary, '.repeat(1_000)),
      (path, data) => copyFileSync(join(data, file === 'keys.sqlite' ? 'events.sqlite' : 'keys.sqlite'), path),
    ];
    for (const harm of harms) {
      const data = patient();
      harm(join(data, file), data);
      const before = contentOf(data);
      const report = await examined(data);
      expect(report.findings).toContainEqual(
        expect.objectContaining({ check, result: 'failure', found: expect.stringContaining(file) }),
      );
      expect(contentOf(data)).toEqual(before);
    }
  });

  it('counts the positions, so that a hole is found', async () => {
    const data = patient();
    change(join(data, 'events.sqlite'), 'DELETE FROM events WHERE position = 3');
    const report = await examined(data);
    expect(unhealthy(report)).toEqual([
      expect.objectContaining({
        check: 'log',
        result: 'failure',
        found: expect.stringContaining(`lacks 1 of its ${events} positions`),
      }),
    ]);
  });

  it.each([
    ['no keys', (data: string) => rmSync(join(data, 'keys.sqlite')), {}, 'keys', /missing/],
    ['no master key', (data: string) => rmSync(join(data, 'master.key')), {}, 'master key', /master\.key/],
    ['no master key in its file', (data: string) => writeFileSync(join(data, 'master.key'), 'x'), {}, 'master key', /64 hex/],
    ['another master key', () => undefined, { CERTLEDGER_MASTER_KEY: 'ab'.repeat(32) }, 'master key', /does not open/],
    [
      'another organization',
      () => undefined,
      { CERTLEDGER_ORGANIZATION: 'other' },
      'master key',
      /no key of the organization other/,
    ],
  ] as const)('fails with %s', async (_name, harm, settings, check, found) => {
    const data = patient();
    harm(data);
    const report = await examined(data, settings);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ check, result: 'failure', found: expect.stringMatching(found), mend: expect.any(String) }),
    );
    expect(JSON.stringify(report)).not.toContain('abab');
  });

  it('fails where read models are ahead of a log that was restored, and passes where they are gone', async () => {
    const data = patient();
    change(join(data, 'events.sqlite'), 'DELETE FROM events WHERE position > 5');
    const report = await examined(data);
    expect(unhealthy(report)).toEqual([
      expect.objectContaining({ check: 'read models', result: 'failure', found: expect.stringContaining('ahead of the log') }),
    ]);
    rmSync(join(data, 'read-models.sqlite'));
    expect(unhealthy(await examined(data))).toEqual([]);
  });

  it('fails where the last event was recorded after now', async () => {
    const data = patient();
    change(
      join(data, 'events.sqlite'),
      "UPDATE events SET metadata = json_set(metadata, '$.recordedAt', '2999-01-01T00:00:00.000Z')",
    );
    expect(unhealthy(await examined(data))).toEqual([
      expect.objectContaining({ check: 'clock', result: 'failure', found: expect.stringContaining('2999') }),
    ]);
  });

  it('fails where the lock is no lock', async () => {
    const data = patient();
    writeFileSync(join(data, 'lock.sqlite'), 'Dear diary, '.repeat(1_000));
    expect(unhealthy(await examined(data))).toEqual([
      expect.objectContaining({ check: 'lock', result: 'failure', mend: expect.stringContaining('lock.sqlite') }),
    ]);
  });

  it('refuses a wrong configuration as every command does', async () => {
    const ended = await runProgram(['doctor'], { cwd: folder.path, settings: { CERTLEDGER_PORT: '70000' } });
    expect([ended.code, ended.err]).toEqual([64, expect.stringContaining('CERTLEDGER_PORT')]);
  });
});
