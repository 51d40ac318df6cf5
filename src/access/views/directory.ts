import { z } from 'zod';
import { awaitReadModel, cursorParameter, limitParameter, minPositionParameter, PAGE_DEFAULT } from '../../http/reading.js';
import type { KeyRing } from '../../ledger/key-ring.js';
import { isSealed, type Secret } from '../../ledger/sealed.js';
import type { Projections } from '../../projections/projections.js';
import { accessDirectory, type PersonDocument } from './access-directory.projection.js';
import { personStream } from '../authenticator.js';

export const pageSchema = z.strictObject({ limit: limitParameter, cursor: cursorParameter, minPosition: minPositionParameter });
export type PageQuery = z.infer<typeof pageSchema>;

/** A sealed text as a list shows it: the text, or that it was erased. */
export const openedSchema = z.union([z.string(), z.object({ erased: z.literal(true) })]);
export type OpenedText = z.infer<typeof openedSchema>;

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** One page of the directory, each document shown by `show`. */
export async function listed<Document, Item>(
  projections: Projections,
  { limit, cursor, minPosition }: PageQuery,
  where: { readonly index: string; readonly equals: readonly string[] },
  show: (documents: readonly Document[]) => Promise<readonly Item[]>,
): Promise<Page<Item>> {
  await awaitReadModel(projections, accessDirectory.name, minPosition);
  const page = await projections.find(accessDirectory.name, { ...where, after: cursor, limit: limit ?? PAGE_DEFAULT });
  const items = await show(page.documents.map(({ body }) => body as unknown as Document));
  return { items, ...(page.next === undefined ? {} : { next: page.next }) };
}

export async function opened(keyRing: KeyRing, organization: string, value: Secret): Promise<OpenedText> {
  return isSealed(value) ? ((await keyRing.open(organization, value)) as OpenedText) : value;
}

/** The ids that the organization gave to some of its persons, by pseudonym. */
export async function personIds(
  projections: Projections,
  keyRing: KeyRing,
  organization: string,
  pseudonyms: readonly string[],
): Promise<ReadonlyMap<string, OpenedText>> {
  const streams = [...new Set(pseudonyms)].map((pseudonym) => personStream(organization, pseudonym));
  const documents = await projections.getMany(accessDirectory.name, streams);
  const named = documents.map(async ({ body }) => {
    const { id, state } = body as unknown as PersonDocument;
    return [id, await opened(keyRing, organization, state.person!)] as const;
  });
  return new Map(await Promise.all(named));
}
