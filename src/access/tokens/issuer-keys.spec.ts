import { pino } from 'pino';
import { AUDIENCE, IdentityProvider, published, signingKey, tokenOf } from '../../../test/support/identity-provider.js';
import {
  FAILURE_PAUSE_MILLISECONDS,
  FETCH_MILLISECONDS_MAX,
  KEYS_AGE_MILLISECONDS_MAX,
  KEYS_BYTES_MAX,
  KEYS_COOLDOWN_MILLISECONDS,
} from './issuer-keys.js';
import { SessionTokens, type Session } from './session-tokens.js';

const START = Date.parse('2024-06-01T12:00:00Z');
const first = signingKey('first', 'ES256');
const second = signingKey('second', 'ES256');

let provider: IdentityProvider;
let tokens: SessionTokens;
let elapsed: number;

/** Time passes for the ledger's clock and for the library, which asks the machine how old its keys are. */
const pass = (milliseconds: number): void => void (elapsed += milliseconds);

beforeEach(async () => {
  elapsed = 0;
  const real = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => real() + elapsed);
  provider = await IdentityProvider.start([published(first)]);
  const clock = { now: () => new Date(START + elapsed).toISOString() };
  tokens = new SessionTokens([provider.configured()], clock, pino({ level: 'silent' }));
});
afterEach(async () => {
  jest.restoreAllMocks();
  await provider.stop();
});

const token = (key = first, more: object = {}): string =>
  tokenOf(key, { iss: provider.issuer, aud: AUDIENCE, sub: 'E-1001', exp: (START + 86_400_000) / 1_000, ...more });
const verify = (key = first): Promise<Session | undefined> => tokens.verify(token(key));
const unavailable = { code: 'IDENTITY_PROVIDER_UNAVAILABLE', retryable: true };

describe('the keys of an issuer', () => {
  it('are not fetched before a token of the issuer comes, and then once', async () => {
    await tokens.verify('certledger_main_nothing');
    await tokens.verify(tokenOf(first, { iss: 'https://elsewhere.example' }));
    expect(provider.requests).toBe(0);
    expect(await Promise.all(Array.from({ length: 20 }, () => verify()))).not.toContain(undefined);
    expect(await verify()).toBeDefined();
    expect(provider.requests).toBe(1);
  });

  it('a new key is found after the cooldown, and the key that went opens nothing then', async () => {
    expect(await verify()).toBeDefined();
    provider.keys = [published(second)];
    expect(await verify(second)).toBeUndefined();
    expect(provider.requests).toBe(1);
    pass(KEYS_COOLDOWN_MILLISECONDS);
    expect(await verify(second)).toBeDefined();
    expect(await verify(first)).toBeUndefined();
    expect(provider.requests).toBe(2);
  });

  it('a hundred made-up key ids cost the issuer one request in a cooldown', async () => {
    expect(await verify()).toBeDefined();
    pass(KEYS_COOLDOWN_MILLISECONDS);
    for (let index = 0; index < 100; index += 1)
      expect(await tokens.verify(tokenOf({ ...second, kid: `made-up-${index}` }, { iss: provider.issuer }))).toBeUndefined();
    expect(provider.requests).toBe(2);
  });

  it('are fetched anew when they are old, so that a key that its issuer took back opens nothing', async () => {
    expect(await verify()).toBeDefined();
    provider.keys = [published(second)];
    pass(KEYS_AGE_MILLISECONDS_MAX - 60_000);
    expect(await verify()).toBeDefined();
    pass(60_000);
    expect(await verify()).toBeUndefined();
  });

  it('serve on while the issuer is away, but not when they are old', async () => {
    expect(await verify()).toBeDefined();
    await provider.stop();
    expect(await verify()).toBeDefined();
    pass(KEYS_AGE_MILLISECONDS_MAX);
    await expect(verify()).rejects.toMatchObject(unavailable);
  });

  it('an unknown key while the issuer is away cannot be judged, and a known one can', async () => {
    expect(await verify()).toBeDefined();
    provider.instead = { status: 500 };
    pass(KEYS_COOLDOWN_MILLISECONDS);
    await expect(verify(second)).rejects.toMatchObject(unavailable);
    expect(await verify(first)).toBeDefined();
  });

  it('after a failure the issuer is left alone for a pause, and then asked again', async () => {
    provider.instead = { status: 503 };
    for (let index = 0; index < 10; index += 1) await expect(verify()).rejects.toMatchObject(unavailable);
    expect(provider.requests).toBe(1);
    provider.instead = undefined;
    pass(FAILURE_PAUSE_MILLISECONDS - 1);
    await expect(verify()).rejects.toMatchObject(unavailable);
    pass(1);
    expect(await verify()).toBeDefined();
    expect(provider.requests).toBe(2);
  });

  it('a clock that is set back does not make the pause longer', async () => {
    provider.instead = { status: 503 };
    await expect(verify()).rejects.toMatchObject(unavailable);
    provider.instead = undefined;
    pass(-3_600_000);
    expect(await verify()).toBeDefined();
  });

  it.each<[string, () => NonNullable<IdentityProvider['instead']>]>([
    ['no JSON', () => ({ body: '<html>Sign in</html>' })],
    ['no set of keys', () => ({ body: '{"keys":{}}' })],
    ['more than the bound', () => ({ body: JSON.stringify({ keys: [published(first)], padding: 'x'.repeat(KEYS_BYTES_MAX) }) })],
    ['a key that is none', () => ({ body: JSON.stringify({ keys: [published(first, { x: 'AAAA' })] }) })],
    [
      'a private key',
      () => ({ body: JSON.stringify({ keys: [{ ...first.privateKey.export({ format: 'jwk' }), kid: 'first' }] }) }),
    ],
    ['a redirection to where keys are', () => ({ status: 302, location: `${provider.issuer}/moved` })],
    ['not found', () => ({ status: 404 })],
  ])('that are %s are no keys', async (_name, instead) => {
    provider.instead = instead();
    await expect(verify()).rejects.toMatchObject(unavailable);
    expect(provider.requests).toBe(1);
  });

  it('as large as the bound are taken', async () => {
    const empty = JSON.stringify({ keys: [published(first)], padding: '' });
    const body = JSON.stringify({ keys: [published(first)], padding: 'x'.repeat(KEYS_BYTES_MAX - empty.length) });
    expect(body).toHaveLength(KEYS_BYTES_MAX);
    provider.instead = { body };
    expect(await verify()).toBeDefined();
  });

  it('an issuer that does not answer holds nobody up for longer than the bound', async () => {
    provider.instead = 'silence';
    const begun = performance.now();
    await expect(verify()).rejects.toMatchObject(unavailable);
    expect(performance.now() - begun).toBeLessThan(FETCH_MILLISECONDS_MAX + 2_000);
  });

  it('one key without an id of its own fits a token without one', async () => {
    provider.keys = [published(first, { kid: undefined })];
    const claims = { iss: provider.issuer, aud: AUDIENCE, sub: 'E-1001', exp: START / 1_000 + 60 };
    expect(await tokens.verify(tokenOf(first, claims, { kid: undefined }))).toBeDefined();
  });
});
