import { constants, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Issuer } from '../../src/access/tokens/issuers.js';

export const AUDIENCE = 'https://ledger.example';

/** A pair of keys under a key id, as an identity provider keeps it. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export function signingKey(kid: string, alg: string, modulusLength = 2_048): SigningKey {
  if (alg.startsWith('ES')) return { kid, alg, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
  if (alg === 'EdDSA') return { kid, alg, ...generateKeyPairSync('ed25519') };
  return { kid, alg, ...generateKeyPairSync('rsa', { modulusLength }) };
}

export const published = ({ kid, alg, publicKey }: SigningKey, more: object = {}): object => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  alg,
  use: 'sig',
  ...more,
});

/** Signs bytes with nothing but Node, so that a test can also make what no library would sign. */
export function signature(alg: string, { privateKey }: Pick<SigningKey, 'privateKey'>, input: string): Buffer {
  const bytes = Buffer.from(input);
  const digest = `sha${alg.slice(2)}`;
  if (alg === 'EdDSA') return sign(null, bytes, privateKey);
  if (alg.startsWith('ES')) return sign(digest, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  if (alg.startsWith('PS')) {
    return sign(digest, bytes, {
      key: privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    });
  }
  return sign(digest, bytes, privateKey);
}

export const macOf = (secret: string | Buffer, input: string): Buffer => createHmac('sha256', secret).update(input).digest();

/** A part of a token: a text or bytes as they are, anything else as JSON. */
export const encoded = (part: unknown): string =>
  (typeof part === 'string' || Buffer.isBuffer(part) ? Buffer.from(part as string) : Buffer.from(JSON.stringify(part))).toString(
    'base64url',
  );

export function compact(header: unknown, payload: unknown, signed: (input: string) => Buffer): string {
  const input = `${encoded(header)}.${encoded(payload)}`;
  return `${input}.${signed(input).toString('base64url')}`;
}

/** A token that is signed as its header says, unless the test says otherwise. */
export const tokenOf = (key: SigningKey, claims: unknown, header: object = {}): string =>
  compact({ alg: key.alg, typ: 'JWT', kid: key.kid, ...header }, claims, (input) => signature(key.alg, key, input));

/** An identity provider on this machine: it serves its keys and counts how often it is asked for them. */
export class IdentityProvider {
  requests = 0;
  keys: readonly object[] = [];
  /** What is served instead of the keys: another body or status, or silence. */
  instead: { readonly status?: number; readonly body?: string; readonly location?: string } | 'silence' | undefined;

  private constructor(
    private readonly server: Server,
    /** Its address, which is its name too. */
    readonly issuer: string,
  ) {}

  static async start(keys: readonly object[] = []): Promise<IdentityProvider> {
    const server = createServer((_request, response) => {
      provider.requests += 1;
      const { instead } = provider;
      if (instead === 'silence') return;
      response.writeHead(instead?.status ?? 200, {
        'content-type': 'application/jwk-set+json',
        ...(instead?.location === undefined ? {} : { location: instead.location }),
      });
      response.end(instead?.body ?? JSON.stringify({ keys: provider.keys }));
    });
    // A test that fails half-way must not hold the process for ever.
    server.unref();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const provider = new IdentityProvider(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    provider.keys = keys;
    return provider;
  }

  /** Its configuration in the ledger. */
  configured(more: Partial<Issuer> = {}): Issuer {
    return {
      issuer: this.issuer,
      audience: AUDIENCE,
      jwks: `${this.issuer}/keys`,
      organization: 'main',
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      clockToleranceSeconds: 30,
      tokenTypes: ['JWT', 'at+jwt'],
      claims: { person: 'sub', roles: 'roles' },
      roles: { 'ledger-admins': 'admin', 'ledger-auditors': 'auditor' },
      ...more,
    };
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }
}
