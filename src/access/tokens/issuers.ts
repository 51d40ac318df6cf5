import { z } from 'zod';
import { MalformedJson, parseStrictJson } from '../../http/strict-json.js';
import { ORGANIZATION_ID } from '../../ledger/stream-name.js';
import { text } from '../../shared/text.js';
import { PLATFORM_ROLES, ROLES } from '../domain/roles.js';

export const ISSUERS_MAX = 20;
export const ISSUERS_FILE_BYTES_MAX = 65_536;
export const ROLE_MAPPINGS_MAX = 200;
export const CLOCK_TOLERANCE_SECONDS_MAX = 300;

/** Signatures that only the issuer can make. With a shared secret, whoever checks a token could forge it (RFC 8725, 3.2). */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Over plain HTTP anybody on the way could put a key of theirs into the answer; on the machine itself there is no way. */
function isSafeAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password, hash } = new URL(address);
  const isPrivate = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
  return isPrivate && username === '' && password === '' && hash === '';
}

const address = text(500).refine(isSafeAddress, {
  message: 'Must be an https address without user, password and fragment; http only for this machine itself.',
});
const algorithm = z.enum(ALGORITHMS, `Must be an asymmetric algorithm: ${ALGORITHMS.join(', ')}.`);
const role = z.enum(ROLES, `Must be a role: ${ROLES.join(', ')}.`);
const claim = text(200);

const issuer = z.strictObject({
  /** Compared with `iss` character by character. */
  issuer: address,
  audience: text(500),
  jwks: address,
  organization: z.string().regex(ORGANIZATION_ID, 'Must be 1 to 32 lower-case letters or digits.'),
  algorithms: z.array(algorithm).min(1).max(ALGORITHMS.length).default(['RS256', 'PS256', 'ES256', 'EdDSA']),
  clockToleranceSeconds: z.int().min(0).max(CLOCK_TOLERANCE_SECONDS_MAX).default(30),
  tokenTypes: z.array(text(100)).min(1).max(10).default(['JWT', 'at+jwt']),
  claims: z
    .strictObject({ person: claim.default('sub'), roles: claim.default('roles'), responsibility: claim.optional() })
    .prefault({}),
  roles: z.record(text(200), role).refine((mappings) => Object.keys(mappings).length <= ROLE_MAPPINGS_MAX, {
    message: `Must name at most ${ROLE_MAPPINGS_MAX} values.`,
  }),
});
const file = z.strictObject({ issuers: z.array(issuer).min(1).max(ISSUERS_MAX) });

/** An identity provider whose tokens open the door, and what its claims mean here. */
export type Issuer = z.infer<typeof issuer>;

/** The issuers that a configuration file names, or everything that is wrong with it, each with its place. */
export function parseIssuers(
  bytes: Uint8Array,
  platform: string,
): { readonly issuers: readonly Issuer[] } | { readonly wrong: readonly string[] } {
  let value: unknown;
  try {
    value = parseStrictJson(bytes, { what: 'file' });
  } catch (error) {
    if (error instanceof MalformedJson) return { wrong: [error.message] };
    throw error;
  }
  const parsed = file.safeParse(value);
  const wrong = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => `${pointer(path)}: ${message}`),
    ...wrongTogether(value, platform),
  ];
  return wrong.length > 0 || !parsed.success ? { wrong } : { issuers: parsed.data.issuers };
}

/** Only as much of the form as the comparisons need, so that they are made also where something else is wrong. */
const outline = z.object({
  issuers: z.array(
    z
      .object({ issuer: z.unknown(), organization: z.unknown(), roles: z.record(z.string(), z.unknown()).catch({}) })
      .catch({ issuer: undefined, organization: undefined, roles: {} }),
  ),
});

/** What several places say together. */
function wrongTogether(value: unknown, platform: string): readonly string[] {
  const issuers = outline.safeParse(value).data?.issuers ?? [];
  return issuers.flatMap(({ issuer: name, organization, roles }, index) => [
    ...(typeof name === 'string' && issuers.findIndex((other) => other.issuer === name) < index
      ? [
          `${pointer(['issuers', index, 'issuer'])}: The issuer stands in the list before. One issuer speaks for one organization.`,
        ]
      : []),
    ...(organization === platform ? [] : Object.entries(roles))
      .filter(([, mapped]) => PLATFORM_ROLES.has(mapped as never))
      .map(
        ([named]) =>
          `${pointer(['issuers', index, 'roles', named])}: Must not be a role of the platform; only ${platform} has those.`,
      ),
  ]);
}

const pointer = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || '/';
