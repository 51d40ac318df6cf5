import { z } from 'zod';
import { courseContent } from '../catalogue/published.js';
import { criteriaSchema } from '../catalogue/published.js';
import { calendarDuration, callerId, definitionId, isoDate, isoInstant, text, timeZone } from '../shared/text.js';

/** What every row carries: its source system and the source's own id of the row, which make the row repeatable. */
const identity = {
  source: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'Must be a lower-case name of the source system.'),
  row: text(200),
};

const courseRow = z.strictObject({ kind: z.literal('course'), ...identity, course: definitionId, ...courseContent });
const schemeRow = z.strictObject({
  kind: z.literal('scheme'),
  ...identity,
  scheme: definitionId,
  title: text(300),
  published: isoDate,
  timeZone,
  validity: z.union([z.literal('perpetual'), calendarDuration]),
  criteria: criteriaSchema,
});
const learnerRow = z.strictObject({
  kind: z.literal('learner'),
  ...identity,
  learner: callerId,
  name: text(300).optional(),
  contact: text(300).optional(),
});
const completionRow = z
  .strictObject({
    kind: z.literal('completion'),
    ...identity,
    learner: callerId,
    course: definitionId,
    completedAt: isoInstant.optional(),
    completedOn: isoDate.optional(),
    grade: text(100).optional(),
    honours: text(100).optional(),
  })
  .refine(({ completedAt, completedOn }) => (completedAt === undefined) !== (completedOn === undefined), {
    message: 'Give either completedAt (an instant) or completedOn (a date).',
  });

export const rowSchema = z.discriminatedUnion('kind', [courseRow, schemeRow, learnerRow, completionRow]);
export type Row = z.infer<typeof rowSchema>;

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
});
export type RowOutcome = z.infer<typeof rowOutcomeSchema>;
