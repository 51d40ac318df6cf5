import { catalogueWith, definitions, NOW, PureRecord, REASON, scheme, SECOND } from '../../../test/support/pure-record.js';
import { cycleStatusAt } from './status.js';

const C1 = { course: 'C1' };
const yearly = (zone = 'UTC') => definitions(['C1'], scheme('S', C1, { duration: 'P1Y' }, zone));
const held = (facts = yearly(), date = '2024-03-15'): PureRecord => {
  const record = PureRecord.registered(facts);
  record.complete('C1', date);
  return record;
};

describe('status at an instant', () => {
  test('no status before the certification begins', () => {
    expect(held().statusAt('S', '2024-03-14T23:59:59.999Z')).toBeUndefined();
    expect(held().statusAt('S', '2024-03-15T00:00:00Z')).toMatchObject({ status: 'certified', valid: true });
    expect(held().statusAt('other', '2024-03-15T00:00:00Z')).toBeUndefined();
  });

  test('000-5: the last valid day is valid to its end, and not one millisecond longer', () => {
    const record = held();
    expect(record.statusAt('S', '2025-03-15T23:59:59.999Z')).toEqual({
      status: 'expiring',
      valid: true,
      edition: 1,
      cycle: 1,
      lastValidDay: '2025-03-15',
      endsAt: '2025-03-16T00:00:00+00:00',
    });
    expect(record.statusAt('S', '2025-03-16T00:00:00Z')).toMatchObject({ status: 'expired', valid: false });
  });

  test('the day begins and ends in the zone of the scheme', () => {
    const record = held(yearly('Pacific/Auckland'));
    const at = (instant: string) => record.statusAt('S', instant)?.status;
    expect([at('2024-03-14T10:59:59.999Z'), at('2024-03-14T11:00:00Z')]).toEqual([undefined, 'certified']);
    expect([at('2025-03-15T10:59:59.999Z'), at('2025-03-15T11:00:00Z')]).toEqual(['expiring', 'expired']);
  });

  test('is right though no policy ever ran, and an observation changes nothing', () => {
    const record = held();
    const [before, after] = ['2025-03-15T12:00:00Z', '2027-01-01T00:00:00Z'];
    const silent = [record.statusAt('S', before), record.statusAt('S', after)];
    record.now = '2026-01-01T00:00:00.000Z';
    record.do({ type: 'ObserveBoundaries', scheme: 'S' });
    expect([record.statusAt('S', before), record.statusAt('S', after)]).toEqual(silent);
  });

  test('a revocation ends it from its instant, and precedes expired', () => {
    const record = held();
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(record.statusAt('S', '2024-06-01T11:59:59.999Z')).toMatchObject({ status: 'certified', valid: true });
    expect(record.statusAt('S', '2024-06-01T12:00:00.000Z')).toMatchObject({ status: 'revoked', valid: false });
    expect(record.statusAt('S', '2030-01-01T00:00:00Z')).toMatchObject({ status: 'revoked' });
  });

  test('the latest cycle that has begun tells the status', () => {
    const record = held(yearly(), '2022-01-01');
    record.do({ type: 'AwardByHand', scheme: 'S', effective: { date: '2024-01-01' }, reason: REASON });
    const status = (at: string) => record.statusAt('S', at)?.status;
    expect([status('2022-06-01T00:00:00Z'), status('2023-06-01T00:00:00Z'), status('2024-02-01T00:00:00Z')]).toEqual([
      'certified',
      'expired',
      'certified',
    ]);
  });
});

describe('when it is expiring', () => {
  const from = (expiringFrom?: string, zone?: string) =>
    held(
      definitions(
        ['C1'],
        scheme('S', C1, { duration: 'P1Y' }, zone, expiringFrom === undefined ? {} : { notices: { expiringFrom } }),
      ),
    );

  test.each<[string, PureRecord, string]>([
    ['30 days before its end, where the scheme says nothing', from(), '2025-02-14T00:00:00Z'],
    ['as long before its end as the scheme says', from('P2M'), '2025-01-16T00:00:00Z'],
    ['by the calendar of its zone, across the change of clocks', from('P2W', 'America/New_York'), '2025-03-02T05:00:00Z'],
  ])('%s, and not one millisecond earlier', (_, record, begins) => {
    const before = new Date(Date.parse(begins) - 1).toISOString();
    expect(record.statusAt('S', before)).toMatchObject({ status: 'certified', valid: true });
    expect(record.statusAt('S', begins)).toMatchObject({ status: 'expiring', valid: true });
  });

  test('a perpetual one never is', () => {
    const perpetual = held(definitions(['C1'], scheme('S', C1)));
    expect(perpetual.statusAt('S', '9000-01-01T00:00:00Z')?.status).toBe('certified');
  });

  test('a later edition changes nothing of a cycle that began before it', () => {
    const record = held();
    const later = scheme('S', C1, { duration: 'P1Y' }, 'UTC', { notices: { expiringFrom: 'P11M' } });
    record.facts = catalogueWith(record.facts, { type: 'ReviseScheme', scheme: later });
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'certified', edition: 1 });
  });
});

describe('where several codes fit', () => {
  type Deed = 'assign' | 'overdue' | 'start' | 'propose' | 'award' | 'old' | 'revoke' | 'withdraw' | 'decline';
  const effective = { date: '2024-05-01' };
  const deeds: Readonly<Record<Deed, (record: PureRecord) => unknown>> = {
    assign: (record) => record.do({ type: 'AssignScheme', scheme: 'S', effective }),
    overdue: (record) => record.do({ type: 'AssignScheme', scheme: 'S', effective, due: { date: '2024-05-20' } }),
    start: (record) => record.do({ type: 'StartAssignment', scheme: 'S', effective: { date: '2024-05-02' } }),
    propose: (record) => record.complete('C1', '2024-05-03'),
    award: (record) => record.do({ type: 'ApproveAward', scheme: 'S' }, SECOND),
    old: (record) => {
      record.do({ type: 'AwardByHand', scheme: 'S', effective: { date: '2020-01-01' }, reason: REASON });
    },
    revoke: (record) => record.do({ type: 'Revoke', scheme: 'S', reason: REASON }),
    withdraw: (record) => record.do({ type: 'WithdrawAssignment', scheme: 'S', reason: REASON }),
    decline: (record) => record.do({ type: 'DeclineAward', scheme: 'S', reason: REASON }),
  };

  test.each<[readonly Deed[], string | undefined]>([
    [[], undefined],
    [['assign'], 'assigned'],
    [['assign', 'start'], 'in-progress'],
    [['overdue', 'propose'], 'awaiting-review'],
    [['assign', 'start', 'propose'], 'awaiting-review'],
    [['assign', 'propose', 'award'], 'certified'],
    [['assign', 'propose', 'decline'], 'in-progress'],
    [['assign', 'propose', 'decline', 'withdraw'], 'withdrawn'],
    [['propose'], 'awaiting-review'],
    [['propose', 'decline'], undefined],
    [['assign', 'withdraw'], 'withdrawn'],
    [['assign', 'withdraw', 'assign'], 'assigned'],
    [['old'], 'expired'],
    [['old', 'assign'], 'assigned'],
    [['old', 'overdue', 'start'], 'overdue'],
    [['old', 'assign', 'withdraw'], 'expired'],
    [['old', 'revoke'], 'revoked'],
    [['old', 'revoke', 'assign'], 'assigned'],
    [['propose', 'award', 'revoke'], 'revoked'],
    [['assign', 'propose', 'award', 'revoke'], 'revoked'],
  ])('%j is %s', (taken, expected) => {
    const more = { award: 'on-approval', timeToFulfil: { lateEvidence: 'accept-late' } } as const;
    const record = PureRecord.registered(definitions(['C1'], scheme('S', C1, { duration: 'P1Y' }, 'UTC', more)));
    for (const deed of taken) {
      record.now = '2024-05-10T12:00:00.000Z';
      deeds[deed](record);
    }
    const status = record.statusAt('S', NOW);
    expect(status?.status).toBe(expected);
    expect(status?.valid ?? false).toBe(expected === 'certified');
  });

  test('what was fulfilled once stays fulfilled, though a later cycle that nobody asked for has ended', () => {
    const record = PureRecord.registered(yearly(), '2021-06-01T00:00:00.000Z');
    record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2021-01-01' } });
    record.complete('C1', '2021-02-01');
    record.now = NOW;
    record.do({ type: 'AwardByHand', scheme: 'S', effective: { date: '2022-03-01' }, reason: REASON });
    expect(record.statusAt('S', '2021-01-15T00:00:00Z')?.status).toBe('assigned');
    expect(record.statusAt('S', '2022-02-15T00:00:00Z')?.status).toBe('expired');
    expect(record.statusAt('S', '2023-06-01T00:00:00Z')).toMatchObject({ status: 'expired', cycle: 2 });
  });

  test('001-5: the time left to fulfil and the end of validity are two things', () => {
    const record = PureRecord.registered(yearly());
    record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2024-01-01' }, due: { date: '2024-12-24' } });
    expect(record.statusAt('S', NOW)).toEqual({ status: 'assigned', valid: false, edition: 1, assignment: 1 });
    record.complete('C1', '2024-03-15');
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'certified', lastValidDay: '2025-03-15' });
  });
});

describe('the cycles of a history', () => {
  test('000-4: every cycle stays, each current, expired, superseded or revoked', () => {
    const record = held(yearly(), '2022-01-01');
    record.do({ type: 'AwardByHand', scheme: 'S', effective: { date: '2024-01-01' }, reason: REASON });
    const [first, second] = record.cycles('S');
    const status = (at: string) => [
      cycleStatusAt(first!, second, () => 'UTC', at),
      cycleStatusAt(second!, undefined, () => 'UTC', at),
    ];
    expect(status('2024-02-01T00:00:00Z')).toEqual(['expired', 'current']);
    const endless = { ...first!, validity: { from: first!.validity.from } };
    expect(cycleStatusAt(endless, second, () => 'UTC', '2023-12-31T23:59:59Z')).toBe('current');
    expect(cycleStatusAt(endless, second, () => 'UTC', '2024-01-01T00:00:00Z')).toBe('superseded');
  });
});
