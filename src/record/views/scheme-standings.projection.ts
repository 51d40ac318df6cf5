import type { Projection } from '../../projections/define-projection.js';
import type { JsonObject } from '../../shared/json.js';
import { dueFrom, outstandingOf } from '../domain/boundaries.js';
import { lapsesOf, standingEnd } from '../domain/ends.js';
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
  /** Whether the certification that stands ends, and on which last valid day; neither revoked nor superseded ones are among them. */
  readonly ending: boolean;
  readonly lastValidDay: string | null;
  /** Whether there was a time without the certification that a later one closed, and on which day the last of them began. */
  readonly lapsed: boolean;
  readonly lapsedAfter: string | null;
}

type Indexed = Omit<SchemeStandingDocument, 'organization' | 'scheme' | 'record' | 'standing'>;

/** What is looked for in an index; all of it follows from the standing. */
function indexed(standing: Standing): Indexed {
  const due = dueFrom(outstandingOf(standing)) ?? null;
  const lastValidDay = standingEnd(standing)?.lastValidDay ?? null;
  const lapsedAfter = lapsesOf(standing).findLast(({ until }) => until !== undefined)?.lastValidDay ?? null;
  return {
    unobserved: due !== null,
    due,
    ending: lastValidDay !== null,
    lastValidDay,
    lapsed: lapsedAfter !== null,
    lapsedAfter,
  };
}

export const schemeStandings: Projection = {
  name: 'scheme-standings',
  version: 4,
  indexes: {
    byScheme: ['organization', 'scheme'],
    byDay: ['organization', 'ending', 'lastValidDay'],
    bySchemeAndDay: ['organization', 'scheme', 'ending', 'lastValidDay'],
    byLapse: ['organization', 'lapsed', 'lapsedAfter'],
    bySchemeAndLapse: ['organization', 'scheme', 'lapsed', 'lapsedAfter'],
    due: ['unobserved', 'due'],
  },
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
    const about = { organization: stream.organization, scheme, record: stored.stream };
    return { ...about, standing, ...indexed(standing) } as unknown as JsonObject;
  },
};
