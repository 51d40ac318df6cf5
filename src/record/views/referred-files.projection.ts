import type { Projection } from '../../projections/define-projection.js';
import type { RecordEvent } from '../domain/events.js';

/** One document per file that an event refers to, by organization and address: such a file is never collected. */
export const referredFiles: Projection = {
  name: 'referred-files',
  version: 1,
  indexes: {},
  keyOf({ event, stream }) {
    if (stream.kind !== 'record') return undefined;
    const { type, data } = event as RecordEvent;
    return type === 'EvidenceSubmitted' && data.attachment !== undefined
      ? `${stream.organization}~${data.attachment.address}`
      : undefined;
  },
  fold: (_, { stream }) => ({ organization: stream.organization }),
};
