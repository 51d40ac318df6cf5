import { connect, type Socket } from 'node:net';
import type { ClamAvAddress } from './address.js';

export interface ClamAvTimes {
  readonly connectMilliseconds: number;
  /** Nothing taken and nothing said for so long: longer than MaxScanTime of the daemon, which is silent while it looks. */
  readonly silenceMilliseconds: number;
  /** From the first byte to the verdict. */
  readonly wholeMilliseconds: number;
}
export const CLAMAV_TIMES: ClamAvTimes = {
  connectMilliseconds: 5_000,
  silenceMilliseconds: 150_000,
  wholeMilliseconds: 300_000,
};
/** An answer is one short line; who says more is no such daemon. */
export const ANSWER_BYTES_MAX = 4_096;

/** That a daemon said nothing: it could not be reached, fell silent, or the connection was cut. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** One question and its one answer, which a zero byte ends; then the connection is over. */
export class ClamAvConnection {
  /** The answer, or why there is none. Never rejects by itself unseen: who asks awaits it. */
  readonly answer: Promise<string>;
  private over = false;
  private readonly received: Buffer[] = [];
  private settle!: { resolve(answer: string): void; reject(error: NoAnswer): void };
  private readonly whole: NodeJS.Timeout;

  private constructor(
    private readonly socket: Socket,
    times: ClamAvTimes,
  ) {
    this.answer = new Promise((resolve, reject) => (this.settle = { resolve, reject }));
    // Awaited later, and told only then.
    this.answer.catch(() => undefined);
    this.whole = setTimeout(() => this.fail('it took too long'), times.wholeMilliseconds);
    socket.setTimeout(times.silenceMilliseconds, () => this.fail('it fell silent'));
    socket.on('data', (bytes) => this.take(bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => this.fail(`the connection was cut (${error.code ?? error.message})`));
    socket.on('close', () => this.fail('it left without an answer'));
  }

  static open(address: ClamAvAddress, times: ClamAvTimes): Promise<ClamAvConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(address);
      const refuse = (why: string): void => {
        clearTimeout(timer);
        socket.destroy();
        reject(new NoAnswer(why));
      };
      const timer = setTimeout(() => refuse('it took no connection in time'), times.connectMilliseconds);
      const failed = (error: NodeJS.ErrnoException): void => refuse(`it cannot be reached (${error.code ?? error.message})`);
      socket.once('error', failed);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', failed);
        resolve(new ClamAvConnection(socket, times));
      });
    });
  }

  /** Whether the answer, or the end without one, has come: nothing more need be sent. */
  get isOver(): boolean {
    return this.over;
  }

  /** Resolves when the system has taken the bytes, or when nobody takes any more. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.over) return;
    const taken = new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()));
    await Promise.race([taken, this.answer.catch(() => undefined)]);
  }

  close(): void {
    this.fail('it was left');
  }

  private take(bytes: Buffer): void {
    if (this.over) return;
    this.received.push(bytes);
    const all = Buffer.concat(this.received);
    const end = all.indexOf(0);
    if (end === -1 && all.length <= ANSWER_BYTES_MAX) return;
    // What goes on after its end is not the one answer, and its text as a whole says so.
    const text = end === all.length - 1 ? all.subarray(0, end) : all.subarray(0, ANSWER_BYTES_MAX);
    this.end();
    this.settle.resolve(text.toString('latin1'));
  }

  private fail(why: string): void {
    if (this.over) return;
    this.end();
    this.settle.reject(new NoAnswer(why));
  }

  private end(): void {
    this.over = true;
    clearTimeout(this.whole);
    this.socket.destroy();
  }
}
