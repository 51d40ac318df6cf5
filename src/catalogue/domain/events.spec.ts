import type { JsonObject } from '../../shared/json.js';
import { catalogueEvents } from './events.js';

const upcast = (type: string, data: JsonObject): unknown => {
  const { upcasters, schema } = catalogueEvents.find((event) => event.type === type)!;
  return schema.parse(upcasters.reduce((current, step) => step(current), data));
};

test('a scheme of version 1 is internal and lists what its criteria name, in order, each once', () => {
  const scheme = {
    scheme: 'S',
    edition: 1,
    title: 'S',
    published: '2024-01-01',
    timeZone: 'UTC',
    validity: { perpetual: true },
    award: 'automatic',
    criteria: { any: [{ all: [{ course: 'B' }, { course: 'A' }] }, { notBefore: '2023-01-01', criteria: { course: 'B' } }] },
  };
  expect(upcast('SchemePublished', scheme)).toEqual({ ...scheme, kind: 'internal', items: [{ course: 'B' }, { course: 'A' }] });
});

test('a course of version 1 is read as it is', () => {
  const course = { course: 'C', edition: 1, title: 'C', workloadHours: '7.5' };
  expect(upcast('CoursePublished', course)).toEqual(course);
});
