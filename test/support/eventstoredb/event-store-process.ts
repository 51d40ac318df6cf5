import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const ENTRY = resolve(__dirname, 'run.mjs');
const START_MILLISECONDS_MAX = 20_000;

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The double in a process of its own, which can be killed and stopped as a real server can. */
export class EventStoreProcess {
  private constructor(
    private child: ChildProcess,
    readonly url: string,
    private readonly file: string,
  ) {}

  /** The file holds the log, and is taken up again where it exists. */
  static async start(file: string, port = 0): Promise<EventStoreProcess> {
    const { child, url } = await spawned(file, port);
    return new EventStoreProcess(child, url, file);
  }

  /** Ends the process with a signal and waits until it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!running.has(this.child)) return;
    const gone = once(this.child, 'close');
    this.child.kill(signal);
    await gone;
  }

  /** Stops the process without ending it: it accepts connections and answers nothing. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  /** Starts it again on the same port with the same log, after a kill if it still runs. */
  async restart(): Promise<void> {
    await this.kill();
    ({ child: this.child } = await spawned(this.file, Number(/:(\d+)/.exec(this.url)![1])));
  }
}

async function spawned(file: string, port: number): Promise<{ child: ChildProcess; url: string }> {
  const words = [ENTRY, '--port', String(port), '--file', file];
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.once('close', () => running.delete(child));
  let printed = '';
  const url = await new Promise<string>((listening, failed) => {
    const fail = (): void => failed(new Error(`The double did not start: ${printed}`));
    const timer = setTimeout(fail, START_MILLISECONDS_MAX);
    child.once('close', fail);
    child.stdout.on('data', (bytes: Buffer) => {
      printed += bytes.toString('utf8');
      const found = /listens on (\S+)/.exec(printed)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      child.off('close', fail);
      listening(found);
    });
  });
  return { child, url };
}
