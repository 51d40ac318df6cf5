import { z } from 'zod';
import type { Decider } from '../../ledger/decider.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { defineEvent } from '../../ledger/event-registry.js';

/** A route's method and pattern, never an address: addresses hold ids that callers gave to people. */
export const operationName = z.string().regex(/^[A-Z]+ \/[\x21-\x7e]{0,199}$/);
/** A stream, whose id is a pseudonym, or the id of a definition. */
export const targetName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);

const recordRead = z.strictObject({ operation: operationName, target: targetName.optional() });

export type Reading = z.infer<typeof recordRead>;
export type RecordRead = LedgerEvent<'RecordRead', Reading>;
export const readEvents = [defineEvent('RecordRead', recordRead)];

/** The reads of one actor on one day, one event a query (domain.md, Who acts). */
export const readsDecider: Decider<{ reads: number }, Reading, RecordRead> = {
  kind: 'reads',
  initial: { reads: 0 },
  decide: (reading) => [{ type: 'RecordRead', data: { ...reading } }],
  evolve: ({ reads }) => ({ reads: reads + 1 }),
};
