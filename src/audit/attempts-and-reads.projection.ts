import type { Projection } from '../projections/define-projection.js';
import type { JsonObject } from '../shared/json.js';

/** The parts of the audit history that belong to an actor and not to a learner. */
export type Trail = 'attempts' | 'reads';

/** One document per refused attempt or recorded read. */
export interface TrailDocument {
  readonly organization: string;
  readonly trail: Trail;
  /** The person who acted, or the key where no person stands behind it. */
  readonly actor: string;
  readonly who: JsonObject;
  readonly recordedAt: string;
  readonly position: string;
  readonly event: string;
  readonly operation: string;
  readonly target?: string;
  readonly code?: string;
  readonly count?: number;
  readonly rows?: JsonObject;
}

const TRAILS: readonly string[] = ['attempts', 'reads'] satisfies readonly Trail[];

export const attemptsAndReads: Projection = {
  name: 'attempts-and-reads',
  version: 1,
  indexes: {
    byTime: ['organization', 'trail', 'recordedAt'],
    byActor: ['organization', 'trail', 'actor', 'recordedAt'],
    byCode: ['organization', 'trail', 'code', 'recordedAt'],
    byCodeAndActor: ['organization', 'trail', 'code', 'actor', 'recordedAt'],
  },
  // The key is the position, so that what was recorded at one instant sorts as the log does.
  keyOf: ({ stream, stored }) => (TRAILS.includes(stream.kind) ? stored.position : undefined),
  fold(_, { stream, stored, event }) {
    const { actor: who, recordedAt } = stored.metadata;
    const document = {
      ...(event.data as JsonObject),
      organization: stream.organization,
      trail: stream.kind,
      actor: who.person ?? who.key,
      who,
      recordedAt,
      position: stored.position,
      event: stored.id,
    };
    return document as unknown as JsonObject;
  },
};
