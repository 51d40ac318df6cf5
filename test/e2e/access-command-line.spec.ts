import { runProgram, SpawnedService, type Ended } from '../support/spawned-service.js';
import { temporaryFolder, type TemporaryFolder } from '../support/service.js';

// A command is a process of its own, and the machine that tests has few cores.
jest.setTimeout(90_000);

const TOKEN = /export CERTLEDGER_KEY=(certledger_\S+)/;

interface KeyItem {
  readonly key: string;
  readonly person?: string;
  readonly service?: string;
  readonly standing: boolean;
  readonly roles: readonly string[];
}

describe('the command line of organizations, persons and keys', () => {
  let folder: TemporaryFolder;
  let service: SpawnedService;

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SpawnedService.start(folder.path);
  });
  afterAll(async () => {
    await service.end();
    folder.remove();
  });

  const call = (words: readonly string[], token = service.token): Promise<Ended> =>
    runProgram(words, { cwd: folder.path, settings: { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: token } });
  const json = async <Answer>(words: readonly string[]): Promise<Answer> => {
    const { code, out, err } = await call([...words, '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out) as Answer;
  };
  /** A list may be some milliseconds behind the write before it. */
  const eventually = async <Item>(words: readonly string[], isSo: (items: readonly Item[]) => boolean): Promise<Item[]> => {
    for (let looks = 0; ; looks += 1) {
      const items = await json<Item[]>(words);
      if (isSo(items) || looks > 20) return items;
    }
  };

  it('registers a person, lends a role and ends it', async () => {
    expect((await call(['persons', 'register', 'a.meier', '--name', 'Anna Meier'])).out).toBe('a.meier is registered\n');
    const lend = ['persons', 'delegate', 'a.meier', '--role', 'reviewer', '--from', '2026-01-01T00:00:00Z'];
    const { delegation } = await json<{ delegation: string }>([...lend, '--until', '2035-01-01T00:00:00Z']);
    const listed = await eventually<{ person: string; delegations: unknown[] }>(['persons', 'list'], (items) =>
      items.some(({ delegations }) => delegations.length > 0),
    );
    expect(listed.find(({ person }) => person === 'a.meier')).toMatchObject({
      name: 'Anna Meier',
      delegations: [{ delegation, role: 'reviewer', ended: false }],
    });
    const ended = await call(['persons', 'end-delegation', 'a.meier', delegation]);
    expect(ended.out).toBe(`delegation ${delegation} has ended\n`);
    const forgotten = await call(lend);
    expect({ code: forgotten.code, err: forgotten.err }).toMatchObject({ code: 64, err: expect.stringContaining('--until') });
  });

  it('issues a key whose token opens the door, rotates it and revokes it', async () => {
    const made = await call(['keys', 'issue', '--person', 'a.meier', '--role', 'auditor', 'reporter', '--label', 'laptop']);
    const token = TOKEN.exec(made.out)![1]!;
    const me = async (held: string) => (await service.get('/v1/me', { token: held })).status;
    expect(await me(token)).toBe(200);
    const key = /^key (\S+)/.exec(made.out)![1]!;
    const rotated = await call(['keys', 'rotate', key, '--overlap', '0']);
    const fresh = TOKEN.exec(rotated.out)![1]!;
    expect([await me(token), await me(fresh)]).toEqual([401, 200]);
    const successor = /^key (\S+)/.exec(rotated.out)![1]!;
    expect((await call(['keys', 'revoke', successor, '--reason', 'lost', '--text', 'In a train.'])).out).toBe(
      `key ${successor} is revoked\n`,
    );
    expect(await me(fresh)).toBe(401);
    const keys = await eventually<KeyItem>(['keys', 'list'], (items) =>
      items.some(({ key: id, standing }) => id === successor && !standing),
    );
    expect(keys.find(({ key: id }) => id === successor)).toMatchObject({ person: 'a.meier', standing: false });
    const text = (await call(['keys', 'list'])).out;
    expect(text).toMatch(new RegExp(`^${successor} {2}revoked {2}person a\\.meier {2}auditor,reporter {2}label laptop`, 'm'));
    expect(text).not.toContain('certledger_');
  });

  it('says what is wrong in one line', async () => {
    const nobody = await call(['keys', 'issue', '--person', 'ghost', '--role', 'auditor']);
    expect({ code: nobody.code, out: nobody.out, err: nobody.err }).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^certledger: 404 PERSON_UNKNOWN: .*\n$/),
    });
    const rotation = await call(['keys', 'rotate', 'x', '--overlap', 'long']);
    expect(rotation.err).toBe('certledger: --overlap is a whole number of seconds.\n');
    expect((await call(['keys', 'list'], 'certledger_wrong')).err).toMatch(/^certledger: 401 UNAUTHENTICATED: /);
  });

  it('makes an organization and deactivates a person of it', async () => {
    const made = await call(['organizations', 'create', 'acme', '--name', 'ACME Rescue', '--administrator', 'chief']);
    const token = TOKEN.exec(made.out)![1]!;
    expect((await call(['persons', 'register', 'b.sor'], token)).code).toBe(0);
    const away = await call(['persons', 'deactivate', 'b.sor', '--reason', 'left-us', '--text', 'Went home.'], token);
    expect(away.out).toBe('b.sor is deactivated\n');
    expect((await call(['persons', 'reactivate', 'b.sor', '--reason', 'back', '--text', 'Came back.'], token)).code).toBe(0);
    const listed = await eventually<{ organization: string }>(['organizations', 'list'], (items) => items.length === 2);
    expect(listed.map(({ organization }) => organization)).toEqual(['main', 'acme']);
  });
});
