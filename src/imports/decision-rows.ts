import { z } from 'zod';
import { correctedTo, factName, isOneWay, TO_OR_WITHDRAW } from '../record/published.js';
import { definitionId, presentation, text } from '../shared/text.js';
import { date, instant, isWholeReason, ofLearner, oneTime, optionalReason, reason, REASON_IN_PART } from './row-parts.js';

const PRESENTATION_OF_NOTHING = { message: 'Only a course has presentations.', path: ['presentation'] };
const ofScheme = { ...ofLearner, scheme: definitionId };

const approvalRow = z
  .strictObject({
    kind: z.literal('approval'),
    ...ofLearner,
    course: definitionId.optional(),
    presentation: presentation.optional(),
    scheme: definitionId.optional(),
    label: text(100),
    approvedAt: instant,
    approvedOn: date,
    ...optionalReason,
  })
  .superRefine(oneTime('approvedAt', 'approvedOn'))
  .refine(({ course, scheme }) => (course === undefined) !== (scheme === undefined), {
    message: 'Give either the course or the scheme whose criteria ask for the approval.',
  })
  .refine(({ course, presentation: run }) => run === undefined || course !== undefined, PRESENTATION_OF_NOTHING)
  .refine(isWholeReason, REASON_IN_PART);
const awardRow = z
  .strictObject({ kind: z.literal('award'), ...ofScheme, awardedAt: instant, awardedOn: date, ...reason })
  .superRefine(oneTime('awardedAt', 'awardedOn'));
const awardApprovalRow = z
  .strictObject({ kind: z.literal('award-approval'), ...ofScheme, ...optionalReason })
  .refine(isWholeReason, REASON_IN_PART);
const awardDeclineRow = z.strictObject({ kind: z.literal('award-decline'), ...ofScheme, ...reason });
const revocationRow = z.strictObject({
  kind: z.literal('revocation'),
  ...ofScheme,
  cycle: z.int().min(1).optional(),
  ...reason,
});

const factCorrectionRow = z
  .strictObject({
    kind: z.literal('fact-correction'),
    ...ofLearner,
    corrects: factName,
    to: correctedTo.optional(),
    withdraw: z.literal(true).optional(),
    ...reason,
  })
  .refine(isOneWay, TO_OR_WITHDRAW);

/** What a person decided about a learner: it is recorded as the decision of the person who imports it. */
export const decisionRows = [approvalRow, awardRow, awardApprovalRow, awardDeclineRow, revocationRow, factCorrectionRow] as const;
