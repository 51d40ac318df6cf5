import type { RenewalBasis, RenewalPolicy, Validity } from '../../catalogue/published.js';
import {
  addDays,
  dateAt,
  dayAfter,
  dayBefore,
  dayStart,
  endOfMonth,
  endWith,
  instantAt,
  instantMilliseconds,
  monthDayIn,
  monthsFrom,
  validityEnd,
  type CalendarEnd,
  type IsoDate,
  type IsoInstant,
} from '../../shared/calendar.js';

/** The decisions behind these dates, where their sources are silent or disagree, are in docs/adr/0017-renewal-dates.md. */

/** A perpetual validity has no end of its own; whatever evidence caps it is the award's business. */
export type RenewedEnd = CalendarEnd | { readonly perpetual: true };

export interface RenewalToCount {
  readonly policy: RenewalPolicy;
  readonly validity: Validity;
  readonly timeZone: string;
  readonly priorLastValidDay: IsoDate;
  readonly completedOn: IsoDate;
}

/** What a basis counts with, in days of the scheme's zone. */
interface Counted {
  readonly duration: string;
  readonly prior: IsoDate;
  readonly completedOn: IsoDate;
  /** The day as whose renewal it counts: that of its completion, or the prior end within the anniversary grace. */
  readonly done: IsoDate;
  readonly opensBefore: string | undefined;
}

/** The end of a renewed cycle: its last valid day and the exact exclusive instant. Undefined beyond the year 9999. */
export function renewedEnd(renewal: RenewalToCount): RenewedEnd | undefined {
  const { policy, validity, timeZone, priorLastValidDay: prior, completedOn } = renewal;
  if ('perpetual' in validity) return validity;
  const { opensBefore, basis = { kind: 'from-completion' } } = policy;
  const done = countsAsDone(policy, prior, completedOn);
  const last = lastDayBy(basis, { duration: validity.duration, prior, completedOn, done, opensBefore });
  if (last === undefined) return undefined;
  // Early renewal never loses anything, not even under an edition that is valid for a shorter time.
  return endWith(completedOn <= prior && last < prior ? prior : last, timeZone);
}

function countsAsDone({ anniversaryGrace }: RenewalPolicy, prior: IsoDate, completedOn: IsoDate): IsoDate {
  if (anniversaryGrace === undefined || completedOn <= prior) return completedOn;
  const until = dayAfter(prior, anniversaryGrace);
  return until === undefined || completedOn <= until ? prior : completedOn;
}

function lastDayBy(basis: RenewalBasis, counted: Counted): IsoDate | undefined {
  const { duration, prior, done } = counted;
  switch (basis.kind) {
    case 'from-completion':
      return dayAfter(done, duration);
    case 'from-prior-expiry':
      return dayAfter(done <= prior ? prior : done, duration);
    case 'fixed-anchor':
      return anchorDay(basis, counted);
    case 'keep-anniversary-window':
      return dayAfter(isInLast(basis.within, counted) ? prior : endOfMonth(done), duration);
    case 'base-month': {
      const isOfDueMonth = Math.abs(monthsFrom(prior, done)) <= 1;
      const last = dayAfter(endOfMonth(isOfDueMonth ? prior : done), duration);
      return last === undefined ? undefined : endOfMonth(last);
    }
  }
}

/** Whether it was done in the last `duration` of the prior cycle, whose end is that of its last valid day. */
const isInLast = (duration: string, { prior, done }: Counted): boolean =>
  done <= prior && done >= dayBefore(addDays(prior, 1), duration);

/**
 * The last anchor within a validity from the completion on, or the first after it that is far enough: after the completion, no nearer
 * than the minimum active period and, for what was done inside the window, after the end that it renews.
 */
function anchorDay(basis: Extract<RenewalBasis, { kind: 'fixed-anchor' }>, counted: Counted): IsoDate | undefined {
  const { day, minimumActive } = basis;
  const { duration, prior, completedOn, done, opensBefore } = counted;
  const within = dayAfter(done, duration);
  const enough = minimumActive === undefined ? done : dayAfter(done, minimumActive);
  if (within === undefined || enough === undefined) return undefined;
  const isInWindow = opensBefore !== undefined && isInLast(opensBefore, counted);
  const isTooNear = (anchor: IsoDate): boolean => anchor <= completedOn || anchor < enough || (isInWindow && anchor <= prior);
  let year = Number(within.slice(0, 4));
  if (monthDayIn(year, day)! > within) year -= 1;
  let anchor = monthDayIn(year, day);
  while (anchor !== undefined && isTooNear(anchor)) anchor = monthDayIn((year += 1), day);
  return anchor;
}

/** When a renewal may be opened: from `opensAt` to before `closesAt`, for ever where that is absent. */
export function renewalWindow(
  { opensBefore, closesAfter }: RenewalPolicy,
  endsAt: IsoInstant,
  timeZone: string,
): { readonly opensAt: IsoInstant; readonly closesAt?: IsoInstant } {
  const opensAt =
    opensBefore === undefined ? endsAt : dayStart(dayBefore(addDays(lastDayOf(endsAt, timeZone), 1), opensBefore), timeZone);
  const closesAt = closesAfter === undefined ? undefined : endOfDayAfter(endsAt, closesAfter, timeZone);
  return closesAt === undefined ? { opensAt } : { opensAt, closesAt };
}

/** The last second that can be written, where a grace would last beyond it. */
const END_OF_TIME: IsoInstant = '9999-12-31T23:59:59Z';

/** The exclusive instant until which the certification still holds: its end, or later by the validity grace. */
export function holdsUntil(policy: RenewalPolicy | undefined, endsAt: IsoInstant, timeZone: string): IsoInstant {
  const grace = policy?.validityGrace;
  return grace === undefined ? endsAt : (endOfDayAfter(endsAt, grace, timeZone) ?? END_OF_TIME);
}

/** What is counted after an end is counted from the last day before it, as the validity itself is, and ends with a day. */
function endOfDayAfter(endsAt: IsoInstant, duration: string, timeZone: string): IsoInstant | undefined {
  return validityEnd(lastDayOf(endsAt, timeZone), duration, timeZone)?.endsAt;
}

/** The last day before an exclusive end; a zone may have skipped the one that was counted. */
const lastDayOf = (endsAt: IsoInstant, timeZone: string): IsoDate => dateAt(instantAt(instantMilliseconds(endsAt) - 1), timeZone);
