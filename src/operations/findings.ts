import { instantMilliseconds } from '../shared/calendar.js';

/** What the doctor says of one thing that it looked at. */
export interface Finding {
  /** What was looked at, always by the same words, so that a script can look for it. */
  readonly check: string;
  readonly result: 'ok' | 'warning' | 'failure';
  readonly found: string;
  /** How to mend it, where something is to be mended. */
  readonly mend?: string;
}

export const ok = (check: string, found: string): Finding => ({ check, result: 'ok', found });
export const warning = (check: string, found: string, mend: string): Finding => ({ check, result: 'warning', found, mend });
export const failure = (check: string, found: string, mend: string): Finding => ({ check, result: 'failure', found, mend });

/** Below this free space the doctor warns: enough for a few days of a large organization, and for a backup to be late. */
export const FREE_BYTES_MIN = 2 ** 30;
/** How far the clock of a server may differ from the one here. */
export const CLOCK_DIFFERENCE_MILLISECONDS_MAX = 10_000;
/** How many names a finding lists at most. */
export const NAMES_SHOWN_MAX = 10;

export function judgeSpace(check: string, freeBytes: number | undefined, where: string): Finding {
  if (freeBytes === undefined) return ok(check, `not told by the server; look at the disk of ${where} itself`);
  const found = `${gibibytes(freeBytes)} GiB free on the disk of ${where}`;
  if (freeBytes >= FREE_BYTES_MIN) return ok(check, found);
  return warning(check, found, 'Make room before the disk is full; writes are then refused until there is some again.');
}

/** `server` minus the time here, in milliseconds. */
export function judgeClock(check: string, difference: number | undefined, whose: string): Finding {
  if (difference === undefined) return ok(check, `not told by ${whose}`);
  const seconds = (Math.abs(difference) / 1_000).toFixed(1);
  const found = `the clock of ${whose} is ${seconds} s ${difference < 0 ? 'behind' : 'ahead of'} the one here`;
  if (Math.abs(difference) <= CLOCK_DIFFERENCE_MILLISECONDS_MAX) return ok(check, found);
  return warning(
    check,
    found,
    'Let NTP set the clocks of all machines; `recordedAt` is the clock of the instance that recorded.',
  );
}

/** How long the clock here is behind what was recorded last; beyond `bound` the policies stop. */
export function judgeLastRecorded(check: string, recordedAt: string | undefined, now: string, bound: number): Finding {
  if (recordedAt === undefined) return ok(check, 'nothing was recorded yet');
  const behind = instantMilliseconds(recordedAt) - instantMilliseconds(now);
  if (behind <= bound) return ok(check, `the last event was recorded at ${recordedAt}, and here it is ${now}`);
  return failure(
    check,
    `the last event was recorded at ${recordedAt}, but here it is only ${now}; the policies wait until then`,
    'Set the clock of this machine, or of the one that recorded, by NTP.',
  );
}

export interface VersionRange {
  /** The oldest that is known to have what is used. */
  readonly min: readonly [number, number];
  /** The newest whose contract was compared with the driver's. */
  readonly comparedTo: readonly [number, number];
}

export function judgeVersion(check: string, version: string, { min, comparedTo }: VersionRange): Finding {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined)
    return warning(check, `the version "${version}" cannot be read`, `Use ${min.join('.')} to ${comparedTo.join('.')}.`);
  const own = [Number(major), Number(minor)] as const;
  if (isBefore(own, min)) return failure(check, `version ${version} is too old`, `Upgrade to ${min.join('.')} or newer.`);
  if (!isBefore(comparedTo, own)) return ok(check, `version ${version}`);
  return warning(
    check,
    `version ${version} is newer than ${comparedTo.join('.')}, the newest that this program was compared with`,
    'Run `npm run test:cluster` against such a server first, or use an older one.',
  );
}

/** Some names of a list that may be long. */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  return names.length > NAMES_SHOWN_MAX ? `${shown} and ${names.length - NAMES_SHOWN_MAX} more` : shown;
}

const isBefore = ([major, minor]: readonly [number, number], other: readonly [number, number]): boolean =>
  major !== other[0] ? major < other[0] : minor < other[1];
const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
