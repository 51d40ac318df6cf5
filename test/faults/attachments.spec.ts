import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryFiles } from '../../src/adapters/memory/files.js';
import { SqliteFiles } from '../../src/adapters/sqlite/files.js';
import { RemoveUnreferred } from '../../src/attachments/policies/remove-unreferred.js';
import type { Files } from '../../src/attachments/ports/files.js';
import type { UploadedAttachment } from '../../src/attachments/uploads.js';
import { createLogger } from '../../src/app/logger.js';
import { FaultyFiles, type FileFault } from '../support/faulty-files.js';
import { memoryEngines } from '../support/places.js';
import { Service, TestClock, type Answered } from '../support/service.js';
import { BOUNDARY, partOf, pdfOf, uploadOf, type SentFile } from '../support/uploads.js';

const document = pdfOf(200_000);
const LATE = '9999-01-01T00:00:00.000Z';
const STATES = ['uploaded', 'pinned', 'removing'] as const;

/** All files that are held, in whatever state. */
const held = async (files: Files) =>
  (await Promise.all(STATES.map((state) => files.page({ state, before: LATE, limit: 200 })))).flat();

describe('attachments when something fails', () => {
  let service: Service | undefined;
  afterEach(() => service?.stop());

  async function started(files: Files): Promise<Service> {
    service = await Service.start({ ...memoryEngines(), files }, new TestClock());
    await service.write('/v1/learners', { learner: 'ada' });
    return service;
  }
  const upload = (key: string, file: SentFile = document): Promise<Answered> =>
    service!.request('POST', '/v1/learners/ada/attachments', uploadOf(file, { key }));
  const download = async ({ attachment }: UploadedAttachment): Promise<Buffer> => {
    const url = `/v1/learners/ada/attachments/${attachment}`;
    const headers = { authorization: `Bearer ${service!.token}` };
    return (await service!.started.app.inject({ method: 'GET', url, headers })).rawPayload;
  };

  it.each(['error', 'answer-lost'] as const)(
    '%s at each call of an upload: it is answered 503, leaves no half file, and its repeat ends as if nothing had been',
    async (fault) => {
      const inner = new MemoryFiles();
      let faultPoint = 0;
      const files = new FaultyFiles(inner, (number): FileFault | undefined => (number === faultPoint ? fault : undefined));
      await started(files);
      let point = 1;
      for (; ; point += 1) {
        // Beside it the policy looks at the files too; its calls are tried like those of the upload.
        faultPoint = files.calls + point;
        const first = await upload(`key-${point}`);
        const reached = files.calls >= faultPoint;
        faultPoint = 0;
        if (first.status !== 200) expect([first.status, first.headers['retry-after']]).toEqual([503, '1']);
        const repeat = await upload(`key-${point}`);
        expect([point, repeat.status]).toEqual([point, 200]);
        expect((await download(repeat.json())).equals(document.bytes)).toBe(true);
        // One file for each key, whatever was cut short in between.
        expect(new Set((await held(inner)).map(({ id }) => id)).size).toBe(point);
        expect(await held(inner)).toHaveLength(point);
        // Of one whose beginning nobody heard of, a sweep is needed.
        expect(await inner.sweep(LATE)).toBeLessThanOrEqual(fault === 'answer-lost' ? 1 : 0);
        expect(await inner.sweep(LATE)).toBe(0);
        if (!reached || point > 40) break;
      }
      process.stderr.write(`upload, ${fault}: ${point} points tried\n`);
      expect(point).toBeGreaterThan(5);
    },
    60_000,
  );

  it('an upload that is cut at any place leaves nothing', async () => {
    const files = new MemoryFiles();
    await started(files);
    await service!.started.app.listen(0, '127.0.0.1');
    const { port } = service!.started.app.getHttpServer().address() as AddressInfo;
    const body = partOf(document);
    const head = [
      'POST /v1/learners/ada/attachments HTTP/1.1',
      'host: x',
      `authorization: Bearer ${service!.token}`,
      'idempotency-key: cut',
      `content-type: multipart/form-data; boundary=${BOUNDARY}`,
      `content-length: ${body.length + 100}`,
    ].join('\r\n');
    for (const cut of [0, 50, 150, 5_000, 70_000, body.length - 1, body.length]) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write(`${head}\r\n\r\n`);
          socket.write(body.subarray(0, cut), () => setTimeout(() => socket.destroy(), 30));
        });
        socket.on('error', reject).on('close', () => resolve());
      });
    }
    expect(await held(files)).toEqual([]);
    const whole = await upload('cut');
    expect(whole.status).toBe(200);
    expect(await files.sweep(LATE)).toBe(0);
  });

  describe('in a folder', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'certledger-files-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const left = (): readonly string[] => readdirSync(join(folder, 'files', 'incoming'));
    const placed = (): number =>
      readdirSync(join(folder, 'files'), { recursive: true, encoding: 'utf8' }).filter((name) => /\/[0-9a-f]{64}$/.test(name))
        .length;

    it('a disk that is full for the record of a file is answered 503, and leaves neither record nor bytes', async () => {
      let files = new SqliteFiles(folder, { maxPages: 12 });
      await started(files);
      const stored: UploadedAttachment[] = [];
      let refused: Answered | undefined;
      for (let number = 0; refused === undefined; number += 1) {
        const answer = await upload(`key-${number}`, pdfOf(3_000, number));
        if (answer.status === 200) stored.push(answer.json());
        else refused = answer;
        expect(number).toBeLessThan(500);
      }
      expect([refused.status, refused.json<{ code: string }>().code]).toEqual([503, 'STORE_UNAVAILABLE']);
      expect([left(), placed()]).toEqual([[], stored.length]);
      for (const [number, one] of stored.entries()) expect((await download(one)).equals(pdfOf(3_000, number).bytes)).toBe(true);
      await files.close();
      // With space again, the same request is taken.
      files = new SqliteFiles(folder);
      expect((await files.page({ state: 'uploaded', before: LATE, limit: 200 })).length).toBe(Math.min(200, stored.length));
      await files.close();
    });

    it('a damaged file is never given out: cut, changed, or put in the place of another', async () => {
      const files = new SqliteFiles(folder);
      await started(files);
      const large = pdfOf(3_000_000);
      const { attachment } = (await upload('whole', large)).json<UploadedAttachment>();
      const url = `/v1/learners/ada/attachments/${attachment}`;
      const path = join(folder, 'files', attachment.slice(0, 2), attachment);
      const whole = readFileSync(path);
      const changed = Buffer.from(whole);
      changed[500]! ^= 1;
      for (const bytes of [whole.subarray(0, 40), Buffer.from(whole).fill(0, 75, 70_000), changed]) {
        writeFileSync(path, bytes);
        const answer = await service!.get(url);
        expect([answer.status, answer.json<{ code: string }>().code]).toEqual([503, 'HISTORY_DAMAGED']);
      }
      // What is damaged behind the first segment cuts the answer, which is never complete.
      const late = Buffer.from(whole);
      late[late.length - 20]! ^= 1;
      writeFileSync(path, late);
      await service!.started.app.listen(0, '127.0.0.1');
      const answer = await fetch(`${await service!.started.app.getUrl()}${url}`, {
        headers: { authorization: `Bearer ${service!.token}` },
      });
      expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(large.bytes.length)]);
      await expect(answer.arrayBuffer()).rejects.toThrow();
      rmSync(path);
      expect((await service!.get(url)).status).toBe(503);
      writeFileSync(path, whole);
      expect((await service!.get(url)).status).toBe(200);
      await files.close();
    });
  });

  it('a collection that fails at any call goes on with the next round, and never takes what was pinned', async () => {
    const logger = createLogger('silent');
    const never = new AbortController().signal;
    let points = 0;
    for (let point = 1, reached = true; reached; point += 1) {
      const clock = new TestClock(Date.parse('2024-06-01T12:00:00Z'));
      const inner = new MemoryFiles();
      await started(inner);
      const kept = (await upload('kept')).json<UploadedAttachment>();
      const lost = (await upload('lost')).json<UploadedAttachment>();
      const { records, attachments } = service!.started.kernel;
      const found = await records.subjectInReach({ organization: 'main', actor: { key: 'k', role: 'admin' } }, 'ada');
      await attachments.attachments.pin('main', (found as { subject: string }).subject, kept.attachment);
      clock.set('2024-06-03T12:00:00Z');
      reached = false;
      for (const fault of ['error', 'answer-lost'] as const) {
        const files = new FaultyFiles(inner, (number) => (number === point ? fault : undefined));
        const isReferred = async ({ address }: { address: string }): Promise<boolean> => address === kept.attachment;
        await new RemoveUnreferred(files, clock, logger, isReferred).round(never).catch(() => (points += 1));
        reached ||= files.calls >= point;
        await new RemoveUnreferred(inner, clock, logger, isReferred).round(never);
      }
      expect((await held(inner)).map(({ address, state }) => [address, state])).toEqual([[kept.attachment, 'pinned']]);
      expect(await inner.get(lost.attachment)).toBeUndefined();
      await service!.stop();
      service = undefined;
    }
    expect(points).toBeGreaterThan(5);
  }, 120_000);
});
