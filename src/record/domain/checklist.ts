import { z } from 'zod';
import { effective, isoDate, isoInstant } from '../../shared/text.js';

/** What awards and completions say of their grounds and of their validity, shared by every event that holds them. */

const edition = z.int().min(1);
const revision = z.int().min(0);

const MISSING_OF_COURSES = [
  'not-completed',
  'only-before',
  'only-late',
  'only-earlier-edition',
  'not-submitted',
  'no-sitting',
  'not-approved',
  'not-done',
  'below-minimum',
] as const;

const leafFields = {
  /** JSON Pointer of the leaf in the criteria. */
  path: z.string(),
  course: z.string().optional(),
  minEdition: edition.optional(),
  learningPlan: z.string().optional(),
  submission: z.string().optional(),
  sitting: z.string().optional(),
  approval: z.string().optional(),
  lesson: z.string().optional(),
  quiz: z.string().optional(),
  participation: z.string().optional(),
  project: z.string().optional(),
  assessment: z.string().optional(),
  attendance: z.string().optional(),
  satisfied: z.boolean(),
  /** The revision, in this record's stream, of the event that satisfies the leaf. */
  by: revision.optional(),
  effective: effective.optional(),
  missing: z.enum(MISSING_OF_COURSES).optional(),
  /** The highest score or percentage, or the count, that there is so far. */
  reached: z.string().optional(),
};
/** One line of a checklist: which leaf, met by which event, or what is missing. Exactly one field names the leaf. */
const checklistLeaf = z.strictObject({
  ...leafFields,
  missing: z.enum([...MISSING_OF_COURSES, 'awaiting-review', 'declined']).optional(),
  /** Of a submission: handed in before the due instant and approved after it, which is in time. */
  approvedLate: z.literal(true).optional(),
});
export type ChecklistLeaf = z.infer<typeof checklistLeaf>;
export const checklistSchema = z.array(checklistLeaf);
/** A checklist over courses, which asks for no submission. */
export const courseChecklist: z.ZodType<ChecklistLeaf[]> = z.array(z.strictObject(leafFields));

export const validityInterval = z.strictObject({
  from: effective,
  /** Both absent: perpetual. */
  lastValidDay: isoDate.optional(),
  endsAt: isoInstant.optional(),
});
export type ValidityInterval = z.infer<typeof validityInterval>;

/**
 * The instants at which time will change a status, in the zone of the edition, kept in the event like the end itself so that later
 * zone data changes no history. Absent in awards from before renewals were known.
 */
export const boundariesSchema = z.strictObject({
  expiringAt: isoInstant.optional(),
  renewalOpensAt: isoInstant.optional(),
  /** Exclusive; absent where the window never closes. */
  renewalClosesAt: isoInstant.optional(),
  /** Exclusive; until when it still holds after its end, where a grace keeps validity. */
  holdsUntil: isoInstant.optional(),
});
export type Boundaries = z.infer<typeof boundariesSchema>;
