import { z } from 'zod';
import { courseCriteriaSchema, criteriaSchema } from '../catalogue/domain/criteria.js';
import { placesOf, pointerTo } from './places.js';

const placesIn = (schema: z.ZodType, value: unknown): readonly (readonly [string, string])[] =>
  placesOf(schema.safeParse(value).error?.issues ?? []).map(({ path, message }) => [pointerTo(path), message] as const);
const course = { course: 'C1' };

test.each<[string, z.ZodType, unknown, string, RegExp]>([
  ['a leaf that lacks a field', courseCriteriaSchema, { all: [{ any: [{ quiz: 'q' }] }] }, '/all/0/any/0/minScore', /string/],
  ['a field of the wrong type', criteriaSchema, { any: [course, { atLeast: 'two', of: [course] }] }, '/any/1/atLeast', /number/],
  ['a name that nothing knows', criteriaSchema, { all: [course, { none: [] }] }, '/all/1', /Must be all, any/],
  ['a name too much beside a form that fits', criteriaSchema, { all: [{ ...course, minEditon: 2 }] }, '/all/0', /minEditon/],
  ['two forms in one node', criteriaSchema, { all: [course], any: [course] }, '', /Must be all, any/],
  ['a value of another kind', criteriaSchema, { notBefore: '2024-01-01', criteria: 7 }, '/criteria', /Must be all, any/],
  ['a name that a pointer must escape', z.record(z.string(), z.int()), { 'a/b~c': 'x' }, '/a~1b~0c', /number/],
])('names the place of %s', (_, schema, value, pointer, message) => {
  const places = placesIn(schema, value);
  expect(places.map(([at]) => at)).toEqual([pointer]);
  expect(places[0]![1]).toMatch(message);
});

test('names every place, not the first alone', () => {
  const value = { all: [{ quiz: 'q' }, { assessment: 'a', minScore: 'NaN' }, course] };
  expect(placesIn(courseCriteriaSchema, value).map(([at]) => at)).toEqual(['/all/0/minScore', '/all/1/minScore', '/all/2']);
});
