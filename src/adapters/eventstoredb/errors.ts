import { AccessDeniedError, isCommandError, StreamDeletedError, UnknownError } from '@eventstore/db-client';
import { isLedgerError, LedgerError } from '../../ledger/errors.js';

const DENIED =
  'EventStoreDB refuses this user. Give a user who may read and write all streams in the connection string, as in esdb://user:password@host:2113.';

export const accessDenied = (cause?: unknown): LedgerError => new LedgerError('STORE_UNAVAILABLE', DENIED, { cause });

export const damaged = (stream: string, what: string): LedgerError =>
  new LedgerError(
    'HISTORY_DAMAGED',
    `The stream ${stream} in EventStoreDB is damaged: ${what}. Take $maxCount, $maxAge and $tb out of its metadata, or restore the newest backup that verifies.`,
  );

export const deleted = (stream: string): LedgerError =>
  new LedgerError(
    'HISTORY_DAMAGED',
    `The stream ${stream} was deleted from EventStoreDB. Restore the newest backup that verifies.`,
  );

/**
 * What a failed read means. The driver's errors are told apart by their class: their codes and messages differ between its
 * paths and the states of the server, and some failures are plain errors.
 */
export function readFailure(error: unknown, what: string): LedgerError {
  if (isLedgerError(error)) return error;
  if (error instanceof StreamDeletedError) return deleted(error.streamName);
  if (isAccessDenied(error)) return accessDenied(error);
  return new LedgerError('STORE_UNAVAILABLE', `EventStoreDB did not answer ${what}: ${messageOf(error)}.`, { cause: error });
}

/** The server's own `UNKNOWN`: what it says of a position that is none of its records. */
export const isUnknownToServer = (error: unknown): boolean => error instanceof UnknownError && (error.code as number) === 2;

export const isAccessDenied = (error: unknown): boolean =>
  error instanceof AccessDeniedError ||
  (error instanceof Error && isCommandError(error) && (error.code as number | undefined) === 7);

export const messageOf = (error: unknown): string =>
  error instanceof Error && error.message !== ''
    ? error.message.replace(/\.$/, '')
    : error instanceof Error
      ? error.name
      : String(error);
