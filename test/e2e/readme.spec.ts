import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { eventDigest } from '../../src/ledger/canonical-json.js';

/**
 * Runs what the documents tell a newcomer to run, in order, in one shell, against a service of its own, and compares what
 * comes out with the output that is pasted below each command. Only what differs from run to run is masked.
 */
const ROOT = join(__dirname, '..', '..');
const DOCUMENTS = ['README.md', 'docs/auditing.md'];
const README_PORT = '3000';
const TOKEN_PLACEHOLDER = 'certledger_main_…';
/** They make the checkout and the service that this test starts by other means; Docker is not on every machine. */
const NOT_RUN = /^npm ci && npm (?:start|test)$|^docker /;

interface Block {
  readonly document: string;
  readonly script: string;
  readonly exit: number;
  readonly output: { readonly language: string; readonly text: string } | undefined;
}

/** Every fenced sh block with the text or json block that comes before the next one. A last line `# exit code N` documents a failure. */
function blocksOf(document: string): readonly Block[] {
  const fences = [...readFileSync(join(ROOT, document), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return fences.flatMap(([, language, script = ''], index) => {
    if (language !== 'sh') return [];
    const [, nextLanguage = '', text = ''] = fences[index + 1] ?? [];
    const output = ['text', 'json'].includes(nextLanguage) ? { language: nextLanguage, text } : undefined;
    return [{ document, script, exit: Number(/^# exit code (\d+)$/m.exec(script)?.[1] ?? 0), output }];
  });
}

/** Wall-clock instants have milliseconds here; facts of the tour have none and stay compared. */
function mask(text: string, folder = '\0'): string {
  return text
    .replaceAll(folder, '<folder>')
    .replace(/\/\S*\/(?=data$)/gm, '<folder>/')
    .replace(/certledger_main_(?:…|[0-9a-f-]{36}_[0-9a-f]{64})/g, '<key>')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<uuid>')
    .replace(/\b[0-9a-f]{64}\b/g, '<digest>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{16}\b/g, '<position>')
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<now>')
    .replace(/\([\d.]+ s, \d+ rows\/s\)/g, '<pace>')
    .trim();
}

/** The order of names means nothing in JSON, so that answers are compared as values. */
function comparable(output: string, language: string, folder?: string): unknown {
  const text = mask(output, folder);
  try {
    return language === 'json' ? (JSON.parse(text) as unknown) : text;
  } catch {
    return text;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Other settings of whoever runs the tests must not leak in. */
const environment = (settings: Record<string, string>): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CERTLEDGER_'))),
  ...settings,
});

/** One bash for all blocks, so that what a block exports or defines is there for the next. */
class Session {
  private readonly shell: ChildProcessByStdio<Writable, Readable, Readable>;
  private printed = '';
  private complained = '';

  constructor(folder: string, settings: Record<string, string>) {
    this.shell = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env: environment(settings), stdio: 'pipe' });
    this.shell.stdout.setEncoding('utf8').on('data', (chunk: string) => (this.printed += chunk));
    this.shell.stderr.setEncoding('utf8').on('data', (chunk: string) => (this.complained += chunk));
  }

  /** Exit code: of the first command of the block that failed, else 0. */
  async run(script: string): Promise<{ exit: number; printed: string; complained: string }> {
    this.printed = this.complained = '';
    this.shell.stdin.write(
      `set -E -o pipefail; failed=0; trap 'code=$?; [ $failed != 0 ] || failed=$code' ERR\n{ ${script}\n} </dev/null\ntrap - ERR; echo "<end of block $failed>"\n`,
    );
    for (;;) {
      const end = /<end of block (\d+)>\n$/.exec(this.printed);
      if (end !== null) return { exit: Number(end[1]), printed: this.printed.slice(0, end.index), complained: this.complained };
      if (this.shell.exitCode !== null) throw new Error(`bash left: ${this.complained}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  close(): void {
    this.shell.stdin.end();
  }
}

const blocks = DOCUMENTS.flatMap(blocksOf);
const toRun = blocks.filter(({ script }) => !NOT_RUN.test(script.trim()));

describe('the documents’ commands', () => {
  let folder: string;
  let service: ChildProcessByStdio<null, Readable, null>;
  let greeting = '';
  let port: number;
  let session: Session;
  let token: string;

  beforeAll(async () => {
    if (!existsSync(join(ROOT, 'dist', 'cli.js'))) spawnSync('npm', ['run', 'build'], { cwd: ROOT, stdio: 'inherit' });
    // A folder that looks like the checkout, so that nothing the tour writes lands in the real one.
    folder = mkdtempSync(join(tmpdir(), 'certledger-readme-'));
    for (const name of ['dist', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
    cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
    cpSync(join(ROOT, 'examples', 'oulad', 'extract'), join(folder, 'examples', 'oulad', 'extract'), { recursive: true });
    port = await freePort();
    service = spawn(process.execPath, ['dist/main.js'], {
      cwd: folder,
      env: environment({
        CERTLEDGER_PORT: String(port),
        CERTLEDGER_POLICY_INTERVAL_SECONDS: '1',
        CERTLEDGER_LOG_LEVEL: 'silent',
      }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    service.stdout.setEncoding('utf8').on('data', (chunk: string) => (greeting += chunk));
    // The folder stands in the last line; what comes before it may arrive in a chunk of its own.
    while (!/^ {2}data .*\n\n$/m.test(greeting)) {
      if (service.exitCode !== null) throw new Error(`The service left with ${service.exitCode}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    token = /CERTLEDGER_KEY=(\S+)/.exec(greeting)![1]!;
    session = new Session(folder, { CERTLEDGER_URL: `http://127.0.0.1:${port}` });
  }, 120_000);

  afterAll(async () => {
    session?.close();
    if (service?.exitCode === null) {
      service.kill('SIGINT');
      await once(service, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const asInReadme = (text: string): string => text.replaceAll(`:${port}`, `:${README_PORT}`);

  it('are there', () => {
    expect(toRun.length).toBeGreaterThanOrEqual(20);
    expect(blocks.length - toRun.length).toBe(3);
  });

  it('begin with the greeting that the README shows', () => {
    const start = blocks.find(({ script }) => script.trim() === 'npm ci && npm start')!;
    expect(mask(asInReadme(greeting), folder)).toBe(mask(start.output!.text));
  });

  it.each(toRun.map((block, index) => [index, block.document, block.script.trim().split('\n')[0]!, block] as const))(
    '%i in %s: %s',
    async (_index, _document, _title, { script, exit, output }) => {
      const rewritten = script.replaceAll(`127.0.0.1:${README_PORT}`, `127.0.0.1:${port}`).replaceAll(TOKEN_PLACEHOLDER, token);
      const ran = await session.run(rewritten);
      expect({ exit: ran.exit, complained: ran.exit === exit ? '' : ran.complained }).toEqual({ exit, complained: '' });
      if (output !== undefined)
        expect(comparable(asInReadme(ran.printed), output.language, folder)).toEqual(comparable(output.text, output.language));
      else expect(ran.printed.trim()).toBe('');
    },
    60_000,
  );

  it('the auditor’s script computes the digests that this ledger computes', async () => {
    const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').trimEnd().split('\n');
    for (const number of [1, Math.floor(lines.length / 2), lines.length]) {
      const event = JSON.parse(lines[number - 1]!) as Parameters<typeof eventDigest>[0];
      const { printed } = await session.run(`node digest.mjs events.ndjson ${number}`);
      expect(printed.trim()).toBe(`${eventDigest(event)} ${event.type}`);
    }
  });

  it('leave a service that stops at once, and cleanly', async () => {
    service.kill('SIGINT');
    const [code] = (await once(service, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});
