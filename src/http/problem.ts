/** One way a request can end without success. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  /** How to mend it. */
  readonly advice: string;
  /** After how many seconds the identical request may succeed, where it may at all. */
  readonly retry?: number;
}

/** Most of what passes does so at once. */
export const RETRY_AFTER_SECONDS = 1;

export const problem = (status: number, title: string, advice: string): Problem => ({ status, title, advice });
export const later = (status: number, title: string, advice: string, retry = RETRY_AFTER_SECONDS): Problem => ({
  status,
  title,
  advice,
  retry,
});
