import { MemoryReadModelStore } from '../../adapters/memory/read-models.js';
import type { Projection } from '../../projections/define-projection.js';
import type { ReadModel, StoredDocument } from '../../projections/ports/read-model-store.js';
import type { Projections } from '../../projections/projections.js';
import { filteredPage, SCANNED_PER_PAGE_MAX } from './filtered-page.js';

const letters: Projection = {
  name: 'letters',
  version: 1,
  indexes: { byDay: ['organization', 'day'] },
  keyOf: () => undefined,
  fold: () => undefined,
};
const model: ReadModel = { name: letters.name, version: '1.1', indexes: letters.indexes };

/** Documents 0, 1, 2 …, several of each day; the first seven have none. */
async function holding(count: number): Promise<{ projections: Projections; finds: () => number }> {
  const store = new MemoryReadModelStore();
  await store.prepare(model);
  const documents = Array.from({ length: count }, (_, number): StoredDocument => {
    const day = number < 7 ? {} : { day: `2024-${String(Math.floor(number / 3)).padStart(4, '0')}` };
    return { key: String(number).padStart(5, '0'), position: '1', body: { organization: 'main', number, ...day } };
  });
  let from: string | undefined;
  for (let start = 0; start < count; start += 1_000) {
    const to = String(start + 1);
    await store.commit({ model, from, to, changes: documents.slice(start, start + 1_000) });
    from = to;
  }
  let finds = 0;
  const find = (_: string, options: Parameters<MemoryReadModelStore['find']>[1]) => {
    finds += 1;
    return store.find(model, options);
  };
  return { projections: { find } as unknown as Projections, finds: () => finds };
}

const keeping =
  (isKept: (number: number) => boolean) =>
  async (documents: readonly StoredDocument[]): Promise<readonly (number | undefined)[]> =>
    documents.map(({ body }) => body['number'] as number).map((number) => (isKept(number) ? number : undefined));

describe('a page of what passes a filter', () => {
  test.each([
    ['every one', 1, 450, () => true],
    ['every one, in one page', 450, 450, () => true],
    ['each third', 7, 450, (number: number) => number % 3 === 0],
    ['only the last', 3, 450, (number: number) => number === 449],
    ['exactly a page', 5, 450, (number: number) => number < 5],
    ['a page that ends with what is read at once', 200, 400, () => true],
    ['none', 10, 450, () => false],
  ])('%s: all pages together hold each once and in order', async (_, limit, count, isKept) => {
    const { projections } = await holding(count);
    const seen: number[] = [];
    let after: string | undefined;
    do {
      const options = { index: 'byDay', equals: ['main'], after, limit };
      const page = await filteredPage(projections, letters, options, keeping(isKept));
      expect(page.items.length).toBeLessThanOrEqual(limit);
      seen.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: count }, (__, number) => number).filter(isKept));
  });

  test('one page looks through a bounded number of documents, and says where to go on', async () => {
    const options = { index: 'byDay', equals: ['main'], limit: 50 };
    const last = (count: number) => keeping((number) => number === count - 1);
    const within = await holding(SCANNED_PER_PAGE_MAX);
    expect(await filteredPage(within.projections, letters, options, last(SCANNED_PER_PAGE_MAX))).toEqual({
      items: [SCANNED_PER_PAGE_MAX - 1],
    });
    const beyond = await holding(SCANNED_PER_PAGE_MAX + 1);
    const first = await filteredPage(beyond.projections, letters, options, last(SCANNED_PER_PAGE_MAX + 1));
    expect(first).toEqual({ items: [], next: expect.any(String) });
    expect(beyond.finds()).toBe(SCANNED_PER_PAGE_MAX / 200);
    const second = await filteredPage(
      beyond.projections,
      letters,
      { ...options, after: first.next },
      last(SCANNED_PER_PAGE_MAX + 1),
    );
    expect(second).toEqual({ items: [SCANNED_PER_PAGE_MAX] });
  });
});
