import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration, shownConfiguration } from '../../src/app/configuration.js';
import { AUDIENCE, IdentityProvider, published, signingKey, tokenOf } from '../support/identity-provider.js';
import { course, Service, temporaryFolder, TestClock, type Answered, type ProblemAnswer } from '../support/service.js';

/** Bearer tokens of an identity provider beside the ledger's own keys, through the whole application. */
const START = '2024-06-01T12:00:00.000Z';
const START_SECONDS = Date.parse(START) / 1_000;
const key = signingKey('key-1', 'ES256');

let provider: IdentityProvider;
let elsewhere: IdentityProvider;
let service: Service;
let clock: TestClock;

beforeAll(async () => {
  provider = await IdentityProvider.start([published(key)]);
  elsewhere = await IdentityProvider.start([published(key)]);
  clock = new TestClock();
  service = await Service.memory(clock, [
    provider.configured({ roles: { editors: 'author', chiefs: 'admin', controllers: 'auditor' } }),
    elsewhere.configured({ organization: 'unmade', roles: { editors: 'author' } }),
  ]);
});
afterAll(async () => {
  await service.stop();
  await Promise.all([provider.stop(), elsewhere.stop()]);
});
beforeEach(() => clock.set(START));

const token = (more: object = {}): string =>
  tokenOf(key, { iss: provider.issuer, aud: AUDIENCE, sub: 'E-1001', exp: START_SECONDS + 600, roles: ['editors'], ...more });
const codeOf = (answer: Answered): string => answer.json<ProblemAnswer>().code;

describe('a person with a token of a configured issuer', () => {
  it('acts in the mapped role, and the log holds a pseudonym and an id of the account in place of a key', async () => {
    await service.write('/v1/courses', course('by-session'), { token: token() });
    await service.write('/v1/courses', course('by-session-again'), { token: token({ exp: START_SECONDS + 900 }) });
    const [one, other] = (await service.events()).slice(-2).map(({ metadata }) => metadata.actor);
    const person = await service.started.kernel.keyRing.pseudonym('main', 'person', 'E-1001');
    expect(one).toEqual({ key: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, person, role: 'author' });
    expect(other).toEqual(one);
    expect(JSON.stringify(await service.events())).not.toContain('E-1001');
  });

  it('is another actor than another account, also of the same person', async () => {
    await service.write('/v1/courses', course('by-another-account'), { token: token({ sub: 'E-2002' }) });
    const actors = (await service.events()).slice(-2).map(({ metadata }) => metadata.actor);
    expect(actors[0]!.key).not.toBe(actors[1]!.key);
    expect(actors[0]!.person).not.toBe(actors[1]!.person);
  });

  it('is refused what the role does not allow, and everything without a role', async () => {
    const asAuditor = await service.post('/v1/courses', course('by-auditor'), { token: token({ roles: ['controllers'] }) });
    expect([asAuditor.status, codeOf(asAuditor)]).toEqual([403, 'FORBIDDEN']);
    for (const roles of [[], ['author'], ['operator'], ['admin'], undefined]) {
      const answer = await service.get('/v1/courses', { token: token({ roles }) });
      expect([answer.status, codeOf(answer)]).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('is let in until the token ends, with the tolerance, and not a second longer', async () => {
    clock.set('2024-06-01T12:10:29.000Z');
    expect((await service.get('/v1/courses', { token: token() })).status).toBe(200);
    clock.set('2024-06-01T12:10:30.000Z');
    expect((await service.get('/v1/courses', { token: token() })).status).toBe(401);
  });
});

describe('whoever has no good token', () => {
  it('gets the same answer whatever is wrong with it', async () => {
    const other = signingKey('key-1', 'ES256');
    const wrong = [
      tokenOf(other, { iss: provider.issuer, aud: AUDIENCE, sub: 'E-1001', exp: START_SECONDS + 600, roles: ['chiefs'] }),
      token({ aud: 'https://elsewhere.example' }),
      token({ iss: 'https://login.attacker.example' }),
      token({ exp: START_SECONDS - 600 }),
      token({ padding: 'x'.repeat(8_000) }),
      // Its organization was never made.
      token({ iss: elsewhere.issuer }),
      'certledger_main_nothing',
    ];
    const answers = await Promise.all(wrong.map((bad) => service.get('/v1/courses', { token: bad })));
    const shown = answers.map((answer) => ({ ...answer.json<ProblemAnswer>(), requestId: '' }));
    expect(answers.map(({ status }) => status)).toEqual(wrong.map(() => 401));
    expect(answers.map(({ headers }) => headers['www-authenticate'])).toEqual(wrong.map(() => 'Bearer'));
    expect(shown).toEqual(wrong.map(() => shown[0]));
  });

  it('makes nothing by asking: an organization that is only configured gets no key', async () => {
    expect((await service.get('/v1/courses', { token: token({ iss: elsewhere.issuer }) })).status).toBe(401);
    expect(await service.started.kernel.keyRing.knowsOrganization('unmade')).toBe(false);
  });

  it('a long token of a person with many roles is let in', async () => {
    const roles = ['editors', ...Array.from({ length: 190 }, (_, index) => `application-${index}-readers`)];
    expect(token({ roles }).length).toBeGreaterThan(5_000);
    expect((await service.get('/v1/courses', { token: token({ roles }) })).status).toBe(200);
  });
});

describe('while the issuer is away', () => {
  it('a token that cannot be checked is answered 503 with a pause to make, and keys of the ledger open the door', async () => {
    const away = await IdentityProvider.start();
    const other = await Service.memory(new TestClock(), [away.configured()]);
    await away.stop();
    const answer = await other.get('/v1/courses', { token: token({ iss: away.issuer }) });
    expect([answer.status, codeOf(answer)]).toEqual([503, 'IDENTITY_PROVIDER_UNAVAILABLE']);
    expect(answer.headers['retry-after']).toBeDefined();
    // Where the issuer is and why it does not answer is for the log.
    expect(answer.text).not.toContain(away.issuer);
    expect((await other.get('/v1/courses')).status).toBe(200);
    await other.stop();
  });
});

describe('CERTLEDGER_OIDC_FILE', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'issuers.json');
  afterAll(() => folder.remove());
  const configured = (text: string, more: Readonly<Record<string, string>> = {}) => {
    writeFileSync(file, text);
    return readConfiguration({ CERTLEDGER_OIDC_FILE: file, ...more }, join(folder.path, '.env'));
  };

  it('is read at the start; without it no issuer is trusted', () => {
    const configuration = configured(JSON.stringify({ issuers: [provider.configured()] }));
    expect(configuration.issuers).toEqual([provider.configured()]);
    expect(shownConfiguration(configuration)).toMatchObject({ CERTLEDGER_OIDC_FILE: file });
    expect(readConfiguration({}, join(folder.path, '.env')).issuers).toEqual([]);
  });

  it('may hold what docs/operations.md shows', () => {
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
    const [, example] = /^## OpenID Connect$.*?^```json\n(.*?)^```$/ms.exec(page)!;
    expect(configured(example!).issuers).toHaveLength(1);
  });

  it('whatever is wrong in it is named beside what else is wrong', () => {
    const wrong = JSON.stringify({ issuers: [{ ...provider.configured(), algorithms: ['HS256'], roles: { a: 'operator' } }] });
    const failed = () => configured(wrong, { CERTLEDGER_PORT: 'x', CERTLEDGER_ORGANIZATION: 'acme' });
    expect(failed).toThrow(/CERTLEDGER_PORT must be a whole number/);
    expect(failed).toThrow(/CERTLEDGER_OIDC_FILE: \/issuers\/0\/algorithms\/0: Must be an asymmetric algorithm/);
    expect(failed).toThrow(/CERTLEDGER_OIDC_FILE: \/issuers\/0\/roles\/a: Must not be a role of the platform; only acme/);
  });

  it('that is missing, a folder or too large is refused by its name', () => {
    expect(() => configured('{}', { CERTLEDGER_OIDC_FILE: join(folder.path, 'nowhere.json') })).toThrow(
      /nowhere.json cannot be read/,
    );
    expect(() => configured('{}', { CERTLEDGER_OIDC_FILE: folder.path })).toThrow(/must be a file of at most 65536 bytes/);
    const atBound = JSON.stringify({ issuers: [provider.configured()] }).padEnd(65_536);
    expect(configured(atBound).issuers).toHaveLength(1);
    expect(() => configured(`${atBound} `)).toThrow(/must be a file of at most 65536 bytes/);
  });
});
