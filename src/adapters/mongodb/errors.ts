import {
  BSON,
  MongoBulkWriteError,
  MongoError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
} from 'mongodb';
import { LedgerError } from '../../ledger/errors.js';

/** The server's numbers are stable; their names stand beside them in its `error_codes.yml`. */
export const DUPLICATE_KEY = 11_000;
const NAMESPACE_NOT_FOUND = 26;
const COMMAND_NOT_FOUND = 59;
const REFUSED_CODES: ReadonlySet<unknown> = new Set([
  13, // Unauthorized
  18, // AuthenticationFailed
  8_000, // AtlasError, which hosted servers answer instead
]);
const FULL_CODES: ReadonlySet<unknown> = new Set([14_031 /* OutOfDiskSpace */]);
/** What a repeat in a moment may mend: elections, shutdowns, cut connections, timeouts, conflicts. */
const PASSING_CODES: ReadonlySet<unknown> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  43, // CursorNotFound
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  112, // WriteConflict
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  9_001, // SocketException
  10_107, // NotWritablePrimary
  11_600, // InterruptedAtShutdown
  11_601, // Interrupted
  11_602, // InterruptedDueToReplStateChange
  13_435, // NotPrimaryNoSecondaryOk
  13_436, // NotPrimaryOrSecondary
]);
const DAMAGE_NAMES: ReadonlySet<unknown> = new Set(['DataCorruptionDetected', 'InvalidBSON']);

export const isDuplicateKey = (error: unknown): boolean => error instanceof MongoServerError && error.code === DUPLICATE_KEY;

/** One server that is used in the tests gives this failure its words and no number. */
export const isMissingCollection = (error: unknown): boolean =>
  error instanceof MongoServerError && (error.code === NAMESPACE_NOT_FOUND || error.message === 'ns not found');

export const isUnknownCommand = (error: unknown): boolean =>
  error instanceof MongoServerError && error.code === COMMAND_NOT_FOUND;

export const isRefused = (error: unknown): boolean => error instanceof MongoError && REFUSED_CODES.has(error.code);

/** Whether the same call may succeed in a moment. Whether it was done already is another question, and often unknown. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof MongoError)) return false;
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  if (error.hasErrorLabel('RetryableWriteError') || error.hasErrorLabel('RetryableError')) return true;
  // The driver wraps what it throws from a bulk write, and of a cut connection only the lack of the server's number is left.
  if (error instanceof MongoBulkWriteError && typeof error.code !== 'number') return true;
  return PASSING_CODES.has(error.code);
}

/** Translates what the driver throws; an assertion, or a call that the driver itself refuses to send, passes unchanged: a bug. */
export function translated(error: unknown, address: string): unknown {
  const cause = { cause: error };
  if (error instanceof BSON.BSONError) {
    return new LedgerError('HISTORY_DAMAGED', `MongoDB at ${address} answered what cannot be read (${error.message}).`, cause);
  }
  if (!(error instanceof MongoError) || error instanceof MongoInvalidArgumentError) return error;
  const name = nameOf(error);
  if (DAMAGE_NAMES.has(name)) {
    return new LedgerError('HISTORY_DAMAGED', `MongoDB at ${address} found damaged data (${name}). Restore it or resync.`, cause);
  }
  if (isRefused(error)) {
    return new LedgerError(
      'STORE_UNAVAILABLE',
      `MongoDB at ${address} refuses this user (${name}). Name a user with the role readWrite on the three databases in CERTLEDGER_MONGODB_URL.`,
      cause,
    );
  }
  if (FULL_CODES.has(error.code)) {
    return new LedgerError(
      'STORE_UNAVAILABLE',
      `MongoDB at ${address} has no space left. Make room; writing then goes on.`,
      cause,
    );
  }
  return new LedgerError('STORE_UNAVAILABLE', `MongoDB at ${address} cannot be used now (${name}).`, cause);
}

const nameOf = (error: MongoError): string =>
  error instanceof MongoServerError && typeof error['codeName'] === 'string' ? error['codeName'] : error.name;
