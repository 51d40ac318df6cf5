import { createRemoteJWKSet, customFetch, errors, type CryptoKey } from 'jose';
import { LedgerError } from '../../ledger/errors.js';
import type { Clock } from '../../ledger/ports/clock.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import type { Issuer } from './issuers.js';

/** How long fetched keys are trusted: a key that its issuer took back opens nothing after that. */
export const KEYS_AGE_MILLISECONDS_MAX = 600_000;
/** Between two fetches for the sake of an unknown key, so that made-up key ids cost the issuer nothing. */
export const KEYS_COOLDOWN_MILLISECONDS = 30_000;
/** After a failed fetch nobody waits for the next one; callers are told at once to come back later. */
export const FAILURE_PAUSE_MILLISECONDS = 5_000;
export const FETCH_MILLISECONDS_MAX = 5_000;
export const KEYS_BYTES_MAX = 262_144;

type Fetched = Parameters<typeof fetch>[1];

/** The public keys of one issuer, from its configured address and from nowhere else, whatever a token names. */
export class IssuerKeys {
  private readonly find: ReturnType<typeof createRemoteJWKSet>;
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly issuer: Issuer,
    private readonly clock: Clock,
  ) {
    this.find = createRemoteJWKSet(new URL(issuer.jwks), {
      cacheMaxAge: KEYS_AGE_MILLISECONDS_MAX,
      cooldownDuration: KEYS_COOLDOWN_MILLISECONDS,
      timeoutDuration: FETCH_MILLISECONDS_MAX,
      [customFetch]: (url, options) => this.fetch(url, options),
    });
  }

  /** The one key that fits; undefined where none or several do. Throws IDENTITY_PROVIDER_UNAVAILABLE. */
  async keyFor(algorithm: string, id: string | undefined): Promise<CryptoKey | undefined> {
    try {
      return await this.find({ alg: algorithm, ...(id === undefined ? {} : { kid: id }) });
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) return undefined;
      if (!(cause instanceof Pausing)) this.failedAt = this.now();
      throw new LedgerError(
        'IDENTITY_PROVIDER_UNAVAILABLE',
        `The keys of the issuer ${this.issuer.issuer} cannot be had from ${this.issuer.jwks}.`,
        { cause },
      );
    }
  }

  private async fetch(url: string, options: Fetched): Promise<Response> {
    const since = this.now() - this.failedAt;
    // A clock that was set back must not make the pause any longer.
    if (since >= 0 && since < FAILURE_PAUSE_MILLISECONDS) throw new Pausing('The last fetch failed a moment ago.');
    const response = await fetch(url, options);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > KEYS_BYTES_MAX) throw new Error(`The answer is larger than ${KEYS_BYTES_MAX} bytes.`);
      chunks.push(chunk);
    }
    return new Response(Buffer.concat(chunks), { status: response.status });
  }

  private now(): number {
    return instantMilliseconds(this.clock.now());
  }
}

class Pausing extends Error {
  override readonly name = 'Pausing';
}
