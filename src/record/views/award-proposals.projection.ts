import type { Projection } from '../../projections/define-projection.js';
import type { Effective } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';
import type { RecordEvent } from '../domain/events.js';

/** One document per award that waited for approval; `pending` turns false when it is decided, and the document stays. */
export interface AwardProposalDocument {
  readonly organization: string;
  /** The record's stream. */
  readonly record: string;
  readonly scheme: string;
  readonly edition: number;
  readonly proposal: number;
  readonly how: 'on-approval' | 'by-hand';
  readonly effective: Effective;
  /** When it was proposed, by our clock. */
  readonly since: string;
  readonly approvalsNeeded: number;
  readonly approvalsGiven: number;
  readonly late: boolean;
  readonly pending: boolean;
}

export const awardProposals: Projection = {
  name: 'award-proposals',
  version: 1,
  indexes: { pending: ['organization', 'pending', 'since'] },
  keyOf({ event, stored, stream }) {
    if (stream.kind !== 'record') return undefined;
    const { type, data } = event as RecordEvent;
    const isOfProposal =
      type === 'AwardProposed' || type === 'AwardEndorsed' || type === 'AwardDeclined' || type === 'CertificationAwarded';
    return isOfProposal && data.proposal !== undefined ? `${stored.stream}~${data.scheme}~${data.proposal}` : undefined;
  },
  fold(document, { event, stored, stream }) {
    const { type, data } = event as RecordEvent;
    if (type === 'AwardProposed') {
      const { scheme, edition, proposal, how, effective, approvals, late } = data;
      return {
        organization: stream.organization,
        record: stored.stream,
        scheme,
        edition,
        proposal,
        how,
        effective,
        since: stored.metadata.recordedAt,
        approvalsNeeded: approvals,
        approvalsGiven: 0,
        late: late === true,
        pending: true,
      } satisfies AwardProposalDocument as unknown as JsonObject;
    }
    if (document === undefined) return undefined;
    const approvalsGiven = document['approvalsGiven'] as number;
    if (type === 'AwardDeclined') return { ...document, pending: false };
    const approved = { ...document, approvalsGiven: approvalsGiven + 1 };
    return type === 'AwardEndorsed' ? approved : { ...approved, pending: false };
  },
};
