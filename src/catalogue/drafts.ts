import { v4 as uuidv4 } from 'uuid';
import { withPartySubject, type Definitions } from './definitions.js';
import type { CatalogueCommand, Fault } from './domain/commands.js';
import { catalogueDecider } from './domain/decider.js';
import { draftDecider, draftDiscarded, draftPublished, draftUnknown, type DraftCommand } from './domain/draft.js';
import { lintContent, publicationOf, type UncheckedDefinition } from './domain/lint-content.js';
import type { Catalogue, DefinitionKind } from './domain/state.js';
import { CatalogueFacts } from './facts.js';
import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import type { CommandEnvelope, Ledger } from '../ledger/ledger.js';
import type { Receipt } from '../ledger/receipt.js';
import { isSealed } from '../ledger/sealed.js';
import { streamName } from '../ledger/stream-name.js';
import type { Json } from '../shared/json.js';
import { isRejection, reject, type Rejection } from '../shared/result.js';

export type DraftState = 'open' | 'published' | 'discarded';

export interface ShownDraft extends UncheckedDefinition {
  readonly state: DraftState;
  readonly etag: number;
}

/** Whoever previews a draft decides nothing: the role only lets the rules be asked. */
const PREVIEWER = { key: 'preview', role: 'admin' };

/** Drafts of definitions: a stream each, until the catalogue takes their content up. */
export class Drafts {
  private readonly facts: CatalogueFacts;

  constructor(
    private readonly ledger: Ledger,
    private readonly definitions: Definitions,
  ) {
    this.facts = new CatalogueFacts(ledger);
  }

  /** A new draft's id is the id of its command, so that a repeat finds the same draft. */
  async create(write: WriteRequest, definition: UncheckedDefinition): Promise<(Receipt & { draft: string }) | Rejection> {
    const collection = streamName(draftDecider.kind, write.principal.organization);
    const envelope = await envelopeOf(this.ledger.keyRing, write, collection, 'create-draft', { ...definition });
    const command = { type: 'CreateDraft', ...definition, subject: uuidv4() } as const;
    const receipt = await this.send(envelope.commandId, envelope, command);
    return isRejection(receipt) ? receipt : { ...receipt, draft: envelope.commandId };
  }

  save(write: WriteRequest, draft: string, content: Json): Promise<Receipt | Rejection> {
    return this.change(write, draft, 'save-draft', { type: 'SaveDraft', content }, { draft, content });
  }

  discard(write: WriteRequest, draft: string): Promise<Receipt | Rejection> {
    return this.change(write, draft, 'discard-draft', { type: 'DiscardDraft' }, { draft });
  }

  /** What is published is the content as it stands now; `If-Match` names the draft's revision, not the catalogue's. */
  async publish(write: WriteRequest, draft: string, edition: number | undefined): Promise<Receipt | Rejection> {
    const { organization } = write.principal;
    const shown = await this.read(organization, draft);
    if (isRejection(shown)) return shown;
    if (shown.state === 'discarded') return draftDiscarded();
    if (write.ifMatch !== undefined && write.ifMatch !== shown.etag)
      return reject('PRECONDITION_FAILED', `The draft stands at "${shown.etag}". Read it again and decide anew.`);
    const { state } = await this.definitions.read(organization);
    const misfit = lintContent(shown, state, this.ledger.clock.now()).find(({ code }) => code === 'INVALID_REQUEST');
    if (misfit !== undefined) return reject(misfit.code, misfit.detail, misfit.pointer);
    const body = edition === undefined ? { draft } : { draft, edition };
    const command = withParty(publicationOf(shown, state, body));
    return this.definitions.execute({ ...write, ifMatch: undefined }, 'publish-draft', command, body);
  }

  async read(organization: string, draft: string): Promise<ShownDraft | Rejection> {
    const { state, callerRevision } = await this.ledger.load(draftDecider, streamName(draftDecider.kind, organization, draft));
    if (state === undefined) return draftUnknown();
    const { publishedDrafts } = (await this.facts.read(organization)).facts;
    const { kind, id, discarded, content } = state;
    const opened = isSealed(content) ? await this.ledger.keyRing.open(organization, content) : content;
    const standing = discarded ? 'discarded' : 'open';
    return {
      kind,
      id,
      content: typeof opened === 'string' ? (JSON.parse(opened) as Json) : opened,
      state: publishedDrafts.has(draft) ? 'published' : standing,
      etag: callerRevision,
    };
  }

  async faults(organization: string, definition: UncheckedDefinition): Promise<readonly Fault[]> {
    return lintContent(definition, (await this.facts.read(organization)).facts, this.ledger.clock.now());
  }

  /** The definitions as they would stand if the draft were published now; the preview counts with them. */
  async candidate(
    organization: string,
    draft: string,
  ): Promise<{ kind: DefinitionKind; id: string; catalogue: Catalogue } | Rejection> {
    const shown = await this.read(organization, draft);
    if (isRejection(shown)) return shown;
    if (shown.state !== 'open') return shown.state === 'published' ? draftPublished() : draftDiscarded();
    const { facts: state } = await this.facts.read(organization);
    const now = this.ledger.clock.now();
    const fault = lintContent(shown, state, now)[0];
    if (fault !== undefined) return reject(fault.code, fault.detail, fault.pointer);
    const given = { facts: undefined, now, actor: PREVIEWER, origin: { kind: 'policy', policy: 'preview' } } as const;
    const events = catalogueDecider.decide(publicationOf(shown, state, { draft }), state, given);
    if (isRejection(events)) return events;
    const at = { revision: 0, recordedAt: now };
    const catalogue = events.reduce((folded, event) => catalogueDecider.evolve(folded, event, at), state);
    return { kind: shown.kind, id: shown.id, catalogue };
  }

  private async change(
    write: WriteRequest,
    draft: string,
    operation: string,
    command: DraftCommand,
    body: Json,
  ): Promise<Receipt | Rejection> {
    const stream = streamName(draftDecider.kind, write.principal.organization, draft);
    return this.send(draft, await envelopeOf(this.ledger.keyRing, write, stream, operation, body), command);
  }

  private send(draft: string, envelope: CommandEnvelope, command: DraftCommand): Promise<Receipt | Rejection> {
    return this.ledger.execute({
      decider: draftDecider,
      stream: streamName(draftDecider.kind, envelope.organization, draft),
      command,
      envelope,
      facts: async () => {
        const { facts, catalogue } = await this.facts.read(envelope.organization);
        return { facts: { published: facts.publishedDrafts.has(draft) }, catalogue };
      },
    });
  }
}

const withParty = (command: CatalogueCommand): CatalogueCommand =>
  command.type === 'DefineCourse' || command.type === 'ReviseCourse'
    ? { ...command, course: withPartySubject(command.course) }
    : command;
