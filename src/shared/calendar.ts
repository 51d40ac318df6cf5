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

/**
 * The end of a validity of `duration` from `day`: the last valid day and the exact exclusive instant at which that day
 * ends in `zone`. 31 January + P1M is the last day of February (domain.md, Validity). Undefined beyond the year 9999.
 */
export function validityEnd(
  day: IsoDate,
  duration: string,
  zone: string,
): { lastValidDay: IsoDate; endsAt: IsoInstant } | undefined {
  try {
    const last = Temporal.PlainDate.from(day).add(duration, { overflow: 'constrain' });
    const ends = startOfDay(last.add({ days: 1 }).toString(), zone);
    if (last.year > 9999 || ends.year > 9999) return undefined;
    return {
      lastValidDay: last.toString(),
      endsAt: exactInstant(ends),
    };
  } catch {
    return undefined;
  }
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

export function addDays(day: IsoDate, days: number): IsoDate {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** With the zone's offset; before zones were made uniform an offset could hold seconds, which RFC 3339 cannot write, so such an end is written in UTC. */
function exactInstant(time: Temporal.ZonedDateTime): IsoInstant {
  const isWholeMinutes = time.offsetNanoseconds % 60_000_000_000 === 0;
  const options = { fractionalSecondDigits: 0 } as const;
  return isWholeMinutes ? time.toString({ timeZoneName: 'never', ...options }) : time.toInstant().toString(options);
}

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
