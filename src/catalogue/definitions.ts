import { v4 as uuidv4 } from 'uuid';
import { catalogueDecider, type Catalogue, type CatalogueCommand } from './domain/decider.js';
import { catalogueStream } from './facts.js';
import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Receipt } from '../ledger/receipt.js';
import type { Json } from '../shared/json.js';
import type { Rejection } from '../shared/result.js';

/** A responsible party may be a person: it is sealed under a key of its own, so that it can be erased by itself. */
export function withPartySubject<Content extends { responsibleParty?: string | undefined }>(
  content: Content,
): Content & { responsiblePartySubject?: string } {
  return content.responsibleParty === undefined ? content : { ...content, responsiblePartySubject: uuidv4() };
}

/** Sends a command to the organization's one catalogue stream. */
export class Definitions {
  constructor(private readonly ledger: Ledger) {}

  async execute(write: WriteRequest, operation: string, command: CatalogueCommand, body: Json): Promise<Receipt | Rejection> {
    const stream = catalogueStream(write.principal.organization);
    const envelope = await envelopeOf(this.ledger.keyRing, write, stream, operation, body);
    return this.ledger.execute({
      decider: catalogueDecider,
      stream,
      command,
      envelope,
      facts: async () => ({ facts: undefined }),
    });
  }

  async read(organization: string): Promise<{ state: Catalogue; etag: number }> {
    const { state, callerRevision } = await this.ledger.load(catalogueDecider, catalogueStream(organization));
    return { state, etag: callerRevision };
  }
}
