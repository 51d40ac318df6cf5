import type { Decider } from '../../ledger/decider.js';
import type { Secret } from '../../ledger/sealed.js';
import type { Json } from '../../shared/json.js';
import { reject, type Rejection } from '../../shared/result.js';
import { text } from '../../shared/text.js';
import type { DraftEvent } from './draft-events.js';
import type { DefinitionKind } from './state.js';

/** A definition on its way: saved as often as its author likes, published once or discarded. */
export interface Draft {
  readonly kind: DefinitionKind;
  /** The id of the definition that it would become. */
  readonly id: string;
  readonly title?: string | undefined;
  /** Owner of the key for the content: what a draft says may be about a person, wherever in it that stands. */
  readonly subject: string;
  /** JSON as text. */
  readonly content: Secret;
  readonly discarded: boolean;
}

export type DraftCommand =
  | {
      readonly type: 'CreateDraft';
      readonly kind: DefinitionKind;
      readonly id: string;
      readonly content: Json;
      readonly subject: string;
    }
  | { readonly type: 'SaveDraft'; readonly content: Json }
  | { readonly type: 'DiscardDraft' };

/** Publication is an event of the catalogue, which knows from which drafts its editions came. */
export interface DraftFacts {
  readonly published: boolean;
}

export type DraftRejectionCode = 'DRAFT_UNKNOWN' | 'DRAFT_DISCARDED' | 'DRAFT_PUBLISHED' | 'FORBIDDEN';

export const draftDecider: Decider<Draft | undefined, DraftCommand, DraftEvent, DraftFacts> = {
  kind: 'draft',
  initial: undefined,
  subject: (state, command) => state?.subject ?? (command.type === 'CreateDraft' ? command.subject : undefined),

  decide(command, state, { facts, actor }) {
    const draft = command.type === 'CreateDraft' ? command : state;
    if (draft === undefined) return draftUnknown();
    // Rule 002-2: whoever may not define a scheme does not prepare one either.
    if (draft.kind === 'scheme' && actor.role !== 'admin')
      return reject('FORBIDDEN', 'Only an administrator defines schemes. Use a key with the role admin.');
    if (facts.published) return draftPublished();
    if (command.type === 'DiscardDraft') return state?.discarded === true ? [] : [{ type: 'DraftDiscarded', data: {} }];
    if (state?.discarded === true) return draftDiscarded();
    const { kind, id, subject } = draft;
    const title = titleOf(command.content);
    const data = { kind, id, ...(title === undefined ? {} : { title }), subject, content: JSON.stringify(command.content) };
    return [{ type: 'DraftSaved', data }];
  },

  evolve(state, event) {
    return event.type === 'DraftSaved' ? { ...event.data, discarded: false } : { ...state!, discarded: true };
  },
};

/** The title is readable in every definition and so in the list of drafts, where the content has one already. */
function titleOf(content: Json): string | undefined {
  const title = typeof content === 'object' && content !== null && 'title' in content ? content['title'] : undefined;
  return text(300).safeParse(title).data;
}

export const draftUnknown = (): Rejection<'DRAFT_UNKNOWN'> => reject('DRAFT_UNKNOWN', 'There is no draft with this id.');
export const draftPublished = (): Rejection<'DRAFT_PUBLISHED'> =>
  reject('DRAFT_PUBLISHED', 'This draft was published before. Make a new draft for a further edition.');
export const draftDiscarded = (): Rejection<'DRAFT_DISCARDED'> =>
  reject('DRAFT_DISCARDED', 'This draft was discarded. Make a new one.');
