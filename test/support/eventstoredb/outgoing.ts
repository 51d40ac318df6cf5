import type { ServerWritableStream } from '@grpc/grpc-js';
import type streams from '@eventstore/db-client/generated/streams_pb.js';
import type { Failure } from './failures.js';
import type { Fault } from './faults.js';
import { eventMessage } from './messages.js';
import type { StoredRecord } from './records.js';
import type { ServerContext } from './server-context.js';

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

/** Sends what a reader or subscriber gets, as fast as it takes it, and cuts it off where a fault says so. */
export class Outgoing {
  /** Whether the client takes no more for now. */
  blocked = false;
  private events = 0;
  private over = false;

  constructor(
    private readonly call: ReadCall,
    private readonly context: ServerContext,
    private readonly fault: Fault | undefined,
  ) {
    const end = (): void => void (this.over = true);
    call.on('cancelled', end).on('close', end).on('error', end);
  }

  get isOver(): boolean {
    return this.over || this.call.cancelled;
  }

  async event(record: StoredRecord): Promise<void> {
    const cuts = this.fault === 'disconnect-mid' && this.events >= this.context.faults.eventsBeforeCut;
    // What was sent before must have left, or the cut would take it along.
    if (cuts && this.events > 0) await new Promise((resolve) => setImmediate(resolve));
    this.events += 1;
    await this.message(eventMessage(record));
    if (cuts) this.cut();
  }

  async message(message: streams.ReadResp): Promise<void> {
    const { untilThawed } = this.context.faults;
    if (untilThawed !== undefined) await untilThawed;
    if (this.isOver || this.call.write(message)) return;
    this.blocked = true;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        for (const name of ['drain', 'cancelled', 'close', 'error']) this.call.off(name, go);
        resolve();
      };
      for (const name of ['drain', 'cancelled', 'close', 'error']) this.call.on(name, go);
    });
    this.blocked = false;
  }

  /** Ends a read. A connection that is to be cut is cut at the end, where the answer was too short to be cut before. */
  end(): void {
    if (this.fault === 'disconnect-mid' || this.fault === 'answer-lost') this.cut();
    else if (!this.isOver) this.call.end();
  }

  fail(failure: Failure): void {
    if (!this.isOver) this.call.emit('error', failure);
    this.over = true;
  }

  private cut(): void {
    if (!this.over) this.context.cut(this.call.getPeer());
    this.over = true;
  }
}
