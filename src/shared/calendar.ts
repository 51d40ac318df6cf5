import { Temporal } from 'temporal-polyfill';

/** A calendar date, `YYYY-MM-DD`, years 0001 to 9999. */
export type IsoDate = string;
/** An instant as RFC 3339 writes it, with its offset. */
export type IsoInstant = string;

/** When a fact is true in the world: a date or an instant, never turned into each other in storage (domain.md, Words). */
export type Effective = { readonly date: IsoDate } | { readonly instant: IsoInstant; readonly zone?: string | undefined };

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const CALENDAR_DURATION = /^P(?=\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?$/;

/** Every date of every event passes here, so the calendar's own arithmetic is asked instead of a parser: a date that does not exist rolls over. */
export function isDate(text: string): boolean {
  if (!DATE.test(text) || text.startsWith('0000')) return false;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
}

/** A leap second is refused, as Temporal has no place for it; a year beyond 9999 does not match the form. */
export function isInstant(text: string): boolean {
  return INSTANT.test(text) && isDate(text.slice(0, 10));
}

/**
 * An ISO 8601 duration in calendar units only (years, months, weeks, days), longer than nothing. What its digits allow comes to
 * less than 2,300 years, so no scheme can make a completion of today end beyond the year 9999 and be refused for it.
 */
export function isCalendarDuration(text: string): boolean {
  return CALENDAR_DURATION.test(text) && /[1-9]/.test(text);
}

/** An IANA time zone name; a bare offset is refused, as it cannot tell summer from winter. */
export function isTimeZone(text: string): boolean {
  return /^[A-Za-z]/.test(text) && succeeds(() => Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text));
}

/** The instant of an effective time, in milliseconds since the epoch; a date counts as that day's start in `zone` (domain.md, Words). */
export function effectiveMilliseconds(effective: Effective, zone: string): number {
  return 'date' in effective ? startOfDay(effective.date, zone).epochMilliseconds : instantMilliseconds(effective.instant);
}

/** The calendar day of an effective time in `zone`. */
export function effectiveDate(effective: Effective, zone: string): IsoDate {
  if ('date' in effective) return effective.date;
  return Temporal.Instant.from(effective.instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

export function instantMilliseconds(instant: IsoInstant): number {
  return Temporal.Instant.from(instant).epochMilliseconds;
}

export function instantAt(milliseconds: number): IsoInstant {
  return Temporal.Instant.fromEpochMilliseconds(milliseconds).toString({ smallestUnit: 'millisecond' });
}

/** The date in `zone` at an instant. */
export function dateAt(instant: IsoInstant, zone: string): IsoDate {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
}

/** A last valid day and the exact exclusive instant at which it ends. */
export interface CalendarEnd {
  readonly lastValidDay: IsoDate;
  readonly endsAt: IsoInstant;
}

/**
 * The end of a validity of `duration` from `day`: the last valid day and the exact exclusive instant at which that day
 * ends in `zone`. 31 January + P1M is the last day of February (domain.md, Validity). Undefined beyond the year 9999.
 */
export function validityEnd(day: IsoDate, duration: string, zone: string): CalendarEnd | undefined {
  const last = dayAfter(day, duration);
  return last === undefined ? undefined : endWith(last, zone);
}

/** The end of what ends with `lastValidDay` in `zone`; undefined where that is beyond the year 9999. */
export function endWith(lastValidDay: IsoDate, zone: string): CalendarEnd | undefined {
  const ends = startOfDay(addDays(lastValidDay, 1), zone);
  return ends.year > 9999 ? undefined : { lastValidDay, endsAt: exactInstant(ends) };
}

/** The day that lies `duration` after another, the month's last where it has no such day; undefined beyond the year 9999. */
export function dayAfter(day: IsoDate, duration: string): IsoDate | undefined {
  return writable(Temporal.PlainDate.from(day).add(duration, { overflow: 'constrain' }));
}

/** The day that lies `duration` before another, counted the same way; the first day of year 1 where it would lie before that. */
export function dayBefore(day: IsoDate, duration: string): IsoDate {
  const before = Temporal.PlainDate.from(day).subtract(duration, { overflow: 'constrain' });
  return before.year < 1 ? '0001-01-01' : before.toString();
}

/** Each way in which months can be long or short, the century without a leap year among them; so many starts, so much is seen. */
const STARTS: readonly Temporal.PlainDate[] = Array.from({ length: 8 * 12 }, (_, month) =>
  Temporal.PlainDate.from('2096-01-01').add({ months: month }),
).flatMap((first) => [first, ...[4, 3, 2, 1].map((days) => first.add({ months: 1 }).subtract({ days }))]);

/** How many days longer `duration` is than `other` at the most: from some starts P30D is longer than P1M, and from some it is shorter. */
export function daysLonger(duration: string, other: string): number {
  const days = STARTS.map((start) => start.add(other).until(start.add(duration), { largestUnit: 'day' }).days);
  return Math.max(...days);
}

/** The last day of the month in which a day lies. */
export function endOfMonth(day: IsoDate): IsoDate {
  const date = Temporal.PlainDate.from(day);
  return date.with({ day: date.daysInMonth }).toString();
}

/** How many months the month of `day` lies after that of `other`. */
export function monthsFrom(other: IsoDate, day: IsoDate): number {
  const [from, to] = [other, day].map((text) => Temporal.PlainDate.from(text)) as [Temporal.PlainDate, Temporal.PlainDate];
  return (to.year - from.year) * 12 + to.month - from.month;
}

/** How many days `day` lies after `other`. */
export const daysFrom = (other: IsoDate, day: IsoDate): number =>
  Temporal.PlainDate.from(other).until(Temporal.PlainDate.from(day), { largestUnit: 'days' }).days;

/** Whether some year has a day MM-DD. */
export function isMonthDay(monthDay: string): boolean {
  return succeeds(() => Temporal.PlainMonthDay.from(monthDay));
}

/** The day MM-DD of a year, 28 February for the 29th where it has none; undefined beyond the year 9999. */
export function monthDayIn(year: number, monthDay: string): IsoDate | undefined {
  return writable(Temporal.PlainMonthDay.from(monthDay).toPlainDate({ year }));
}

/** The day after the latest date that it can be anywhere on Earth at this instant is in the future everywhere. */
export function latestDateOnEarth(now: IsoInstant): IsoDate {
  return dateAt(now, 'Pacific/Kiritimati');
}

/** The instant of an effective time with the zone's offset; a date is that day's start in `zone`. */
export function effectiveInstant(effective: Effective, zone: string): IsoInstant {
  return 'date' in effective ? exactInstant(startOfDay(effective.date, zone)) : effective.instant;
}

/**
 * The instant that lies `duration` after an effective time, by the calendar of `zone`: a day later is the same time of day, however
 * many hours the day has. Undefined beyond the year 9999.
 */
export function instantAfter(effective: Effective, duration: string, zone: string): IsoInstant | undefined {
  try {
    const from =
      'date' in effective
        ? startOfDay(effective.date, zone)
        : Temporal.Instant.from(effective.instant).toZonedDateTimeISO(zone).round('second');
    const after = from.add(duration, { overflow: 'constrain' });
    return after.year > 9999 ? undefined : exactInstant(after);
  } catch {
    return undefined;
  }
}

/** The instant that lies `duration` before another, by the calendar of `zone`; the beginning of year 1 where it would lie before that. */
export function instantBefore(instant: IsoInstant, duration: string, zone: string): IsoInstant {
  const before = Temporal.Instant.from(instant).toZonedDateTimeISO(zone).subtract(duration, { overflow: 'constrain' });
  return before.year < 1 ? '0001-01-01T00:00:00Z' : exactInstant(before);
}

/** The start of a day in `zone`, also where its midnight was skipped; the beginning of year 1 where it would lie before that. */
export function dayStart(day: IsoDate, zone: string): IsoInstant {
  const start = startOfDay(day, zone);
  return start.withTimeZone('UTC').year < 1 ? '0001-01-01T00:00:00Z' : exactInstant(start);
}

export function addDays(day: IsoDate, days: number): IsoDate {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** With the zone's offset; before zones were made uniform an offset could hold seconds, which RFC 3339 cannot write, so such an end is written in UTC. */
function exactInstant(time: Temporal.ZonedDateTime): IsoInstant {
  const isWholeMinutes = time.offsetNanoseconds % 60_000_000_000 === 0;
  const options = { fractionalSecondDigits: 0 } as const;
  return isWholeMinutes ? time.toString({ timeZoneName: 'never', ...options }) : time.toInstant().toString(options);
}

const writable = (date: Temporal.PlainDate): IsoDate | undefined => (date.year > 9999 ? undefined : date.toString());

function startOfDay(day: IsoDate, zone: string): Temporal.ZonedDateTime {
  return Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: zone });
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
