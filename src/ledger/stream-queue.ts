import { LedgerError } from './errors.js';

/** How many commands of one stream may wait in this process. */
export const QUEUED_PER_STREAM_MAX = 1_000;

/** Runs the work of one stream in the order of its arrival, so that neighbours do not burn each other's retries. */
export class StreamQueue {
  private readonly lanes = new Map<string, { tail: Promise<unknown>; length: number }>();

  run<Result>(stream: string, work: () => Promise<Result>): Promise<Result> {
    const lane = this.lanes.get(stream) ?? { tail: Promise.resolve(), length: 0 };
    if (lane.length >= QUEUED_PER_STREAM_MAX) {
      return Promise.reject(
        new LedgerError('QUEUE_FULL', `More than ${QUEUED_PER_STREAM_MAX} commands wait for the same record.`),
      );
    }
    this.lanes.set(stream, lane);
    lane.length += 1;
    const result = lane.tail.then(work, work);
    const settled = (): void => {
      lane.length -= 1;
      if (lane.length === 0) this.lanes.delete(stream);
    };
    lane.tail = result.then(settled, settled);
    return result;
  }
}
