import { z } from 'zod';
import { courseContent, groupContent, learningPlanContent, schemeContent } from '../catalogue/published.js';
import { ACTIVITY_KINDS, GROUPS_PER_LEARNER_MAX } from '../record/published.js';
import { calendarDuration, callerId, decimalScore, definitionId, isoDate, isoInstant, reasonCode, text } from '../shared/text.js';

/** What every row carries: its source system and the source's own id of the row, which make the row repeatable. */
const identity = {
  source: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'Must be a lower-case name of the source system.'),
  row: text(200),
};

export const REASON_CHARACTERS_MAX = 2_000;

const courseRow = z.strictObject({ kind: z.literal('course'), ...identity, course: definitionId, ...courseContent });
const learningPlanRow = z.strictObject({
  kind: z.literal('learning-plan'),
  ...identity,
  learningPlan: definitionId,
  ...learningPlanContent,
});
const groupRow = z.strictObject({ kind: z.literal('group'), ...identity, ...groupContent });

// A row's `kind` is what it is a row of; where the thing itself has a kind, that stands under a name of its own.
const { kind: schemeKind, ...schemeFields } = schemeContent;
const schemeRow = z.strictObject({
  kind: z.literal('scheme'),
  ...identity,
  scheme: definitionId,
  ...schemeFields,
  schemeKind,
  validity: z.union([z.literal('perpetual'), calendarDuration]),
});

const learnerRow = z.strictObject({
  kind: z.literal('learner'),
  ...identity,
  learner: callerId,
  name: text(300).optional(),
  contact: text(300).optional(),
  groups: z.array(definitionId).max(GROUPS_PER_LEARNER_MAX).optional(),
});

/** What a learner did or was asked in a course, a plan or a scheme, with the one time from which it is true. */
const ofLearner = { ...identity, learner: callerId };
const instant = isoInstant.optional();
const date = isoDate.optional();
const time = z.union([isoDate, isoInstant], { error: 'Must be a date (YYYY-MM-DD) or an RFC 3339 instant with its offset.' });

/** A missing time is told apart from other faults: it is what real data lack, and nobody may guess at it. */
export const DATE_MISSING = { code: 'DATE_MISSING' } as const;

const oneTime =
  <At extends string, On extends string>(at: At, on: On) =>
  (row: { [Name in At | On]?: unknown }, context: z.RefinementCtx): void => {
    const given = [row[at], row[on]].filter((time) => time !== undefined).length;
    if (given === 1) return;
    const message = `Give ${given === 0 ? 'either' : 'only one of'} ${at} (an instant) or ${on} (a date).`;
    context.addIssue({ code: 'custom', message, ...(given === 0 ? { params: DATE_MISSING } : {}) });
  };

const enrolmentRow = z
  .strictObject({ kind: z.literal('enrolment'), ...ofLearner, course: definitionId, enrolledAt: instant, enrolledOn: date })
  .superRefine(oneTime('enrolledAt', 'enrolledOn'));
const withdrawalRow = z
  .strictObject({
    kind: z.literal('withdrawal'),
    ...ofLearner,
    course: definitionId,
    withdrawnAt: instant,
    withdrawnOn: date,
    reasonCode: reasonCode.optional(),
    reason: text(REASON_CHARACTERS_MAX).optional(),
  })
  .superRefine(oneTime('withdrawnAt', 'withdrawnOn'))
  .refine((row) => (row.reasonCode === undefined) === (row.reason === undefined), {
    message: 'Give both reasonCode and reason, or neither.',
  });
const activityRow = z
  .strictObject({
    kind: z.literal('activity'),
    ...ofLearner,
    course: definitionId,
    activity: definitionId,
    activityKind: z.enum(ACTIVITY_KINDS),
    score: decimalScore.optional(),
    percent: z.int().min(0).max(100).optional(),
    count: z.int().min(1).optional(),
    carriedOver: z.boolean().optional(),
    reportedAt: instant,
    reportedOn: date,
  })
  .superRefine(oneTime('reportedAt', 'reportedOn'));
const completed = { completedAt: instant, completedOn: date };
const completionRow = z
  .strictObject({
    kind: z.literal('completion'),
    ...ofLearner,
    course: definitionId,
    ...completed,
    grade: text(100).optional(),
    honours: text(100).optional(),
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

export const rowSchema = z.discriminatedUnion('kind', [
  courseRow,
  learningPlanRow,
  schemeRow,
  groupRow,
  learnerRow,
  enrolmentRow,
  withdrawalRow,
  activityRow,
  completionRow,
  planCompletionRow,
  assignmentRow,
]);
export type Row = z.infer<typeof rowSchema>;
/** A row about one learner goes to that learner's record; every other one is a definition of the organization. */
export type LearnerRow = Extract<Row, { learner: string }>;
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
  'count',
  'criteria',
  'groups',
  'items',
  'logo',
  'notices',
  'percent',
  'secondApprover',
  'timeToFulfil',
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
