import type { Configuration } from '../app/configuration.js';
import { examine } from '../app/doctor/examine.js';
import { SystemClock } from '../app/system-clock.js';
import type { Finding } from '../operations/findings.js';
import { EXIT } from './exit-codes.js';

const RESULT_COLUMN = 8;

/** Says of everything that the settings point at whether it is in order, and how to mend what is not. */
export async function doctor(configuration: Configuration, json: boolean): Promise<number> {
  const { profile, findings } = await examine(configuration, new SystemClock());
  const count = (result: Finding['result']): number => findings.filter((finding) => finding.result === result).length;
  const [warnings, failures] = [count('warning'), count('failure')];
  process.stdout.write(
    json
      ? `${JSON.stringify({ profile, warnings, failures, findings })}\n`
      : `${findings.map(lines).join('')}${plural(failures, 'failure')}, ${plural(warnings, 'warning')}\n`,
  );
  return failures === 0 ? EXIT.done : EXIT.failed;
}

const lines = ({ check, result, found, mend }: Finding): string =>
  `${result.padEnd(RESULT_COLUMN)} ${check}: ${found}\n${mend === undefined ? '' : `${' '.repeat(RESULT_COLUMN)}   mend: ${mend}\n`}`;
const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
