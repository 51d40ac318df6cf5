import { MemoryReadModelStore } from '../../src/adapters/memory/read-models.js';
import { sortKeyOf, sortRange } from '../../src/adapters/mongodb/sort-key.js';
import { decodeCursor, encodeCursor } from '../../src/projections/ports/cursor.js';
import type { FindOptions, ReadModel } from '../../src/projections/ports/read-model-store.js';
import type { JsonObject } from '../../src/shared/json.js';
import { fc } from '../support/property.js';

/**
 * MongoDB only compares the sort keys, so whatever it answers is right when ranges of sort keys hold what the memory store
 * finds, in its order. Servers compare texts by UTF-8 bytes or by UTF-16 units; both must give it.
 */
const model: ReadModel = { name: 'any', version: '1.1', indexes: { none: [], one: ['a'], two: ['a', 'b'] } };
const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));
const byUnits = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.string({
    unit: fc.constantFrom('\u0000', '\u0001', '0', '3', 'a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    maxLength: 3,
  }),
);
const number = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const value = fc.oneof(fc.constant(null), fc.boolean(), number, text);
const body = fc.record({ a: fc.oneof(value, fc.constantFrom({}, [1])), b: value }, { requiredKeys: [] });
const bodies = fc.uniqueArray(fc.tuple(text, body), { selector: ([key]) => key, maxLength: 12 });
const scalar = fc.oneof(fc.boolean(), number, text);
const bound = fc.option(fc.oneof(number, text), { nil: undefined });
const options = fc.oneof(
  fc.record({ index: fc.constant('none'), equals: fc.constant([]) }),
  fc.record({ index: fc.constantFrom('one', 'two'), equals: fc.constant([]), from: bound, to: bound }),
  fc.record({ index: fc.constant('two'), equals: fc.tuple(scalar), from: bound, to: bound }),
  fc.record({ index: fc.constant('two'), equals: fc.tuple(scalar, scalar) }),
);

/** The documents whose sort keys lie in the range, in the order of a server that compares so. */
function foundBySortKeys(
  documents: readonly (readonly [string, JsonObject])[],
  find: FindOptions,
  compare: (left: string, right: string) => number,
): string[] {
  const fields = model.indexes[find.index]!;
  const after = find.after === undefined ? undefined : decodeCursor(find.index, find.after, fields.length - find.equals.length);
  const { $gt, $gte, $lt } = sortRange(fields, find, after);
  const isWithin = (key: string): boolean =>
    ($gt === undefined || compare(key, $gt) > 0) && ($gte === undefined || compare(key, $gte) >= 0) && compare(key, $lt) < 0;
  const found = documents
    .map(([key, document]) => ({ key, order: sortKeyOf(fields, document, key) }))
    .filter(({ order }) => isWithin(order))
    .sort((left, right) => compare(left.order, right.order));
  return (find.descending === true ? found.reverse() : found).slice(0, find.limit).map(({ key }) => key);
}

describe('the sort keys of MongoDB', () => {
  it('give every find, order and page of the memory store, by bytes and by units', async () => {
    await fc.assert(
      fc.asyncProperty(
        bodies,
        options,
        fc.boolean(),
        fc.integer({ min: 1, max: 4 }),
        async (documents, asked, descending, limit) => {
          const store = new MemoryReadModelStore();
          await store.prepare(model);
          const position = '0000abcd-0000000000000001';
          const changes = documents.map(([key, document]) => ({ key, position, body: document as JsonObject }));
          await store.commit({ model, from: undefined, to: position, changes });
          let after: string | undefined;
          do {
            const find = { ...asked, descending, limit, after } as FindOptions;
            const page = await store.find(model, find);
            const expected = page.documents.map(({ key }) => key);
            expect(foundBySortKeys(documents as [string, JsonObject][], find, byBytes)).toEqual(expected);
            expect(foundBySortKeys(documents as [string, JsonObject][], find, byUnits)).toEqual(expected);
            after = page.next;
          } while (after !== undefined);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    { value: 'a', descending: false, expected: ['b', 'c', 'd'] },
    { value: 'c', descending: false, expected: ['d'] },
    { value: 'e', descending: false, expected: [] },
    { value: 'a', descending: true, expected: [] },
    { value: 'c', descending: true, expected: ['c', 'b'] },
    { value: 'e', descending: true, expected: ['d', 'c', 'b'] },
  ])('hold a cursor to the bounds of the list, though a caller may have made it: %j', ({ value, descending, expected }) => {
    const documents = ['a', 'b', 'c', 'd', 'e'].map((letter) => [letter, { a: letter }] as const);
    const after = encodeCursor('one', { key: 'z', values: [value] });
    const find: FindOptions = { index: 'one', equals: [], from: 'b', to: 'd', limit: 10, descending, after };
    expect(foundBySortKeys(documents, find, byBytes)).toEqual(expected);
  });

  it('leave a bound to an index that has a field for it', () => {
    const find: FindOptions = { index: 'one', equals: ['x'], from: 'a', limit: 1 };
    expect(() => sortRange(['a'], find, undefined)).toThrow('bound');
  });
});
