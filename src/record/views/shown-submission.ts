import { z } from 'zod';
import { effective, isoDate, isoInstant } from '../../shared/text.js';
import { optional } from '../domain/circumstances.js';
import { EVIDENCE_KINDS, SCAN_VERDICTS } from '../domain/submission-events.js';
import { stateOf, SUBMISSION_STATES, type Submission } from '../domain/submission.js';
import { correctedShape, shownCorrected } from './shown-corrections.js';

/** What is known of a scan; `awaited` while nothing was said. */
export const SHOWN_SCANS = [...SCAN_VERDICTS, 'awaited'] as const;

/** A submission without what is sealed of it. */
export const submissionSchema = z.object({
  submission: z.int(),
  edition: z.int(),
  label: z.string(),
  title: z.string(),
  kind: z.enum(EVIDENCE_KINDS),
  state: z.enum(SUBMISSION_STATES),
  effective: effective.meta({ description: 'The day on which the document was issued, or when the training was completed.' }),
  validUntil: isoDate.optional(),
  submitted: effective,
  review: z.enum(['required', 'none']).meta({ description: 'none: it counts at once, by the word of who reported it.' }),
  onBehalf: z.literal(true).optional().meta({ description: 'Submitted by somebody else than the learner.' }),
  resubmits: z.int().optional().meta({ description: 'The declined submission that it comes after.' }),
  approvalsNeeded: z.int(),
  approvalsGiven: z.int(),
  decidedAt: isoInstant.optional(),
  decidedBy: z.string().optional().meta({ description: 'Pseudonym of the person who decided.' }),
  reasonCode: z.string().optional(),
  ...correctedShape,
});
export type ShownSubmission = z.infer<typeof submissionSchema>;

export function shownSubmission(submission: Submission): ShownSubmission {
  const { number, edition, label, title, kind, effective: done, submitted, review, outcome } = submission;
  const { validUntil, onBehalf, resubmits } = submission;
  const state = stateOf(submission);
  return {
    submission: number,
    edition,
    label,
    title,
    kind,
    state,
    effective: done,
    submitted,
    review,
    ...optional({ validUntil, onBehalf, resubmits }),
    approvalsNeeded: submission.approvals,
    // The approval that decides it is no endorsement.
    approvalsGiven: submission.endorsedBy.length + (outcome?.how === 'approved' ? 1 : 0),
    ...optional({ decidedAt: outcome?.recordedAt, decidedBy: outcome?.person, reasonCode: outcome?.reasonCode }),
    ...shownCorrected(submission.corrections ?? []),
  };
}
