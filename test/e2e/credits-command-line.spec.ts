import { runProgram, SpawnedService, type Ended } from '../support/spawned-service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/service.js';

// A command is a process of its own, and the machine that tests has few cores.
jest.setTimeout(180_000);

describe('the command line of credits', () => {
  let folder: TemporaryFolder;
  let service: SpawnedService;

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SpawnedService.start(folder.path);
    await service.post('/v1/organizations', { organization: 'acme', name: 'ACME', administrator: { person: 'chief' } });
  });
  afterAll(async () => {
    await service.end();
    folder.remove();
  });

  const call = (words: readonly string[]): Promise<Ended> =>
    runProgram(['credits', ...words], {
      cwd: folder.path,
      settings: { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: service.token },
    });

  it('sells, shows the balance and the statement, and refuses what is no number of credits', async () => {
    const sold = await call(['purchase', 'acme', '500', '--reference', 'INV-1']);
    expect([sold.code, sold.out, sold.err]).toEqual([0, '500 credits: recorded\n', '']);
    const again = await call(['purchase', 'acme', '500', '--reference', 'INV-1']);
    expect([again.code, again.out]).toEqual([0, '500 credits: unchanged\n']);
    const today = new Date().toISOString().slice(0, 10);
    const period = ['--from', '2024-01-01', '--to', today, '--organization', 'acme'];
    const statement = await call(['statement', ...period]);
    expect([statement.code, statement.err]).toEqual([0, '']);
    const held = 'available 500  reserved 0  consumed 0  purchased 500  adjusted 0';
    expect(statement.out.split('\n')).toEqual([
      `acme  2024-01-01 to ${today} (UTC)`,
      'opening  available 0  reserved 0  consumed 0  purchased 0  adjusted 0',
      expect.stringMatching(/^\S+Z {2}CreditsPurchased {2}purchased -500, available \+500 {2}available 500 {2}INV-1$/),
      `closing  ${held}`,
      '',
    ]);
    const asJson = await call(['statement', ...period, '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ closing: { available: 500 }, items: [{ reference: 'INV-1' }] });
    // The statement has waited for the end of the log; the balance is read from a model beside it.
    const { out } = await call(['balance', '--organization', 'acme']);
    expect(out).toBe(`acme  ${held}\n`);
    const own = await call(['balance', '--json']);
    expect(JSON.parse(own.out)).toMatchObject({ organization: 'main', available: 0 });
    expect(await call(['purchase', 'acme', '1.5'])).toMatchObject({ code: 1, err: expect.stringContaining('whole number') });
    expect(await call(['purchase', 'acme', '9000000'])).toMatchObject({ code: 1, err: expect.stringContaining('1,000,000') });
    expect(await call(['purchase', 'nobody', '5'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('ORGANIZATION_UNKNOWN'),
    });
  });
});
