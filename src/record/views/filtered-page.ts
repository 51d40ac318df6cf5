import type { Projection } from '../../projections/define-projection.js';
import { encodeCursor, type SortValue } from '../../projections/ports/cursor.js';
import { DOCUMENTS_PER_FIND_MAX, type FindOptions, type StoredDocument } from '../../projections/ports/read-model-store.js';
import type { Projections } from '../../projections/projections.js';

/** How many documents one request looks through for a page: a page may come back short, and "next" goes on behind what was seen. */
export const SCANNED_PER_PAGE_MAX = 2_000;

export interface FilteredPage<Kept> {
  readonly items: readonly Kept[];
  readonly next?: string;
}

/** Whether a document is listed, and what of it; answered for many at once, because the answer may stand in another read model. */
export type Filter<Kept> = (documents: readonly StoredDocument[]) => Promise<readonly (Kept | undefined)[]>;

/** A page of those documents that pass a filter which no index knows. */
export async function filteredPage<Kept>(
  projections: Projections,
  projection: Projection,
  { limit, ...options }: FindOptions,
  filter: Filter<Kept>,
): Promise<FilteredPage<Kept>> {
  const items: Kept[] = [];
  let after = options.after;
  for (let scanned = 0; scanned < SCANNED_PER_PAGE_MAX;) {
    const page = await projections.find(projection.name, { ...options, after, limit: DOCUMENTS_PER_FIND_MAX });
    const kept = await filter(page.documents);
    for (const [index, document] of page.documents.entries()) {
      const item = kept[index];
      if (item === undefined) continue;
      if (items.length === limit) return { items, next: after! };
      items.push(item);
      after = cursorBehind(projection, options, document);
    }
    after = page.next;
    if (after === undefined) return { items };
    scanned += page.documents.length;
    if (items.length === limit) return { items, next: after };
  }
  return { items, ...(after === undefined ? {} : { next: after }) };
}

/** A page ends in the middle of what was read, so its cursor is made as the store makes its own. */
export function cursorBehind(
  { indexes }: Projection,
  { index, equals }: Omit<FindOptions, 'limit'>,
  document: StoredDocument,
): string {
  const fields = indexes[index]!.slice(equals.length);
  return encodeCursor(index, { key: document.key, values: fields.map((field) => (document.body[field] ?? null) as SortValue) });
}
