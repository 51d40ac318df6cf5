import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { SqliteEventStore } from '../../src/adapters/sqlite/event-store.js';
import { MAIN, runProgram, SpawnedService, type Ended } from '../support/spawned-service.js';
import {
  eventually,
  memoryEngines,
  Service,
  temporaryFolder,
  TestClock,
  type ProblemAnswer,
  type ReceiptAnswer,
  type TemporaryFolder,
} from '../support/service.js';

/** What the machine around the service can do to it: folders, files, ports, settings, signals and a full disk. */
describe('the folder and the process', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());

  const data = (): string => join(folder.path, 'data');
  /** Starts the service where it cannot start; it must say so in one message and leave. */
  async function failing(settings: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const ended = await runProgram([], {
      cwd: folder.path,
      entry: MAIN,
      settings: { CERTLEDGER_PORT: '0', CERTLEDGER_DATA: data(), ...settings },
    });
    expect(ended.code).not.toBe(0);
    expect(ended.err).not.toMatch(/^\s+at /m);
    return ended;
  }
  const started = async (): Promise<string> => {
    const service = await SpawnedService.start(data(), { cwd: folder.path });
    await service.post('/v1/courses', { course: 'C1', title: 'Course' });
    expect((await service.end('SIGINT')).code).toBe(0);
    return service.token;
  };

  it('a damaged database is named and not touched', async () => {
    await started();
    const path = join(data(), 'events.sqlite');
    truncateSync(path, 4_096);
    const before = readFileSync(path);
    const ended = await failing();
    expect(ended.err).toContain(path);
    expect(readFileSync(path)).toEqual(before);
  });

  it.each(['events.sqlite', 'keys.sqlite', 'read-models.sqlite'])('a foreign %s is refused and not touched', async (name) => {
    await started();
    const path = join(data(), name);
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    writeFileSync(path, 'Dear diary, '.repeat(1_000));
    const ended = await failing();
    expect(ended.err).toContain(path);
    expect(readFileSync(path, 'utf8')).toBe('Dear diary, '.repeat(1_000));
  });

  it('one file put in the place of another is refused', async () => {
    await started();
    copyFileSync(join(data(), 'keys.sqlite'), join(data(), 'events.sqlite'));
    expect((await failing()).err).toContain('events.sqlite');
  });

  it('a ledger without its master key, or with another one, is refused before anything is written', async () => {
    await started();
    const before = readFileSync(join(data(), 'events.sqlite'));
    const key = readFileSync(join(data(), 'master.key'));
    rmSync(join(data(), 'master.key'));
    expect((await failing()).err).toMatch(/master\.key[^]*CERTLEDGER_MASTER_KEY/);
    expect(existsSync(join(data(), 'master.key'))).toBe(false);
    const other = await failing({ CERTLEDGER_MASTER_KEY: 'ab'.repeat(32) });
    expect(other.err).toMatch(/master key/);
    expect(other.err + other.out).not.toContain('ab'.repeat(32));
    writeFileSync(join(data(), 'master.key'), 'not a key\n');
    expect((await failing()).err).toContain('master.key');
    writeFileSync(join(data(), 'master.key'), key);
    expect(readFileSync(join(data(), 'events.sqlite'))).toEqual(before);
  });

  it('a folder in use is refused to a second process, service and command line alike, and the first goes on', async () => {
    const service = await SpawnedService.start(data(), { cwd: folder.path });
    expect((await failing()).err).toMatch(/in use by another certledger process/);
    const replay = await runProgram(['replay', '--data', data()], { cwd: folder.path });
    expect([replay.code, replay.err]).toEqual([1, expect.stringMatching(/in use/)]);
    expect((await service.get('/health/live')).status).toBe(200);
    await service.end();
  });

  it('a taken port names the setting', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const ended = await failing({ CERTLEDGER_PORT: String(port) });
    expect(ended).toMatchObject({ code: 1, err: expect.stringMatching(/taken[^]*CERTLEDGER_PORT/) });
    server.close();
  });

  it('a data folder that cannot be made names the setting', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    expect((await failing({ CERTLEDGER_DATA: join(folder.path, 'file', 'data') })).err).toContain('CERTLEDGER_DATA');
  });

  it('every wrong setting is named at once, with what is allowed, and no secret is repeated', async () => {
    const ended = await failing({
      CERTLEDGER_PORT: '70000',
      CERTLEDGER_ORGANIZATION: 'My Org',
      CERTLEDGER_LOG_LEVEL: 'loud',
      CERTLEDGER_MASTER_KEY: 'sekrit-sekrit',
      CERTLEDGER_POLICY_INTERVAL_SECONDS: '0',
      CERTLEDGER_URL: 'ftp://x',
      CERTLEDGER_PROT: '3000',
    });
    expect(ended.code).toBe(64);
    for (const name of ['PORT', 'ORGANIZATION', 'LOG_LEVEL', 'MASTER_KEY', 'POLICY_INTERVAL_SECONDS', 'URL', 'PROT'])
      expect(ended.err).toMatch(new RegExp(`- CERTLEDGER_${name} `));
    expect(ended.err).toMatch(/0 to 65535[^]*lower-case letters or digits/);
    expect(ended.err).not.toContain('sekrit');
    expect(existsSync(data())).toBe(false);
  });

  it('config prints the effective settings from .env and environment, secrets masked', async () => {
    const secret = 'cd'.repeat(32);
    writeFileSync(join(folder.path, '.env'), `CERTLEDGER_PORT=4000\nCERTLEDGER_MASTER_KEY=${secret}\nCERTLEDGER_KEY=sekrit\n`);
    const settings = { CERTLEDGER_LOG_LEVEL: 'warn' };
    const shown = await runProgram(['config', '--json'], { cwd: folder.path, settings });
    expect(JSON.parse(shown.out)).toMatchObject({
      CERTLEDGER_PORT: 4000,
      CERTLEDGER_LOG_LEVEL: 'warn',
      CERTLEDGER_HOST: '127.0.0.1',
      CERTLEDGER_MASTER_KEY: '********',
      CERTLEDGER_KEY: '********',
    });
    const plain = await runProgram(['config'], { cwd: folder.path, settings });
    expect(plain).toMatchObject({ code: 0, out: expect.stringContaining('CERTLEDGER_PORT=4000') });
    expect(shown.out + plain.out).not.toMatch(/sekrit|cdcd/);
  });

  it('the first start prints a key and a curl that work, the second no secret; SIGINT ends it at once with 0', async () => {
    const first = await SpawnedService.start(data(), { cwd: folder.path });
    expect(first.stdout).toMatch(/CERTLEDGER_KEY=certledger_main_/);
    expect(first.stdout).toContain(`curl -s -X POST ${first.url}/v1/courses`);
    expect((await first.get('/v1/courses')).status).toBe(200);
    for (const path of ['/docs', '/openapi.json', '/health/live', '/health/ready'])
      expect((await first.get(path, { token: null })).status).toBe(200);
    const before = Date.now();
    expect(await first.end('SIGINT')).toMatchObject({ code: 0, signal: null });
    expect(Date.now() - before).toBeLessThan(2_000);
    const second = await SpawnedService.start(data(), { token: first.token, cwd: folder.path });
    expect(second.stdout).toContain(second.url);
    expect(second.stdout + second.stderr).not.toMatch(/certledger_main_|First start/);
    expect((await second.get('/v1/courses')).status).toBe(200);
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0 });
  });

  it('what is in flight when SIGINT comes is finished and kept', async () => {
    const service = await SpawnedService.start(data(), { cwd: folder.path });
    const learners = Array.from({ length: 40 }, (_, number) => `emp-${number}`);
    const writes = learners.map((learner) => service.post('/v1/learners', { learner }).catch(() => undefined));
    await Promise.race(writes);
    expect(await service.end('SIGINT')).toMatchObject({ code: 0 });
    const answers = await Promise.all(writes);
    const again = await SpawnedService.start(data(), { token: service.token, cwd: folder.path });
    const kept = answers.flatMap((answer, at) => (answer?.status === 200 ? [learners[at]!] : []));
    expect(kept.length).toBeGreaterThan(0);
    for (const learner of kept)
      await eventually(async () => ((await again.get(`/v1/learners/${learner}`)).status === 200 ? true : undefined));
    await again.end();
  });

  it('a full disk is answered 503, loses nothing acknowledged, and passes when there is space again', async () => {
    const path = join(folder.path, 'events.sqlite');
    const { readModels, leases, keys, files, master } = memoryEngines();
    const engines = (store: SqliteEventStore) => ({ store, readModels, leases, keys, files, master, close: () => store.close() });
    let service = await Service.start(engines(new SqliteEventStore(path, { maxPages: 40 })), new TestClock());
    const { token } = service;
    const acknowledged: ReceiptAnswer[] = [];
    let refused: { learner: string; key: string } | undefined;
    for (let number = 1; refused === undefined; number += 1) {
      const write = { learner: `emp-${number}`, key: `key-${number}` };
      const answer = await service.post('/v1/learners', { learner: write.learner, name: 'x'.repeat(300) }, { key: write.key });
      if (answer.status === 200) acknowledged.push(answer.json<ReceiptAnswer>());
      else {
        expect(answer.json<ProblemAnswer>()).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
        expect(answer.headers['retry-after']).toMatch(/^\d+$/);
        refused = write;
      }
      expect(number).toBeLessThan(1_000);
    }
    // Reading goes on beside the full disk.
    expect((await service.get('/v1/learners/emp-1')).status).toBe(200);
    await service.stop();
    service = await Service.start(engines(new SqliteEventStore(path)), new TestClock(), token);
    const repeated = await service.post(
      '/v1/learners',
      { learner: refused.learner, name: 'x'.repeat(300) },
      { key: refused.key },
    );
    expect(repeated.json()).toMatchObject({ outcome: 'recorded' });
    const stored = new Set((await service.events()).map(({ id }) => id));
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(acknowledged.flatMap(({ eventIds }) => eventIds).filter((id) => !stored.has(id))).toEqual([]);
    await service.stop();
  });
});
