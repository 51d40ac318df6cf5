import { z } from 'zod';
import type { Decider } from '../../ledger/decider.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { defineEvent } from '../../ledger/event-registry.js';
import { definitionId } from '../../shared/text.js';

const publicationApplied = z.strictObject({
  kind: z.enum(['scheme', 'learningPlan']),
  id: definitionId,
  edition: z.int().min(1),
  /** How many learners were looked at. */
  looked: z.int().min(0),
  /** For how many of them something followed in the pass that came to the end. */
  changed: z.int().min(0),
});

export type AppliedPublication = z.infer<typeof publicationApplied>;
export type PublicationEvent = LedgerEvent<'PublicationApplied', AppliedPublication>;
export const publicationEvents = [defineEvent('PublicationApplied', publicationApplied)];

/** That all learners were looked at again after a publication, once; its stream is named by the event of the publication. */
export const publicationDecider: Decider<{ readonly applied: boolean }, AppliedPublication, PublicationEvent> = {
  kind: 'publication',
  initial: { applied: false },
  decide: (data, { applied }) => (applied ? [] : [{ type: 'PublicationApplied', data }]),
  evolve: () => ({ applied: true }),
};
