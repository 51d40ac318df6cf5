import { definitions, PureRecord, REASON, scheme } from '../../../test/support/pure-record.js';
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
    record.do({ type: 'ObserveExpiry', scheme: 'S', cycle: 1 });
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
