import type { SchemeLeaf } from '../../catalogue/published.js';
import type { Secret } from '../../ledger/sealed.js';
import { instantMilliseconds, type Effective, type IsoDate, type IsoInstant } from '../../shared/calendar.js';
import { correctedFact } from './corrected-facts.js';
import type { DataOf } from './events.js';
import type { At } from './standing.js';
import type { EvidenceKind, ScanVerdict, SOURCE_CHECK_WAYS, SubmissionEvent } from './submission-events.js';

/** That somebody asked whoever issued a document. */
export interface SourceCheck {
  readonly revision: number;
  readonly person?: string | undefined;
  readonly recordedAt: IsoInstant;
  readonly authority: string;
  readonly how: (typeof SOURCE_CHECK_WAYS)[number];
  readonly effective: Effective;
  readonly dueAgain?: IsoDate | undefined;
  readonly reference?: Secret | undefined;
}

/** How a submission ended, by whom and when. */
export interface Outcome {
  readonly how: 'approved' | 'declined' | 'withdrawn';
  readonly revision: number;
  readonly person?: string | undefined;
  readonly recordedAt: IsoInstant;
  readonly reasonCode?: string | undefined;
  readonly reason?: Secret | undefined;
}

export interface ScanOutcome {
  readonly verdict: ScanVerdict;
  readonly signature?: string | undefined;
  readonly recordedAt: IsoInstant;
}

/** What a learner did elsewhere, as it was handed in, and what became of it. */
export interface Submission {
  readonly number: number;
  readonly edition: number;
  readonly label: string;
  readonly kind: EvidenceKind;
  readonly title: string;
  readonly effective: Effective;
  readonly submitted: Effective;
  readonly validUntil?: IsoDate | undefined;
  readonly note?: Secret | undefined;
  readonly attachment?: { readonly address: string; readonly size: number; readonly mediaType: string } | undefined;
  readonly attachmentName?: Secret | undefined;
  readonly attachmentDigest?: Secret | undefined;
  readonly resubmits?: number | undefined;
  readonly review: 'required' | 'none';
  readonly approvals: number;
  readonly sourceCheck?: 'required' | undefined;
  readonly scan?: 'required' | undefined;
  readonly onBehalf?: true | undefined;
  readonly agesAt?: IsoInstant | undefined;
  readonly escalatesAt?: IsoInstant | undefined;
  readonly revision: number;
  readonly recordedAt: IsoInstant;
  /** Who submitted it, where that was a person. */
  readonly person?: string | undefined;
  readonly endorsedBy: readonly string[];
  readonly claim?: { readonly person: string; readonly until: IsoInstant } | undefined;
  readonly outcome?: Outcome | undefined;
  readonly checks: readonly SourceCheck[];
  /** What was said of it before each correction, oldest first. */
  readonly corrections?: readonly SubmissionCorrection[];
  /** What the scanner said last of the attachment. */
  readonly scanned?: ScanOutcome | undefined;
  /** Bookkeeping of the policy, from which no status is made. */
  readonly agedObserved?: number;
  readonly escalatedObserved?: number;
}

export interface SubmissionCorrection {
  readonly revision: number;
  readonly recordedAt: IsoInstant;
  readonly reasonCode: string;
  readonly before: Pick<Submission, 'effective' | 'validUntil' | 'outcome'>;
}

export const SUBMISSION_STATES = ['submitted', 'approved', 'declined', 'withdrawn'] as const;
export type SubmissionState = (typeof SUBMISSION_STATES)[number];

/** What asks for no review counts from when it was submitted. */
export const stateOf = ({ review, outcome }: Submission): SubmissionState =>
  outcome?.how ?? (review === 'none' ? 'approved' : 'submitted');
export const isWaiting = (submission: Submission): boolean => stateOf(submission) === 'submitted';

/** Whose claim on the review stands at an instant: a lease, so that nobody who went away keeps a learner waiting. */
export function claimAt({ claim }: Submission, now: IsoInstant): Submission['claim'] {
  return claim !== undefined && instantMilliseconds(now) < instantMilliseconds(claim.until) ? claim : undefined;
}

type SubmissionLeaf = Extract<SchemeLeaf, { submission: string }>;

/** Whether a leaf takes a submission of this kind (rule 001-14: either counts unless it narrows). */
export const takesKind = (leaf: SubmissionLeaf, kind: EvidenceKind): boolean => leaf.kind === undefined || leaf.kind === kind;

/** Whether an approved submission is evidence for a leaf: what was asked of it may be more than an earlier edition asked. */
export const countsFor = (leaf: SubmissionLeaf, submission: Submission): boolean =>
  submission.label === leaf.submission &&
  takesKind(leaf, submission.kind) &&
  (submission.review === 'required' || leaf.review === 'none') &&
  (leaf.sourceCheck === undefined || submission.checks.length > 0);

/** The event by which a submission became evidence. */
export const revisionOf = ({ revision, outcome }: Submission): number => outcome?.revision ?? revision;
/** Every revision by which a submission is named: that of itself, and those of the decisions about it. */
export const revisionsOf = ({ revision, outcome, corrections = [] }: Submission): readonly number[] =>
  [revision, outcome?.revision, ...corrections.map(({ before }) => before.outcome?.revision)].filter(
    (known) => known !== undefined,
  );

export function evolveSubmissions(submissions: readonly Submission[], event: SubmissionEvent, at: At): readonly Submission[] {
  const { recordedAt, revision, person } = at;
  if (event.type === 'EvidenceSubmitted') {
    const { submission: number, scheme: _, subject: __, ...content } = event.data;
    return [...submissions, { number, ...content, revision, recordedAt, person, endorsedBy: [], checks: [] }];
  }
  const change = (made: (known: Submission) => Partial<Submission>): readonly Submission[] =>
    submissions.map((known) => (known.number === event.data.submission ? { ...known, ...made(known) } : known));
  const ended = (how: Outcome['how'], { reasonCode, reason }: Pick<Outcome, 'reasonCode' | 'reason'>) =>
    change(() => ({ outcome: { how, revision, person, recordedAt, reasonCode, reason }, claim: undefined }));
  switch (event.type) {
    case 'SubmissionWithdrawn':
      return ended('withdrawn', event.data);
    case 'SubmissionApproved':
      return ended('approved', event.data);
    case 'SubmissionDeclined':
      return ended('declined', event.data);
    case 'SubmissionEndorsed':
      // The second person must be able to take it up.
      return change(({ endorsedBy }) => ({ endorsedBy: [...endorsedBy, person!], claim: undefined }));
    case 'ReviewClaimed':
      return change(() => ({ claim: { person: person!, until: event.data.until } }));
    case 'ReviewReleased':
      return change(() => ({ claim: undefined }));
    case 'SourceChecked': {
      const { authority, how, effective, dueAgain, reference } = event.data;
      const check = { revision, person, recordedAt, authority, how, effective, dueAgain, reference };
      return change(({ checks }) => ({ checks: [...checks, check] }));
    }
    case 'AttachmentScanned':
      return change(() => ({ scanned: { verdict: event.data.verdict, signature: event.data.signature, recordedAt } }));
    case 'ReviewAged':
      return change(() => ({ agedObserved: revision }));
    case 'ReviewEscalated':
      return change(() => ({ escalatedObserved: revision }));
  }
}

/** Whether it was taken back by a correction. */
export const isTakenBack = ({ outcome, corrections = [] }: Submission): boolean =>
  outcome !== undefined && corrections.at(-1)?.revision === outcome.revision;

/** How it ended, whatever a correction that took it back made of that. */
const outcomeOf = (submission: Submission): Outcome | undefined =>
  isTakenBack(submission) ? submission.corrections!.at(-1)!.before.outcome : submission.outcome;

/** A submission as its correction has it; one that was taken back is evidence no more, as if it had been withdrawn. */
export function correctedSubmission(
  submissions: readonly Submission[],
  { submission: number, to, reasonCode }: DataOf<'SubmissionCorrected'>,
  { revision, recordedAt, person }: At,
): readonly Submission[] {
  return submissions.map((known) => {
    if (known.number !== number) return known;
    const { effective, validUntil, outcome, corrections = [] } = known;
    const kept = [...corrections, { revision, recordedAt, reasonCode, before: { effective, validUntil, outcome } }];
    const withdrawn = { how: 'withdrawn', revision, person, recordedAt, reasonCode } as const;
    return to === undefined
      ? { ...known, outcome: withdrawn, corrections: kept }
      : { ...correctedFact(known, to), outcome: outcomeOf(known), corrections: kept };
  });
}
