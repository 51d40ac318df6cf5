import { instantMilliseconds } from '../../shared/calendar.js';
import { reject, type Rejection } from '../../shared/result.js';

/** For how long a role may be lent at the most: a loan without an end in sight is a role of its own. */
export const PERIOD_DAYS_MAX = 3_660;
const DAY_MILLISECONDS = 86_400_000;

/** Between two instants; the second is exclusive. */
export interface Period {
  readonly from: string;
  readonly until: string;
}

export const isWithin = ({ from, until }: Period, now: string): boolean =>
  instantMilliseconds(from) <= instantMilliseconds(now) && !isOver({ until }, now);

export const isOver = ({ until }: Pick<Period, 'until'>, now: string): boolean =>
  instantMilliseconds(until) <= instantMilliseconds(now);

/** What is wrong with a period in which somebody is to have a role, if anything is. */
export function faultOf({ from, until }: Period, now: string): Rejection<'PERIOD_INVALID'> | undefined {
  const length = instantMilliseconds(until) - instantMilliseconds(from);
  if (length <= 0) return reject('PERIOD_INVALID', 'The end is not after the start.', '/until');
  if (isOver({ until }, now)) return reject('PERIOD_INVALID', 'The end has passed already.', '/until');
  if (length > PERIOD_DAYS_MAX * DAY_MILLISECONDS)
    return reject('PERIOD_INVALID', `A role is lent for at most ${PERIOD_DAYS_MAX} days.`, '/until');
  return undefined;
}
