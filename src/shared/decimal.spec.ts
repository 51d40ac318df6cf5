import { compareDecimals, isPadded } from './decimal.js';

test.each<[string, string, number]>([
  ['70', '70', 0],
  ['70', '70.0000', 0],
  ['069.5', '69.50', 0],
  ['70.1', '70.10001', -1],
  ['9', '10', -1],
  ['100', '99.9999', 1],
  ['0', '0.0001', -1],
  ['999999.9999', '999999.9998', 1],
])('%s compared with %s is %i', (a, b, expected) => {
  expect(compareDecimals(a, b)).toBe(expected);
  expect(compareDecimals(b, a)).toBe(expected === 0 ? 0 : -expected);
});

test.each([
  ['014', true],
  ['00', true],
  ['00.5', true],
  ['0', false],
  ['0.5', false],
  ['10', false],
  ['14.00', false],
])('zeros before %s that mean nothing: %s', (decimal, expected) => expect(isPadded(decimal)).toBe(expected));

test('compares what binary fractions round to the same number', () => {
  expect(compareDecimals('0.10000000000000000001', '0.1')).toBe(1);
});

test.each(['', '.5', '5.', '-1', '1e3', 'NaN', '1,5'])('refuses %j, which is no decimal', (text) =>
  expect(() => compareDecimals(text, '1')).toThrow(TypeError),
);
