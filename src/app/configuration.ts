import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { ISSUERS_FILE_BYTES_MAX, parseIssuers, type Issuer } from '../access/tokens/issuers.js';
import { ATTACHMENT_BYTES_MAX } from '../attachments/domain/bounds.js';
import { parseClamAvAddress } from '../adapters/clamav/address.js';
import { ORGANIZATION_ID } from '../ledger/stream-name.js';

const wholeNumber = (min: number, max: number, unset: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((value) => value >= min && value <= max, { message: `must be a whole number from ${min} to ${max}` })
    .default(unset);

/** Every setting with what is allowed and what it is unless told. Secrets are named in SECRETS. */
const settings = {
  CERTLEDGER_HOST: z.string().min(1).default('127.0.0.1'),
  CERTLEDGER_PORT: wholeNumber(0, 65_535, 3_000),
  CERTLEDGER_DATA: z.string().min(1, 'must name a folder').default('./data'),
  CERTLEDGER_EVENTSTORE_URL: z
    .string()
    .regex(
      /^(esdb|kurrentdb|kurrent)(\+discover)?:\/\/\S+$/,
      'must be a connection string such as esdb://127.0.0.1:2113?tls=false',
    )
    .optional(),
  CERTLEDGER_MONGODB_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/\S+$/, 'must be a connection string such as mongodb://127.0.0.1:27017/certledger')
    .optional(),
  CERTLEDGER_ORGANIZATION: z.string().regex(ORGANIZATION_ID, 'must be 1 to 32 lower-case letters or digits').default('main'),
  CERTLEDGER_MASTER_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits (256 bits)')
    .optional(),
  CERTLEDGER_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], 'must be fatal, error, warn, info, debug or silent')
    .default('info'),
  CERTLEDGER_POLICY_INTERVAL_SECONDS: wholeNumber(1, 86_400, 5),
  CERTLEDGER_ATTACHMENT_BYTES_MAX: wholeNumber(1_024, 104_857_600, ATTACHMENT_BYTES_MAX),
  CERTLEDGER_CLAMAV: z
    .string()
    .refine((text) => parseClamAvAddress(text) !== undefined, {
      message: 'must be host:port, such as 127.0.0.1:3310, or unix:/path, such as unix:/run/clamav/clamd.ctl',
    })
    .optional(),
  CERTLEDGER_OIDC_FILE: z.string().min(1, 'must name a file').optional(),
  CERTLEDGER_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  CERTLEDGER_KEY: z
    .string()
    .regex(/^[\x21-\x7e]{1,300}$/, 'must be a key as the service printed it')
    .optional(),
};
const SECRETS: ReadonlySet<string> = new Set(['CERTLEDGER_MASTER_KEY', 'CERTLEDGER_KEY']);
const schema = z.object(settings);

export type Configuration = z.infer<typeof schema> & {
  readonly CERTLEDGER_URL: string;
  /** What CERTLEDGER_OIDC_FILE holds. */
  readonly issuers: readonly Issuer[];
};

/** Everything that is wrong with the configuration, at once. */
export class WrongConfiguration extends Error {
  override readonly name = 'WrongConfiguration';
}

/** The configuration from the environment and, beneath it, the file `.env` of the working folder. */
export function readConfiguration(environment: NodeJS.ProcessEnv, file = '.env'): Configuration {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const given: Record<string, string | undefined> = { ...fromFile, ...environment };
  // As "certledger config" prints what is not set, so that its lines can be put into a file.
  for (const [name, setting] of Object.entries(settings))
    if (given[name] === '' && setting instanceof z.ZodOptional) delete given[name];
  const wrong = Object.keys(given)
    .filter((name) => name.startsWith('CERTLEDGER_') && !name.startsWith('CERTLEDGER_TEST_') && !Object.hasOwn(settings, name))
    .map((name) => `${name} is not a setting; there are ${Object.keys(settings).join(', ')}`);
  const parsed = schema.safeParse(given);
  if (!parsed.success) wrong.push(...parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
  const { issuers, wrong: wrongInFile } = readIssuers(parsed.success ? parsed.data : given);
  wrong.push(...wrongInFile);
  const engines = ['CERTLEDGER_EVENTSTORE_URL', 'CERTLEDGER_MONGODB_URL'].filter((name) => given[name] !== undefined);
  if (engines.length === 1)
    wrong.push(`${engines[0]} needs the other engine too: set CERTLEDGER_EVENTSTORE_URL and CERTLEDGER_MONGODB_URL, or neither`);
  if (wrong.length > 0)
    throw new WrongConfiguration(`The configuration is wrong:\n${wrong.map((line) => `  - ${line}`).join('\n')}`);
  const { CERTLEDGER_HOST, CERTLEDGER_PORT, CERTLEDGER_URL } = parsed.data!;
  // The command line looks for the service where this configuration would start it.
  return { ...parsed.data!, CERTLEDGER_URL: CERTLEDGER_URL ?? `http://${CERTLEDGER_HOST}:${CERTLEDGER_PORT}`, issuers };
}

/** The issuers that the configuration names. Where another setting is wrong too, both are told. */
function readIssuers({
  CERTLEDGER_OIDC_FILE: path,
  CERTLEDGER_ORGANIZATION: platform = 'main',
}: Readonly<Record<string, unknown>>): { readonly issuers: readonly Issuer[]; readonly wrong: readonly string[] } {
  if (typeof path !== 'string' || path === '') return { issuers: [], wrong: [] };
  let bytes: Uint8Array;
  try {
    // What is no file, or no small one, must not fill the memory before it is refused.
    const found = statSync(path);
    if (!found.isFile() || found.size > ISSUERS_FILE_BYTES_MAX)
      return { issuers: [], wrong: [`CERTLEDGER_OIDC_FILE: ${path} must be a file of at most ${ISSUERS_FILE_BYTES_MAX} bytes`] };
    bytes = readFileSync(path);
  } catch (error) {
    return { issuers: [], wrong: [`CERTLEDGER_OIDC_FILE: ${path} cannot be read (${(error as { code?: string }).code})`] };
  }
  const parsed = parseIssuers(bytes, String(platform));
  if ('issuers' in parsed) return { issuers: parsed.issuers, wrong: [] };
  return { issuers: [], wrong: parsed.wrong.map((line) => `CERTLEDGER_OIDC_FILE: ${line}`) };
}

/** A connection string is shown, because people look there for a wrong host, but never with its password. */
const withoutPassword = (value: string | number): string | number =>
  typeof value === 'string' ? value.replace(/(:\/\/[^/?#@:]*):.*@/, '$1:********@') : value;

/** The effective configuration for people, secrets masked. */
export function shownConfiguration(configuration: Configuration): Record<string, string | number | null> {
  const entries = Object.keys(settings).map((name) => {
    const value = configuration[name as keyof typeof settings];
    return [name, value === undefined ? null : SECRETS.has(name) ? '********' : withoutPassword(value)] as const;
  });
  return Object.fromEntries(entries);
}
