import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteFiles } from '../../src/adapters/sqlite/files.js';
import type { UploadedAttachment } from '../../src/attachments/uploads.js';
import { ensureBuilt, MAIN, SpawnedService } from '../support/spawned-service.js';
import { seededRandom } from '../support/seeded-random.js';
import { temporaryFolder, type TemporaryFolder } from '../support/service.js';
import { Uploader } from '../support/spawned-uploads.js';
import { pdfOf } from '../support/uploads.js';

const LIVES = 4;
const SIZE = 150_000;
const LATE = '9999-01-01T00:00:00.000Z';

/** A process that is killed at any instant, and a disk that fills in the middle of a file. */
describe('the files folder', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  const data = (): string => join(folder.path, 'data');
  const incoming = (): readonly string[] => readdirSync(join(data(), 'files', 'incoming'));
  const placed = (): readonly string[] =>
    readdirSync(join(data(), 'files'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\/[0-9a-f]{64}$/.test(name))
      .map((name) => name.slice(3));

  it('survives a kill at any instant: what was answered is there, what was on its way is gone', async () => {
    const random = seededRandom();
    const answered = new Map<number, string>();
    let token: string | undefined;
    let next = 0;
    for (let life = 0; life < LIVES; life += 1) {
      const service = await SpawnedService.start(data(), { cwd: folder.path, ...(token === undefined ? {} : { token }) });
      ({ token } = service);
      if (life === 0) await service.post('/v1/learners', { learner: 'ada' });
      expect(incoming()).toEqual([]);
      const uploader = new Uploader(service.url, service.token);
      const senders = Array.from({ length: 4 }, async () => {
        for (;;) {
          const number = (next += 1);
          const answer = await uploader.upload('ada', pdfOf(SIZE, number), `upload-${number}`).catch(() => undefined);
          if (answer === undefined) return;
          expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
          answered.set(number, (JSON.parse(answer.text) as UploadedAttachment).attachment);
        }
      });
      await new Promise((pass) => setTimeout(pass, 300 + Math.floor(random() * 700)));
      await service.end('SIGKILL');
      await Promise.all(senders);
      uploader.close();
    }
    const service = await SpawnedService.start(data(), { cwd: folder.path, token: token! });
    expect(answered.size).toBeGreaterThan(LIVES);
    for (const [number, address] of answered) {
      const got = await fetch(`${service.url}/v1/learners/ada/attachments/${address}`, {
        headers: { authorization: `Bearer ${service.token}` },
      });
      expect([number, got.status]).toEqual([number, 200]);
      expect(Buffer.from(await got.arrayBuffer()).equals(pdfOf(SIZE, number).bytes)).toBe(true);
    }
    await service.end();
    process.stderr.write(`files: ${answered.size} answered over ${LIVES} kills, 0 lost\n`);
    // Every record has its bytes and all bytes have their record.
    const files = new SqliteFiles(data());
    const records: string[] = [];
    for (let after; ;) {
      const page = await files.page({ state: 'uploaded', before: LATE, after, limit: 200 });
      if (page.length === 0) break;
      records.push(...page.map(({ address }) => address));
      after = page.at(-1);
    }
    await files.close();
    expect([...placed()].sort()).toEqual(records.sort());
    expect(incoming()).toEqual([]);
  }, 180_000);

  it('a disk that is full in the middle of a file is answered 503, and nothing of it is left', async () => {
    ensureBuilt();
    const limited = `trap '' XFSZ; ulimit -f 4096; exec "$0" "$1"`;
    const child = spawn('bash', ['-c', limited, process.execPath, MAIN], {
      cwd: folder.path,
      env: { PATH: process.env['PATH'], CERTLEDGER_PORT: '0', CERTLEDGER_DATA: data(), CERTLEDGER_LOG_LEVEL: 'silent' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      let printed = '';
      for await (const piece of child.stdout) {
        printed += String(piece);
        if (printed.includes('certledger listens on')) break;
      }
      const [, url] = /certledger listens on (\S+)/.exec(printed)!;
      const [, token] = /CERTLEDGER_KEY=(\S+)/.exec(printed)!;
      await fetch(`${url}/v1/learners`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'learner' },
        body: JSON.stringify({ learner: 'ada' }),
      });
      const uploader = new Uploader(url!, token!);
      const full = await uploader.upload('ada', pdfOf(6_000_000), 'large');
      expect([full.status, (JSON.parse(full.text) as { code: string }).code]).toEqual([503, 'STORE_UNAVAILABLE']);
      expect([incoming(), placed()]).toEqual([[], []]);
      // What fits is taken as before.
      expect((await uploader.upload('ada', pdfOf(1_000_000), 'small')).status).toBe(200);
      expect([incoming(), placed().length]).toEqual([[], 1]);
      uploader.close();
    } finally {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }, 60_000);
});
