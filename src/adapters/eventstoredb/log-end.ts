import { END, type ReadPosition } from '@eventstore/db-client';
import type { Connection } from './connection.js';
import { FIRST_TAIL_RECORDS, TAIL_RECORDS_MAX } from './limits.js';
import { readLog } from './log-pages.js';
import { commitOf, type Recorded } from './recorded-events.js';
import type { StreamNames } from './stream-names.js';

/** Finds the last event of ours, behind which the server may have written many records of its own. */
export class LogEnd {
  private own: Recorded | undefined;
  /** How far the log is known to hold nothing of ours behind `own`. */
  private looked: number;

  constructor(
    private readonly connection: Connection,
    private readonly names: StreamNames,
    beginning: number,
  ) {
    this.looked = beginning;
  }

  /** Always asks the server, because others append too; only what was looked through before is not looked through again. */
  async last(): Promise<Recorded | undefined> {
    let from: ReadPosition = END;
    let newest: number | undefined;
    for (let limit = FIRST_TAIL_RECORDS; ; limit = Math.min(limit * 8, TAIL_RECORDS_MAX)) {
      const records = await readLog(this.connection, { from, limit, backwards: true });
      const own = records.find((event) => this.names.toLedger(event.streamId) !== undefined);
      const oldest = records.at(-1);
      newest ??= records[0] === undefined ? undefined : commitOf(records[0]);
      if (own !== undefined || oldest === undefined || records.length < limit || commitOf(oldest) <= this.looked)
        return this.remember(own, newest);
      from = { commit: BigInt(commitOf(oldest)), prepare: BigInt(commitOf(oldest)) };
    }
  }

  /** Two searches at a time may end in any order; the further one stays. */
  private remember(found: Recorded | undefined, newest = 0): Recorded | undefined {
    const own = found ?? this.own;
    if (newest > this.looked) {
      this.looked = newest;
      this.own = own;
    }
    return own;
  }
}
