import type { Projection } from '../projections/define-projection.js';
import type { JsonObject } from '../shared/json.js';

/** One document per event of a learner's record: who, in which role, what, when effective, when recorded, why; values stay sealed. */
export interface AuditDocument {
  readonly record: string;
  readonly revision: number;
  readonly position: string;
  readonly event: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly actor: JsonObject;
  readonly origin: JsonObject;
  readonly recordedAt: string;
  readonly basedOn?: JsonObject;
}

export const auditHistory: Projection = {
  name: 'audit-history',
  version: 1,
  // The key is the position, so that a record's entries sort as they were recorded.
  indexes: { byRecord: ['record'] },
  // Positions only grow, so the newest entry is always written beside the one before it.
  keyOf: ({ stream, stored }) => (stream.kind === 'record' ? stored.position : undefined),
  fold(_, { stored, event }) {
    const { actor, origin, recordedAt, basedOn } = stored.metadata;
    const { stream: record, revision, position, id, type } = stored;
    const document = {
      record,
      revision,
      position,
      event: id,
      type,
      data: event.data,
      actor,
      origin,
      recordedAt,
      ...(basedOn === undefined ? {} : { basedOn }),
    };
    return document as unknown as JsonObject;
  },
};
