import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UploadedAttachment } from '../../src/attachments/uploads.js';
import { SpawnedService } from '../support/spawned-service.js';
import { temporaryFolder } from '../support/service.js';
import { Uploader } from '../support/spawned-uploads.js';
import { pdfOf } from '../support/uploads.js';

const UPLOADS = 2_000;
const SIZE = 1_000_000;
const MEMORY_KIBIBYTES_MAX = 300 * 1_024;
const PAUSE_MILLISECONDS_MAX = 16_000;
const PATIENCE_MILLISECONDS = 570_000;

/**
 * Far more uploads at once than may run: a named number runs, some wait, and the rest is told to come back, which it does with
 * the same key. The process is a real one, so that its memory is its own; the most that it ever had is read from the system.
 */
describe('uploads at once', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it(`${UPLOADS} of 1 MB: none is lost, and memory stays under 300 MB`, async () => {
    const service = await SpawnedService.start(join(folder.path, 'data'), {
      cwd: folder.path,
      settings: { CERTLEDGER_LOG_LEVEL: 'silent' },
    });
    await service.post('/v1/learners', { learner: 'ada' });
    const uploader = new Uploader(service.url, service.token);
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    let [sentBack, cut] = [0, 0];
    async function persist(number: number): Promise<string> {
      for (let pause = 1_000; ; pause = Math.min(2 * pause, PAUSE_MILLISECONDS_MAX)) {
        const file = () => ({ ...pdfOf(SIZE, number), name: 'large.pdf' });
        const answer = await uploader.uploadWhenAsked('ada', SIZE, `upload-${number}`, file).catch(() => undefined);
        if (answer?.status === 200) return (JSON.parse(answer.text) as UploadedAttachment).attachment;
        if (answer === undefined) cut += 1;
        // On a machine that is busy with other things a file may come too slowly, which may be repeated as well.
        else if (answer.status === 503 || answer.status === 408) sentBack += 1;
        else throw new Error(`Upload ${number} was answered ${answer.status}: ${answer.text}`);
        if (Date.now() > deadline) throw new Error(`Upload ${number} was not taken in time.`);
        // Each a little later than the one before, as people do who were sent back together.
        const asked = Math.max(pause, answer?.retryMilliseconds ?? 0);
        await new Promise((pass) => setTimeout(pass, asked + (number % 1_000)));
      }
    }
    const addresses = await Promise.all(Array.from({ length: UPLOADS }, (_, number) => persist(number)));
    const status = readFileSync(`/proc/${service.pid}/status`, 'utf8');
    const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]);
    process.stderr.write(
      `uploads: ${UPLOADS} of 1 MB at once, ${sentBack} times sent back, ${cut} connections cut, memory ${Math.round(peak / 1_024)} MiB at most\n`,
    );
    expect(new Set(addresses).size).toBe(UPLOADS);
    expect(peak).toBeLessThan(MEMORY_KIBIBYTES_MAX);
    for (const number of [0, 999, UPLOADS - 1]) {
      const got = await fetch(`${service.url}/v1/learners/ada/attachments/${addresses[number]}`, {
        headers: { authorization: `Bearer ${service.token}` },
      });
      expect(Buffer.from(await got.arrayBuffer()).equals(pdfOf(SIZE, number).bytes)).toBe(true);
    }
    uploader.close();
    await service.end();
  }, 600_000);
});
