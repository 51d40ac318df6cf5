import { z } from 'zod';
import type { KeyRing } from '../../ledger/key-ring.js';
import { isSealed, type Secret } from '../../ledger/sealed.js';

export const whoSchema = z.looseObject({ key: z.string(), role: z.string(), person: z.string().optional() });

/** Why, in a code and in words, where the words were not erased. */
export const reasonShown = z.object({
  code: z.string(),
  text: z.union([z.string(), z.object({ erased: z.literal(true) })]),
});

export async function shownReason(
  keyRing: KeyRing,
  organization: string,
  { code, text }: { readonly code: string; readonly text: Secret },
): Promise<z.infer<typeof reasonShown>> {
  const opened = isSealed(text) ? await keyRing.open(organization, text) : text;
  return { code, text: opened as z.infer<typeof reasonShown>['text'] };
}
