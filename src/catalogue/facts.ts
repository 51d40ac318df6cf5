import type { Ledger } from '../ledger/ledger.js';
import { streamName } from '../ledger/stream-name.js';
import { catalogueDecider, type Catalogue } from './domain/decider.js';

export const catalogueStream = (organization: string): string => streamName(catalogueDecider.kind, organization);

/** The definitions, read to their tail before each decision, so that none is older than one confirmed to anybody. */
export class CatalogueFacts {
  constructor(private readonly ledger: Ledger) {}

  async read(organization: string): Promise<{ facts: Catalogue; catalogue: number }> {
    const folded = await this.ledger.load(catalogueDecider, catalogueStream(organization));
    return { facts: folded.state, catalogue: folded.revision };
  }

  /** The definitions as they were known at an instant. */
  async asKnown(organization: string, knownAt: string): Promise<Catalogue> {
    return (await this.ledger.asKnown(catalogueDecider, catalogueStream(organization), knownAt)).state;
  }
}
