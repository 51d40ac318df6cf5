import { cycleEnd, hasBegunBefore, hasBegunBy, lapsesOf, standingEnd } from './ends.js';
import { emptyStanding, type Cycle, type Standing } from './standing.js';

const cycle = (number: number, from: string, lastValidDay: string, endsAt: string, more: Partial<Cycle> = {}): Cycle => ({
  number,
  kind: 'initial',
  how: 'automatic',
  edition: 1,
  awarded: { revision: number, effective: { date: from }, recordedAt: '2024-01-01T00:00:00Z' },
  validity: { from: { date: from }, lastValidDay, endsAt },
  checklist: [],
  ...more,
});
const FIRST = cycle(1, '2024-01-01', '2024-12-31', '2025-01-01T00:00:00+01:00');
const again = (from: string, more: Partial<Cycle> = {}): Cycle => cycle(2, from, '2026-12-31', '2027-01-01T00:00:00+01:00', more);
const of = (...cycles: readonly Cycle[]): Standing => ({ ...emptyStanding, cycles });
const ending = (endsAt: string) => ({
  endings: [
    { edition: 2, effect: 'void' as const, effective: { date: '2024-06-01' }, by: { instant: endsAt }, endsAt, revision: 9 },
  ],
});
const revoked = (instant: string) => ({
  revoked: { revision: 8, effective: { instant }, reasonCode: 'any', recordedAt: '2024-01-01T00:00:00Z' },
});

describe('when a certification ends', () => {
  test('with its last valid day, or with the day before the instant at which a later edition ends it', () => {
    expect(cycleEnd(FIRST)).toEqual({ lastValidDay: '2024-12-31', endsAt: '2025-01-01T00:00:00+01:00' });
    expect(cycleEnd({ ...FIRST, ...ending('2024-08-01T00:00:00+02:00') })?.lastValidDay).toBe('2024-07-31');
    expect(cycleEnd({ ...FIRST, ...ending('2024-08-01T12:00:00Z') })?.lastValidDay).toBe('2024-08-01');
    expect(cycleEnd({ ...FIRST, ...ending('2025-08-01T00:00:00+02:00') })?.lastValidDay).toBe('2024-12-31');
    expect(cycleEnd({ ...FIRST, validity: { from: { date: '2024-01-01' } } })).toBeUndefined();
  });

  test('is asked of the last cycle alone, and of none where that was revoked', () => {
    expect(standingEnd(of(FIRST, again('2024-12-01')))?.lastValidDay).toBe('2026-12-31');
    expect(standingEnd(of(FIRST, again('2024-12-01', revoked('2025-01-01T00:00:00Z'))))).toBeUndefined();
    expect(standingEnd(emptyStanding)).toBeUndefined();
  });
});

describe('times without a certification', () => {
  test('begin where it held no more, a grace included, and end where a later cycle begins', () => {
    const grace = { boundaries: { holdsUntil: '2025-01-11T00:00:00+01:00' } };
    expect(lapsesOf(of(FIRST))).toEqual([{ cycle: 1, lastValidDay: '2024-12-31', since: '2025-01-01T00:00:00+01:00' }]);
    expect(lapsesOf(of({ ...FIRST, ...grace }))).toMatchObject([{ since: '2025-01-11T00:00:00+01:00' }]);
    expect(lapsesOf(of(FIRST, again('2025-03-01')))).toMatchObject([
      { cycle: 1, until: { effective: { date: '2025-03-01' } } },
      { cycle: 2, since: '2027-01-01T00:00:00+01:00' },
    ]);
  });

  test.each([
    ['renewed before its end', of(FIRST, again('2024-12-31'))],
    ['renewed at its end', of(FIRST, again('2025-01-01'))],
    ['renewed within its grace', of({ ...FIRST, boundaries: { holdsUntil: '2025-01-11T00:00:00+01:00' } }, again('2025-01-11'))],
    ['revoked before its end', of({ ...FIRST, ...revoked('2024-12-31T00:00:00Z') })],
  ])('are none where it was %s', (_, standing) => {
    expect(lapsesOf(standing).filter((lapse) => lapse.cycle === 1)).toEqual([]);
  });
});

test('a date counts as the start of its day at the offset with which the instant is written', () => {
  const [midnight, noon] = ['2025-01-01T00:00:00+13:00', '2025-01-01T12:00:00-05:00'];
  const date = (day: string) => ({ date: day });
  expect(['2024-12-31', '2025-01-01', '2025-01-02'].map((day) => hasBegunBy(date(day), midnight))).toEqual([true, true, false]);
  expect(['2024-12-31', '2025-01-01', '2025-01-02'].map((day) => hasBegunBefore(date(day), midnight))).toEqual([
    true,
    false,
    false,
  ]);
  expect(hasBegunBefore(date('2025-01-01'), noon)).toBe(true);
  const exact = { instant: '2025-01-01T17:00:00Z' };
  expect([hasBegunBy(exact, noon), hasBegunBefore(exact, noon)]).toEqual([true, false]);
});
