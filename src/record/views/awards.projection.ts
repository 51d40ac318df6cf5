import type { Projection } from '../../projections/define-projection.js';
import { instantMilliseconds, type Effective } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';
import type { RecordEvent } from '../domain/events.js';

/** One document per award as it was made, with the import that made it; what became of it stands in the learner's document. */
export interface AwardDocument {
  readonly organization: string;
  /** The record's stream. */
  readonly record: string;
  readonly scheme: string;
  readonly cycle: number;
  readonly edition: number;
  readonly effective: Effective;
  readonly recordedAt: string;
  /** The same in milliseconds since the epoch, by which it sorts. */
  readonly recorded: number;
  readonly source?: string;
  readonly batch?: string;
}

export const awards: Projection = {
  name: 'awards',
  version: 1,
  indexes: {
    byScheme: ['organization', 'scheme', 'recorded'],
    byBatch: ['organization', 'batch', 'recorded'],
  },
  keyOf({ event, stored, stream }) {
    const { type, data } = event as RecordEvent;
    if (stream.kind !== 'record' || type !== 'CertificationAwarded') return undefined;
    return `${stored.stream}~${data.scheme}~${data.cycle}`;
  },
  fold(_, { event, stored, stream }) {
    const { type, data } = event as RecordEvent;
    if (type !== 'CertificationAwarded') return undefined;
    const { scheme, cycle, edition, effective } = data;
    const { recordedAt, origin } = stored.metadata;
    return {
      organization: stream.organization,
      record: stored.stream,
      scheme,
      cycle,
      edition,
      effective,
      recordedAt,
      recorded: instantMilliseconds(recordedAt),
      ...(origin.kind === 'import' ? { source: origin.source, batch: origin.batch } : {}),
    } as AwardDocument as unknown as JsonObject;
  },
};
