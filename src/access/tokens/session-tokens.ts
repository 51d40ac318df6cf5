import { jwtVerify, type JWTPayload } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { MalformedJson, parseStrictJson } from '../../http/strict-json.js';
import type { Clock } from '../../ledger/ports/clock.js';
import { instantAt, instantMilliseconds } from '../../shared/calendar.js';
import { callerId, definitionId } from '../../shared/text.js';
import type { Role } from '../domain/roles.js';
import { IssuerKeys } from './issuer-keys.js';
import type { Issuer } from './issuers.js';

export const TOKEN_CHARACTERS_MAX = 8_192;
export const ROLE_VALUES_MAX = 200;
export const RESPONSIBILITIES_MAX = 200;
const CLAIM_CHARACTERS_MAX = 255;
/** The end of the year 9999, the last that this ledger can write, in seconds. */
const EXPIRY_MAX = 253_402_300_799;

/** Who speaks, on the word of an issuer, and until when. */
export interface Session {
  readonly organization: string;
  readonly issuer: string;
  readonly subject: string;
  /** The organization's own id of the person. */
  readonly person: string;
  readonly roles: readonly Role[];
  /** The groups of learners to which the person is limited; absent: the whole organization. */
  readonly responsibility?: readonly string[];
  readonly expiresAt: string;
}

/** Why a token opens nothing: for the log only, and never with a word out of the token. */
interface Refused {
  readonly reason: string;
}
const refused = (reason: string): Refused => ({ reason });

/** Checks bearer tokens of the configured OpenID Connect issuers as RFC 8725 asks; every doubt is a refusal. */
export class SessionTokens {
  private readonly trusted: ReadonlyMap<string, { readonly issuer: Issuer; readonly keys: IssuerKeys }>;

  constructor(
    issuers: readonly Issuer[],
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.trusted = new Map(issuers.map((issuer) => [issuer.issuer, { issuer, keys: new IssuerKeys(issuer, clock) }]));
  }

  /** Whose session it is; undefined without a reason for whatever does not hold. Throws IDENTITY_PROVIDER_UNAVAILABLE. */
  async verify(token: string): Promise<Session | undefined> {
    const outcome = await this.judge(token);
    if (!('reason' in outcome)) return outcome;
    this.logger.debug({ reason: outcome.reason }, 'A bearer token was refused.');
    return undefined;
  }

  private async judge(token: string): Promise<Session | Refused> {
    const parts = partsOf(token);
    if ('reason' in parts) return parts;
    const trusted = this.trusted.get(parts.claims.iss);
    if (trusted === undefined) return refused('Its issuer is not configured.');
    const { issuer, keys } = trusted;
    const { header } = parts;
    if (!(issuer.algorithms as readonly string[]).includes(header.alg)) return refused('Its algorithm is not allowed.');
    if (!issuer.tokenTypes.some((type) => mediaType(type) === mediaType(header.typ))) return refused('It is of another type.');
    const key = await keys.keyFor(header.alg, header.kid);
    if (key === undefined) return refused('Not one key of the issuer fits it.');
    const now = instantMilliseconds(this.clock.now());
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: issuer.algorithms,
        issuer: issuer.issuer,
        audience: issuer.audience,
        clockTolerance: issuer.clockToleranceSeconds,
        currentDate: new Date(now),
      });
      return sessionOf(issuer, payload, now);
    } catch (error) {
      // Whatever the library cannot take, a weak key included, must not open the door.
      return refused((error as Error).message);
    }
  }
}

const COMPACT = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/;

/**
 * Addresses and keys in `jku`, `jwk`, `x5u` and `x5c` are never looked at. Extensions that must be understood are refused,
 * as we understand none; so is a payload outside the compact form, which RFC 7797 keeps from tokens.
 */
const headerSchema = z.looseObject({
  alg: z.string(),
  typ: z.string(),
  kid: z.string().optional(),
  crit: z.undefined().optional(),
  b64: z.undefined().optional(),
});
const unverifiedClaims = z.looseObject({ iss: z.string() });

interface Parts {
  readonly header: z.infer<typeof headerSchema>;
  readonly claims: z.infer<typeof unverifiedClaims>;
}

/** What a token says of itself, before anything of it is believed: enough to choose the issuer and to refuse early. */
function partsOf(token: string): Parts | Refused {
  const match = token.length > TOKEN_CHARACTERS_MAX ? null : COMPACT.exec(token);
  if (match === null) return refused('It is not a signed token in the compact form, or too long.');
  const decoded = match.slice(1).map((part) => Buffer.from(part, 'base64url'));
  // One token has one spelling: bits that no byte holds would make many of it.
  if (decoded.some((bytes, index) => bytes.toString('base64url') !== match[index + 1]))
    return refused('Its parts are not written as base64url writes them.');
  try {
    const header = headerSchema.safeParse(parseStrictJson(decoded[0]!));
    if (!header.success) return refused('Its header lacks alg or typ, or holds what is not taken.');
    const claims = unverifiedClaims.safeParse(parseStrictJson(decoded[1]!));
    if (!claims.success) return refused('Its claims name no issuer.');
    return { header: header.data, claims: claims.data };
  } catch (error) {
    if (error instanceof MalformedJson) return refused('Its header or payload is not the JSON that is taken.');
    throw error;
  }
}

/** RFC 7515, 4.1.9: `application/` may be left out, and case means nothing. */
const mediaType = (type: string): string => type.toLowerCase().replace(/^application\//, '');

/** `at_hash` and `c_hash` mark an ID token and `events` a logout or security event: none was made to open a door. */
const sessionClaims = z.looseObject({
  sub: z.string().min(1).max(CLAIM_CHARACTERS_MAX),
  exp: z.number().min(0).max(EXPIRY_MAX),
  iat: z.number().optional(),
  at_hash: z.undefined().optional(),
  c_hash: z.undefined().optional(),
  events: z.undefined().optional(),
});
const roleValues = z.array(z.string().max(CLAIM_CHARACTERS_MAX)).max(ROLE_VALUES_MAX).default([]);
const responsibilities = z.array(definitionId).max(RESPONSIBILITIES_MAX);

/** What the claims of a verified token mean here. */
function sessionOf(issuer: Issuer, payload: JWTPayload, now: number): Session | Refused {
  const claimed = (name: string): unknown => (Object.hasOwn(payload, name) ? payload[name] : undefined);
  const claims = sessionClaims.safeParse(payload);
  if (!claims.success) return refused('Its claims are not those of a session.');
  const { sub, exp, iat } = claims.data;
  if (iat !== undefined && iat > Math.floor(now / 1_000) + issuer.clockToleranceSeconds)
    return refused('It was issued in the future.');
  // Where anybody can give any address to their account, an address that nobody checked names somebody else's person.
  if (issuer.claims.person === 'email' && claimed('email_verified') !== true) return refused('Its address was not verified.');
  const person = callerId.safeParse(claimed(issuer.claims.person));
  if (!person.success) return refused('It names no person.');
  const values = roleValues.safeParse(claimed(issuer.claims.roles));
  if (!values.success) return refused('Its roles are no list of texts within the bounds.');
  const limits = issuer.claims.responsibility === undefined ? undefined : claimed(issuer.claims.responsibility);
  const responsibility = responsibilities.safeParse(limits);
  // No limit would mean the whole organization, so a claim that is missing must not be taken for none.
  if (issuer.claims.responsibility !== undefined && !responsibility.success) return refused('It names no responsibility.');
  // What an issuer says for other applications' sake maps to nothing.
  const roles = values.data.flatMap((value) => (Object.hasOwn(issuer.roles, value) ? [issuer.roles[value]!] : []));
  return {
    organization: issuer.organization,
    issuer: issuer.issuer,
    subject: sub,
    person: person.data,
    roles: [...new Set(roles)],
    ...(responsibility.success ? { responsibility: responsibility.data } : {}),
    expiresAt: instantAt(Math.floor(exp * 1_000)),
  };
}
