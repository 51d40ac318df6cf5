import { ATTACHMENT_BYTES_MAX } from '../../src/attachments/domain/bounds.js';
import { harmlessFiles, hostileFiles, type HostileFile } from '../support/hostile-files.js';
import { Service, type Answered } from '../support/service.js';
import { benignFiles, pdfOf, uploadOf, type SentFile } from '../support/uploads.js';

/** What people send to harm: nothing of it is taken, and nothing of it is left. What they send to prove something is. */
describe('files that are sent', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.memory();
    await service.write('/v1/learners', { learner: 'ada' });
  });
  afterAll(() => service.stop());

  let keys = 0;
  const upload = (file: SentFile): Promise<Answered> =>
    service.request('POST', '/v1/learners/ada/attachments', uploadOf(file, { key: `upload-${(keys += 1)}` }));
  const stored = () => service.engines.files.page({ state: 'uploaded', before: '9999', limit: 200 });

  it('to harm are all refused, with the reason, and leave nothing behind', async () => {
    const oversized: HostileFile = { what: 'more than a file may hold', ...pdfOf(ATTACHMENT_BYTES_MAX + 1) };
    const files = [...hostileFiles, oversized];
    const accepted: string[] = [];
    const codes = new Map<string, number>();
    for (const file of files) {
      const answer = await upload(file);
      if (answer.status < 400) accepted.push(file.what);
      else {
        const { status, code, detail } = answer.json<{ status: number; code: string; detail: string }>();
        expect([file.what, [400, 413, 422].includes(status), /\w\.$/.test(detail)]).toEqual([file.what, true, true]);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
    }
    process.stderr.write(`upload: ${files.length} hostile files, ${accepted.length} accepted\n`);
    expect(accepted).toEqual([]);
    expect(files.length).toBeGreaterThanOrEqual(80);
    expect(new Set(files.map(({ what }) => what)).size).toBe(files.length);
    // Each kind of refusal is met, so that no one rule refuses everything.
    expect([...codes.keys()].sort()).toEqual([
      'ATTACHMENT_TOO_LARGE',
      'FILE_NAME_INVALID',
      'FILE_NOT_TAKEN',
      'FILE_TYPE_MISMATCH',
      'FILE_TYPE_NOT_TAKEN',
    ]);
    expect(await stored()).toEqual([]);
    expect(await service.engines.files.sweep('9999')).toBe(0);
  }, 120_000);

  it.each(harmlessFiles.map((file) => [file.what, file] as const))('without harm are taken: %s', async (_, file) => {
    const answer = await upload(file);
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
  });

  it.each(benignFiles.map((file) => [file.name, file] as const))('to prove something are taken: %s', async (_, file) => {
    const answer = await upload(file);
    expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, '']);
    expect(answer.json()).toMatchObject({ size: file.bytes.length, mediaType: file.type, name: file.name });
  });

  it.each(['Zeugnis Müller 12.03.2024.pdf', 'report.final.v2.pdf', "O'Brien & Söhne (1).PDF", '証明書.pdf', 'a.pdf'])(
    'may have any ordinary name: %s',
    async (name) => {
      expect((await upload({ ...pdfOf(2_000), name })).status).toBe(200);
    },
  );
});
