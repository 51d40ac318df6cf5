import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The double of EventStoreDB in a process of its own, seen from where this file is compiled to. */
const ENTRY = fileURLToPath(new URL('../../../test/support/eventstoredb/run.mjs', import.meta.url));

export class EventStoreServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** With its log in memory, empty. */
  static async start(): Promise<EventStoreServer> {
    const child = spawn(process.execPath, [ENTRY], { stdio: ['pipe', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /listens on (\S+)/.exec(line)?.[1];
      if (url !== undefined) return new EventStoreServer(child, url);
    }
    throw new Error('The double of EventStoreDB did not start.');
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.stdin?.end();
    await gone;
  }
}
