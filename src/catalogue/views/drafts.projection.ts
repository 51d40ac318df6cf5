import type { Projection } from '../../projections/define-projection.js';
import { streamName } from '../../ledger/stream-name.js';
import type { JsonObject } from '../../shared/json.js';
import type { DraftEvent } from '../domain/draft-events.js';
import type { CatalogueEvent } from '../domain/events.js';
import type { DefinitionKind } from '../domain/state.js';

/** One document per draft, without its content: that is read from the draft itself. */
export interface DraftDocument {
  readonly organization: string;
  readonly draft: string;
  readonly kind: DefinitionKind;
  readonly id: string;
  readonly title?: string;
  readonly state: 'open' | 'published' | 'discarded';
  readonly savedAt: string;
}

export const drafts: Projection = {
  name: 'drafts',
  version: 1,
  indexes: { bySaving: ['organization', 'savedAt'], byStateAndSaving: ['organization', 'state', 'savedAt'] },
  keyOf({ event, stored, stream }) {
    if (stream.kind === 'draft') return stored.stream;
    if (stream.kind !== 'catalogue') return undefined;
    const { data } = event as CatalogueEvent;
    return 'draft' in data && data.draft !== undefined ? streamName('draft', stream.organization, data.draft) : undefined;
  },
  fold(document, { event, stored, stream }) {
    if (stream.kind === 'catalogue') return document === undefined ? undefined : { ...document, state: 'published' };
    const { type, data } = event as DraftEvent;
    if (type === 'DraftDiscarded') return { ...document, state: 'discarded' };
    const { kind, id, title } = data;
    const { organization, id: draft } = stream;
    const savedAt = stored.metadata.recordedAt;
    const shown = { organization, draft: draft!, kind, id, ...(title === undefined ? {} : { title }), state: 'open', savedAt };
    return shown satisfies JsonObject;
  },
};
