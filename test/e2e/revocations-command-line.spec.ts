import { runProgram, SpawnedService, type Ended } from '../support/spawned-service.js';
import { course, scheme, temporaryFolder, type TemporaryFolder } from '../support/service.js';

// A command is a process of its own, and the machine that tests has few cores.
jest.setTimeout(180_000);

describe('the command line of revocations', () => {
  let folder: TemporaryFolder;
  let service: SpawnedService;
  let chief: string;

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SpawnedService.start(folder.path);
    await service.post('/v1/persons', { person: 'chief' });
    chief = (await service.post('/v1/keys', { person: 'chief', roles: ['admin'] })).json<{ token: string }>().token;
    await service.post('/v1/courses', course('C1'));
    await service.post('/v1/schemes', scheme('guard', { course: 'C1' }));
    for (const learner of ['emp 1', 'emp 2', 'emp 3']) {
      await service.post('/v1/learners', { learner });
      const done = { course: 'C1', effective: { date: '2024-05-02' } };
      await service.post(`/v1/learners/${encodeURIComponent(learner)}/completions`, done);
    }
    const reason = { code: 'misconduct', text: 'Left the post.' };
    await service.post('/v1/learners/emp%203/schemes/guard/revocations', { reason });
  });
  afterAll(async () => {
    await service.end();
    folder.remove();
  });

  const call = (words: readonly string[]): Promise<Ended> =>
    runProgram(['revocations', ...words], {
      cwd: folder.path,
      settings: { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: chief },
    });

  it('previews, tells how to confirm, confirms once however often it is called, and knows a stale preview', async () => {
    const filter = ['--scheme', 'guard', '--awarded-from', '2024-05-02', '--awarded-until', '2024-05-02'];
    const preview = await call(['preview', ...filter]);
    expect([preview.code, preview.err]).toEqual([0, '']);
    expect(preview.out).toMatch(/^emp \d guard 1 {2}revoke$/m);
    expect(preview.out).toMatch(/^emp 3 guard 1 {2}ALREADY_REVOKED {2}\w/m);
    expect(preview.out).toContain('3 match: 2 to revoke, 0 to propose, 1 refused\n');
    const [, digest, position] = /--digest (\w+) --position (\S+)\n$/.exec(preview.out)!;
    const confirm = ['confirm', ...filter, '--digest', digest!, '--position', position!, '--reason', 'issued-in-error'];
    expect(await call(confirm)).toMatchObject({ code: 64, err: expect.stringContaining('--text') });
    const first = await call([...confirm, '--text', 'The exam was void.']);
    expect([first.code, first.out]).toEqual([0, expect.stringMatching(/2 revoked, 0 proposed, 0 refused\n$/)]);
    const again = await call([...confirm, '--text', 'The exam was void.', '--json']);
    const batch = JSON.parse(again.out) as { rows: { outcome: string }[] };
    expect([again.code, batch.rows.map(({ outcome }) => outcome)]).toEqual([0, ['replayed', 'replayed']]);
    const other = await call([...confirm, '--text', 'Another reason.']);
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('PREVIEW_STALE') });
    const alone = await call(['preview', '--scheme', 'guard', '--source', 'lms']);
    expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('--import') });
    const nonsense = await call(['preview', '--scheme', 'guard', '--edition', 'first']);
    expect(nonsense).toMatchObject({ code: 1, err: expect.stringContaining('INVALID_REQUEST') });
  });
});
