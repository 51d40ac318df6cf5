/** One way a request can end without success. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  /** How to mend it. */
  readonly advice: string;
  /** Whether the identical request may succeed later. */
  readonly retry?: true;
}

export const problem = (status: number, title: string, advice: string): Problem => ({ status, title, advice });
export const later = (status: number, title: string, advice: string): Problem => ({ status, title, advice, retry: true });
