import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accessDirectory } from '../access/views/access-directory.projection.js';
import type { Configuration } from '../app/configuration.js';
import { openEmbedded } from '../app/embedded.js';
import { createLogger } from '../app/logger.js';
import { startApplication } from '../app/process.js';
import { scannerOf } from '../app/scanner.js';
import { SystemClock } from '../app/system-clock.js';
import { creditAccount } from '../credits/views/credit-account.projection.js';
import { learnerStatus } from '../record/views/learner-status.projection.js';
import { reviews } from '../record/views/reviews.projection.js';
import { CommandFailure } from './exit-codes.js';
import { Form } from './form.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** The same requests go to a running service over HTTP, or into an application that this process opens on the folder. */
export interface Connection {
  request(method: 'GET' | 'POST', path: string, body?: unknown, idempotencyKey?: string): Promise<Answer>;
  close(): Promise<void>;
}

const REQUEST_MILLISECONDS_MAX = 120_000;
const REPEATS_MAX = 8;
const FIRST_PAUSE_MILLISECONDS = 250;

export function connect(configuration: Configuration, data: string | undefined): Promise<Connection> {
  return data === undefined ? Promise.resolve(overHttp(configuration)) : inFolder(configuration, data);
}

function overHttp({ CERTLEDGER_URL, CERTLEDGER_KEY }: Configuration): Connection {
  if (CERTLEDGER_KEY === undefined) {
    throw new CommandFailure(
      'Set CERTLEDGER_KEY to a key of the running service, or name the folder of a stopped one with --data.',
    );
  }
  const base = CERTLEDGER_URL.replace(/\/$/, '');
  const request: Connection['request'] = async (method, path, body, idempotencyKey) => {
    const headers = {
      authorization: `Bearer ${CERTLEDGER_KEY}`,
      ...idempotency(idempotencyKey),
      ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
    };
    const init = {
      method,
      headers,
      signal: AbortSignal.timeout(REQUEST_MILLISECONDS_MAX),
      ...(body === undefined ? {} : { body: payloadOf(body) }),
    };
    const response = await fetch(`${base}${path}`, init);
    return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
  };
  return { request: repeated(request, base), close: async () => undefined };
}

async function inFolder(configuration: Configuration, folder: string): Promise<Connection> {
  if (!existsSync(join(folder, 'events.sqlite')))
    throw new CommandFailure(`${folder} holds no ledger. Name the data folder of a service that was started before.`);
  const engines = await openEmbedded(folder, configuration.CERTLEDGER_MASTER_KEY);
  const localToken = randomBytes(32).toString('hex');
  const started = await startApplication(engines, {
    clock: new SystemClock(),
    logger: createLogger('error'),
    organization: configuration.CERTLEDGER_ORGANIZATION,
    policyIntervalMilliseconds: configuration.CERTLEDGER_POLICY_INTERVAL_SECONDS * 1_000,
    files: { attachmentBytesMax: configuration.CERTLEDGER_ATTACHMENT_BYTES_MAX, scanner: scannerOf(configuration) },
    localToken,
  }).catch(async (error: unknown) => {
    await engines.close();
    throw error;
  });
  // What the service that was stopped had written must be in the lists that this process is asked for.
  const end = await engines.store.end();
  for (const { name } of [accessDirectory, learnerStatus, reviews, creditAccount])
    await started.kernel.projections.awaitPosition(name, end);
  const request: Connection['request'] = async (method, url, body, idempotencyKey) => {
    const headers = {
      authorization: `Bearer ${localToken}`,
      ...idempotency(idempotencyKey),
      ...(body === undefined ? {} : { 'content-type': typeOf(body) }),
    };
    const response = await started.app.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: payloadOf(body) }),
    });
    return { status: response.statusCode, headers: response.headers as Answer['headers'], text: response.body };
  };
  return { request: repeated(request, folder), close: () => started.stop() };
}

const typeOf = (body: unknown): string => (body instanceof Form ? body.contentType : 'application/json');
const payloadOf = (body: unknown): Buffer | string => (body instanceof Form ? body.bytes : JSON.stringify(body));
const idempotency = (key: string | undefined): Record<string, string> => (key === undefined ? {} : { 'idempotency-key': key });

/** Every request of the command line can be repeated, so a passing fault costs a pause and not the run. */
function repeated(request: Connection['request'], where: string): Connection['request'] {
  return async (method, path, body, idempotencyKey) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await request(method, path, body, idempotencyKey);
        if (answer.status !== 503 || attempt >= REPEATS_MAX) return answer;
      } catch (cause) {
        if (attempt >= REPEATS_MAX || isRefused(cause))
          throw new CommandFailure(`The service at ${where} does not answer. Is it running?`, { cause });
      }
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1)));
    }
  };
}

const isRefused = (cause: unknown): boolean => (cause as { cause?: { code?: string } }).cause?.code === 'ECONNREFUSED';

/** The JSON of a successful answer, or a failure that shows the problem document to a person. */
export function expectJson<Body>(answer: Answer): Body {
  if (answer.status < 300) return JSON.parse(answer.text) as Body;
  throw new CommandFailure(problemText(answer));
}

export function problemText({ status, text }: Answer): string {
  try {
    const { code, detail, advice } = JSON.parse(text) as { code?: string; detail?: string; advice?: string };
    return `${status} ${code ?? ''}: ${detail ?? ''} ${advice ?? ''}`.trim();
  } catch {
    return `The service answered ${status}.`;
  }
}
