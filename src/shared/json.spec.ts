import { isSameJson } from './json.js';

test.each<[string, unknown, unknown, boolean]>([
  ['names in another order', { a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
  ['an undefined name and an absent one', { a: 1, b: undefined }, { a: 1 }, true],
  ['a null name and an absent one', { a: null }, {}, false],
  ['lists in another order', [1, 2], [2, 1], false],
  ['a list and a longer one', [1], [1, 2], false],
  ['an empty list and an empty object', [], {}, false],
  ['a number and its text', { a: 1 }, { a: '1' }, false],
])('compares %s', (_, a, b, same) => {
  expect([isSameJson(a, b), isSameJson(b, a)]).toEqual([same, same]);
});
