import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { ATTACHMENT_BYTES_MAX } from '../../src/attachments/domain/bounds.js';
import { UPLOADS_AT_ONCE_MAX, UPLOADS_WAITING_MAX } from '../../src/attachments/upload-gate.js';
import type { UploadedAttachment } from '../../src/attachments/uploads.js';
import { isRejection } from '../../src/shared/result.js';
import { keyFor, tenant } from '../support/access.js';
import { Service, type Answered, type Asked, type ProblemAnswer } from '../support/service.js';
import { Uploader } from '../support/spawned-uploads.js';
import { benign, BOUNDARY, END, partOf, pdfOf, uploadOf, type SentFile } from '../support/uploads.js';

const sha256 = (bytes: Buffer, encoding: 'hex' | 'base64' = 'hex'): string => createHash('sha256').update(bytes).digest(encoding);

describe('attachments', () => {
  let service: Service;
  let token: string;
  const document = pdfOf(200_000);

  beforeAll(async () => {
    service = await Service.memory();
    for (const learner of ['ada', 'ben']) await service.write('/v1/learners', { learner });
    ({ token } = await keyFor(service, 'person-ada', ['learner']));
    await service.write('/v1/learners/ada/person', { person: 'person-ada' });
  });
  afterAll(() => service.stop());

  let keys = 0;
  const upload = (file: SentFile, asked: Asked = {}, learner = 'ada'): Promise<Answered> =>
    service.request('POST', `/v1/learners/${learner}/attachments`, uploadOf(file, { key: `upload-${(keys += 1)}`, ...asked }));
  const uploaded = async (file: SentFile, asked: Asked = {}, learner = 'ada'): Promise<UploadedAttachment> => {
    const answer = await upload(file, asked, learner);
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
    return answer.json<UploadedAttachment>();
  };
  const refused = async (answer: Promise<Answered>): Promise<readonly [number, string]> => {
    const { status, code, detail } = (await answer).json<ProblemAnswer>();
    expect(detail).toMatch(/\S/);
    return [status, code];
  };
  const addressOf = ({ attachment }: UploadedAttachment, learner = 'ada'): string =>
    `/v1/learners/${learner}/attachments/${attachment}`;
  const download = (of: UploadedAttachment, headers: Record<string, string> = {}, asked: Asked = {}) =>
    service.started.app.inject({
      method: 'GET',
      url: addressOf(of),
      headers: { authorization: `Bearer ${asked.token ?? service.token}`, ...headers },
    });

  it('is uploaded, and downloaded as it was, as a file to be saved', async () => {
    const answer = await uploaded(document);
    expect(answer).toEqual({
      attachment: expect.stringMatching(/^[0-9a-f]{64}$/),
      size: document.bytes.length,
      mediaType: 'application/pdf',
      name: 'large-0.pdf',
    });
    expect(answer.attachment).not.toBe(sha256(document.bytes));
    const got = await download(answer);
    expect([got.statusCode, got.rawPayload.equals(document.bytes)]).toEqual([200, true]);
    expect(got.headers).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(document.bytes.length),
      'content-disposition': 'attachment; filename="large-0.pdf"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'cache-control': 'private, no-store',
      'accept-ranges': 'bytes',
      etag: `"${answer.attachment}"`,
    });
  });

  it('keeps a name of any script, quoted as RFC 8187 asks', async () => {
    const answer = await uploaded({ ...benign('sharp.png'), name: 'Prüfung (Teil 1) 証明書.png' });
    expect(answer.name).toBe('Prüfung (Teil 1) 証明書.png');
    expect((await download(answer)).headers['content-disposition']).toBe(
      `attachment; filename="Pr_fung (Teil 1) ___.png"; filename*=UTF-8''Pr%C3%BCfung%20%28Teil%201%29%20%E8%A8%BC%E6%98%8E%E6%9B%B8.png`,
    );
  });

  it('answers an exact repeat with the first receipt, and refuses another file or name under the same key', async () => {
    const first = await uploaded(document, { key: 'same' });
    expect(await uploaded(document, { key: 'same' })).toEqual(first);
    expect(await refused(upload(pdfOf(200_000, 1), { key: 'same' }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await refused(upload({ ...document, name: 'other.pdf' }, { key: 'same' }))).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    // Another learner's key is another key.
    expect((await uploaded(document, { key: 'same' }, 'ben')).attachment).not.toBe(first.attachment);
  });

  it('stores one file of many that come at once under one key', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => uploaded(document, { key: 'race' })));
    expect(new Set(answers.map(({ attachment }) => attachment)).size).toBe(1);
  });

  it('needs an Idempotency-Key, a form, and in it one part "file" with a filename', async () => {
    const post = (asked: Asked) =>
      refused(service.request('POST', '/v1/learners/ada/attachments', { key: `k${(keys += 1)}`, ...asked }));
    const form = (...parts: readonly (string | Buffer)[]): Asked => ({
      raw: Buffer.concat(parts.map((part) => Buffer.from(part as Buffer))),
      contentType: `multipart/form-data; boundary=${BOUNDARY}`,
    });
    const field = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n`;
    const malformed = [400, 'MALFORMED_MULTIPART'];
    expect(await refused(service.request('POST', '/v1/learners/ada/attachments', uploadOf(document)))).toEqual([
      400,
      'IDEMPOTENCY_KEY_MISSING',
    ]);
    expect(await post({ body: {} })).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(await post({ raw: 'hello', contentType: 'text/plain' })).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    expect(await post(form(END))).toEqual(malformed);
    expect(await post(form(field, END))).toEqual(malformed);
    expect(await post(form(field, partOf(document), END))).toEqual(malformed);
    expect(await post(form(partOf(document), field, END))).toEqual(malformed);
    expect(await post(form(partOf(document), partOf(document), END))).toEqual(malformed);
    expect(await post(form(partOf(document, 'picture'), END))).toEqual(malformed);
    expect(await post(form(partOf(document)))).toEqual(malformed);
    expect(await post(form(partOf(document).subarray(0, 10_000)))).toEqual(malformed);
    expect(await post(form('no form at all'))).toEqual(malformed);
    expect(await post({ raw: partOf(document), contentType: 'multipart/form-data' })).toEqual(malformed);
    const elsewhere = service.request('POST', '/v1/learners', uploadOf(document, { key: 'elsewhere' }));
    expect(await refused(elsewhere)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('is as large as it may be, and not a byte larger', async () => {
    const exact = pdfOf(ATTACHMENT_BYTES_MAX);
    expect(exact.bytes.length).toBe(ATTACHMENT_BYTES_MAX);
    expect((await uploaded(exact)).size).toBe(ATTACHMENT_BYTES_MAX);
    const over = { ...exact, bytes: Buffer.concat([exact.bytes, Buffer.from('\n')]) };
    expect(await refused(upload(over))).toEqual([413, 'ATTACHMENT_TOO_LARGE']);
  });

  it('holds what arrives to the digest that was sent', async () => {
    const of = (bytes: Buffer): string => `sha-256=:${sha256(bytes, 'base64')}:`;
    const body = Buffer.concat([partOf(document), END]);
    await uploaded(document, { headers: { 'repr-digest': of(document.bytes) } });
    await uploaded(document, { headers: { 'content-digest': of(body), 'repr-digest': of(document.bytes) } });
    await uploaded(document, { headers: { 'repr-digest': 'sha-512=:AAAA:' } });
    for (const name of ['repr-digest', 'content-digest']) {
      expect(await refused(upload(document, { headers: { [name]: of(Buffer.from('other')) } }))).toEqual([
        422,
        'DIGEST_MISMATCH',
      ]);
      expect(await refused(upload(document, { headers: { [name]: sha256(document.bytes) } }))).toEqual([400, 'INVALID_REQUEST']);
    }
  });

  it('gives out single ranges, and the whole where a range is none, or of another state', async () => {
    const answer = await uploaded(document);
    const size = document.bytes.length;
    const ranged = async (range: string, headers: Record<string, string> = {}) => {
      const { statusCode, rawPayload, headers: sent } = await download(answer, { range, ...headers });
      return { statusCode, rawPayload, part: sent['content-range'], length: sent['content-length'] };
    };
    const parts: readonly (readonly [string, number, number])[] = [
      ['bytes=0-0', 0, 1],
      ['bytes=65530-65540', 65_530, 65_541],
      ['bytes=131072-', 131_072, size],
      ['bytes=-5', size - 5, size],
      ['bytes=0-99999999', 0, size],
      [`bytes=-${size * 2}`, 0, size],
    ];
    for (const [range, from, to] of parts) {
      const got = await ranged(range);
      expect([got.statusCode, got.part, got.length]).toEqual([206, `bytes ${from}-${to - 1}/${size}`, String(to - from)]);
      expect(got.rawPayload.equals(document.bytes.subarray(from, to))).toBe(true);
    }
    for (const range of ['bytes=0-1,5-6', 'bytes=5-1', 'lines=1-2', 'bytes=', 'bytes=a-b'])
      expect((await ranged(range)).rawPayload.length).toBe(size);
    const etag = `"${answer.attachment}"`;
    expect((await ranged('bytes=0-4', { 'if-range': etag })).statusCode).toBe(206);
    for (const other of ['"other"', `W/${etag}`, 'Wed, 21 Oct 2015 07:28:00 GMT'])
      expect((await ranged('bytes=0-4', { 'if-range': other })).statusCode).toBe(200);
    for (const range of [`bytes=${size}-`, 'bytes=-0']) {
      const got = await download(answer, { range });
      expect([got.statusCode, got.headers['content-range'], got.json<ProblemAnswer>().code]).toEqual([
        416,
        `bytes */${size}`,
        'RANGE_NOT_SATISFIABLE',
      ]);
    }
  });

  it('belongs to its learner: nobody else’s way leads to it', async () => {
    const unknown = [404, 'ATTACHMENT_UNKNOWN'];
    const answer = await uploaded(document);
    const own = await upload(document, { token });
    expect(own.status).toBe(200);
    const get = (url: string, asked: Asked = {}) => refused(service.get(url, asked));
    expect(await get(addressOf(answer, 'ben'))).toEqual(unknown);
    expect(await get(addressOf(answer, 'nobody'))).toEqual(unknown);
    expect(await get(addressOf({ ...answer, attachment: 'ab'.repeat(32) }))).toEqual(unknown);
    expect((await get(addressOf({ ...answer, attachment: '../x' })))[0]).toBe(404);
    expect(await get(addressOf({ ...answer, attachment: 'AB'.repeat(32) }))).toEqual([400, 'INVALID_REQUEST']);
    const other = await tenant(service, 'other');
    await service.write('/v1/learners', { learner: 'ada' }, { token: other.token });
    expect(await get(addressOf(answer), { token: other.token })).toEqual(unknown);
    // A learner reaches what is about the own person, whoever uploaded it, and nothing of another's.
    expect((await download(answer, {}, { token })).statusCode).toBe(200);
    const of = await uploaded(document, {}, 'ben');
    expect(await get(addressOf(of, 'ben'), { token })).toEqual(unknown);
    expect(await refused(upload(document, { token }, 'ben'))).toEqual([404, 'LEARNER_UNKNOWN']);
    expect(await refused(upload(document, {}, 'nobody'))).toEqual([404, 'LEARNER_UNKNOWN']);
    const reporter = await keyFor(service, 'reporter', ['reporter']);
    expect(await get(addressOf(answer), { token: reporter.token })).toEqual([403, 'FORBIDDEN']);
    expect(await refused(upload(document, { token: reporter.token }))).toEqual([403, 'FORBIDDEN']);
  });

  it('stays within the groups that an administrator answers for', async () => {
    await service.write('/v1/groups', { group: 'north', title: 'North' });
    await service.write('/v1/learners/ben/groups', { groups: ['north'] });
    const limited = await keyFor(service, 'limited-admin', ['admin'], { responsibility: ['north'] });
    const theirs = await uploaded(document, { token: limited.token }, 'ben');
    expect((await service.get(addressOf(theirs, 'ben'), { token: limited.token })).status).toBe(200);
    const answer = await uploaded(document);
    expect(await refused(upload(document, { token: limited.token }))).toEqual([403, 'OUTSIDE_RESPONSIBILITY']);
    expect(await refused(service.get(addressOf(answer), { token: limited.token }))).toEqual([404, 'ATTACHMENT_UNKNOWN']);
  });

  it('is recorded as read when an auditor downloads it', async () => {
    const answer = await uploaded(document);
    const auditor = await keyFor(service, 'auditor', ['auditor']);
    expect((await download(answer, {}, { token: auditor.token })).rawPayload.equals(document.bytes)).toBe(true);
    const reads = (await service.events()).filter(({ type }) => type === 'RecordRead').map(({ data }) => data);
    expect(reads.at(-1)).toEqual({
      operation: 'GET /v1/learners/:learner/attachments/:attachment',
      target: expect.stringMatching(/^record-main-/),
    });
  });

  it('is gone with the key of its subject, and no fault', async () => {
    await service.write('/v1/learners', { learner: 'cleo' });
    const { attachments, records, keyRing } = service.started.kernel;
    const answer = await uploaded(document, { key: 'erased' }, 'cleo');
    const principal = { organization: 'main', actor: { key: 'k', role: 'admin' } };
    const { subject } = (await records.subjectInReach(principal, 'cleo')) as { subject: string };
    const pin = () => attachments.attachments.pin('main', subject, answer.attachment);
    expect(await pin()).toEqual({
      address: answer.attachment,
      size: document.bytes.length,
      mediaType: 'application/pdf',
      name: 'large-0.pdf',
      digest: sha256(document.bytes),
    });
    await keyRing.destroySubject(subject);
    expect(await refused(service.get(addressOf(answer, 'cleo')))).toEqual([410, 'ATTACHMENT_ERASED']);
    expect(await pin()).toMatchObject({ code: 'ATTACHMENT_ERASED' });
    expect(await refused(upload(document, {}, 'cleo'))).toEqual([409, 'KEY_UNUSABLE']);
    expect(await uploaded(pdfOf(10), { key: 'erased' }, 'cleo')).toEqual({ ...answer, name: { erased: true } });
  });

  it('is asked for only when it is its turn, and never where it is refused', async () => {
    await service.started.app.listen(0, '127.0.0.1');
    const { gate } = service.started.kernel.attachments;
    const uploader = new Uploader(await service.started.app.getUrl(), service.token);
    const ask = (learner: string, key: string, file: () => SentFile) =>
      uploader.uploadWhenAsked(learner, document.bytes.length, key, file);
    expect((await ask('ada', 'asked', () => document)).status).toBe(200);
    let made = 0;
    const counted = (): SentFile => {
      made += 1;
      return document;
    };
    expect((await ask('nobody', 'refused', counted)).status).toBe(404);
    const never = new AbortController();
    const turns = Array.from({ length: UPLOADS_AT_ONCE_MAX + UPLOADS_WAITING_MAX }, () => gate.enter(never.signal));
    const busy = await ask('ada', 'busy', counted);
    expect([busy.status, (JSON.parse(busy.text) as ProblemAnswer).code]).toEqual([503, 'UPLOADS_BUSY']);
    const without = await upload(document);
    expect([without.status, without.headers['retry-after']]).toEqual([503, '10']);
    // Once for its length each, and never to be sent.
    expect(made).toBe(2);
    never.abort();
    for (const turn of turns) {
      const leave = await turn;
      if (!isRejection(leave)) leave();
    }
    expect((await ask('ada', 'busy', () => document)).status).toBe(200);
    // Other routes ask for their bodies at once, as before.
    const headers = { authorization: `Bearer ${service.token}`, 'idempotency-key': 'x', 'content-type': 'application/json' };
    const answer = await new Promise<number>((resolve, reject) => {
      const sent = request(`${uploader.url}/v1/learners`, { method: 'POST', headers: { ...headers, expect: '100-continue' } });
      sent.on('continue', () => sent.end(JSON.stringify({ learner: 'expected' })));
      sent.on('response', (response) => resolve(response.resume().statusCode!)).on('error', reject);
      sent.flushHeaders();
    });
    expect(answer).toBe(200);
    uploader.close();
  });

  it('is described where the interface is', async () => {
    const { paths } = (await service.get('/openapi.json')).json<{
      paths: Record<string, Record<string, { requestBody?: object }>>;
    }>();
    const { post } = paths['/v1/learners/{learner}/attachments']!;
    expect(post!.requestBody).toMatchObject({ content: { 'multipart/form-data': { schema: { required: ['file'] } } } });
    expect(paths['/v1/learners/{learner}/attachments/{attachment}']!['get']).toBeDefined();
  });
});
