import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema, type Secret } from '../../ledger/sealed.js';
import { calendarDuration, definitionId, isoDate, text, timeZone } from '../../shared/text.js';
import { criteriaSchema } from './criteria.js';

export const validitySchema = z.union([
  z.strictObject({ perpetual: z.literal(true) }),
  z.strictObject({ duration: calendarDuration }),
]);
export type Validity = z.infer<typeof validitySchema>;

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
};

export const schemeContent = {
  title: text(300),
  published: isoDate,
  timeZone,
  validity: validitySchema,
  award: z.literal('automatic'),
  criteria: criteriaSchema,
};

const coursePublished = z.strictObject({
  course: definitionId,
  edition: z.int().min(1),
  ...courseContent,
  responsibleParty: sealedSchema.optional(),
  responsiblePartySubject: z.uuid().optional(),
});
const schemePublished = z.strictObject({ scheme: definitionId, edition: z.int().min(1), ...schemeContent });

export type CoursePublishedData = Omit<z.infer<typeof coursePublished>, 'responsibleParty'> & {
  responsibleParty?: Secret | undefined;
};
export type SchemePublishedData = z.infer<typeof schemePublished>;

export type CatalogueEvent =
  LedgerEvent<'CoursePublished', CoursePublishedData> | LedgerEvent<'SchemePublished', SchemePublishedData>;

export const catalogueEvents = [
  defineEvent('CoursePublished', coursePublished, {
    sealed: [{ field: 'responsibleParty', subject: 'responsiblePartySubject' }],
  }),
  defineEvent('SchemePublished', schemePublished),
];
