import { z } from 'zod';

/** A submission's number as a part of an address. */
export const submissionNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'Must be the number of a submission, as the list of the learner gives it.')
  .transform(Number)
  .meta({ description: 'Its number among those of the learner, from 1.' });
