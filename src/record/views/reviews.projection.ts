import type { Projection } from '../../projections/define-projection.js';
import { instantMilliseconds, type Effective } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';
import type { RecordEvent } from '../domain/events.js';
import { isSubmissionEvent, type EvidenceKind, type ScanVerdict, type SubmissionEvent } from '../domain/submission-events.js';

/** One document per submission that had to be reviewed; `waiting` turns false when it is decided, and the document stays. */
export interface ReviewDocument {
  readonly organization: string;
  /** The record's stream. */
  readonly record: string;
  readonly submission: number;
  readonly scheme: string;
  readonly edition: number;
  readonly label: string;
  readonly title: string;
  readonly kind: EvidenceKind;
  readonly effective: Effective;
  readonly validUntil?: string;
  /** Since when it waits, by our clock. */
  readonly since: string;
  readonly onBehalf: boolean;
  readonly resubmits?: number;
  readonly attachment: boolean;
  /** Where the attachment is found. */
  readonly address?: string;
  /** Whether it must be found clean, whatever is configured now, and what the scanner said of it last. */
  readonly scanRequired: boolean;
  readonly scanned?: ScanVerdict;
  /** Whether a scanner, where there is one, has still to say what it is. */
  readonly unscanned: boolean;
  readonly sourceCheck: boolean;
  readonly approvalsNeeded: number;
  readonly approvalsGiven: number;
  readonly waiting: boolean;
  readonly claimedBy?: string;
  readonly claimedUntil?: string;
  readonly agesAt?: string;
  readonly escalatesAt?: string;
  /** The next boundary that a policy has still to observe, in milliseconds since the epoch, and which one it is. */
  readonly ages: boolean;
  readonly due: number;
  readonly threshold: 'aged' | 'escalated';
  /** The last check at the source, where it is to be repeated on a day. */
  readonly checkPending: boolean;
  readonly checkDue: string;
  readonly authority?: string;
}

export const reviews: Projection = {
  name: 'reviews',
  version: 3,
  indexes: {
    waiting: ['organization', 'waiting', 'since'],
    bySchemeWaiting: ['organization', 'scheme', 'waiting', 'since'],
    due: ['ages', 'due'],
    unscanned: ['unscanned', 'since'],
    sourceChecks: ['organization', 'checkPending', 'checkDue'],
  },
  keyOf: ({ event, stored, stream }) =>
    stream.kind === 'record' && (isSubmissionEvent(event) || isCorrection(event))
      ? `${stored.stream}~${event.data.submission}`
      : undefined,
  fold(document, { event, stored, stream }) {
    if (isCorrection(event))
      return document === undefined ? undefined : { ...document, ...plain(changeByCorrection(event, document)) };
    const { type, data } = event as SubmissionEvent;
    const { recordedAt, actor } = stored.metadata;
    if (type === 'EvidenceSubmitted') {
      const { submission, scheme, edition, label, title, kind, effective, validUntil, resubmits } = data;
      const about = { submission, scheme, edition, label, title, kind, effective, validUntil, resubmits };
      const review = {
        organization: stream.organization,
        record: stored.stream,
        ...about,
        since: recordedAt,
        onBehalf: data.onBehalf === true,
        attachment: data.attachment !== undefined,
        address: data.attachment?.address,
        scanRequired: data.scan === 'required',
        unscanned: data.review === 'required' && data.attachment !== undefined,
        sourceCheck: data.sourceCheck === 'required',
        approvalsNeeded: data.approvals,
        approvalsGiven: 0,
        waiting: data.review === 'required',
        agesAt: data.agesAt,
        escalatesAt: data.escalatesAt,
        ...(next(data.agesAt, 'aged') ?? next(data.escalatesAt, 'escalated') ?? OVER),
        checkPending: false,
        checkDue: '',
      };
      return plain(review);
    }
    return document === undefined
      ? undefined
      : { ...document, ...plain(changeBy(event as SubmissionEvent, document, actor.person)) };
  },
};

type Correction = Extract<RecordEvent, { type: 'SubmissionCorrected' }>;
const isCorrection = (event: { readonly type: string }): event is Correction => event.type === 'SubmissionCorrected';

/** What was taken back is checked at its source no more; corrected again, it is. */
const changeByCorrection = ({ data: { to } }: Correction, document: JsonObject): Change => ({
  checkPending: to !== undefined && document['checkDue'] !== '',
});

const DECIDED = { waiting: false, unscanned: false };
const FINAL_VERDICTS: ReadonlySet<ScanVerdict> = new Set(['clean', 'infected']);

type Boundary = Pick<ReviewDocument, 'ages' | 'due' | 'threshold'>;
const OVER: Boundary = { ages: false, due: 0, threshold: 'escalated' };
const next = (at: unknown, threshold: Boundary['threshold']): Boundary | undefined =>
  typeof at === 'string' ? { ages: true, due: instantMilliseconds(at), threshold } : undefined;

type Change = { readonly [Name in keyof ReviewDocument]?: ReviewDocument[Name] | null | undefined };

function changeBy({ type, data }: SubmissionEvent, document: JsonObject, person: string | undefined): Change {
  const unclaimed = { claimedBy: null, claimedUntil: null };
  switch (type) {
    case 'SubmissionApproved':
      return { ...unclaimed, ...OVER, ...DECIDED, approvalsGiven: (document['approvalsGiven'] as number) + 1 };
    case 'SubmissionDeclined':
    case 'SubmissionWithdrawn':
      return { ...unclaimed, ...OVER, ...DECIDED, checkPending: false };
    case 'SubmissionEndorsed':
      return { ...unclaimed, approvalsGiven: (document['approvalsGiven'] as number) + 1 };
    case 'ReviewClaimed':
      return { claimedBy: person, claimedUntil: data.until };
    case 'ReviewReleased':
      return unclaimed;
    case 'SourceChecked': {
      const { authority, dueAgain } = data;
      return { authority, checkPending: dueAgain !== undefined, checkDue: dueAgain ?? '' };
    }
    case 'ReviewAged':
      return next(document['escalatesAt'], 'escalated') ?? OVER;
    case 'ReviewEscalated':
      return OVER;
    case 'AttachmentScanned':
      // An error or a limit may be mended, so that the scanner is asked again.
      return { scanned: data.verdict, unscanned: document['waiting'] === true && !FINAL_VERDICTS.has(data.verdict) };
    case 'EvidenceSubmitted':
      return {};
  }
}

/** A document holds no undefined. */
const plain = (fields: object): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject;
