import type { Projection } from '../../projections/define-projection.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';
import type { Secret } from '../../ledger/sealed.js';
import type { DataOf, RecordEvent } from '../domain/events.js';

/** One document per appeal; `open` turns false when it is decided, and the document stays. */
export interface AppealDocument {
  readonly organization: string;
  /** The record's stream. */
  readonly record: string;
  readonly scheme: string;
  readonly appeal: number;
  readonly kind: DataOf<'AppealOpened'>['kind'];
  readonly against: number;
  /** When it was opened, by our clock, and the same in milliseconds since the epoch, by which it sorts. */
  readonly since: string;
  readonly opened: number;
  readonly reasonCode: string;
  readonly reason: Secret;
  readonly open: boolean;
}

export const appeals: Projection = {
  name: 'appeals',
  version: 1,
  indexes: { open: ['organization', 'open', 'opened'] },
  keyOf({ event, stored, stream }) {
    if (stream.kind !== 'record') return undefined;
    const { type, data } = event as RecordEvent;
    const isOfAppeal = type === 'AppealOpened' || type === 'AppealDecided';
    return isOfAppeal ? `${stored.stream}~${data.scheme}~${data.appeal}` : undefined;
  },
  fold(document, { event, stored, stream }) {
    const { type, data } = event as RecordEvent;
    if (type !== 'AppealOpened') return document === undefined ? undefined : { ...document, open: false };
    const { scheme, appeal, kind, against, reasonCode, reason } = data;
    const since = stored.metadata.recordedAt;
    return {
      organization: stream.organization,
      record: stored.stream,
      scheme,
      appeal,
      kind,
      against,
      since,
      opened: instantMilliseconds(since),
      reasonCode,
      reason,
      open: true,
    } satisfies AppealDocument as unknown as JsonObject;
  },
};
