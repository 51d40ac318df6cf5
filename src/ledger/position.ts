import { randomBytes } from 'node:crypto';
import { assert } from '../shared/assert.js';
import { LedgerError } from './errors.js';

/**
 * A place in the global order of one log. Its text is `<epoch>-<number>`, both of fixed width, so that two positions of
 * one log compare as plain strings. The beginning is number 0 and the first event 1.
 */
export interface Position {
  /** Names one life of a log; a log that is made anew or filled by a copy has another. */
  readonly epoch: string;
  readonly number: number;
}

const EPOCH = /^[0-9a-f]{8}$/;
const POSITION = /^([0-9a-f]{8})-([0-9a-f]{16})$/;

/** Random, because two logs made on the same day by the same program must still be told apart. */
export const newEpoch = (): string => randomBytes(4).toString('hex');

export function formatPosition(epoch: string, number: number): string {
  assert(EPOCH.test(epoch), `an epoch is 8 lower-case hex digits, not ${epoch}`);
  assert(Number.isSafeInteger(number) && number >= 0, `a position's number is a natural number, not ${number}`);
  return `${epoch}-${number.toString(16).padStart(16, '0')}`;
}

/** Undefined when the text is no position at all. */
export function parsePosition(text: string): Position | undefined {
  const [, epoch, digits] = POSITION.exec(text) ?? [];
  if (epoch === undefined || digits === undefined) return undefined;
  const number = Number.parseInt(digits, 16);
  return Number.isSafeInteger(number) ? { epoch, number } : undefined;
}

export const isSameEpoch = (left: Position, right: Position): boolean => left.epoch === right.epoch;

/**
 * The number of a position in the log of `epoch` that ends at `end`. What is no position, belongs to another epoch or
 * lies beyond the end was given out by another history (for instance before an older backup was restored), and to
 * follow on from it would silently leave events out.
 */
export function positionNumber(text: string, epoch: string, end: number): number {
  const position = parsePosition(text);
  if (position !== undefined && position.epoch === epoch && position.number <= end) return position.number;
  throw new LedgerError(
    'POSITION_OF_ANOTHER_EPOCH',
    `The position ${text.slice(0, 64)} is not one of this log, whose epoch is ${epoch} and whose end is ${formatPosition(epoch, end)}; start again from the beginning.`,
  );
}
