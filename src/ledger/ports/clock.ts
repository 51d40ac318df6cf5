/** The only source of the present in the program. */
export abstract class Clock {
  /** Now, RFC 3339 in UTC with milliseconds. */
  abstract now(): string;
}
