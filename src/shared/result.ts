/** A refusal by the rules: an answer that the business defined, never an exception (house rule 2). */
export interface Rejection<Code extends string = string> {
  readonly kind: 'rejection';
  readonly code: Code;
  /** What, where and how to mend it, in one or two sentences for the caller; holds no personal data. */
  readonly detail: string;
  /** JSON Pointer (RFC 6901) of the offending node in the request, where there is one. */
  readonly pointer?: string;
}

export const reject = <Code extends string>(code: Code, detail: string, pointer?: string): Rejection<Code> => ({
  kind: 'rejection',
  code,
  detail,
  ...(pointer === undefined ? {} : { pointer }),
});

export const isRejection = (value: unknown): value is Rejection =>
  typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'rejection';
