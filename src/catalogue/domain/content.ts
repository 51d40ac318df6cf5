import { z } from 'zod';
import { calendarDuration, decimalScore, definitionId, effective, isoDate, text, timeZone } from '../../shared/text.js';
import { askedPlanCriteriaSchema, courseCriteriaSchema, criteriaSchema, itemSchema, label } from './criteria.js';
import { holdersPolicy, renewalPolicy } from './renewal.js';

/** What a definition may say, as a request holds it and, but for what is filled in, as its event does. */

export const ACTIVITIES_MAX = 500;
export const ITEMS_MAX = 500;
export const COURSES_PER_PLAN_MAX = 200;
export const NOTICES_MAX = 50;

/** The scale of a quiz or an assessment whose author gave none. */
export const MAX_SCORE_DEFAULT = '100';
/** The approval that an award on approval waits for, where its author named none. */
export const APPROVAL_DEFAULT = 'award';
/** How long before its end a certification is expiring, where its author did not say. */
export const EXPIRING_FROM_DEFAULT = 'P30D';

export const validitySchema = z.union(
  [z.strictObject({ perpetual: z.literal(true) }), z.strictObject({ duration: calendarDuration })],
  { error: 'Must be {"perpetual": true} or {"duration": "P2Y"}.' },
);
export type Validity = z.infer<typeof validitySchema>;

export const imageSchema = z
  .strictObject({
    digest: z.string().regex(/^[0-9a-f]{64}$/, 'Must be the SHA-256 of the image in lower-case hexadecimal digits.'),
    mediaType: z.enum(['image/png', 'image/jpeg', 'image/svg+xml', 'image/webp']),
  })
  .meta({ description: 'An image by its digest; its bytes are kept elsewhere.' });
export type Image = z.infer<typeof imageSchema>;

const named = { activity: definitionId, title: text(300).optional() };
/** Rule 003-2: what a course's learners do in it. Only quizzes and assessments are scored. */
export const activitySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...named,
    kind: z.enum(['quiz', 'assessment']),
    maxScore: decimalScore.optional().meta({ description: `The highest score; ${MAX_SCORE_DEFAULT} unless told.` }),
  }),
  z.strictObject({ ...named, kind: z.enum(['lesson', 'participation', 'project', 'attendance']) }),
]);

const acceptReportedCompletion = z
  .boolean()
  .optional()
  .meta({ description: "Whether the learning platform's word completes it although it has criteria of its own." });

/** What a course states of itself; its responsible party may be a person and is sealed under a key of its own. */
export const courseContent = {
  title: text(300),
  description: text(5_000).optional(),
  launchAddress: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  workloadHours: z
    .string()
    .regex(/^\d{1,5}(\.\d{1,2})?$/, 'Must be hours as a decimal in a string, for example "7.5".')
    .optional(),
  responsibleParty: text(300).optional(),
  institution: text(300).optional(),
  logo: imageSchema.optional(),
  activities: z.array(activitySchema).max(ACTIVITIES_MAX).optional().meta({ description: 'What its learners do, in order.' }),
  criteria: courseCriteriaSchema
    .optional()
    .meta({ description: "What completes it; absent: the learning platform's word alone." }),
  acceptReportedCompletion,
};

const planItem = z.strictObject({ course: definitionId });
/** A list of courses with criteria of its own; a plan holds no plan (rule 001-9 has both as tasks of a scheme). */
export const learningPlanContent = {
  title: text(300),
  description: text(5_000).optional(),
  items: z
    .array(z.union([planItem, z.strictObject({ learningPlan: definitionId })], { error: 'Must be a course.' }))
    .max(COURSES_PER_PLAN_MAX)
    .optional()
    .meta({ description: 'Its courses in order; those that the criteria name unless told.' }),
  criteria: askedPlanCriteriaSchema,
  acceptReportedCompletion,
};
export const planItemsSchema = z.array(planItem).max(COURSES_PER_PLAN_MAX);

const timeToFulfil = z
  .strictObject({
    start: effective.optional().meta({ description: 'Not to be started before.' }),
    due: effective.optional().meta({ description: 'Exclusive: what is done at this instant is late.' }),
    completeWithin: calendarDuration.optional().meta({ description: 'From the assignment on, instead of due.' }),
    lateEvidence: z.enum(['refuse', 'accept-late']).optional().meta({ description: 'refuse unless told.' }),
  })
  .refine(({ due, completeWithin }) => due === undefined || completeWithin === undefined, {
    message: 'Give either due or completeWithin, not both.',
    path: ['completeWithin'],
  });

const notice = z.strictObject({
  boundary: z.enum(['assigned', 'due', 'expiry']),
  when: z.enum(['before', 'after']),
  offset: calendarDuration,
  channels: z
    .array(z.enum(['mail', 'in-app', 'slack']))
    .min(1)
    .max(3),
  on: z.boolean(),
});
const notices = z.strictObject({
  expiringFrom: calendarDuration
    .optional()
    .meta({ description: `How long before its end a certification is expiring; ${EXPIRING_FROM_DEFAULT} unless told.` }),
  notices: z.array(notice).max(NOTICES_MAX).optional(),
});

const published = isoDate.meta({
  format: 'date',
  description: "Not after today in the scheme's time zone; may lie in the past.",
});

/** Rules 001-1 to 001-7, 002-4 and 002-8: what a scheme states beside its criteria, as data of the edition. */
export const schemeContent = {
  title: text(300),
  overview: text(5_000).optional(),
  instructions: text(5_000).optional(),
  issuer: text(300).optional(),
  badge: imageSchema.optional(),
  kind: z.enum(['internal', 'external']).optional().meta({ description: 'internal unless told.' }),
  published,
  timeZone,
  validity: validitySchema,
  capByEvidence: z.boolean().optional().meta({ description: 'Whether validity ends with the evidence that ends first.' }),
  items: z
    .array(itemSchema)
    .max(ITEMS_MAX)
    .optional()
    .meta({ description: 'What there is to do, in order, optional things too; what the criteria name unless told.' }),
  criteria: criteriaSchema,
  award: z.enum(['automatic', 'on-approval']).optional().meta({ description: 'automatic unless told.' }),
  approval: label
    .optional()
    .meta({ description: `The approval that an award on approval waits for; "${APPROVAL_DEFAULT}" unless told.` }),
  secondApprover: z
    .boolean()
    .optional()
    .meta({ description: "Whether decisions wait for a second approver; the organization's rule unless told." }),
  priorEvidence: z
    .enum(['count', 'ignore'])
    .optional()
    .meta({ description: 'Evidence from before the start; count without a start, ignore with one, unless told.' }),
  timeToFulfil: timeToFulfil.optional(),
  notices: notices.optional(),
  renewal: renewalPolicy.optional(),
  holders: holdersPolicy.optional(),
};

/** What the decider fills in where the author said nothing, so that an edition reads the same under later defaults. */
export const schemeFilledIn = {
  kind: z.enum(['internal', 'external']),
  items: z.array(itemSchema).max(ITEMS_MAX),
  award: z.enum(['automatic', 'on-approval']),
};

/** A certification over one course, which is defined with it (rule 003-1 and what follows are the course's own criteria). */
export const certificateContent = z
  .strictObject({ scheme: definitionId, title: text(300).optional(), published, timeZone, validity: validitySchema })
  .meta({ description: "A certification over this course alone; its title is the course's unless told." });

export const revisedEdition = z
  .int()
  .min(1)
  .optional()
  .meta({ description: 'The number that the edition is meant to get; refused where it is not the next one.' });

export const courseContentSchema = z.strictObject(courseContent);
export const learningPlanContentSchema = z.strictObject(learningPlanContent);
export const schemeContentSchema = z.strictObject(schemeContent);
export type CourseContent = z.infer<typeof courseContentSchema>;
export type LearningPlanContent = z.infer<typeof learningPlanContentSchema>;
export type SchemeContent = z.infer<typeof schemeContentSchema>;
