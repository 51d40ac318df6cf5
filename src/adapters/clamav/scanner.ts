import { SCANNED_BYTES_MAX, Scanner, type Scan } from '../../attachments/ports/scanner.js';
import type { ClamAvAddress } from './address.js';
import { printable, scanOf } from './answers.js';
import { CLAMAV_TIMES, ClamAvConnection, NoAnswer, type ClamAvTimes } from './connection.js';

/** How many bytes go into one piece: far below any StreamMaxLength, and what a segment of a file has. */
export const CHUNK_BYTES_MAX = 65_536;
/** How much of the daemon's version a fact names. */
export const VERSION_CHARACTERS_MAX = 100;

const LENGTH_BYTES = 4;
const END = Buffer.alloc(LENGTH_BYTES);

/** A ClamAV daemon, spoken to in its own protocol: one connection for each file, which is sent in pieces (INSTREAM). */
export class ClamAvScanner implements Scanner {
  constructor(
    private readonly address: ClamAvAddress,
    private readonly times: ClamAvTimes = CLAMAV_TIMES,
    private readonly bytesMax = SCANNED_BYTES_MAX,
  ) {}

  async version(): Promise<string | undefined> {
    // It is no scan, so that who does not answer within the time of a connection does not answer.
    const { connectMilliseconds } = this.times;
    const brief = { ...this.times, silenceMilliseconds: connectMilliseconds, wholeMilliseconds: connectMilliseconds };
    const { answer } = await this.ask(brief, (connection) => connection.send(Buffer.from('zVERSION\0')));
    return answer instanceof NoAnswer || !answer.startsWith('ClamAV ') ? undefined : printable(answer, VERSION_CHARACTERS_MAX);
  }

  async scan(bytes: AsyncIterable<Uint8Array>, stopping?: AbortSignal): Promise<Scan> {
    const { answer, sent } = await this.ask(this.times, (connection) => this.stream(bytes, connection), stopping);
    if (sent === 'too-much') return { verdict: 'limit-exceeded', signature: `more than ${this.bytesMax} bytes` };
    if (answer instanceof NoAnswer) return { verdict: 'none', why: answer.message };
    const scan = scanOf(answer);
    // Who did not see all of it cannot know that it is clean.
    if (scan.verdict !== 'clean' || sent === 'all') return scan;
    return { verdict: 'failed', why: 'it answered before it had the whole file' };
  }

  /** What the daemon answers, or that it does not. What the sender itself throws is thrown. */
  private async ask<Sent>(
    times: ClamAvTimes,
    send: (connection: ClamAvConnection) => Promise<Sent>,
    stopping?: AbortSignal,
  ): Promise<{ readonly answer: string | NoAnswer; readonly sent?: Sent | undefined }> {
    let connection: ClamAvConnection | undefined;
    let sent: Sent | undefined;
    const stop = (): void => connection?.close();
    stopping?.addEventListener('abort', stop);
    try {
      connection = await ClamAvConnection.open(this.address, times);
      if (stopping?.aborted === true) stop();
      sent = await send(connection);
      return { answer: await connection.answer, sent };
    } catch (error) {
      if (error instanceof NoAnswer) return { answer: error, sent };
      throw error;
    } finally {
      stopping?.removeEventListener('abort', stop);
      connection?.close();
    }
  }

  private async stream(bytes: AsyncIterable<Uint8Array>, connection: ClamAvConnection): Promise<'part' | 'all' | 'too-much'> {
    let size = 0;
    await connection.send(Buffer.from('zINSTREAM\0'));
    for await (const piece of bytes) {
      size += piece.length;
      if (size > this.bytesMax) {
        connection.close();
        return 'too-much';
      }
      for (let from = 0; from < piece.length; from += CHUNK_BYTES_MAX) {
        const chunk = piece.subarray(from, from + CHUNK_BYTES_MAX);
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32BE(chunk.length);
        await connection.send(Buffer.concat([length, chunk]));
        if (connection.isOver) return 'part';
      }
    }
    if (connection.isOver) return 'part';
    await connection.send(END);
    return 'all';
  }
}
