import { reject, type Rejection } from '../../shared/result.js';

/** Too few credits refuse the whole, at once. */
export const insufficient = (needed: number, available: number): Rejection<'CREDITS_INSUFFICIENT'> =>
  reject('CREDITS_INSUFFICIENT', `${needed} credits are needed and ${available} are available.`);
