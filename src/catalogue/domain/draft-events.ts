import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema, type Secret } from '../../ledger/sealed.js';
import { definitionId, text } from '../../shared/text.js';
import { definitionKind } from './events.js';
import type { DefinitionKind } from './state.js';

const draftSaved = z.strictObject({
  kind: definitionKind,
  id: definitionId,
  title: text(300).optional(),
  subject: z.uuid(),
  /** JSON as text. Not judged yet, so nothing is known of what stands where in it: it is sealed as a whole. */
  content: sealedSchema,
});

export interface DraftSavedData {
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly title?: string | undefined;
  readonly subject: string;
  readonly content: Secret;
}

export type DraftEvent = LedgerEvent<'DraftSaved', DraftSavedData> | LedgerEvent<'DraftDiscarded', Record<string, never>>;

export const draftEvents = [
  defineEvent('DraftSaved', draftSaved, { sealed: [{ field: 'content', subject: 'subject' }] }),
  defineEvent('DraftDiscarded', z.strictObject({})),
];
