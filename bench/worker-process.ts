import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Asked, Done, Opening, Told } from './worker.js';

const ENTRY = fileURLToPath(new URL('worker.js', import.meta.url));

/** A subject in its own process: its memory is its own, and the driver of EventStoreDB bears one client in a process. */
export class WorkerProcess {
  private constructor(private readonly child: ChildProcess) {}

  static async start(opening: Opening): Promise<WorkerProcess> {
    const worker = new WorkerProcess(fork(ENTRY, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
    await worker.ask(opening);
    return worker;
  }

  async round(asked: Asked): Promise<Done> {
    const told = await this.ask(asked);
    if (told.kind !== 'done') throw new Error('A worker answered a round with something else.');
    return told;
  }

  /** A worker that does not end by itself is ended: the measure is over. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    if (this.child.connected) this.child.send('close');
    await gone;
    clearTimeout(timer);
  }

  private ask(message: Opening | Asked): Promise<Told> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.child.off('message', hear);
        this.child.off('exit', gone);
      };
      const hear = (told: Told): void => {
        leave();
        if (told.kind === 'failed') reject(new Error(`A worker failed: ${told.why}`));
        else resolve(told);
      };
      const gone = (): void => {
        leave();
        reject(new Error('A worker ended before it answered.'));
      };
      this.child.on('message', hear);
      this.child.on('exit', gone);
      this.child.send(message);
    });
  }
}
