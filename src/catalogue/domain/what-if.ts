import { z } from 'zod';

const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** How many learners an edition of a scheme changes something for; each of them stands in the list under one change. */
export const whatIfCounts = {
  learners: count.meta({ description: 'How many learners were looked at.' }),
  gain: count.meta({ description: 'Who is awarded the certification, at once or after an approval.' }),
  lose: count.meta({ description: 'Whose certification is void at some time.' }),
  mustUpdate: count.meta({ description: 'Who must update by some time.' }),
  updated: count.meta({ description: 'Who is updated at once, as the evidence is there.' }),
  moved: count.meta({ description: 'Who goes on holding it with another end or another renewal window; some are updated, too.' }),
};

/** What a publication came to: the counts, and the digest of the complete list, which is a sealed file (ADR 0018). */
export const whatIfSchema = z.strictObject({
  ...whatIfCounts,
  /** SHA-256 of the plain list. */
  digest: sha256,
  file: z.strictObject({ address: sha256, subject: z.uuid(), size: count }),
});
export type WhatIf = z.infer<typeof whatIfSchema>;
