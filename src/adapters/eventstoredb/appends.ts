import { randomUUID } from 'node:crypto';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { isLedgerError, LedgerError } from '../../ledger/errors.js';
import { Bell } from '../../shared/bell.js';
import { appended, appendRequest, correlationOf, type Append, type Appended } from './append-messages.js';
import type { AppendCall, Connection } from './connection.js';
import { isAccessDenied, accessDenied, messageOf } from './errors.js';
import { APPEND_BYTES_IN_FLIGHT_MAX, APPENDS_IN_FLIGHT_MAX } from './limits.js';

interface Waiting {
  readonly append: Append;
  /** From here on only the server knows what becomes of it. */
  isSent: boolean;
  forget: () => void;
  readonly settle: (answer: Appended | LedgerError) => void;
}

/**
 * Appends over one shared call, each answered on its own. The driver's `appendToStream` sends the same messages, but keeps
 * one table of pending appends for the whole process: when one call dies, the appends of every other call are rejected with
 * it, and their answers then end the process (adr/0011). Here each call knows only its own.
 *
 * An identical append that is sent again while its first copy is still under way is dropped by the server and timed out
 * after 2 seconds, which is heard as COMMIT_UNKNOWN like any other silence; the ledger's pauses and sends outlast that.
 */
export class Appends {
  private readonly sentBy = new WeakMap<AppendCall, Map<string, Waiting>>();
  private present: AppendCall | undefined;
  private queue: Waiting[] = [];
  private isPumping = false;
  private inFlight = 0;
  private bytesInFlight = 0;
  private readonly idle = new Bell();

  constructor(private readonly connection: Connection) {}

  append(append: Append, bytes: number): Promise<Appended> {
    if (this.inFlight >= APPENDS_IN_FLIGHT_MAX || this.bytesInFlight + bytes > APPEND_BYTES_IN_FLIGHT_MAX) {
      return Promise.reject(
        new LedgerError('QUEUE_FULL', `${this.inFlight} appends are under way already; try again in a moment.`),
      );
    }
    this.inFlight += 1;
    this.bytesInFlight += bytes;
    return new Promise((resolve, reject) => {
      const { appendMilliseconds } = this.connection.times;
      let isSettled = false;
      const settle = (answer: Appended | LedgerError): void => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(timer);
        this.leave(bytes);
        if (answer instanceof LedgerError) reject(answer);
        else resolve(answer);
      };
      const waiting: Waiting = { append, isSent: false, settle, forget: () => this.unqueue(waiting) };
      const timer = setTimeout(() => {
        waiting.forget();
        settle(lost(waiting, `it did not answer within ${appendMilliseconds} ms`));
      }, appendMilliseconds);
      this.queue.push(waiting);
      void this.pump();
    });
  }

  /** Resolves when nothing is under way any more; each append's own bound of time bounds this too. */
  async drained(): Promise<void> {
    while (this.inFlight > 0) await this.idle.wait(new AbortController().signal);
  }

  /** One at a time, so that appends leave in the order in which they came. */
  private async pump(): Promise<void> {
    if (this.isPumping) return;
    this.isPumping = true;
    try {
      while (this.queue.length > 0) {
        const call = await this.openCall();
        for (const waiting of this.queue.splice(0)) this.send(call, waiting);
      }
    } catch (error) {
      for (const waiting of this.queue.splice(0)) waiting.settle(failure(error, waiting));
    } finally {
      this.isPumping = false;
    }
  }

  private async openCall(): Promise<AppendCall> {
    const call = await this.connection.appendCall();
    if (call === this.present) return call;
    const sent = new Map<string, Waiting>();
    this.sentBy.set(call, sent);
    call.on('data', (answer: BatchAppendResp) => hear(answer, sent));
    const isOver = (error: unknown): void => {
      this.sentBy.delete(call);
      abandon(sent, error);
    };
    call.on('error', isOver);
    call.on('end', () => isOver(new Error('the server ended the call')));
    // The driver has turned to another node; what was sent through the old call is still answered there.
    this.present?.end();
    this.present = call;
    return call;
  }

  private send(call: AppendCall, waiting: Waiting): void {
    const sent = this.sentBy.get(call);
    if (sent === undefined) return waiting.settle(lost(waiting, 'the connection was cut'));
    const correlationId = randomUUID();
    const request = appendRequest(waiting.append, correlationId, this.connection.farDeadline);
    sent.set(correlationId, waiting);
    waiting.isSent = true;
    waiting.forget = () => sent.delete(correlationId);
    call.write(request);
  }

  private unqueue(waiting: Waiting): void {
    this.queue = this.queue.filter((other) => other !== waiting);
  }

  private leave(bytes: number): void {
    this.inFlight -= 1;
    this.bytesInFlight -= bytes;
    if (this.inFlight === 0) this.idle.ring();
  }
}

/** An answer to an append that was given up is of no use to anybody. */
function hear(answer: BatchAppendResp, sent: Map<string, Waiting>): void {
  const correlationId = correlationOf(answer);
  const waiting = sent.get(correlationId);
  sent.delete(correlationId);
  if (waiting === undefined) return;
  try {
    waiting.settle(appended(answer, waiting.append));
  } catch (error) {
    waiting.settle(failure(error, waiting));
  }
}

function abandon(sent: Map<string, Waiting>, error: unknown): void {
  for (const waiting of sent.values()) waiting.settle(failure(error, waiting));
  sent.clear();
}

/** What is certain to have been refused keeps its meaning; what was sent and not answered may have been written. */
function failure(error: unknown, waiting: Waiting): LedgerError {
  if (isLedgerError(error)) return error;
  if (!waiting.isSent && isAccessDenied(error)) return accessDenied(error);
  return lost(waiting, messageOf(error), error);
}

const lost = (waiting: Waiting, why: string, cause?: unknown): LedgerError =>
  waiting.isSent
    ? new LedgerError('COMMIT_UNKNOWN', `EventStoreDB may or may not have written an append: ${why}.`, { cause })
    : new LedgerError('STORE_UNAVAILABLE', `EventStoreDB cannot be reached: ${why}.`, { cause });
