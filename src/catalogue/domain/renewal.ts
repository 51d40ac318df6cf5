import { z } from 'zod';
import { calendarDuration, effective } from '../../shared/text.js';
import { criteriaSchema } from './criteria.js';

/** How a certification is renewed and what a new edition does to who holds an earlier one, as data of the edition. */

const anchorDay = z
  .string()
  .regex(
    /^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
    'Must be a month and a day of it, each with two digits, for example "03-15".',
  );

/** From what the end of a renewed cycle is counted; each is worked out in the record's renewal dates. */
const renewalBasis = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('from-completion') }),
  z.strictObject({ kind: z.literal('from-prior-expiry') }),
  z.strictObject({
    kind: z.literal('fixed-anchor'),
    day: anchorDay.meta({
      description: 'The day of each year on which it ends, MM-DD; 02-29 is 28 February where a year has no other.',
    }),
    minimumActive: calendarDuration
      .optional()
      .meta({ description: 'An end that is nearer to the completion than this is passed over for the next.' }),
  }),
  z.strictObject({
    kind: z.literal('keep-anniversary-window'),
    within: calendarDuration.meta({ description: 'Done so long before the end, the renewed cycle is counted from that end.' }),
  }),
  z.strictObject({ kind: z.literal('base-month') }),
]);
export type RenewalBasis = z.infer<typeof renewalBasis>;

/** Rules 000-6, 000-7 and 000-10; absent as a whole where a certification cannot be renewed. */
export const renewalPolicy = z
  .strictObject({
    opensBefore: calendarDuration
      .optional()
      .meta({ description: 'How long before its end it may be renewed; from its end on unless told.' }),
    closesAfter: calendarDuration
      .optional()
      .meta({ description: 'How long after its end it may still be renewed; for ever unless told.' }),
    criteria: criteriaSchema
      .optional()
      .meta({ description: "What renews it, where it differs from the first award; the scheme's own criteria unless told." }),
    basis: renewalBasis.optional().meta({ description: 'From what the new end is counted; from-completion unless told.' }),
    early: z
      .enum(['refuse', 'accept'])
      .optional()
      .meta({ description: 'What becomes of a renewal before its window opens; refuse unless told.' }),
    validityGrace: calendarDuration
      .optional()
      .meta({ description: 'For how long after its end the certification still holds; not at all unless told.' }),
    anniversaryGrace: calendarDuration
      .optional()
      .meta({ description: 'How long after its end a renewal still counts as done at its end; not at all unless told.' }),
  })
  .meta({ description: 'How it is renewed; it cannot be renewed where this is absent.' });
export type RenewalPolicy = z.infer<typeof renewalPolicy>;

/** Rule 003-10: what becomes of who holds an earlier edition. */
export const holdersPolicy = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('keep') }),
    z.strictObject({ kind: z.literal('must-update'), by: effective }),
    z.strictObject({ kind: z.literal('void'), at: effective }),
  ])
  .meta({ description: 'What becomes of who holds an earlier edition: keep it until it ends, unless told.' });
export type HoldersPolicy = z.infer<typeof holdersPolicy>;
