import type { RenewalPolicy } from '../../catalogue/published.js';
import { holdsUntil, renewalWindow, renewedEnd, type RenewalToCount } from './renewal-dates.js';

const ZONE = 'Europe/Berlin';
const YEAR = { duration: 'P1Y' };
/** The certification of the golden vectors: 12 months, valid from 15 March 2024 to 15 March 2025. */
const renewed = (policy: RenewalPolicy, completedOn: string, more: Partial<RenewalToCount> = {}): string | undefined => {
  const end = renewedEnd({
    policy,
    validity: { duration: 'P12M' },
    timeZone: ZONE,
    priorLastValidDay: '2025-03-15',
    completedOn,
    ...more,
  });
  return end !== undefined && 'lastValidDay' in end ? end.lastValidDay : undefined;
};

const FROM_COMPLETION: RenewalPolicy = { basis: { kind: 'from-completion' } };
const FROM_PRIOR_EXPIRY: RenewalPolicy = { basis: { kind: 'from-prior-expiry' } };
const FIXED_ANCHOR: RenewalPolicy = { basis: { kind: 'fixed-anchor', day: '03-15', minimumActive: 'P6M' } };
const EASA: RenewalPolicy = { basis: { kind: 'keep-anniversary-window', within: 'P3M' } };
const BASE_MONTH: RenewalPolicy = { basis: { kind: 'base-month' } };
const GRACE: RenewalPolicy = { ...FROM_PRIOR_EXPIRY, anniversaryGrace: 'P30D' };

describe('golden vectors: 12 months, valid 2024-03-15 to 2025-03-15', () => {
  test.each([
    ['from completion (Totara mode 1, Moodle Workplace)', FROM_COMPLETION, '2024-11-20', '2025-11-20'],
    ['from completion (Totara mode 1, Moodle Workplace)', FROM_COMPLETION, '2025-01-10', '2026-01-10'],
    ['from completion (Totara mode 1, Moodle Workplace)', FROM_COMPLETION, '2025-03-30', '2026-03-30'],
    ['from prior expiry (Totara mode 2)', FROM_PRIOR_EXPIRY, '2024-11-20', '2026-03-15'],
    ['from prior expiry (Totara mode 2)', FROM_PRIOR_EXPIRY, '2025-01-10', '2026-03-15'],
    ['from prior expiry, fallen back to completion (Totara mode 2)', FROM_PRIOR_EXPIRY, '2025-03-30', '2026-03-30'],
    ['fixed anchor, the next only 115 days away (Totara mode 3)', FIXED_ANCHOR, '2024-11-20', '2026-03-15'],
    ['fixed anchor (Totara mode 3)', FIXED_ANCHOR, '2025-01-10', '2026-03-15'],
    ['fixed anchor, the next 350 days away (Totara mode 3)', FIXED_ANCHOR, '2025-03-30', '2026-03-15'],
    ['before the window of 3 months (AMC1 ORO.FC.145(g))', EASA, '2024-11-20', '2025-11-30'],
    ['inside the window of 3 months (AMC1 ORO.FC.145(g))', EASA, '2025-01-10', '2026-03-15'],
    ['after expiry, counted anew (AMC1 ORO.FC.145(g), our decision)', EASA, '2025-03-30', '2026-03-31'],
    ['new base month November (14 CFR 135.323(b))', BASE_MONTH, '2024-11-20', '2025-11-30'],
    ['new base month January (14 CFR 135.323(b))', BASE_MONTH, '2025-01-10', '2026-01-31'],
    ['as if in the due month March (14 CFR 135.323(b))', BASE_MONTH, '2025-03-30', '2026-03-31'],
    ['grace of 30 days (TargetSolutions 360040264271)', GRACE, '2024-11-20', '2026-03-15'],
    ['grace of 30 days (TargetSolutions 360040264271)', GRACE, '2025-01-10', '2026-03-15'],
    ['grace of 30 days (TargetSolutions 360040264271)', GRACE, '2025-03-30', '2026-03-15'],
    ['late, never due again in 30 days (Cornerstone 242)', FROM_PRIOR_EXPIRY, '2025-03-30', '2026-03-30'],
    ['late, never due again in 30 days (Cornerstone 242)', {}, '2025-03-30', '2026-03-30'],
  ])('section 6: %s: %j done %s is valid to %s', (_, policy, completedOn, expected) => {
    expect(renewed(policy, completedOn)).toBe(expected);
  });
});

describe('in time and late', () => {
  test.each([
    ['from-prior-expiry', FROM_PRIOR_EXPIRY, '2026-03-15', '2026-03-16'],
    ['keep-anniversary-window', EASA, '2026-03-15', '2026-03-31'],
    ['with a grace of one day', { ...FROM_PRIOR_EXPIRY, anniversaryGrace: 'P1D' }, '2026-03-15', '2026-03-15'],
  ])('%s: the last valid day is in time and the day after it is late', (_, policy, onTheDay, dayAfter) => {
    expect([renewed(policy, '2025-03-15'), renewed(policy, '2025-03-16')]).toEqual([onTheDay, dayAfter]);
  });

  test.each([
    ['P30D', '2025-04-14', '2025-04-15'],
    ['P1M', '2025-04-15', '2025-04-16'],
  ])('an anniversary grace of %s lasts to the end of %s', (anniversaryGrace, last, tooLate) => {
    const policy = { ...FROM_PRIOR_EXPIRY, anniversaryGrace };
    expect([renewed(policy, last), renewed(policy, tooLate)]).toEqual(['2026-03-15', tooLate.replace('2025', '2026')]);
  });

  test('the anniversary grace counts a late completion as done on the last valid day, whatever the basis', () => {
    const late = (policy: RenewalPolicy) => renewed({ ...policy, anniversaryGrace: 'P90D' }, '2025-06-10');
    expect([FROM_COMPLETION, FIXED_ANCHOR, EASA, BASE_MONTH].map(late)).toEqual([
      '2026-03-15',
      '2026-03-15',
      '2026-03-15',
      '2026-03-31',
    ]);
    const active = { basis: { ...FIXED_ANCHOR.basis, minimumActive: 'P12M' } } as RenewalPolicy;
    expect([late(active), renewed(active, '2025-06-10')]).toEqual(['2026-03-15', '2027-03-15']);
  });

  test('the validity grace moves no end, and the anniversary grace keeps no certification', () => {
    expect(renewed({ ...FROM_PRIOR_EXPIRY, validityGrace: 'P30D' }, '2025-03-30')).toBe('2026-03-30');
    expect(holdsUntil(GRACE, '2025-03-16T00:00:00+01:00', ZONE)).toBe('2025-03-16T00:00:00+01:00');
  });
});

describe('early renewal never loses anything (000-10)', () => {
  const shorter = { validity: { duration: 'P6M' }, priorLastValidDay: '2026-03-15' };
  test.each([
    ['from-completion', FROM_COMPLETION],
    ['fixed-anchor', { basis: { kind: 'fixed-anchor', day: '05-01' } } as RenewalPolicy],
    ['keep-anniversary-window', EASA],
    ['base-month', BASE_MONTH],
  ])('%s: under an edition that is valid for a shorter time the prior end stands', (_, policy) => {
    expect(renewed(policy, '2025-03-01', shorter)).toBe('2026-03-15');
  });

  test('what is late has no prior end to keep', () => {
    expect(renewed(FROM_COMPLETION, '2026-03-16', shorter)).toBe('2026-09-16');
  });
});

describe('from completion and from prior expiry', () => {
  test.each([
    ['31 January + 1 month', '2025-01-31', 'P1M', '2025-02-28'],
    ['31 January + 1 month in a leap year', '2028-01-31', 'P1M', '2028-02-29'],
    ['29 February + 12 months', '2024-02-29', 'P12M', '2025-02-28'],
    ['29 February + 4 years', '2024-02-29', 'P4Y', '2028-02-29'],
    ['31 August + 6 months', '2025-08-31', 'P6M', '2026-02-28'],
  ])('section 6: %s', (_, day, duration, expected) => {
    const validity = { duration };
    expect(renewed(FROM_COMPLETION, day, { validity, priorLastValidDay: '2024-01-31' })).toBe(expected);
    expect(renewed(FROM_PRIOR_EXPIRY, day, { validity, priorLastValidDay: day })).toBe(expected);
  });

  test('no basis is from-completion', () => {
    expect(renewed({}, '2025-01-10')).toBe('2026-01-10');
  });
});

describe('fixed anchor', () => {
  const anchored = (
    day: string,
    completedOn: string,
    more: Partial<RenewalToCount> = {},
    rest: Omit<RenewalPolicy, 'basis'> & { minimumActive?: string } = {},
  ): string | undefined => {
    const { minimumActive, ...policy } = rest;
    return renewed({ ...policy, basis: { kind: 'fixed-anchor', day, minimumActive } }, completedOn, {
      validity: YEAR,
      ...more,
    });
  };

  test.each([
    ['a leap year', '2027-06-01', '2028-02-29'],
    ['any other year', '2026-06-01', '2027-02-28'],
    ['a full century that is none', '2099-06-01', '2100-02-28'],
  ])('29 February in %s', (_, completedOn, expected) => {
    expect(anchored('02-29', completedOn)).toBe(expected);
  });

  test('of a validity of several years it is the last anchor within that', () => {
    expect(anchored('03-15', '2025-03-30', { validity: { duration: 'P3Y' } })).toBe('2028-03-15');
    expect(anchored('12-31', '2025-03-30', { validity: { duration: 'P3Y' } })).toBe('2027-12-31');
  });

  test('exactly the minimum active period away is enough, one day less is not', () => {
    const active = (completedOn: string) => anchored('03-15', completedOn, {}, { minimumActive: 'P6M' });
    expect([active('2025-09-15'), active('2025-09-16')]).toEqual(['2026-03-15', '2027-03-15']);
  });

  test('done on the anchor it ends on the next one', () => {
    expect(anchored('03-15', '2025-03-15')).toBe('2026-03-15');
  });

  test('inside the window it ends after the end that it renews, also without a minimum active period', () => {
    const inWindow = { opensBefore: 'P1M' };
    expect(anchored('03-15', '2025-02-16', {}, inWindow)).toBe('2026-03-15');
    expect(anchored('03-15', '2025-02-15', {}, inWindow)).toBe('2025-03-15');
    // The month before the end of 30 March begins on 28 February, a month after which is not yet that end.
    const monthEnd = { priorLastValidDay: '2025-03-30' };
    expect(anchored('03-30', '2025-02-28', monthEnd, { ...inWindow, minimumActive: 'P1M' })).toBe('2026-03-30');
  });

  test('an early renewal outside the window takes the anchor that is far enough, also the one on which it ends anyway', () => {
    expect(anchored('03-15', '2024-04-01', {}, { early: 'accept', minimumActive: 'P6M' })).toBe('2025-03-15');
  });

  test('within the anniversary grace no anchor is taken that has come since', () => {
    const offAnchor = { priorLastValidDay: '2025-03-10' };
    const graceful = (completedOn: string) => anchored('03-15', completedOn, offAnchor, { anniversaryGrace: 'P30D' });
    expect(['2025-03-14', '2025-03-15', '2025-04-01'].map(graceful)).toEqual(['2025-03-15', '2026-03-15', '2026-03-15']);
  });
});

describe('keep-anniversary window', () => {
  test('the window begins so long before the end of the last valid day', () => {
    expect([renewed(EASA, '2024-12-15'), renewed(EASA, '2024-12-16')]).toEqual(['2025-12-31', '2026-03-15']);
  });

  test('from the end of a month is plain addition', () => {
    const late = (completedOn: string, duration: string) =>
      renewed(EASA, completedOn, { validity: { duration }, priorLastValidDay: '2022-12-31' });
    expect(late('2023-02-10', 'P1Y')).toBe('2024-02-28');
    expect(late('2024-02-10', 'P1Y')).toBe('2025-02-28');
    expect(late('2023-04-10', 'P6M')).toBe('2023-10-30');
  });
});

describe('base month', () => {
  test.each([
    ['2025-01-31', '2026-01-31'],
    ['2025-02-01', '2026-03-31'],
    ['2025-03-15', '2026-03-31'],
    ['2025-04-30', '2026-03-31'],
    ['2025-05-01', '2026-05-31'],
  ])('due in March and done on %s it is valid to %s', (completedOn, expected) => {
    expect(renewed(BASE_MONTH, completedOn)).toBe(expected);
  });

  test.each([
    ['2024-12-31', '2025-01-31', '2026-01-31'],
    ['2025-01-01', '2024-12-31', '2025-12-31'],
    ['2023-02-28', '2023-02-28', '2024-02-29'],
  ])('done on %s and due on %s it ends on a last day of a month, %s', (completedOn, priorLastValidDay, expected) => {
    expect(renewed(BASE_MONTH, completedOn, { priorLastValidDay })).toBe(expected);
  });
});

describe('the instant of the end', () => {
  const endsAt = (timeZone: string, completedOn: string, priorLastValidDay = '2023-03-15'): string | undefined => {
    const end = renewedEnd({ policy: {}, validity: YEAR, timeZone, priorLastValidDay, completedOn });
    return end !== undefined && 'endsAt' in end ? end.endsAt : undefined;
  };

  test('section 6: on a day of 23 or 25 hours it is the end of that day', () => {
    expect(endsAt('Europe/Berlin', '2024-03-30')).toBe('2025-03-31T00:00:00+02:00');
    expect(endsAt('Europe/Berlin', '2024-10-26')).toBe('2025-10-27T00:00:00+01:00');
    expect(endsAt('America/New_York', '2024-03-09')).toBe('2025-03-10T00:00:00-04:00');
    expect(endsAt('Australia/Lord_Howe', '2024-04-06')).toBe('2025-04-07T00:00:00+10:30');
    expect(endsAt('Africa/Casablanca', '2024-03-15')).toBe('2025-03-16T00:00:00+00:00');
  });

  test('a day that a zone skipped ends as the next begins', () => {
    expect(endsAt('Pacific/Apia', '2010-12-30', '2010-01-01')).toBe('2011-12-31T00:00:00+14:00');
  });

  test('a perpetual validity has no end', () => {
    const end = { policy: {}, validity: { perpetual: true as const }, timeZone: ZONE, completedOn: '2025-01-01' };
    expect(renewedEnd({ ...end, priorLastValidDay: '2025-03-15' })).toEqual({ perpetual: true });
  });

  test.each([
    ['from-completion', FROM_COMPLETION],
    ['from-prior-expiry', FROM_PRIOR_EXPIRY],
    ['fixed-anchor', { basis: { kind: 'fixed-anchor', day: '06-30', minimumActive: 'P1Y' } } as RenewalPolicy],
    ['keep-anniversary-window', EASA],
    ['base-month', BASE_MONTH],
  ])('%s: the last day that can be written ends the last cycle, and beyond there is none', (_, policy) => {
    const near = { validity: YEAR, priorLastValidDay: '9998-06-30' };
    expect(renewed(policy, '9998-06-30', near)).toBe('9999-06-30');
    expect(renewed(policy, '9999-02-01', near)).toBeUndefined();
    expect(renewed(policy, '9999-06-30', { ...near, priorLastValidDay: '9999-06-30' })).toBeUndefined();
  });
});

describe('the window and the validity grace', () => {
  const ENDS = '2025-03-16T00:00:00+01:00';
  const window = (policy: RenewalPolicy, endsAt = ENDS, zone = ZONE) => renewalWindow(policy, endsAt, zone);

  test('000-10: it opens at the end and never closes unless told', () => {
    expect(window({})).toEqual({ opensAt: ENDS });
  });

  test('it opens with a day and closes with one', () => {
    expect(window({ opensBefore: 'P3M', closesAfter: 'P30D' })).toEqual({
      opensAt: '2024-12-16T00:00:00+01:00',
      closesAt: '2025-04-15T00:00:00+02:00',
    });
  });

  test('days after the end are counted from the last valid day, as the validity is', () => {
    // 30 January + P1M is 28 February, as valid a day as any other.
    expect(window({ closesAfter: 'P1M' }, '2025-01-31T00:00:00+01:00').closesAt).toBe('2025-03-01T00:00:00+01:00');
    expect(holdsUntil({ validityGrace: 'P1M' }, '2025-01-31T00:00:00+01:00', ZONE)).toBe('2025-03-01T00:00:00+01:00');
  });

  test('a change of the clocks in between moves neither', () => {
    const apart = window({ opensBefore: 'P14D', closesAfter: 'P14D' }, '2025-04-06T00:00:00+11:00', 'Australia/Lord_Howe');
    expect(apart).toEqual({ opensAt: '2025-03-23T00:00:00+11:00', closesAt: '2025-04-20T00:00:00+10:30' });
  });

  test('it opens with a day, too, where the end has no midnight', () => {
    // In Morocco 1 June 2008 began at one o'clock.
    expect(window({ opensBefore: 'P1D' }, '2008-06-01T01:00:00+01:00', 'Africa/Casablanca').opensAt).toBe(
      '2008-05-31T00:00:00+00:00',
    );
  });

  test('a day that a zone skipped is none of the days before an end', () => {
    // Samoa had no 30 December 2011: the 29th ended as the 31st began.
    const policy = { opensBefore: 'P1D' };
    expect(window(policy, '2011-12-31T00:00:00+14:00', 'Pacific/Apia').opensAt).toBe('2011-12-29T00:00:00-10:00');
  });

  test('a window that would close beyond the year 9999 never does, and one cannot open before year 1', () => {
    const policy = { opensBefore: 'P999Y', closesAfter: 'P1Y' };
    expect(window(policy, '9999-06-01T00:00:00Z', 'UTC')).toEqual({ opensAt: '9000-06-01T00:00:00+00:00' });
    // In the first year clocks in Berlin were 53 minutes and 28 seconds ahead, so that it began there in year 0 of UTC.
    expect(window(policy, '0500-06-01T00:00:00Z', 'Europe/Berlin').opensAt).toBe('0001-01-01T00:00:00Z');
  });

  test('without a grace it holds until its end, with one to the end of a later day', () => {
    expect([holdsUntil(undefined, ENDS, ZONE), holdsUntil({}, ENDS, ZONE)]).toEqual([ENDS, ENDS]);
    expect(holdsUntil({ validityGrace: 'P30D' }, ENDS, ZONE)).toBe('2025-04-15T00:00:00+02:00');
    expect(holdsUntil({ validityGrace: 'P1Y' }, '9999-06-01T00:00:00Z', 'UTC')).toBe('9999-12-31T23:59:59Z');
  });
});
