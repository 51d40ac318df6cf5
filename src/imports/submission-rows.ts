import { z } from 'zod';
import {
  attachmentAddress,
  AUTHORITY_CHARACTERS_MAX,
  EVIDENCE_KINDS,
  NOTE_CHARACTERS_MAX,
  REFERENCE_CHARACTERS_MAX,
  SOURCE_CHECK_WAYS,
} from '../record/published.js';
import { definitionId, isoDate, text } from '../shared/text.js';
import {
  date,
  DATE_MISSING,
  instant,
  isWholeReason,
  ofLearner,
  oneTime,
  optionalReason,
  reason,
  REASON_IN_PART,
} from './row-parts.js';

/** A file knows no number of a submission: the last one under a label of a scheme is meant. */
const ofLabel = { ...ofLearner, scheme: definitionId, label: text(100) };

/** A document has a day of issue, a training the time of its completion. */
function oneDone(
  row: { evidenceKind: (typeof EVIDENCE_KINDS)[number]; issuedOn?: unknown; completedAt?: unknown; completedOn?: unknown },
  context: z.RefinementCtx,
): void {
  const isDocument = row.evidenceKind === 'credential-document';
  const wanted = isDocument ? [row.issuedOn] : [row.completedAt, row.completedOn];
  const given = [row.issuedOn, row.completedAt, row.completedOn].filter((time) => time !== undefined).length;
  if (given === 1 && wanted.some((time) => time !== undefined)) return;
  const message = isDocument
    ? 'Give issuedOn, the day on which the document was issued, and no other time.'
    : 'Give either completedAt (an instant) or completedOn (a date).';
  context.addIssue({ code: 'custom', message, ...(given === 0 ? { params: DATE_MISSING } : {}) });
}

const submissionRow = z
  .strictObject({
    kind: z.literal('submission'),
    ...ofLabel,
    title: text(300).optional(),
    evidenceKind: z.enum(EVIDENCE_KINDS),
    issuedOn: date,
    completedAt: instant,
    completedOn: date,
    submittedAt: instant,
    submittedOn: date,
    validUntil: isoDate.optional(),
    attachment: attachmentAddress.optional(),
    note: text(NOTE_CHARACTERS_MAX).optional(),
  })
  .superRefine(oneDone)
  .refine(({ submittedAt, submittedOn }) => submittedAt === undefined || submittedOn === undefined, {
    message: 'Give only one of submittedAt (an instant) or submittedOn (a date).',
  });
const submissionWithdrawalRow = z
  .strictObject({ kind: z.literal('submission-withdrawal'), ...ofLabel, ...optionalReason })
  .refine(isWholeReason, REASON_IN_PART);
const submissionApprovalRow = z
  .strictObject({ kind: z.literal('submission-approval'), ...ofLabel, ...optionalReason })
  .refine(isWholeReason, REASON_IN_PART);
const submissionDeclineRow = z.strictObject({ kind: z.literal('submission-decline'), ...ofLabel, ...reason });
const sourceCheckRow = z
  .strictObject({
    kind: z.literal('source-check'),
    ...ofLabel,
    authority: text(AUTHORITY_CHARACTERS_MAX),
    how: z.enum(SOURCE_CHECK_WAYS),
    checkedAt: instant,
    checkedOn: date,
    dueAgain: isoDate.optional(),
    reference: text(REFERENCE_CHARACTERS_MAX).optional(),
  })
  .superRefine(oneTime('checkedAt', 'checkedOn'));

/** What learners handed in and what became of it; a decision is recorded as that of the person who imports it. */
export const submissionRows = [
  submissionRow,
  submissionWithdrawalRow,
  submissionApprovalRow,
  submissionDeclineRow,
  sourceCheckRow,
] as const;
