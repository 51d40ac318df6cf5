/** What a script may rely on. */
export const EXIT = {
  /** Everything was done. */
  done: 0,
  /** The command failed; standard error says why. */
  failed: 1,
  /** Done, but some rows were refused; the result file says which. */
  someRefused: 2,
  /** The command's words or the configuration are wrong. */
  usage: 64,
  /** Interrupted; the same command goes on where it stood. */
  interrupted: 130,
} as const;

/** A failure that a person can mend: its message is all that is shown. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}
