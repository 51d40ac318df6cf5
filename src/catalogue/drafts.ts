import { v4 as uuidv4 } from 'uuid';
import { withPartySubject, type Definitions } from './definitions.js';
import type { CatalogueCommand, Fault } from './domain/commands.js';
import { catalogueDecider } from './domain/decider.js';
import { draftDecider, draftDiscarded, draftPublished, draftUnknown, type DraftCommand } from './domain/draft.js';
import { lintContent, publicationOf, type UncheckedDefinition } from './domain/lint-content.js';
import type { Catalogue, DefinitionKind } from './domain/state.js';
import type { WhatIf } from './domain/what-if.js';
import { CatalogueFacts } from './facts.js';
import type { WhatIfs } from './what-ifs.js';
import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import { LedgerError } from '../ledger/errors.js';
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

/** The definitions as they stand, at which revision, and as they would stand if a draft were published now. */
export interface Candidate {
  readonly kind: DefinitionKind;
  readonly id: string;
  /** Of the scheme that it would be; absent where it is none or says nothing new. */
  readonly edition?: number;
  readonly standing: Catalogue;
  readonly catalogue: Catalogue;
  readonly etag: number;
}

type OfScheme = Extract<CatalogueCommand, { type: 'DefineScheme' | 'ReviseScheme' }>;
const isOfScheme = (command: CatalogueCommand): command is OfScheme =>
  command.type === 'DefineScheme' || command.type === 'ReviseScheme';

/** How often what a draft changes is counted anew, where others publish definitions meanwhile. */
const COUNTS_PER_PUBLICATION_MAX = 5;

/** Whoever previews a draft decides nothing: the role only lets the rules be asked. */
const PREVIEWER = { key: 'preview', role: 'admin' };

/** Drafts of definitions: a stream each, until the catalogue takes their content up. */
export class Drafts {
  private readonly facts: CatalogueFacts;

  constructor(
    private readonly ledger: Ledger,
    private readonly definitions: Definitions,
    private readonly whatIfs: WhatIfs,
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
  async publish(
    write: WriteRequest,
    draft: string,
    { edition, isUncounted = false }: { readonly edition?: number | undefined; readonly isUncounted?: boolean } = {},
  ): Promise<Receipt | Rejection> {
    const { organization } = write.principal;
    const shown = await this.read(organization, draft);
    if (isRejection(shown)) return shown;
    if (shown.state === 'discarded') return draftDiscarded();
    if (write.ifMatch !== undefined && write.ifMatch !== shown.etag)
      return reject('PRECONDITION_FAILED', `The draft stands at "${shown.etag}". Read it again and decide anew.`);
    const { state } = await this.definitions.read(organization);
    const misfit = lintContent(shown, state, this.ledger.clock.now()).find(({ code }) => code === 'INVALID_REQUEST');
    if (misfit !== undefined) return reject(misfit.code, misfit.detail, misfit.pointer);
    const asked = edition === undefined ? { draft } : { draft, edition };
    const body = isUncounted ? { ...asked, whatIf: 'skip' } : asked;
    const command = withParty(publicationOf(shown, state, asked));
    const send = (counted: CatalogueCommand, ifMatch?: number): Promise<Receipt | Rejection> =>
      this.definitions.execute({ ...write, ifMatch }, 'publish-draft', counted, body);
    if (shown.state !== 'open' || isUncounted || !isOfScheme(command)) return send(command);
    return this.publishCounted(write, draft, shown, command, send);
  }

  /** What is counted is what is published: where the definitions moved on in between, it is counted anew. */
  private async publishCounted(
    { principal: { organization, actor } }: WriteRequest,
    draft: string,
    shown: ShownDraft,
    command: OfScheme,
    send: (counted: CatalogueCommand, ifMatch?: number) => Promise<Receipt | Rejection>,
  ): Promise<Receipt | Rejection> {
    for (let counts = 0; counts < COUNTS_PER_PUBLICATION_MAX; counts += 1) {
      const candidate = await this.candidateOf(organization, draft, shown);
      // Whatever is wrong with it, or that it says nothing new, is told by the publication itself.
      if (isRejection(candidate)) return send(command);
      const { id: scheme, edition, standing, catalogue, etag } = candidate as Candidate;
      if (edition === undefined) return send(command);
      const whatIf = await this.whatIfs.sealed({ organization, scheme, edition, standing, catalogue }, actor);
      if (isRejection(whatIf)) return whatIf;
      const receipt = await send({ ...command, whatIf: whatIf as WhatIf }, etag);
      if (!isRejection(receipt) || receipt.code !== 'PRECONDITION_FAILED') return receipt;
    }
    throw new LedgerError(
      'CONCURRENCY_CONFLICT',
      `The definitions changed ${COUNTS_PER_PUBLICATION_MAX} times while it was counted what the draft changes.`,
    );
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
  async candidate(organization: string, draft: string): Promise<Candidate | Rejection> {
    const shown = await this.read(organization, draft);
    if (isRejection(shown)) return shown;
    if (shown.state !== 'open') return shown.state === 'published' ? draftPublished() : draftDiscarded();
    return this.candidateOf(organization, draft, shown);
  }

  private async candidateOf(organization: string, draft: string, shown: ShownDraft): Promise<Candidate | Rejection> {
    const { state: standing, etag } = await this.definitions.read(organization);
    const now = this.ledger.clock.now();
    const fault = lintContent(shown, standing, now)[0];
    if (fault !== undefined) return reject(fault.code, fault.detail, fault.pointer);
    const given = { facts: undefined, now, actor: PREVIEWER, origin: { kind: 'policy', policy: 'preview' } } as const;
    const events = catalogueDecider.decide(publicationOf(shown, standing, { draft }), standing, given);
    if (isRejection(events)) return events;
    const at = { revision: 0, recordedAt: now };
    const catalogue = events.reduce((folded, event) => catalogueDecider.evolve(folded, event, at), standing);
    const [edition] = events.flatMap(({ type, data }) => (type === 'SchemePublished' ? [data.edition] : []));
    const { kind, id } = shown;
    return { kind, id, standing, catalogue, etag, ...(edition === undefined ? {} : { edition }) };
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
