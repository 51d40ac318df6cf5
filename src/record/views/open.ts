import { z } from 'zod';
import type { KeyRing, Opened } from '../../ledger/key-ring.js';
import { isSealed } from '../../ledger/sealed.js';

/** A sealed text as an answer shows it: the text, or that it was erased. */
export const openedSchema = z.union([z.string(), z.object({ erased: z.literal(true) })]);
export type OpenedText = z.infer<typeof openedSchema>;

/** Opens the sealed values among some fields and leaves the others as they are; unsealing happens only where an answer leaves. */
export async function open<Fields extends Record<string, unknown>>(
  keyRing: KeyRing,
  organization: string,
  fields: Fields,
): Promise<{ [Name in keyof Fields]?: OpenedText }> {
  const opened: Record<string, Opened> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (isSealed(value)) opened[name] = await keyRing.open(organization, value);
    else if (value !== undefined) opened[name] = value as Opened;
  }
  return opened as { [Name in keyof Fields]?: OpenedText };
}
