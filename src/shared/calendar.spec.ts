import {
  addDays,
  dateAt,
  dayAfter,
  dayBefore,
  dayStart,
  daysLonger,
  effectiveDate,
  effectiveMilliseconds,
  endOfMonth,
  endWith,
  instantAt,
  isCalendarDuration,
  isDate,
  isInstant,
  isMonthDay,
  isTimeZone,
  latestDateOnEarth,
  monthDayIn,
  monthsFrom,
  validityEnd,
} from './calendar.js';

const lastDay = (day: string, duration: string, zone = 'UTC'): string | undefined =>
  validityEnd(day, duration, zone)?.lastValidDay;
const ends = (day: string, duration: string, zone: string): string | undefined => validityEnd(day, duration, zone)?.endsAt;

describe('the end of a validity (000-5)', () => {
  test('000-5: 15 March 2024 for P1Y: 15 March 2025 is the last valid day, which ends as the 16th begins there', () => {
    expect(validityEnd('2024-03-15', 'P1Y', 'Europe/Berlin')).toEqual({
      lastValidDay: '2025-03-15',
      endsAt: '2025-03-16T00:00:00+01:00',
    });
    expect(ends('2024-03-15', 'P1Y', 'America/New_York')).toBe('2025-03-16T00:00:00-04:00');
    expect(ends('2024-03-15', 'P1Y', 'Asia/Kathmandu')).toBe('2025-03-16T00:00:00+05:45');
  });

  test.each([
    ['2023-01-31', 'P1M', '2023-02-28'],
    ['2024-01-31', 'P1M', '2024-02-29'],
    ['2024-02-29', 'P1Y', '2025-02-28'],
    ['2024-02-29', 'P4Y', '2028-02-29'],
    ['2024-08-31', 'P6M', '2025-02-28'],
    ['2024-02-28', 'P1D', '2024-02-29'],
    ['2024-01-31', 'P1M1D', '2024-03-01'],
    ['2024-01-01', 'P2W', '2024-01-15'],
    ['2023-12-31', 'P1M', '2024-01-31'],
    ['1900-01-29', 'P1M', '1900-02-28'],
    ['2000-01-29', 'P1M', '2000-02-29'],
  ])('000-5: %s for %s is valid to %s', (day, duration, expected) => {
    expect(lastDay(day, duration)).toBe(expected);
  });

  test('days on which the clocks change are whole days, of 23 or 25 hours', () => {
    expect(ends('2024-03-29', 'P1D', 'Europe/Berlin')).toBe('2024-03-31T00:00:00+01:00');
    expect(ends('2024-03-30', 'P1D', 'Europe/Berlin')).toBe('2024-04-01T00:00:00+02:00');
    expect(ends('2024-10-26', 'P1D', 'Europe/Berlin')).toBe('2024-10-28T00:00:00+01:00');
    expect(ends('2024-11-02', 'P1D', 'America/New_York')).toBe('2024-11-04T00:00:00-05:00');
    expect(ends('2024-04-06', 'P1D', 'Australia/Lord_Howe')).toBe('2024-04-08T00:00:00+10:30');
  });

  test('where midnight is skipped, the next day begins at its first instant', () => {
    expect(ends('2018-11-02', 'P1D', 'America/Sao_Paulo')).toBe('2018-11-04T01:00:00-02:00');
    // Samoa had no 30 December 2011: the 29th ends as the 31st begins.
    expect(validityEnd('2011-12-28', 'P1D', 'Pacific/Apia')).toEqual({
      lastValidDay: '2011-12-29',
      endsAt: '2011-12-31T00:00:00+14:00',
    });
  });

  test('an end in a time of offsets with seconds is exact', () => {
    expect(ends('1969-01-01', 'P1Y', 'Africa/Monrovia')).toBe('1970-01-02T00:44:30Z');
  });

  test('the year 9999 is the last', () => {
    expect(lastDay('9998-12-30', 'P1Y')).toBe('9999-12-30');
    // The last day of 9999 would end with the year 10000, which has no place in the form.
    expect([lastDay('9998-12-31', 'P1Y'), lastDay('2024-01-01', 'P9999Y9999M'), lastDay('9999-12-31', 'P1D')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('what is a date, an instant, a duration, a zone', () => {
  test.each(['0001-01-01', '2024-02-29', '9999-12-31'])('%s is a date', (text) => expect(isDate(text)).toBe(true));
  test.each([
    '2023-02-29',
    '2024-02-31',
    '2024-13-01',
    '2024-00-10',
    '0000-01-01',
    '10000-01-01',
    '+010000-01-01',
    '2024-1-1',
    '20240101',
    '',
  ])('%p is none', (text) => expect(isDate(text)).toBe(false));

  test.each(['2024-03-15T09:30:00Z', '2024-03-15T09:30:00.123456789+05:45', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])(
    '%s is an instant',
    (text) => expect(isInstant(text)).toBe(true),
  );
  test.each([
    '2024-03-15T09:30:00',
    '2024-03-15',
    '2024-02-31T00:00:00Z',
    '2024-03-15T24:00:00Z',
    '2024-03-15T09:60:00Z',
    '2016-12-31T23:59:60Z',
    '10000-01-01T00:00:00Z',
    '+010000-01-01T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '2024-03-15T09:30:00+24:00',
    '2024-03-15T09:30:00+01:00[Europe/Berlin]',
    '2024-03-15t09:30:00z',
    '2024-03-15T09:30Z',
    '2024-03-15T09:30:00.1234567890Z',
  ])('%s is none', (text) => expect(isInstant(text)).toBe(false));

  test.each(['P1Y', 'P2Y6M', 'P30D', 'P2W', 'P1Y0M'])('%s is a duration', (text) => expect(isCalendarDuration(text)).toBe(true));
  test.each(['P', 'P0D', 'P0Y0M', '-P1Y', 'P1.5Y', 'PT24H', 'P1DT1H', 'p1y', '1Y', 'P1D1Y', 'P100000D'])('%s is none', (text) =>
    expect(isCalendarDuration(text)).toBe(false),
  );

  test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'])('%s is a zone', (text) => expect(isTimeZone(text)).toBe(true));
  test.each(['+01:00', 'Z', 'Mars/Base', '', '2020-01-01[UTC]'])('%p is none', (text) => expect(isTimeZone(text)).toBe(false));
});

describe('days and instants', () => {
  test('a date counts as its start in the zone; an instant is itself, whatever zone it came with', () => {
    const milliseconds = (zone: string): number => effectiveMilliseconds({ date: '2024-07-01' }, zone);
    expect(milliseconds('UTC') - milliseconds('Asia/Tokyo')).toBe(9 * 3_600_000);
    const instant = { instant: '2024-07-01T00:00:00+02:00', zone: 'Europe/Berlin' };
    expect(effectiveMilliseconds(instant, 'Asia/Tokyo')).toBe(Date.UTC(2024, 5, 30, 22));
    expect([
      effectiveDate(instant, 'UTC'),
      effectiveDate(instant, 'Asia/Tokyo'),
      effectiveDate({ date: '2024-07-01' }, 'UTC'),
    ]).toEqual(['2024-06-30', '2024-07-01', '2024-07-01']);
  });

  test('the latest date on Earth is that of Kiritimati', () => {
    expect([latestDateOnEarth('2024-06-01T09:59:59Z'), latestDateOnEarth('2024-06-01T10:00:00Z')]).toEqual([
      '2024-06-01',
      '2024-06-02',
    ]);
  });

  test('instants are written with milliseconds, days are counted over month and year', () => {
    expect(instantAt(0)).toBe('1970-01-01T00:00:00.000Z');
    expect(dateAt('2024-12-31T23:30:00Z', 'Europe/Berlin')).toBe('2025-01-01');
    expect([addDays('2024-02-28', 2), addDays('2024-01-01', -1)]).toEqual(['2024-03-01', '2023-12-31']);
  });
});

describe('days and months', () => {
  test('a duration before and after a day, months by the calendar', () => {
    expect([dayAfter('2024-01-31', 'P1M'), dayBefore('2024-03-31', 'P1M')]).toEqual(['2024-02-29', '2024-02-29']);
    expect([dayAfter('9999-12-30', 'P1D'), dayAfter('9999-12-31', 'P1D')]).toEqual(['9999-12-31', undefined]);
    expect([dayBefore('0001-01-02', 'P1D'), dayBefore('0001-01-02', 'P2D')]).toEqual(['0001-01-01', '0001-01-01']);
  });

  test('a day starts at its first instant', () => {
    expect(dayStart('2024-03-31', 'Europe/Berlin')).toBe('2024-03-31T00:00:00+01:00');
    expect(dayStart('2008-06-01', 'Africa/Casablanca')).toBe('2008-06-01T01:00:00+01:00');
    expect(dayStart('0001-01-01', 'Asia/Kolkata')).toBe('0001-01-01T00:00:00Z');
  });

  test('what ends with a day that has no day after it has no end that could be written', () => {
    expect(endWith('9999-12-30', 'UTC')).toEqual({ lastValidDay: '9999-12-30', endsAt: '9999-12-31T00:00:00+00:00' });
    expect(endWith('9999-12-31', 'UTC')).toBeUndefined();
  });

  test('the last day of a month', () => {
    expect(['2024-02-01', '2023-02-28', '2024-12-31'].map(endOfMonth)).toEqual(['2024-02-29', '2023-02-28', '2024-12-31']);
  });

  test.each([
    ['2024-12-31', '2025-01-01', 1],
    ['2025-01-01', '2024-12-31', -1],
    ['2025-03-01', '2025-03-31', 0],
    ['2023-03-31', '2025-02-01', 23],
  ])('from the month of %s to that of %s', (other, day, months) => {
    expect(monthsFrom(other, day)).toBe(months);
  });

  test.each([
    ['02-28', true],
    ['02-29', true],
    ['02-30', false],
    ['04-31', false],
    ['12-31', true],
  ])('%s is a day of some year: %s', (monthDay, expected) => {
    expect(isMonthDay(monthDay)).toBe(expected);
  });

  test('29 February is 28 February where a year has no other', () => {
    expect([2024, 2025, 2100, 2000].map((year) => monthDayIn(year, '02-29'))).toEqual([
      '2024-02-29',
      '2025-02-28',
      '2100-02-28',
      '2000-02-29',
    ]);
    expect([monthDayIn(9999, '12-31'), monthDayIn(10_000, '01-01')]).toEqual(['9999-12-31', undefined]);
  });

  test.each([
    ['P30D', 'P1M', 2],
    ['P1M', 'P30D', 1],
    ['P12M', 'P1Y', 0],
    ['P366D', 'P1Y', 1],
    ['P1Y', 'P366D', 0],
    ['P4Y', 'P1460D', 1],
    ['P1461D', 'P4Y', 1],
    ['P1D', 'P1Y', -364],
  ])('%s is longer than %s by at most %i days', (duration, other, days) => {
    expect(daysLonger(duration, other)).toBe(days);
  });
});
