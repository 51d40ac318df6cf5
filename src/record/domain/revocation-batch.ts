import { z } from 'zod';
import type { Decider } from '../../ledger/decider.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { defineEvent } from '../../ledger/event-registry.js';
import { definitionId, isoDate, isoInstant, reasonCode } from '../../shared/text.js';

/** How many certifications one batch revokes at the most. */
export const REVOCATIONS_PER_BATCH_MAX = 500;

/** Which certifications are meant: of a scheme, or made by one batch of an import. */
export const revocationFilter = z.strictObject({
  scheme: definitionId.optional(),
  edition: z.int().min(1).optional(),
  group: definitionId.optional(),
  /** By when they were earned, in days of the scheme's zone, both inclusive. */
  awardedFrom: isoDate.optional(),
  awardedUntil: isoDate.optional(),
  /** By when they were recorded; from inclusive, until exclusive. */
  recordedFrom: isoInstant.optional(),
  recordedUntil: isoInstant.optional(),
  /** The batch of an import and, where several systems send batches of one name, its source. */
  import: z.strictObject({ batch: definitionId, source: z.string().min(1).max(64).optional() }).optional(),
});
export type RevocationFilter = z.infer<typeof revocationFilter>;

const confirmed = z.strictObject({
  filter: revocationFilter,
  /** Over all that matched, as the preview showed it. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  /** What is to be revoked; what was refused in the preview is not among it. */
  rows: z
    .array(
      z.strictObject({
        /** The record's stream. */
        record: z.string().max(128),
        scheme: definitionId,
        cycle: z.int().min(1),
        /** The revision of the record that the preview was made on. */
        etag: z.int().min(0),
      }),
    )
    .min(1)
    .max(REVOCATIONS_PER_BATCH_MAX),
  reasonCode,
});

export type ConfirmedRevocations = z.infer<typeof confirmed>;
export type RevocationBatchEvent = LedgerEvent<'RevocationsConfirmed', ConfirmedRevocations>;
export const revocationBatchEvents = [defineEvent('RevocationsConfirmed', confirmed)];

export interface RevocationBatch {
  readonly rows?: ConfirmedRevocations['rows'];
}

/** What one confirmation revokes, pinned before the first of it is revoked, so that a repeat goes on with the same. */
export const revocationBatchDecider: Decider<RevocationBatch, ConfirmedRevocations, RevocationBatchEvent> = {
  kind: 'revocations',
  initial: {},
  decide: (data, { rows }) => (rows === undefined ? [{ type: 'RevocationsConfirmed', data }] : []),
  evolve: (_, { data: { rows } }) => ({ rows }),
};
