import { randomUUID } from 'node:crypto';
import { StreamNotFoundError, START, type ResolvedEvent } from '@eventstore/db-client';
import { isLedgerError } from '../../ledger/errors.js';
import { newEpoch } from '../../ledger/position.js';
import type { Appends } from './appends.js';
import type { Connection } from './connection.js';
import { damaged } from './errors.js';
import { STARTS_MAX } from './limits.js';
import { commitOf } from './recorded-events.js';

const LEDGER_STARTED = 'LedgerStarted';
const EPOCH = /^[0-9a-f]{8}$/;

/** The life of the log: its name, and the place in the server's log where it begins, before which nothing can be ours. */
export interface Epoch {
  readonly name: string;
  readonly beginning: number;
}

/**
 * The epoch of the ledger in this database, made by whoever opens it first. It lies in a stream of its own, so that several
 * instances that open an empty database together agree on one.
 */
export async function openEpoch(connection: Connection, appends: Appends, stream: string): Promise<Epoch> {
  const events = [
    { id: randomUUID(), type: LEDGER_STARTED, data: JSON.stringify({ epoch: newEpoch() }), metadata: JSON.stringify({}) },
  ];
  for (let starts = 1; ; starts += 1) {
    const epoch = await readEpoch(connection, stream);
    if (epoch !== undefined) return epoch;
    try {
      await appends.append({ stream, events, expected: 'none' }, 0);
    } catch (error) {
      // Another one was first, or ours may have landed: reading tells; the same event is never written twice.
      const isRead = isLedgerError(error, 'CONCURRENCY_CONFLICT') || isLedgerError(error, 'COMMIT_UNKNOWN');
      if (!isRead || starts === STARTS_MAX) throw error;
    }
  }
}

export async function readEpoch(connection: Connection, stream: string): Promise<Epoch | undefined> {
  try {
    const [event] = await connection.read(
      'for the epoch of the ledger',
      (driver) => driver.readStream(stream, { fromRevision: START, maxCount: 1, requiresLeader: true }),
      (item: ResolvedEvent) => item.event,
      (error) => error instanceof StreamNotFoundError,
    );
    const data = event?.data as { epoch?: unknown } | undefined;
    // A stream that was deleted and begun anew does not begin at 0; the history before it would be overlooked.
    if (event?.revision === 0n && typeof data?.epoch === 'string' && EPOCH.test(data.epoch))
      return { name: data.epoch, beginning: commitOf(event) };
    throw damaged(stream, 'its first event does not hold the epoch of the ledger');
  } catch (error) {
    if (error instanceof StreamNotFoundError) return undefined;
    throw error;
  }
}
