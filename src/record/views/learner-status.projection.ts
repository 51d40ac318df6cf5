import type { Projection } from '../../projections/define-projection.js';
import { assert } from '../../shared/assert.js';
import type { JsonObject } from '../../shared/json.js';
import type { RecordEvent } from '../domain/events.js';
import { emptyRecord, evolve, type RecordState } from '../domain/state.js';

/** One document per learner: the folded facts of the record, still sealed; statuses are evaluated when asked. */
export interface LearnerDocument {
  readonly organization: string;
  readonly learner: string;
  /** The revision for `If-Match`. */
  readonly etag: number;
  readonly record: RecordState;
}

export const learnerStatus: Projection = {
  name: 'learner-status',
  version: 4,
  indexes: { byOrganization: ['organization'] },
  keyOf: ({ stream, stored }) => (stream.kind === 'record' ? stored.stream : undefined),
  fold(document, { event, stored, stream }) {
    const before = document as unknown as LearnerDocument | undefined;
    const { revision, metadata } = stored;
    // Every event of a record comes by here, so one that is missing was taken out of the log, and what follows would be wrong.
    const expected = (before?.record.revision ?? emptyRecord.revision) + 1;
    assert(revision === expected, `revision ${expected} of ${stored.stream} is missing before revision ${revision}`);
    const at = { revision, recordedAt: metadata.recordedAt, person: metadata.actor.person };
    const record = evolve(before?.record ?? emptyRecord, event as RecordEvent, at);
    const etag = metadata.origin.kind === 'policy' ? (before?.etag ?? -1) : revision;
    return { organization: stream.organization, learner: stream.id!, etag, record } as unknown as JsonObject;
  },
};
