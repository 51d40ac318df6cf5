const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/** Negative, zero or positive as `a` is below, equal to or above `b`: exact, as binary fractions cannot hold 70.1. Both are unsigned decimals. */
export function compareDecimals(a: string, b: string): number {
  const [one, other] = [partsOf(a), partsOf(b)];
  const digits = Math.max(one.fraction.length, other.fraction.length);
  const difference = scaled(one, digits) - scaled(other, digits);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Whether zeros stand before a decimal that mean nothing: 014 and 14 would be two texts of one number. */
export const isPadded = (decimal: string): boolean => /^0\d/.test(decimal);

function partsOf(decimal: string): { whole: string; fraction: string } {
  const match = DECIMAL.exec(decimal);
  if (match === null) throw new TypeError('A decimal is digits with at most one point between them.');
  return { whole: match[1]!, fraction: match[2] ?? '' };
}

const scaled = ({ whole, fraction }: { whole: string; fraction: string }, digits: number): bigint =>
  BigInt(whole + fraction.padEnd(digits, '0'));
