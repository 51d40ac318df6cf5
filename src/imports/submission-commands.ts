import type { z } from 'zod';
import type { Records } from '../record/published.js';
import type { submissionRows } from './submission-rows.js';
import { effectiveOf, optionalReasonOf, reasonOf } from './row-times.js';

type RecordCommand = Parameters<Records['execute']>[3];
type AskedSubmission = Parameters<Records['submitEvidence']>[3];
export type SubmissionRow = z.infer<(typeof submissionRows)[number]>;
type EvidenceRow = Extract<SubmissionRow, { kind: 'submission' }>;

/** What a row hands in, apart from the file, which the records pin. */
export function submissionOf(row: EvidenceRow): AskedSubmission {
  const { scheme, label, title, evidenceKind: kind, submittedAt, submittedOn, validUntil, attachment, note } = row;
  const submitted =
    submittedAt === undefined && submittedOn === undefined ? undefined : effectiveOf(submittedAt, submittedOn).effective;
  const done = effectiveOf(row.completedAt, row.completedOn ?? row.issuedOn);
  return { scheme, label, title, kind, ...done, submitted, validUntil, attachment, note };
}

export function submissionCommandOf(row: Exclude<SubmissionRow, EvidenceRow>): RecordCommand {
  const of = { scheme: row.scheme, label: row.label };
  switch (row.kind) {
    case 'submission-withdrawal':
      return { type: 'WithdrawSubmission', of, reason: optionalReasonOf(row) };
    case 'submission-approval':
      return { type: 'ApproveSubmission', of, reason: optionalReasonOf(row) };
    case 'submission-decline':
      return { type: 'DeclineSubmission', of, reason: reasonOf(row) };
    case 'source-check': {
      const { authority, how, dueAgain, reference } = row;
      return { type: 'CheckSource', of, authority, how, ...effectiveOf(row.checkedAt, row.checkedOn), dueAgain, reference };
    }
  }
}
