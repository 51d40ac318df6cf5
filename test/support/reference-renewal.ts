const DAY_MILLISECONDS = 86_400_000;

/** A day is counted from 1 January 1970, so that nothing here is the arithmetic that is tested. */
export type Day = number;
export interface Span {
  readonly months: number;
  readonly days: number;
}
export const LAST_WRITABLE: Day = Date.UTC(9999, 11, 31) / DAY_MILLISECONDS;
export const dayOf = (year: number, month: number, day: number): Day => Date.UTC(year, month, day) / DAY_MILLISECONDS;
export const partsOf = (day: Day) => {
  const date = new Date(day * DAY_MILLISECONDS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate() };
};
export const write = (day: Day): string => new Date(day * DAY_MILLISECONDS).toISOString().slice(0, 10);
export const read = (text: string): Day => Date.parse(`${text}T00:00:00Z`) / DAY_MILLISECONDS;
export const durationOf = ({ months, days }: Span): string =>
  months === 0 ? `P${days}D` : days === 0 ? `P${months}M` : `P${months}M${days}D`;

export const monthEnd = (year: number, month: number): Day => dayOf(year, month + 1, 0);
export const endOfMonth = (day: Day): Day => monthEnd(partsOf(day).year, partsOf(day).month);
/** Months first, back to the end of a month that is too short, then days. */
const shifted = (from: Day, { months, days }: Span, sign: 1 | -1): Day => {
  const { year, month, day } = partsOf(from);
  return Math.min(dayOf(year, month + sign * months, day), monthEnd(year, month + sign * months)) + sign * days;
};
export const after = (from: Day, span: Span): Day => shifted(from, span, 1);
export const before = (from: Day, span: Span): Day => shifted(from, span, -1);

export type ModelBasis =
  | { readonly kind: 'from-completion' | 'from-prior-expiry' | 'base-month' }
  | { readonly kind: 'fixed-anchor'; readonly month: number; readonly day: number; readonly minimum?: Span | undefined }
  | { readonly kind: 'keep-anniversary-window'; readonly within: Span };
export interface Renewal {
  readonly zone: string;
  readonly validity: Span;
  readonly basis: ModelBasis;
  readonly opens?: Span | undefined;
  readonly grace?: Span | undefined;
  readonly prior: Day;
  readonly completed: Day;
}

/** What the renewed cycle's last valid day must be, from the words of ADR 0017; undefined beyond the year 9999. */
export function expectedLastDay({ validity, basis, opens, grace, prior, completed }: Renewal): Day | undefined {
  const isGraceful = grace !== undefined && completed > prior && completed <= after(prior, grace);
  const done = isGraceful ? prior : completed;
  const isInLast = (span: Span): boolean => done <= prior && done >= before(prior + 1, span);
  const dueMonth = (day: Day): number => (partsOf(day).year - 1970) * 12 + partsOf(day).month;
  const last = ((): Day => {
    switch (basis.kind) {
      case 'from-completion':
        return after(done, validity);
      case 'from-prior-expiry':
        return done <= prior ? after(prior, validity) : after(done, validity);
      case 'keep-anniversary-window':
        return isInLast(basis.within) ? after(prior, validity) : after(endOfMonth(done), validity);
      case 'base-month': {
        const base = Math.abs(dueMonth(done) - dueMonth(prior)) < 2 ? dueMonth(prior) : dueMonth(done);
        return monthEnd(1970, base + validity.months);
      }
      case 'fixed-anchor': {
        const within = after(done, validity);
        if (within > LAST_WRITABLE) return within;
        const first = partsOf(done).year;
        const anchors = Array.from({ length: validity.months / 12 + validity.days / 365 + 4 }, (_, index) =>
          Math.min(dayOf(first + index, basis.month, basis.day), monthEnd(first + index, basis.month)),
        );
        const enough = anchors.filter(
          (anchor) =>
            anchor > completed &&
            (basis.minimum === undefined || anchor >= after(done, basis.minimum)) &&
            !(opens !== undefined && isInLast(opens) && anchor <= prior),
        );
        return enough.findLast((anchor) => anchor <= within) ?? enough[0]!;
      }
    }
  })();
  const later = completed <= prior ? Math.max(last, prior) : last;
  // The day after the last valid day must be one that can be written as well.
  return last > LAST_WRITABLE || later >= LAST_WRITABLE ? undefined : later;
}
