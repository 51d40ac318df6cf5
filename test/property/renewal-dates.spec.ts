import type { RenewalBasis, RenewalPolicy } from '../../src/catalogue/published.js';
import { holdsUntil, renewalWindow, renewedEnd } from '../../src/record/domain/renewal-dates.js';
import { fc } from '../support/property.js';
import {
  after,
  before,
  dayOf,
  durationOf,
  endOfMonth,
  expectedLastDay,
  LAST_WRITABLE,
  monthEnd,
  partsOf,
  read,
  write,
  type Day,
  type ModelBasis,
  type Renewal,
  type Span,
} from '../support/reference-renewal.js';

const CASES = 100_000;
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kolkata',
  'Africa/Casablanca',
] as const;

const basisOf = (basis: ModelBasis): RenewalBasis => {
  if (basis.kind === 'keep-anniversary-window') return { kind: basis.kind, within: durationOf(basis.within) };
  if (basis.kind !== 'fixed-anchor') return { kind: basis.kind };
  const day = write(dayOf(2000, basis.month, basis.day)).slice(5);
  return { kind: basis.kind, day, ...(basis.minimum === undefined ? {} : { minimumActive: durationOf(basis.minimum) }) };
};
const policyOf = ({ basis, opens, grace }: Renewal): RenewalPolicy => ({
  basis: basisOf(basis),
  ...(opens === undefined ? {} : { opensBefore: durationOf(opens) }),
  ...(grace === undefined ? {} : { anniversaryGrace: durationOf(grace) }),
});
const renewed = (renewal: Renewal): { lastValidDay: string; endsAt: string } | undefined => {
  const { validity, zone, prior, completed } = renewal;
  const end = renewedEnd({
    policy: policyOf(renewal),
    validity: { duration: durationOf(validity) },
    timeZone: zone,
    priorLastValidDay: write(prior),
    completedOn: write(completed),
  });
  return end === undefined || 'perpetual' in end ? undefined : end;
};

/** Days on or beside which clocks change, a day that a zone skipped, ends of February and the end of time. */
const HARD_DAYS = [
  ...['2023-02-28', '2024-02-28', '2024-02-29', '2100-02-28', '2000-02-29', '1999-12-31', '9998-12-31', '9999-12-30'],
  ...['2024-03-30', '2024-03-31', '2024-10-26', '2024-10-27', '2024-03-09', '2024-03-10', '2024-11-02', '2024-11-03'],
  ...['2024-04-06', '2024-04-07', '2024-10-05', '2024-10-06', '2011-12-29', '2011-12-30', '2011-12-31', '2008-05-31'],
  ...['2024-03-15', '2024-04-13', '2024-04-14', '2018-10-28', '2010-09-25', '2021-09-25'],
].map(read);

const monthEnds = fc
  .tuple(fc.integer({ min: 1990, max: 2110 }), fc.nat(11), fc.nat(3))
  .map(([year, month, back]) => monthEnd(year, month) - back);
const anyDay: fc.Arbitrary<Day> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: read('1990-01-01'), max: read('2110-12-31') }) },
  { weight: 3, arbitrary: monthEnds },
  { weight: 2, arbitrary: fc.constantFrom(...HARD_DAYS) },
  { weight: 1, arbitrary: fc.integer({ min: read('9996-01-01'), max: LAST_WRITABLE - 1 }) },
);

const validities: fc.Arbitrary<Span> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(6, 12, 24, 36).map((months) => ({ months, days: 0 })) },
  { weight: 2, arbitrary: fc.integer({ min: 2, max: 60 }).map((months) => ({ months, days: 0 })) },
  { weight: 2, arbitrary: fc.integer({ min: 60, max: 1_200 }).map((days) => ({ months: 0, days })) },
  { weight: 1, arbitrary: fc.record({ months: fc.integer({ min: 2, max: 30 }), days: fc.integer({ min: 1, max: 40 }) }) },
);
/** Shorter than a validity from wherever both are counted, as the linter of renewal policies has it. */
const shorterThan = ({ months, days }: Span): fc.Arbitrary<Span> => {
  const inDays = fc.integer({ min: 1, max: months * 28 + days - 1 }).map((shorter) => ({ months: 0, days: shorter }));
  return months < 2
    ? inDays
    : fc.oneof(
        inDays,
        fc.integer({ min: 1, max: months - 1 }).map((shorter) => ({ months: shorter, days: 0 })),
      );
};
const basisFor = (validity: Span): fc.Arbitrary<ModelBasis> => {
  const anchors = fc
    .record({
      month: fc.nat(11),
      day: fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant(31)),
      minimum: fc.option(shorterThan(validity), { nil: undefined }),
    })
    .map(({ month, day, minimum }) => ({
      kind: 'fixed-anchor' as const,
      month,
      day: Math.min(day, partsOf(monthEnd(2000, month)).day),
      minimum,
    }));
  return fc.oneof(
    fc.constantFrom<ModelBasis>({ kind: 'from-completion' }, { kind: 'from-prior-expiry' }),
    shorterThan(validity).map((within) => ({ kind: 'keep-anniversary-window' as const, within })),
    ...(validity.days === 0 ? [fc.constant<ModelBasis>({ kind: 'base-month' })] : []),
    ...(validity.months * 28 + validity.days >= 366 || validity.months >= 12 ? [anchors] : []),
  );
};

/** Completions lie everywhere around the end, and often on an edge: of the end, of the window, of the grace, of a month. */
const renewals: fc.Arbitrary<Renewal> = validities.chain((validity) =>
  fc
    .record({
      zone: fc.constantFrom(...ZONES),
      basis: basisFor(validity),
      opens: fc.option(shorterThan(validity), { nil: undefined }),
      grace: fc.option(shorterThan(validity), { nil: undefined }),
      prior: anyDay,
      edge: fc.constantFrom('none', 'end', 'window', 'within', 'grace', 'month', 'hard'),
      aside: fc.integer({ min: -1, max: 1 }),
      distance: fc.integer({ min: -500, max: 500 }),
      hard: fc.constantFrom(...HARD_DAYS),
    })
    .map(({ edge, aside, distance, hard, ...renewal }) => {
      const { basis, opens, grace, prior } = renewal;
      const span = edge === 'window' ? opens : edge === 'within' && 'within' in basis ? basis.within : undefined;
      const onEdge: Partial<Record<typeof edge, Day>> = {
        end: prior,
        month: endOfMonth(prior + distance),
        hard: Math.abs(hard - prior) < 2_000 ? hard : prior,
        ...(grace === undefined ? {} : { grace: after(prior, grace) }),
        ...(span === undefined ? {} : { [edge]: before(prior + 1, span) }),
      };
      const at = onEdge[edge];
      const completed = Math.min(at === undefined ? prior + distance : at + aside, LAST_WRITABLE);
      return { ...renewal, validity, completed };
    }),
);

/** What is wrong with the end of a renewed cycle, if anything. */
function wrongWith(renewal: Renewal, end: { readonly lastValidDay: string } | undefined): string | undefined {
  const { basis, prior, completed, validity } = renewal;
  const expected = expectedLastDay(renewal);
  if (end?.lastValidDay !== (expected === undefined ? undefined : write(expected)))
    return `It ends on ${end?.lastValidDay} and not on ${expected === undefined ? 'no day' : write(expected)}.`;
  if (end === undefined)
    // Never for want of a rule, only for want of years.
    return after(Math.max(prior, completed) + 366, validity) < LAST_WRITABLE ? 'It has no end.' : undefined;
  const last = read(end.lastValidDay);
  if (completed <= prior && last < prior) return 'An early renewal lost something.';
  if (completed > prior && last <= completed) return 'A late renewal was over as soon as it was done.';
  if (last === prior) return undefined;
  if (basis.kind === 'base-month' && last !== endOfMonth(last)) return 'It does not end with a month.';
  if (basis.kind === 'fixed-anchor') {
    const { year, month, day } = partsOf(last);
    const anchor = Math.min(basis.day, partsOf(monthEnd(year, basis.month)).day);
    if (month !== basis.month || day !== anchor) return 'It does not end on its anchor.';
  }
  return undefined;
}

test(`${CASES} renewed cycles end on the day that counting days by themselves gives, and lose nothing`, () => {
  const seen = { inTime: 0, late: 0, beyond: 0 };
  fc.assert(
    fc.property(renewals, (renewal) => {
      const end = renewed(renewal);
      seen[end === undefined ? 'beyond' : renewal.completed <= renewal.prior ? 'inTime' : 'late'] += 1;
      expect(wrongWith(renewal, end)).toBeUndefined();
    }),
    { numRuns: CASES },
  );
  expect(Object.entries(seen).filter(([, count]) => count < CASES / 100)).toEqual([]);
});

test('who completes later never ends earlier, but for an anniversary that is kept for less than a month', () => {
  fc.assert(
    fc.property(renewals, fc.integer({ min: 1, max: 60 }), (renewal, days) => {
      const { basis, completed } = renewal;
      fc.pre(basis.kind !== 'keep-anniversary-window' || basis.within.months > 0 || basis.within.days >= 31);
      const later = { ...renewal, completed: Math.min(completed + days, LAST_WRITABLE) };
      const [first, second] = [renewal, later].map((each) => renewed(each)?.lastValidDay ?? 'never') as [string, string];
      expect(first <= second).toBe(true);
    }),
    { numRuns: 6_000 },
  );
});

const clocks = new Map(
  ZONES.map((zone) => [
    zone as string,
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }),
  ]),
);
/** The day before an instant and the day at it, in a zone, by the clock of another library. */
const daysAround = (instant: string, zone: string): readonly [string, string] => {
  const at = Date.parse(instant);
  return [at - 1, at].map((milliseconds) => clocks.get(zone)!.format(milliseconds)) as [string, string];
};

test('ends, windows and graces begin and end with days of their zone, in their order', () => {
  const spans = fc.record({ months: fc.nat(14), days: fc.integer({ min: 1, max: 70 }) });
  fc.assert(
    fc.property(renewals, spans, spans, spans, (renewal, opens, closes, grace) => {
      const { zone } = renewal;
      const end = renewed(renewal);
      fc.pre(end !== undefined && end.lastValidDay < '9990');
      const { lastValidDay, endsAt } = end!;
      const policy = { opensBefore: durationOf(opens), closesAfter: durationOf(closes), validityGrace: durationOf(grace) };
      const { opensAt, closesAt } = renewalWindow(policy, endsAt, zone);
      const instants = { opensAt, endsAt, closesAt: closesAt!, holds: holdsUntil(policy, endsAt, zone) };
      // Samoa skipped a day, and what was to end on that day ended with the one before.
      const last = read(daysAround(endsAt, zone)[0]);
      const lastDays = {
        opensAt: before(last + 1, opens) - 1,
        endsAt: read(lastValidDay),
        closesAt: after(last, closes),
        holds: after(last, grace),
      };
      for (const name of ['opensAt', 'endsAt', 'closesAt', 'holds'] as const) {
        const [dayBefore, day] = daysAround(instants[name], zone);
        expect(dayBefore <= write(lastDays[name]) && write(lastDays[name]) < day).toBe(true);
      }
      expect(Date.parse(opensAt) < Date.parse(endsAt) && Date.parse(endsAt) < Date.parse(closesAt!)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});
