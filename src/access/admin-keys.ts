import { awaitReadModel } from '../http/reading.js';
import type { Ledger } from '../ledger/ledger.js';
import type { EventFeed } from '../ledger/ports/event-store.js';
import type { Projections } from '../projections/projections.js';
import { DOCUMENTS_PER_FIND_MAX } from '../projections/ports/read-model-store.js';
import { keyStream, personStream } from './authenticator.js';
import { isStanding, keyDecider } from './domain/key.js';
import { personDecider } from './domain/person.js';
import { accessDirectory, type KeyDocument } from './views/access-directory.projection.js';

/** What is about to open nothing any more: one key, or all keys of one person. */
export type Leaving = { readonly key: string } | { readonly person: string };

/** Knows whether an organization could still be administered, so that nobody locks it by mistake. */
export class AdminKeys {
  constructor(
    private readonly ledger: Ledger,
    private readonly projections: Projections,
    private readonly feed: EventFeed,
  ) {}

  /** Whether the leaving ones administer the organization now and nobody would afterwards. */
  async areLast(organization: string, leaving: Leaving): Promise<boolean> {
    // The read model only says where to look; what counts is each key's own stream.
    await awaitReadModel(this.projections, accessDirectory.name, await this.feed.end());
    let leave = false;
    let after: string | undefined;
    do {
      const page = await this.projections.find(accessDirectory.name, {
        index: 'adminKeys',
        equals: [organization, true],
        after,
        limit: DOCUMENTS_PER_FIND_MAX,
      });
      for (const { body } of page.documents) {
        const { id } = body as unknown as KeyDocument;
        const { opens, person } = await this.look(organization, id);
        if (!opens) continue;
        const leaves = 'key' in leaving ? leaving.key === id : leaving.person === person;
        if (!leaves) return false;
        leave = true;
      }
      after = page.next;
    } while (after !== undefined);
    return leave;
  }

  private async look(organization: string, key: string): Promise<{ opens: boolean; person: string | undefined }> {
    const { state } = await this.ledger.load(keyDecider, keyStream(organization, key));
    const person = state.issued?.person;
    // Who answers for some groups only cannot administer the organization.
    const isWhole = state.issued?.responsibility === undefined;
    if (!isWhole || !isStanding(state, this.ledger.clock.now())) return { opens: false, person };
    if (person === undefined) return { opens: true, person };
    const holder = await this.ledger.load(personDecider, personStream(organization, person));
    return { opens: !holder.state.deactivated, person };
  }
}
