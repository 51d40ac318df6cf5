import type { Projection } from '../../projections/define-projection.js';
import type { JsonObject } from '../../shared/json.js';
import { dueFrom, outstandingOf } from '../domain/boundaries.js';
import { evolveStanding, isStandingEvent } from '../domain/evolve-standing.js';
import { emptyStanding, type Standing } from '../domain/standing.js';

/** One document per scheme and record: the facts of one learner in one scheme, from which a status at any instant follows. */
export interface SchemeStandingDocument {
  readonly organization: string;
  readonly scheme: string;
  /** The record's stream. */
  readonly record: string;
  readonly standing: Standing;
  /** Whether a policy has, or will have, something to record here, and from when on in milliseconds since the epoch. */
  readonly unobserved: boolean;
  readonly due: number | null;
}

export const schemeStandings: Projection = {
  name: 'scheme-standings',
  version: 4,
  indexes: { byScheme: ['organization', 'scheme'], due: ['unobserved', 'due'] },
  keyOf({ event, stored, stream }) {
    return stream.kind === 'record' && isStandingEvent(event) ? `${event.data.scheme}~${stored.stream}` : undefined;
  },
  fold(document, { event, stored, stream }) {
    if (!isStandingEvent(event)) return undefined;
    const before = document as unknown as SchemeStandingDocument | undefined;
    const { revision, metadata } = stored;
    const at = { revision, recordedAt: metadata.recordedAt, person: metadata.actor.person };
    const standing = evolveStanding(before?.standing ?? emptyStanding, event, at);
    const { scheme } = event.data;
    const due = dueFrom(outstandingOf(standing)) ?? null;
    const about = { organization: stream.organization, scheme, record: stored.stream };
    return { ...about, standing, unobserved: due !== null, due } as unknown as JsonObject;
  },
};
