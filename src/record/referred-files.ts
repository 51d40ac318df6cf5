import type { EventFeed } from '../ledger/ports/event-store.js';
import type { Projections } from '../projections/projections.js';
import { referredFiles } from './views/referred-files.projection.js';

/** Tells the collector of files which of them some event refers to. */
export class ReferredFiles {
  constructor(
    private readonly projections: Projections,
    private readonly feed: Pick<EventFeed, 'end'>,
  ) {}

  /** While the log was not read to its end nobody can tell, and a file too many is better kept than one too few. */
  async isReferred({ organization, address }: { readonly organization: string; readonly address: string }): Promise<boolean> {
    if ((await this.projections.awaitPosition(referredFiles.name, await this.feed.end())) !== 'ready') return true;
    return (await this.projections.get(referredFiles.name, `${organization}~${address}`)) !== undefined;
  }
}
