import { z } from 'zod';

/** An adjustment's number as a part of an address. */
export const adjustmentNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'Must be the number of an adjustment, as the list of those that wait gives it.')
  .transform(Number)
  .meta({ description: 'Its number among those of the account, from 1.' });
