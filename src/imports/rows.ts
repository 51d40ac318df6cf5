import { z } from 'zod';
import { ACTIVITY_COUNT_MAX, ACTIVITY_KINDS, GROUPS_PER_LEARNER_MAX } from '../record/published.js';
import { calendarDuration, callerId, definitionId, isoDate, newCallerId, newScore, presentation, text } from '../shared/text.js';
import { certificationRows } from './certification-rows.js';
import { decisionRows } from './decision-rows.js';
import { definitionRows } from './definition-rows.js';
import { renewalRows } from './renewal-rows.js';
import { submissionRows } from './submission-rows.js';
import { date, instant, isWholeReason, ofLearner, oneTime, optionalReason, reason, REASON_IN_PART, time } from './row-parts.js';

const learnerRow = z.strictObject({
  kind: z.literal('learner'),
  ...ofLearner,
  learner: newCallerId,
  name: text(300).optional(),
  contact: text(300).optional(),
  groups: z.array(definitionId).max(GROUPS_PER_LEARNER_MAX).optional(),
});
const correctionRow = z
  .strictObject({ kind: z.literal('correction'), ...ofLearner, name: text(300).optional(), contact: text(300).optional() })
  .refine(({ name, contact }) => name !== undefined || contact !== undefined, { message: 'Give a name, a contact or both.' });
/** All groups that the learner is in from here on. */
const groupChangeRow = z.strictObject({
  kind: z.literal('group-change'),
  ...ofLearner,
  groups: z.array(definitionId).max(GROUPS_PER_LEARNER_MAX),
});
const personBindingRow = z.strictObject({ kind: z.literal('person-binding'), ...ofLearner, person: callerId });

const inCourse = { ...ofLearner, course: definitionId, presentation: presentation.optional() };
const enrolmentRow = z
  .strictObject({ kind: z.literal('enrolment'), ...inCourse, enrolledAt: instant, enrolledOn: date })
  .superRefine(oneTime('enrolledAt', 'enrolledOn'));
const withdrawalRow = z
  .strictObject({
    kind: z.literal('withdrawal'),
    ...inCourse,
    withdrawnAt: instant,
    withdrawnOn: date,
    ...optionalReason,
  })
  .superRefine(oneTime('withdrawnAt', 'withdrawnOn'))
  .refine(isWholeReason, REASON_IN_PART);
const activityRow = z
  .strictObject({
    kind: z.literal('activity'),
    ...inCourse,
    activity: definitionId,
    activityKind: z.enum(ACTIVITY_KINDS),
    score: newScore.optional(),
    percent: z.int().min(0).max(100).optional(),
    count: z.int().min(1).max(ACTIVITY_COUNT_MAX).optional(),
    carriedOver: z.boolean().optional(),
    reportedAt: instant,
    reportedOn: date,
  })
  .superRefine(oneTime('reportedAt', 'reportedOn'));
const completed = { completedAt: instant, completedOn: date };
const completionRow = z
  .strictObject({
    kind: z.literal('completion'),
    ...inCourse,
    ...completed,
    grade: text(100).optional(),
    honours: text(100).optional(),
    validUntil: isoDate.optional(),
  })
  .superRefine(oneTime('completedAt', 'completedOn'));
const planCompletionRow = z
  .strictObject({ kind: z.literal('plan-completion'), ...ofLearner, learningPlan: definitionId, ...completed })
  .superRefine(oneTime('completedAt', 'completedOn'));
/** What was asked of a learner; an assignment without a time of its own is made by the import itself. */
const assignmentRow = z
  .strictObject({
    kind: z.literal('assignment'),
    ...ofLearner,
    scheme: definitionId,
    assignedAt: instant,
    assignedOn: date,
    start: time.optional(),
    due: time.optional(),
    completeWithin: calendarDuration.optional(),
  })
  .refine(({ assignedAt, assignedOn }) => assignedAt === undefined || assignedOn === undefined, {
    message: 'Give only one of assignedAt (an instant) or assignedOn (a date).',
  })
  .refine(({ due, completeWithin }) => due === undefined || completeWithin === undefined, {
    message: 'Give either due or completeWithin, not both.',
    path: ['completeWithin'],
  });
const assignmentStartRow = z
  .strictObject({ kind: z.literal('assignment-start'), ...ofLearner, scheme: definitionId, startedAt: instant, startedOn: date })
  .superRefine(oneTime('startedAt', 'startedOn'));
const assignmentWithdrawalRow = z.strictObject({
  kind: z.literal('assignment-withdrawal'),
  ...ofLearner,
  scheme: definitionId,
  ...reason,
});

export const rowSchema = z.discriminatedUnion('kind', [
  ...definitionRows,
  learnerRow,
  correctionRow,
  groupChangeRow,
  personBindingRow,
  enrolmentRow,
  withdrawalRow,
  activityRow,
  completionRow,
  planCompletionRow,
  assignmentRow,
  assignmentStartRow,
  assignmentWithdrawalRow,
  ...submissionRows,
  ...decisionRows,
  ...certificationRows,
  ...renewalRows,
]);
export type Row = z.infer<typeof rowSchema>;
/** A row about one learner goes to that learner's record; every other one is a definition of the organization. */
export type LearnerRow = Extract<Row, { learner: string }>;
export type DecisionRow = z.infer<(typeof decisionRows)[number]>;
export type CertificationRow = z.infer<(typeof certificationRows)[number]>;
export type DefinitionRow = Exclude<Row, LearnerRow>;
export const isLearnerRow = (row: Row): row is LearnerRow => 'learner' in row;

/**
 * The columns of a CSV whose cells hold JSON, as they are no texts. Every other cell is taken as the text that it is, because an
 * id that looks like a number must stay as it was written.
 */
export const JSON_COLUMNS: ReadonlySet<string> = new Set([
  'acceptReportedCompletion',
  'activities',
  'badge',
  'capByEvidence',
  'carriedOver',
  'certificate',
  'corrects',
  'count',
  'criteria',
  'cycle',
  'edition',
  'groups',
  'holders',
  'items',
  'logo',
  'notices',
  'percent',
  'renewal',
  'secondApprover',
  'timeToFulfil',
  'to',
  'withdraw',
]);

export const ROWS_PER_REQUEST_MAX = 500;
/** Rows arrive as they are and are judged one by one, so that a bad one never stops the others. */
export const importRowsSchema = z
  .strictObject({
    rows: z.array(z.unknown()).min(1).max(ROWS_PER_REQUEST_MAX),
    dryRun: z
      .uuid()
      .optional()
      .meta({ description: 'Decide and write nothing: your id of this dry run, whose requests see each other.' }),
  })
  .meta({ id: 'ImportRows' });

export const rowOutcomeSchema = z.object({
  row: z.string().nullable(),
  outcome: z.enum(['recorded', 'replayed', 'unchanged', 'refused']),
  code: z.string().optional(),
  reason: z.string().optional(),
  pointer: z.string().optional().meta({ description: 'JSON Pointer of the field that is at fault, within the row.' }),
});
export type RowOutcome = z.infer<typeof rowOutcomeSchema>;
