import type { CatalogueEvent } from '../../catalogue/published.js';
import type { Projection } from '../../projections/define-projection.js';
import type { RecordEvent } from '../domain/events.js';

/** One document per file that an event refers to, by organization and address: such a file is never collected. */
export const referredFiles: Projection = {
  name: 'referred-files',
  version: 2,
  indexes: {},
  keyOf({ event, stream }) {
    const address = addressIn(event as RecordEvent | CatalogueEvent);
    return address === undefined ? undefined : `${stream.organization}~${address}`;
  },
  fold: (_, { stream }) => ({ organization: stream.organization }),
};

function addressIn({ type, data }: RecordEvent | CatalogueEvent): string | undefined {
  if (type === 'EvidenceSubmitted') return data.attachment?.address;
  return type === 'SchemePublished' ? data.whatIf?.file.address : undefined;
}
