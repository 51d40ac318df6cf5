import type { HoldersPolicy } from '../../src/catalogue/published.js';
import type { DataOf, RecordEvent } from '../../src/record/domain/events.js';
import { catalogueWith, definitions, PureRecord, scheme } from './pure-record.js';

/** Who holds an earlier edition of a scheme, over a record without a store. */

const BERLIN = 'Europe/Berlin';
export const BY: HoldersPolicy = { kind: 'must-update', by: { date: '2024-09-01' } };
export const AT: HoldersPolicy = { kind: 'void', at: { date: '2024-09-01' } };
/** The course C1 alone, for two years; completed on 15 March 2023 it lasts to 15 March 2025. */
export const FIRST = scheme('S', { course: 'C1' }, { duration: 'P2Y' }, BERLIN);
/** When the publication was recorded. */
export const PUBLISHED_AT = '2024-06-01T12:00:00.000Z';

export const second = (holders: HoldersPolicy | undefined, more: Parameters<typeof scheme>[4] = {}) => ({
  ...FIRST,
  criteria: { all: [{ course: 'C1' }, { course: 'C2' }] },
  published: '2024-05-01',
  ...(holders === undefined ? {} : { holders }),
  ...more,
});
export const before = definitions(['C1', 'C2'], FIRST);
export const after = (...editions: readonly ReturnType<typeof second>[]) =>
  catalogueWith(before, ...editions.map((edition) => ({ type: 'ReviseScheme' as const, scheme: edition })));

/** Certified under the first edition, with later editions published since. */
export function holder(...editions: readonly ReturnType<typeof second>[]): PureRecord {
  const record = PureRecord.registered(before);
  record.complete('C1', '2023-03-15');
  record.facts = after(...editions);
  return record;
}
export const apply = (record: PureRecord, edition = 2, publishedAt = PUBLISHED_AT): readonly RecordEvent[] =>
  record.do({ type: 'ApplyEdition', scheme: 'S', edition, publishedAt });
export const dataOf = <Type extends RecordEvent['type']>(events: readonly RecordEvent[], type: Type): DataOf<Type> =>
  events.find((event) => event.type === type)!.data as DataOf<Type>;
