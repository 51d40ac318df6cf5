import { z } from 'zod';
import {
  certificateContent,
  courseContent,
  groupContent,
  learningPlanContent,
  revisedEdition,
  schemeContent,
} from '../catalogue/published.js';
import { calendarDuration, definitionId } from '../shared/text.js';
import { identity, reason } from './row-parts.js';

const courseFields = { ...identity, course: definitionId, ...courseContent };
const courseRow = z.strictObject({ kind: z.literal('course'), ...courseFields, certificate: certificateContent.optional() });
const courseEditionRow = z.strictObject({ kind: z.literal('course-edition'), ...courseFields, edition: revisedEdition });

const planFields = { ...identity, learningPlan: definitionId, ...learningPlanContent };
const learningPlanRow = z.strictObject({ kind: z.literal('learning-plan'), ...planFields });
const learningPlanEditionRow = z.strictObject({
  kind: z.literal('learning-plan-edition'),
  ...planFields,
  edition: revisedEdition,
});

// A row's `kind` is what it is a row of; where the thing itself has a kind, that stands under a name of its own.
const { kind: schemeKind, ...content } = schemeContent;
const validity = z.union([z.literal('perpetual'), calendarDuration]);
const schemeFields = { ...identity, scheme: definitionId, ...content, schemeKind, validity };
const schemeRow = z.strictObject({ kind: z.literal('scheme'), ...schemeFields });
const schemeEditionRow = z.strictObject({ kind: z.literal('scheme-edition'), ...schemeFields, edition: revisedEdition });

const groupRow = z.strictObject({ kind: z.literal('group'), ...identity, ...groupContent });

const retirementRow = z
  .strictObject({
    kind: z.literal('retirement'),
    ...identity,
    course: definitionId.optional(),
    learningPlan: definitionId.optional(),
    scheme: definitionId.optional(),
    ...reason,
  })
  .refine((row) => [row.course, row.learningPlan, row.scheme].filter((id) => id !== undefined).length === 1, {
    message: 'Give exactly one of course, learningPlan and scheme: what is retired.',
  });

/** What an organization defines: courses, learning plans and schemes in editions, groups, and the end of a definition. */
export const definitionRows = [
  courseRow,
  courseEditionRow,
  learningPlanRow,
  learningPlanEditionRow,
  schemeRow,
  schemeEditionRow,
  groupRow,
  retirementRow,
] as const;
