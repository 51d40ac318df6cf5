import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Result, Row, Spread } from './comparison.js';

export interface Machine {
  readonly processors: string;
  readonly memoryBytes: number;
  readonly node: string;
  readonly commit: string;
  /** The load of the last minute before the first and after the last measure: above the processors, others were at work. */
  readonly loads: readonly number[];
}

export function machine(loadBefore: number): Machine {
  const commit = execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim();
  const processors = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
  return { processors, memoryBytes: totalmem(), node: process.version, commit, loads: [loadBefore, presentLoad()] };
}

export const presentLoad = (): number => loadavg()[0] ?? 0;

/** A table in the form of the documentation. */
export function table({ name, unit, rows }: Result): string {
  const lines = rows.map((row) => {
    const cells = [row.label, figures(row.perSecond), ratios(row), microseconds(row), megabytes(row.peakBytes)];
    return `| ${cells.join(' | ')} |`;
  });
  const head = `| | ${unit} | ratio | processor | memory |`;
  return [`### ${name}`, '', head, '| --- | --- | --- | --- | --- |', ...lines, ''].join('\n');
}

const figures = ({ median, least, most }: Spread): string => `${whole(median)} (${whole(least)}–${whole(most)})`;

/** Each ratio is named where there are two. */
const ratios = ({ ratios: all }: Row): string =>
  all.length === 0 ? '1' : all.map(({ to, ratio }) => `${ratioText(ratio)} of ${to}`).join('; ');

const ratioText = ({ median, least, most }: Spread): string =>
  `**${median.toFixed(2)}** (${least.toFixed(2)}–${most.toFixed(2)})`;
const whole = (value: number): string => Math.round(value).toLocaleString('en');
const microseconds = ({ processorMicroseconds: { median } }: Row): string =>
  `${median < 10 ? median.toFixed(1) : whole(median)} µs`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`;
