import { runProgram, SpawnedService, type Ended } from '../support/spawned-service.js';
import { scheme, temporaryFolder, type TemporaryFolder } from '../support/service.js';

// A command is a process of its own, and the machine that tests has few cores.
jest.setTimeout(90_000);

describe('the command line of reviews', () => {
  let folder: TemporaryFolder;
  let service: SpawnedService;
  let reviewer: string;

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SpawnedService.start(folder.path);
    await service.post('/v1/persons', { person: 'chief' });
    reviewer = (await service.post('/v1/keys', { person: 'chief', roles: ['reviewer'] })).json<{ token: string }>().token;
    for (const id of ['trade', 'other']) await service.post('/v1/schemes', scheme(id, { submission: 'Licence' }));
    await service.post('/v1/learners', { learner: 'emp 1' });
    const body = { label: 'Licence', kind: 'external-training', effective: { date: '2024-05-02' } };
    for (const id of ['trade', 'other']) await service.post('/v1/learners/emp%201/submissions', { ...body, scheme: id });
  });
  afterAll(async () => {
    await service.end();
    folder.remove();
  });

  const call = (words: readonly string[]): Promise<Ended> =>
    runProgram(['reviews', ...words], { cwd: folder.path, settings: { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: reviewer } });
  /** A list may be some milliseconds behind the write before it. */
  async function listed(count: number, ...words: readonly string[]): Promise<readonly { submission: number; scheme: string }[]> {
    for (let looks = 0; ; looks += 1) {
      const { code, out, err } = await call(['list', ...words, '--json']);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      const items = JSON.parse(out) as { submission: number; scheme: string }[];
      if (items.length === count || looks > 20) return items;
    }
  }

  it('lists what waits, approves with a reason or without, declines with one', async () => {
    expect((await listed(2)).map(({ submission }) => submission)).toEqual([1, 2]);
    expect(await listed(1, '--scheme', 'other', '--kind', 'external-training')).toMatchObject([
      { submission: 2, scheme: 'other' },
    ]);
    expect((await call(['list', '--scheme', 'trade'])).out).toMatch(
      /^emp 1 1 {2}trade {2}Licence {2}external-training {2}since \S+Z\n$/,
    );
    const forgotten = await call(['decline', 'emp 1', '2', '--reason', 'unreadable']);
    expect(forgotten).toMatchObject({ code: 64, err: expect.stringContaining('--text') });
    const half = await call(['approve', 'emp 1', '1', '--reason', 'seen']);
    expect(half).toMatchObject({ code: 1, err: expect.stringContaining('INVALID_REQUEST') });
    const declined = await call(['decline', 'emp 1', '2', '--reason', 'unreadable', '--text', 'Cut off.']);
    expect(declined).toMatchObject({ code: 0, out: 'submission 2 of emp 1 is declined\n' });
    const approved = await call(['approve', 'emp 1', '1', '--reason', 'seen', '--text', 'Compared.']);
    expect(approved).toMatchObject({ code: 0, out: 'submission 1 of emp 1 is approved\n' });
    const again = await call(['approve', 'emp 1', '1']);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('SUBMISSION_DECIDED') });
    expect(await listed(0)).toEqual([]);
  });
});
