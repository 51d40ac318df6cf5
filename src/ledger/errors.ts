/** What can go wrong beneath the rules. The table in `http/problems.ts` says how each is answered. */
export type LedgerErrorCode =
  | 'CONCURRENCY_CONFLICT'
  | 'COMMIT_UNKNOWN'
  | 'STORE_UNAVAILABLE'
  | 'EVENT_TOO_LARGE'
  | 'HISTORY_DAMAGED'
  | 'QUEUE_FULL'
  | 'STREAM_FULL'
  | 'POSITION_OF_ANOTHER_EPOCH'
  | 'FOLDER_IN_USE'
  | 'FOREIGN_FILE'
  | 'KEY_UNUSABLE'
  | 'IDENTITY_PROVIDER_UNAVAILABLE';

const RETRYABLE: ReadonlySet<LedgerErrorCode> = new Set([
  'CONCURRENCY_CONFLICT',
  'COMMIT_UNKNOWN',
  'STORE_UNAVAILABLE',
  'QUEUE_FULL',
  'IDENTITY_PROVIDER_UNAVAILABLE',
]);

/** A failure of the infrastructure; `retryable` says whether the same call may succeed later without a person's help. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly retryable: boolean;

  constructor(
    readonly code: LedgerErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.retryable = RETRYABLE.has(code);
  }
}

export const isLedgerError = (error: unknown, code?: LedgerErrorCode): error is LedgerError =>
  error instanceof LedgerError && (code === undefined || error.code === code);
