import { pino } from 'pino';
import {
  AUDIENCE,
  compact,
  encoded,
  IdentityProvider,
  macOf,
  published,
  signature,
  signingKey,
  tokenOf,
} from '../../../test/support/identity-provider.js';
import { ROLE_VALUES_MAX, SessionTokens, TOKEN_CHARACTERS_MAX } from './session-tokens.js';

/** Each forgery is a good token but for one thing, so that what refuses it can only be that thing. */
const NOW = Date.parse('2024-06-01T12:00:00Z') / 1_000;
const clock = { now: () => new Date(NOW * 1_000).toISOString() };
const PERSON = 'E-1001';

const rsa = signingKey('rsa', 'RS256');
const rsaNext = signingKey('rsa-next', 'RS256');
const pss = signingKey('pss', 'PS256');
const ec = signingKey('ec', 'ES256');
const ed = signingKey('ed', 'EdDSA');
const weak = signingKey('weak', 'RS256', 1_024);
const encryption = signingKey('encryption', 'RS256');
const SECRET = Buffer.alloc(32, 9);
const octet = { kty: 'oct', kid: 'octet', k: SECRET.toString('base64url') };
const attackers = signingKey('rsa', 'RS256');

let provider: IdentityProvider;
let neighbour: IdentityProvider;
let attacker: IdentityProvider;
let tokens: SessionTokens;
const log: string[] = [];

const claims = (more: object = {}) => ({
  iss: provider.issuer,
  aud: AUDIENCE,
  sub: PERSON,
  exp: NOW + 600,
  iat: NOW,
  roles: ['ledger-admins'],
  ...more,
});
const good = (more: object = {}, header: object = {}): string => tokenOf(rsa, claims(more), header);
const without = (claim: string): string => good({ [claim]: undefined });
/** The payload as a text, for what JSON.stringify would never write. */
const written = (member: string): string =>
  tokenOf(rsa, JSON.stringify(claims({ exp: undefined })).replace(/\}$/, `,${member}}`));
const header = (more: object = {}) => ({ alg: 'RS256', typ: 'JWT', kid: 'rsa', ...more });
const byAttacker = (more: object): string => tokenOf(attackers, claims(), more);
const attackersKeys = (): string => `${attacker.issuer}/keys`;
const parts = (token: string): [string, string, string] => token.split('.') as [string, string, string];
const spelledOtherwise = (part: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1)!) ^ 1]!;
};
/** The shortest good token that is longer than the bound. */
const tooLong = (): string => {
  let padding = 'x'.repeat(5_000);
  while (good({ padding }).length <= TOKEN_CHARACTERS_MAX) padding += 'x';
  return good({ padding });
};

const FORGERIES: Readonly<Record<string, () => string>> = {
  // The algorithm.
  'alg none without a signature': () => `${encoded(header({ alg: 'none' }))}.${encoded(claims())}.`,
  'alg none with a signature': () => compact(header({ alg: 'none' }), claims(), (input) => signature('RS256', rsa, input)),
  'alg nOnE': () => compact(header({ alg: 'nOnE' }), claims(), (input) => signature('RS256', rsa, input)),
  'alg in lower case': () => compact(header({ alg: 'rs256' }), claims(), (input) => signature('RS256', rsa, input)),
  'alg missing': () => compact({ typ: 'JWT', kid: 'rsa' }, claims(), (input) => signature('RS256', rsa, input)),
  'alg as a list': () => compact(header({ alg: ['RS256'] }), claims(), (input) => signature('RS256', rsa, input)),
  'alg of a prototype': () => compact(header({ alg: 'constructor' }), claims(), (input) => signature('RS256', rsa, input)),
  'HS256 with the public key in PEM as its secret': () =>
    compact(header({ alg: 'HS256' }), claims(), (input) =>
      macOf(rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string, input),
    ),
  'HS256 with the published key as its secret': () =>
    compact(header({ alg: 'HS256' }), claims(), (input) => macOf(JSON.stringify(published(rsa)), input)),
  'HS256 with an empty secret': () => compact(header({ alg: 'HS256' }), claims(), (input) => macOf('', input)),
  'HS256 with a symmetric key that the issuer published': () =>
    compact(header({ alg: 'HS256', kid: 'octet' }), claims(), (input) => macOf(SECRET, input)),
  'PS256 with a key for RS256': () => compact(header({ alg: 'PS256' }), claims(), (input) => signature('PS256', rsa, input)),
  'RS256 with a key for PS256': () => compact(header({ kid: 'pss' }), claims(), (input) => signature('RS256', pss, input)),
  'RS384, which is not allowed': () => compact(header({ alg: 'RS384' }), claims(), (input) => signature('RS384', rsa, input)),
  'EdDSA with a key for ES256': () =>
    compact(header({ alg: 'EdDSA', kid: 'ec' }), claims(), (input) => signature('EdDSA', ed, input)),
  'ES256 with a signature of zeros': () => compact(header({ alg: 'ES256', kid: 'ec' }), claims(), () => Buffer.alloc(64)),
  'EdDSA with a signature of zeros': () => compact(header({ alg: 'EdDSA', kid: 'ed' }), claims(), () => Buffer.alloc(64)),
  'a key of 1024 bits': () => tokenOf(weak, claims()),
  'a key for encryption': () => tokenOf(encryption, claims()),
  // The type.
  'typ missing': () => good({}, { typ: undefined }),
  'typ of a logout token': () => good({}, { typ: 'logout+jwt' }),
  'typ of a security event': () => good({}, { typ: 'secevent+jwt' }),
  'typ as a number': () => good({}, { typ: 1 }),
  // Keys from elsewhere.
  'jku with a key of the attacker': () => byAttacker({ jku: attackersKeys() }),
  'jku with a key id of the attacker': () => byAttacker({ jku: attackersKeys(), kid: 'attackers' }),
  'x5u with a key of the attacker': () => byAttacker({ x5u: attackersKeys() }),
  'jwk with a key of the attacker': () => byAttacker({ jwk: published(attackers) }),
  'jwk without a key id': () => byAttacker({ jwk: published(attackers), kid: undefined }),
  'x5c with a key of the attacker': () =>
    byAttacker({ x5c: [attackers.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')] }),
  'another key under the same key id': () => byAttacker({}),
  'kid as a path': () => good({}, { kid: '../../../../dev/null' }),
  'kid as an address': () => byAttacker({ kid: attackersKeys() }),
  'kid as SQL': () => good({}, { kid: "rsa' OR '1'='1" }),
  'kid of a prototype': () => good({}, { kid: '__proto__' }),
  'kid as a number': () => good({}, { kid: 1 }),
  'kid null': () => good({}, { kid: null }),
  'kid missing where two keys fit': () => good({}, { kid: undefined }),
  'kid of another key of the issuer': () => good({}, { kid: 'rsa-next' }),
  // Extensions.
  'crit with a name that nobody knows': () => good({}, { crit: ['urn:example'], 'urn:example': true }),
  'crit empty': () => good({}, { crit: [] }),
  'crit with b64 true': () => good({}, { crit: ['b64'], b64: true }),
  'b64 false': () => good({}, { b64: false }),
  'b64 false with the payload as it is': () => {
    const input = `${encoded(header({ b64: false, crit: ['b64'] }))}.${JSON.stringify(claims())}`;
    return `${input}.${signature('RS256', rsa, input).toString('base64url')}`;
  },
  // The form.
  empty: () => '',
  'only dots': () => '..',
  truncated: () => good().slice(0, -20),
  'without a signature': () => parts(good()).slice(0, 2).join('.'),
  'with an empty signature': () => `${parts(good()).slice(0, 2).join('.')}.`,
  'with a fourth part': () => `${good()}.${encoded({})}`,
  'in five parts, as an encrypted token': () => `${encoded({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.AAAA.AAAA.AAAA.AAAA`,
  'in the JSON form': () => {
    const [protectedHeader, payload, signed] = parts(good());
    return JSON.stringify({ protected: protectedHeader, payload, signature: signed });
  },
  'with the signature of another payload': () => {
    const [protectedHeader, payload] = parts(good({ sub: 'E-2002' }));
    return `${protectedHeader}.${payload}.${parts(good())[2]}`;
  },
  'with the signature of another header': () => [encoded(header({ typ: 'at+jwt' })), ...parts(good()).slice(1)].join('.'),
  '100 KB': () => good({ padding: 'x'.repeat(100_000) }),
  'just above the bound': tooLong,
  'letters that look alike': () => good().replace(/^ey/, 'еу'),
  'a zero-width space at the end': () => `${good()}\u200b`,
  'padding at the end': () => `${good()}==`,
  'padding in the header': () => good().replace('.', '=.'),
  'a line break at the end': () => `${good()}\n`,
  'a space in the middle': () => good().replace('.', ' .'),
  'the other alphabet': () =>
    good()
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replace(/\.([^.]*)$/, '.+$1'),
  'another spelling of the signature': () => {
    const [protectedHeader, payload, signed] = parts(good());
    return `${protectedHeader}.${payload}.${spelledOtherwise(signed)}`;
  },
  'a header that is no JSON': () => compact('alg=RS256', claims(), (input) => signature('RS256', rsa, input)),
  'a header that is a list': () => compact([header()], claims(), (input) => signature('RS256', rsa, input)),
  'a name twice in the header': () =>
    compact('{"alg":"none","alg":"RS256","typ":"JWT","kid":"rsa"}', claims(), (input) => signature('RS256', rsa, input)),
  // Issuer and audience.
  'an issuer that is not configured': () => good({ iss: 'https://login.attacker.example' }),
  'an issuer with a slash more': () => good({ iss: `${provider.issuer}/` }),
  'an issuer in upper case': () => good({ iss: provider.issuer.toUpperCase() }),
  'another configured issuer': () => good({ iss: neighbour.issuer }),
  'iss missing': () => without('iss'),
  'iss as a list': () => good({ iss: [provider.issuer] }),
  'iss of a prototype': () => good({ iss: '__proto__' }),
  'another audience': () => good({ aud: 'https://elsewhere.example' }),
  'aud missing': () => without('aud'),
  'aud as a list without us': () => good({ aud: ['https://elsewhere.example', 'account'] }),
  'aud as a list in a list': () => good({ aud: [[AUDIENCE]] }),
  'aud as an object': () => good({ aud: { [AUDIENCE]: true } }),
  'aud that only begins like ours': () => good({ aud: `${AUDIENCE}.attacker.example` }),
  // Times.
  'exp missing': () => without('exp'),
  'exp beyond the tolerance': () => good({ exp: NOW - 30 }),
  'exp a year ago': () => good({ exp: NOW - 31_536_000 }),
  'exp as a text': () => good({ exp: String(NOW + 600) }),
  'exp null': () => good({ exp: null }),
  'exp that is no number': () => written('"exp":NaN'),
  'exp without end': () => written('"exp":1e999'),
  'exp negative without end': () => written('"exp":-1e999'),
  'exp in milliseconds': () => good({ exp: (NOW + 600) * 1_000 }),
  'exp twice': () => written(`"exp":${NOW - 600},"exp":${NOW + 600}`),
  'nbf ahead of the tolerance': () => good({ nbf: NOW + 31 }),
  'nbf as a text': () => good({ nbf: String(NOW) }),
  'iat ahead of the tolerance': () => good({ iat: NOW + 31 }),
  'iat as a text': () => good({ iat: String(NOW) }),
  // The person and the roles.
  'sub missing': () => without('sub'),
  'sub empty': () => good({ sub: '' }),
  'sub as a number': () => good({ sub: 1_001 }),
  'sub of 201 characters': () => good({ sub: 'x'.repeat(201) }),
  'sub with a control character': () => good({ sub: 'E-1001\u0000' }),
  'roles as a text': () => good({ roles: 'ledger-admins' }),
  'roles as an object': () => good({ roles: { 'ledger-admins': true } }),
  'roles null': () => good({ roles: null }),
  'roles of numbers': () => good({ roles: [1, 2] }),
  'more roles than the bound': () => good({ roles: Array.from({ length: ROLE_VALUES_MAX + 1 }, (_, index) => `role-${index}`) }),
  'an ID token': () => good({ at_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }),
  'an ID token with the digest of a code': () => good({ c_hash: 'MTIzNDU2Nzg5MDEyMzQ1Ng' }),
  'a logout token': () => good({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
  // The payload.
  'a payload that is a list': () => tokenOf(rsa, [claims()]),
  'a payload that is no JSON': () => tokenOf(rsa, 'sub=E-1001'),
  'a payload that is not UTF-8': () => tokenOf(rsa, Buffer.from(JSON.stringify(claims()).replace('E-1001', 'E-\xff'), 'latin1')),
  'a payload that is too deep': () => good({ deep: JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`) }),
  'a payload with a prototype': () => written(`"exp":${NOW + 600},"__proto__":{"roles":["ledger-admins"]}`),
};

describe('forged tokens', () => {
  beforeAll(async () => {
    const keys = [rsa, rsaNext, pss, ec, ed, weak].map((key) => published(key));
    provider = await IdentityProvider.start([...keys, published(encryption, { use: 'enc' }), octet]);
    neighbour = await IdentityProvider.start([published(signingKey('rsa', 'RS256'))]);
    attacker = await IdentityProvider.start([published(attackers)]);
    const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
    tokens = new SessionTokens([provider.configured(), neighbour.configured({ organization: 'other' })], clock, logger);
  });

  afterAll(async () => {
    await Promise.all([provider, neighbour, attacker].map((server) => server.stop()));
  });

  it.each(Object.entries(FORGERIES))('%s', async (_name, forge) => {
    expect(await tokens.verify(good())).toMatchObject({ person: PERSON, roles: ['admin'] });
    expect(await tokens.verify(forge())).toBeUndefined();
  });

  it('are at least forty, all refused, each with a reason in the log that holds nothing of the token', () => {
    const count = Object.keys(FORGERIES).length;
    process.stdout.write(`${count} forged tokens, ${log.length} refused\n`);
    expect(count).toBeGreaterThanOrEqual(40);
    expect(log).toHaveLength(count);
    const reasons = log.map((line) => (JSON.parse(line) as { reason: string }).reason);
    expect(reasons.filter((reason) => reason.length < 10 || /E-\d|attacker|ey[A-Za-z0-9]/.test(reason))).toEqual([]);
  });

  it('never make the ledger ask an address that a token names', () => {
    expect(attacker.requests).toBe(0);
  });
});
