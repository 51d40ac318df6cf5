import { boundariesOf, dueFrom, outstandingOf, withdrawalsOf, type Boundary } from './boundaries.js';
import type { DataOf, RecordEvent } from './events.js';
import { evolveStanding, isStandingEvent } from './evolve-standing.js';
import { emptyStanding, type Standing } from './standing.js';

const SUBJECT = '0190a1b2-0000-7000-8000-000000000001';
const REASON = { subject: SUBJECT, scheme: 'S', reasonCode: 'any', reason: 'Any.' } as const;
const at = (day: string) => ({ instant: `${day}T00:00:00+02:00` });

/** One of the year 2024 whose window opens two months before its end and closes one after it, with a grace of ten days. */
const awarded = (more: Partial<DataOf<'CertificationAwarded'>> = {}): RecordEvent => ({
  type: 'CertificationAwarded',
  data: {
    subject: SUBJECT,
    scheme: 'S',
    edition: 1,
    cycle: 1,
    kind: 'initial',
    how: 'automatic',
    effective: { date: '2024-01-01' },
    validity: { from: { date: '2024-01-01' }, lastValidDay: '2024-12-31', endsAt: at('2025-01-01').instant },
    boundaries: {
      expiringAt: at('2024-12-01').instant,
      renewalOpensAt: at('2024-11-01').instant,
      holdsUntil: at('2025-01-11').instant,
      renewalClosesAt: at('2025-02-01').instant,
    },
    checklist: [],
    ...more,
  },
});
const next = (date: string, kind: 'renewal' | 'update' = 'renewal'): RecordEvent =>
  awarded({
    cycle: 2,
    kind,
    validity: { from: { date }, lastValidDay: '2025-12-31', endsAt: at('2026-01-01').instant },
    boundaries: { expiringAt: at('2025-12-01').instant },
  });
const revoked = (day: string): RecordEvent => ({
  type: 'CertificationRevoked',
  data: { ...REASON, cycle: 1, effective: at(day) },
});
const applied = (edition: number, effect: 'must-update' | 'void', day: string): RecordEvent => ({
  type: 'EditionApplied',
  data: { scheme: 'S', edition, cycle: 1, effect, effective: at('2024-03-01'), by: at(day), endsAt: at(day).instant } as never,
});
const assigned = (lateEvidence: 'refuse' | 'accept-late'): RecordEvent => ({
  type: 'SchemeAssigned',
  data: {
    scheme: 'S',
    edition: 1,
    assignment: 1,
    effective: { date: '2024-01-01' },
    dueAt: at('2024-06-01').instant,
    lateEvidence,
    priorEvidence: 'count',
  },
});
const waived: RecordEvent = {
  type: 'WaiverGranted',
  data: {
    ...REASON,
    edition: 1,
    waiver: 1,
    effective: at('2024-01-01'),
    lastDay: '2024-03-31',
    endsAt: at('2024-04-01').instant,
    evidence: 'A certificate of a doctor.',
  } as never,
};

/** Folds what happened, each at the revision of its place. */
const after = (...events: readonly RecordEvent[]): Standing =>
  events.reduce<Standing>((standing, event, revision) => {
    if (!isStandingEvent(event)) throw new Error(event.type);
    return evolveStanding(standing, event, { revision, recordedAt: '2024-01-01T00:00:00Z', person: 'a'.repeat(64) });
  }, emptyStanding);
const shown = (boundaries: readonly Boundary[]): readonly string[] =>
  boundaries.map(({ boundary, cycle, assignment, waiver, instant, observes }) =>
    [boundary, cycle ?? assignment ?? waiver, instant.slice(0, 10), observes].join(' '),
  );
const of = (...events: readonly RecordEvent[]): readonly string[] => shown(boundariesOf(after(...events)));

describe('the boundaries of a certification', () => {
  const all = [
    'renewal-opens 1 2024-11-01 0',
    'expiring 1 2024-12-01 0',
    'expired 1 2025-01-01 0',
    'grace-ends 1 2025-01-11 0',
    'lapsed 1 2025-02-01 0',
  ];

  test('are those that stand in its award, the earliest first, and none where it never ends', () => {
    expect(of(awarded())).toEqual(all);
    const validity = { from: { date: '2024-01-01' } };
    expect(of(awarded({ validity, boundaries: undefined } as never))).toEqual([]);
  });

  test('an award from before its boundaries were kept has its end alone', () => {
    expect(of(awarded({ boundaries: undefined } as never))).toEqual(['expired 1 2025-01-01 0']);
  });

  test.each([
    ['2024-10-31', 0],
    ['2024-11-01', 0],
    ['2024-11-02', 1],
    ['2024-12-01', 1],
    ['2024-12-31', 2],
    ['2025-01-01', 3],
    ['2025-01-11', 3],
    ['2025-02-01', 4],
    ['2025-02-02', 5],
  ])('renewed from %s, its first %i have come about, and those of the renewal follow', (date, come) => {
    expect(of(awarded(), next(date))).toEqual([...all.slice(0, come), 'expiring 2 2025-12-01 1', 'expired 2 2026-01-01 1']);
  });

  test('an instant is compared as an instant', () => {
    const begins = (instant: string) =>
      of(awarded(), awarded({ cycle: 2, validity: { from: { instant } }, boundaries: undefined } as never)).length;
    expect([begins('2024-10-31T21:59:59Z'), begins('2024-10-31T22:00:00Z'), begins('2024-10-31T22:00:00.001Z')]).toEqual([
      0, 0, 1,
    ]);
  });

  test('revoked or without ground, it has none from that instant on', () => {
    expect(of(awarded(), revoked('2024-12-01'))).toEqual(all.slice(0, 1));
    expect(of(awarded(), revoked('2024-12-02'))).toEqual(all.slice(0, 2));
    const before = { from: { date: '2024-01-01' } };
    const data = { scheme: 'S', cycle: 1, ground: 7, effective: at('2025-01-05'), before, checklist: [] };
    expect(of(awarded(), { type: 'CertificationReassessed', data })).toEqual(all.slice(0, 3));
  });

  test('reassessed, it has those of its new interval, which follow from the reassessment', () => {
    const data: DataOf<'CertificationReassessed'> = {
      scheme: 'S',
      cycle: 1,
      ground: 7,
      effective: at('2024-06-01'),
      before: { from: { date: '2024-01-01' } },
      after: { from: { date: '2024-02-01' }, lastValidDay: '2025-01-31', endsAt: at('2025-02-01').instant },
      checklist: [],
      boundaries: { expiringAt: at('2025-01-01').instant },
    };
    expect(of(awarded(), { type: 'CertificationReassessed', data })).toEqual([
      'expiring 1 2025-01-01 1',
      'expired 1 2025-02-01 1',
    ]);
  });

  test('a suspension moves none of them', () => {
    const suspended: RecordEvent = { type: 'CertificationSuspended', data: { ...REASON, cycle: 1, effective: at('2024-02-01') } };
    expect(of(awarded(), suspended)).toEqual(all);
  });

  test('003-10: a later edition that ends it earlier takes the place of its expiry; of several the one that comes first', () => {
    const window = ['renewal-opens 1 2024-11-01 0', 'lapsed 1 2025-02-01 0'];
    expect(of(awarded(), applied(2, 'void', '2024-07-01'))).toEqual(['voided 1 2024-07-01 1', window[1]]);
    const both = of(awarded(), applied(2, 'void', '2024-12-15'), applied(3, 'must-update', '2024-12-10'));
    expect(both).toEqual([window[0], 'expiring 1 2024-12-01 0', 'update-overdue 1 2024-12-10 2', window[1]]);
    expect(of(awarded(), applied(2, 'must-update', '2025-01-01'))).toEqual(all.filter((known) => !known.startsWith('grace')));
  });

  test('an edition that ends it within its grace ends the grace', () => {
    expect(of(awarded(), applied(2, 'void', '2025-01-05'))).toEqual(all.with(3, 'grace-ends 1 2025-01-05 0'));
    expect(of(awarded(), applied(2, 'void', '2025-01-12'))).toEqual(all);
  });

  test('of a cycle and its update, which have one end, each boundary belongs to the one that stood then', () => {
    const { validity, boundaries } = awarded().data as DataOf<'CertificationAwarded'>;
    const update = awarded({
      cycle: 2,
      kind: 'update',
      boundaries,
      validity: { ...validity, from: { date: '2024-11-15' } },
    } as never);
    const own = all.slice(1).map((known) => known.replace(' 1 ', ' 2 ').replace(/0$/, '1'));
    expect(of(awarded(), update)).toEqual([all[0], ...own]);
  });
});

describe('the boundaries of what is asked, and of a waiver', () => {
  test('001-4: missed where late evidence is refused, overdue where it is accepted', () => {
    expect(of(assigned('refuse'))).toEqual(['missed 1 2024-06-01 0']);
    expect(of(assigned('accept-late'))).toEqual(['overdue 1 2024-06-01 0']);
  });

  test.each([
    ['2024-05-31', []],
    ['2024-06-01', []],
    ['2024-06-02', ['overdue 1 2024-06-01 0']],
  ])('fulfilled on %s: %j', (date, expected) => {
    const validity = { from: { date } };
    expect(of(assigned('accept-late'), awarded({ assignment: 1, validity, boundaries: undefined } as never))).toEqual(expected);
  });

  test('withdrawn before it is due, it is never missed', () => {
    const withdrawn = (day: string): RecordEvent => ({
      type: 'AssignmentWithdrawn',
      data: { ...REASON, assignment: 1, effective: at(day) },
    });
    expect(of(assigned('refuse'), withdrawn('2024-05-31'))).toEqual([]);
    expect(of(assigned('refuse'), withdrawn('2024-06-02'))).toEqual(['missed 1 2024-06-01 0']);
  });

  test('a waiver ends with its last day, unless it was ended before', () => {
    const ended = (day: string): RecordEvent => ({ type: 'WaiverEnded', data: { ...REASON, waiver: 1, effective: at(day) } });
    expect(of(waived)).toEqual(['waiver-ends 1 2024-04-01 0']);
    expect(of(waived, ended('2024-03-01'))).toEqual([]);
  });
});

describe('what is left to record', () => {
  const expired: RecordEvent = {
    type: 'CertificationExpired',
    data: { scheme: 'S', cycle: 1, effective: at('2025-01-01'), observes: 0 },
  };
  const boundaries = undefined as never;

  test('is due from its earliest boundary on; nothing is, where there is none', () => {
    expect(dueFrom(outstandingOf(after(awarded())))).toBe(Date.parse('2024-11-01T00:00:00+02:00'));
    expect(dueFrom(outstandingOf(after(awarded({ boundaries }), expired)))).toBeUndefined();
    expect(dueFrom(outstandingOf(emptyStanding))).toBeUndefined();
  });

  test('an observation of what moved or is gone is to be withdrawn at once, and what moved to be observed where it lies now', () => {
    const renewed = after(awarded({ boundaries }), expired, next('2024-12-20'));
    expect(dueFrom(outstandingOf(renewed))).toBe(0);
    expect(outstandingOf(renewed).withdrawals.map(({ revision }) => revision)).toEqual([1]);
    const withdrawal: RecordEvent = {
      type: 'ObservationWithdrawn',
      data: { scheme: 'S', boundary: 'expired', observation: 1, effective: at('2025-01-02') },
    };
    const taken = after(awarded({ boundaries }), expired, withdrawal);
    expect(shown(outstandingOf(taken).boundaries)).toEqual(['expired 1 2025-01-01 0']);
    expect([
      withdrawalsOf(renewed, { boundary: 'expired', cycle: 1 }),
      withdrawalsOf(taken, { boundary: 'expired', cycle: 1 }),
    ]).toEqual([0, 1]);
  });
});
