import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EventStoreProcess } from './eventstoredb/event-store-process.js';
import { databaseUrl, newName, PROFILE } from './places.js';
import { answered, headersOf, newKey, type Answered, type Asked, type Method } from './service.js';

const ROOT = resolve(__dirname, '../..');
export const MAIN = resolve(ROOT, 'dist/main.js');
export const CLI = resolve(ROOT, 'dist/cli.js');

/** `npm test` builds first; a single spec that is run by hand on a bare clone builds here. */
export function ensureBuilt(): void {
  if (!existsSync(MAIN)) execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT });
}

/** Only what the test sets, so that nothing of the machine's own settings reaches the program. */
const environment = (settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  ...settings,
});

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

const running = new Set<ChildProcess>();
const clusters = new Map<string, { readonly store: EventStoreProcess; readonly database: string }>();
// A test that fails leaves its processes behind, and jest would wait for them for ever.
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  for (const { store } of clusters.values()) await store.kill();
});

/** What a program is told of its engines: nothing, or where on the cluster profile those of the folder are. */
async function enginesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  if (PROFILE === 'embedded') return {};
  let cluster = clusters.get(folder);
  if (cluster === undefined) {
    // A program takes a whole EventStoreDB for its ledger, so that each folder gets one.
    mkdirSync(folder, { recursive: true });
    cluster = { store: await EventStoreProcess.start(join(folder, 'events.ndjson')), database: newName() };
    clusters.set(folder, cluster);
  }
  return { CERTLEDGER_EVENTSTORE_URL: cluster.store.url, CERTLEDGER_MONGODB_URL: databaseUrl(cluster.database) };
}

/** Everything that a child process printed, and how it ended. */
class Child {
  private readonly out: Buffer[] = [];
  private readonly err: Buffer[] = [];
  readonly ended: Promise<Ended>;

  constructor(readonly child: ChildProcess) {
    running.add(child);
    child.once('close', () => running.delete(child));
    child.stdout!.on('data', (bytes: Buffer) => this.out.push(bytes));
    child.stderr!.on('data', (bytes: Buffer) => this.err.push(bytes));
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      out: this.stdout,
      err: this.stderr,
    }));
  }

  get stdout(): string {
    return Buffer.concat(this.out).toString('utf8');
  }

  get stderr(): string {
    return Buffer.concat(this.err).toString('utf8');
  }
}

/** Runs the built program to its end; its working folder is the one named, so that no `.env` of ours is read. */
export function runProgram(
  words: readonly string[],
  options: { cwd: string; settings?: Readonly<Record<string, string>>; entry?: string },
): Promise<Ended> {
  return startProgram(words, options).ended;
}

export function startProgram(
  words: readonly string[],
  { cwd, settings = {}, entry = CLI }: { cwd: string; settings?: Readonly<Record<string, string>>; entry?: string },
): Child {
  ensureBuilt();
  return new Child(
    spawn(process.execPath, [entry, ...words], { cwd, env: environment(settings), stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

const START_MILLISECONDS_MAX = 60_000;

/** The built service as a process of its own, on a port that the system chose. */
export class SpawnedService {
  private constructor(
    private readonly process: Child,
    readonly url: string,
    readonly token: string,
  ) {}

  static async start(
    folder: string,
    { token, settings = {}, cwd = folder }: { token?: string; settings?: Readonly<Record<string, string>>; cwd?: string } = {},
  ): Promise<SpawnedService> {
    const process = startProgram([], {
      cwd,
      entry: MAIN,
      settings: {
        CERTLEDGER_PORT: '0',
        CERTLEDGER_DATA: folder,
        CERTLEDGER_POLICY_INTERVAL_SECONDS: '1',
        ...(await enginesOf(folder)),
        ...settings,
      },
    });
    const deadline = Date.now() + START_MILLISECONDS_MAX;
    let url: string | undefined;
    while ((url = /certledger listens on (\S+)/.exec(process.stdout)?.[1]) === undefined) {
      if (process.child.exitCode !== null || Date.now() > deadline)
        throw new Error(`The service did not start: ${process.stdout}${process.stderr}`);
      await new Promise((look) => setTimeout(look, 10));
    }
    return new SpawnedService(process, url, token ?? /CERTLEDGER_KEY=(\S+)/.exec(process.stdout)?.[1] ?? '');
  }

  get pid(): number {
    return this.process.child.pid!;
  }

  get stdout(): string {
    return this.process.stdout;
  }

  get stderr(): string {
    return this.process.stderr;
  }

  /** Ends the process with a signal and answers how it went. */
  end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    if (this.process.child.exitCode === null) this.process.child.kill(signal);
    return this.process.ended;
  }

  async request(method: Method, path: string, asked: Asked = {}): Promise<Answered> {
    const body = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: headersOf({ token: this.token, ...asked }),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) }),
    });
    return answered(response.status, Object.fromEntries(response.headers), await response.text());
  }

  get(path: string, asked: Asked = {}): Promise<Answered> {
    return this.request('GET', path, asked);
  }

  post(path: string, body: unknown, asked: Asked = {}): Promise<Answered> {
    return this.request('POST', path, { key: newKey(), body, ...asked });
  }
}
