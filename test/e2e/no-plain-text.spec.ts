import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hits, plantByImport, Planted, plantOverHttp, type Haystack } from '../support/planted.js';
import { eventually, temporaryFolder } from '../support/service.js';
import { SpawnedService } from '../support/spawned-service.js';

/**
 * Markers are planted wherever a caller can put something of a person, in requests that are taken and in ones that are
 * refused, over HTTP and by import. Then every byte of the data folder and of the logs is searched for each of them, in
 * the clear and in the spellings in which a text commonly hides. What is meant to stay readable is searched for as well,
 * so that the search is known to find what is there.
 */
describe('no plain text of a person', () => {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  afterAll(() => folder.remove());

  const planted = new Planted();
  const { plant } = planted;
  const files = (): Haystack[] =>
    readdirSync(data, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((name) => ({ name, bytes: readFileSync(name) }));

  it('stands in any byte of the data folder or the logs, while the service runs and after it has stopped', async () => {
    const settings = { CERTLEDGER_LOG_LEVEL: 'debug' };
    const service = await SpawnedService.start(data, { cwd: folder.path, settings });
    await plantOverHttp(service, plant);
    await plantByImport(service, folder.path, plant);
    // All read models have come as far as the log, so that they are searched with everything in them.
    await eventually(async () => {
      const { projections } = (await service.get('/v1/projections')).json<{ projections: { current: boolean }[] }>();
      return projections.every(({ current }) => current) ? true : undefined;
    });
    const secret = service.token.slice(service.token.lastIndexOf('_') + 1);
    const log = (): Haystack => ({ name: 'the log', bytes: Buffer.from(service.stderr) });
    const running = files();
    expect(running.map(({ name }) => name).filter((name) => name.endsWith('-wal')).length).toBeGreaterThan(0);
    expect(planted.texts.length).toBeGreaterThan(50);
    // The search finds what is meant to be readable, and the log tells of each request.
    expect(hits(running, ['issued-in-error', 'CertificationRevoked', 'fire-safety-is-not-there'])).toEqual(
      expect.arrayContaining([expect.stringContaining('issued-in-error as plain'), expect.stringContaining('events.sqlite')]),
    );
    expect(log().bytes.toString()).toContain('/v1/learners/:learner/completions');
    expect(hits([...running, log()], [...planted.texts, secret])).toEqual([]);
    expect((await service.end()).code).toBe(0);
    expect(hits([...files(), log()], [...planted.texts, secret])).toEqual([]);
  }, 120_000);
});
