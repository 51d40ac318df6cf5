import type { Projection } from '../../projections/define-projection.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';
import type { RecordEvent } from '../domain/events.js';

/** One document per cycle that ends. `standing` turns false by a revocation; the document stays. */
export interface ExpiryDocument {
  readonly organization: string;
  /** The record's stream. */
  readonly record: string;
  readonly scheme: string;
  readonly cycle: number;
  readonly edition: number;
  readonly lastValidDay: string;
  readonly endsAt: string;
  /** The end in milliseconds since the epoch, so that ends with different offsets sort rightly. */
  readonly ends: number;
  readonly standing: boolean;
  /** Whether a policy has still to record that it expired. */
  readonly unobserved: boolean;
}

export const expiryDates: Projection = {
  name: 'expiry-dates',
  version: 1,
  indexes: {
    byDay: ['organization', 'standing', 'lastValidDay'],
    bySchemeAndDay: ['organization', 'scheme', 'standing', 'lastValidDay'],
    due: ['unobserved', 'ends'],
  },
  keyOf({ event, stored, stream }) {
    if (stream.kind !== 'record') return undefined;
    const { type, data } = event as RecordEvent;
    if (type !== 'CertificationAwarded' && type !== 'CertificationRevoked' && type !== 'CertificationExpired') return undefined;
    return `${stored.stream}~${data.scheme}~${data.cycle}`;
  },
  fold(document, { event, stored, stream }) {
    const { type, data } = event as RecordEvent;
    if (type === 'CertificationAwarded') {
      const { lastValidDay, endsAt } = data.validity;
      if (lastValidDay === undefined || endsAt === undefined) return undefined;
      const { scheme, cycle, edition } = data;
      const ends = instantMilliseconds(endsAt);
      return {
        organization: stream.organization,
        record: stored.stream,
        scheme,
        cycle,
        edition,
        lastValidDay,
        endsAt,
        ends,
        standing: true,
        unobserved: true,
      };
    }
    if (document === undefined) return undefined;
    if (type === 'CertificationExpired') return { ...document, unobserved: false };
    // Revoked before its end there is nothing left to expire; revoked after it, the expiry is still a fact to record.
    const revokedFirst =
      type === 'CertificationRevoked' &&
      'instant' in data.effective &&
      instantMilliseconds(data.effective.instant) < (document['ends'] as number);
    return { ...document, standing: false, ...(revokedFirst ? { unobserved: false } : {}) } satisfies JsonObject;
  },
};
