import { z } from 'zod';

/** An appeal's number as a part of an address. */
export const appealNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'Must be the number of an appeal, as the status of the learner in the scheme gives it.')
  .transform(Number)
  .meta({ description: 'Its number among those of the learner in the scheme, from 1.' });
