import type { HoldersPolicy } from '../../catalogue/published.js';
import { apply, AT, BY, dataOf, FIRST, second } from '../../../test/support/edition-holders.js';
import { catalogueWith, definitions, PureRecord, REASON, SECOND, typesOf } from '../../../test/support/pure-record.js';

/** What becomes of a renewal that is open when a new edition comes. */

describe('a renewal that was opened before a new edition', () => {
  const RENEWAL = { opensBefore: 'P1Y', closesAfter: 'P6M' };
  const C1 = { course: 'C1' };

  function opened(holders: HoldersPolicy, more: Parameters<typeof second>[1] = {}): PureRecord {
    const record = PureRecord.registered(definitions(['C1', 'C2'], { ...FIRST, renewal: RENEWAL }));
    record.complete('C1', '2023-03-15');
    record.do({ type: 'OpenRenewal', scheme: 'S', intent: { how: 'renew-now' } });
    record.facts = catalogueWith(record.facts, {
      type: 'ReviseScheme',
      scheme: second(holders, { renewal: RENEWAL, criteria: C1, ...more }),
    });
    apply(record);
    record.now = '2024-10-01T12:00:00.000Z';
    return record;
  }

  it.each([
    ['void', AT, '2024-08-31T21:59:59Z', 'renewing'],
    ['missed', BY, '2024-08-31T21:59:59Z', 'update-required'],
  ] as const)('is over where the cycle is, %s', (_, holders, last, status) => {
    const record = opened(holders, { criteria: { all: [C1, { course: 'C2' }] } });
    expect(record.statusAt('S', last)).toMatchObject({ status, valid: true, renewal: 1 });
    const ended = record.statusAt('S', '2024-08-31T22:00:00Z');
    expect(ended).toMatchObject({ status: 'expired', valid: false });
    expect(ended).not.toHaveProperty('renewal');
    expect(typesOf(record.complete('C1', '2024-09-01'))).not.toContain('CertificationAwarded');
  });

  it('what is done after the end is one certification, a first award under the new edition', () => {
    const record = opened(AT);
    record.complete('C1', '2024-09-20');
    expect(record.cycles('S')).toMatchObject([{ number: 1 }, { number: 2, kind: 'initial', edition: 2 }]);
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'certified', valid: true, lastValidDay: '2026-09-20' });
  });

  it('what was done before the end renews it up to that end, however late it is recorded', () => {
    const record = opened(AT, { criteria: { all: [C1, { course: 'C2' }] } });
    expect(dataOf(record.complete('C1', '2024-08-20'), 'CertificationAwarded')).toMatchObject({ kind: 'renewal', edition: 1 });
    expect(record.statusAt('S', '2024-08-31T12:00:00Z')).toMatchObject({ status: 'certified', valid: true, cycle: 2 });
    expect(record.statusAt('S', '2024-09-01T12:00:00Z')).toMatchObject({ status: 'expired', valid: false });
  });
});

describe('an update', () => {
  it('leaves a renewal open that was opened before it, as both have one end', () => {
    const renewal = { opensBefore: 'P1Y', closesAfter: 'P1Y', criteria: { course: 'C3' } };
    const record = PureRecord.registered(definitions(['C1', 'C2', 'C3'], FIRST));
    record.complete('C1', '2023-03-15');
    record.facts = catalogueWith(record.facts, { type: 'ReviseScheme', scheme: second(BY, { renewal }) });
    apply(record);
    record.do({ type: 'OpenRenewal', scheme: 'S', intent: { how: 'renew-now' } });
    expect(dataOf(record.complete('C2', '2024-05-20'), 'CertificationAwarded').kind).toBe('update');
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'renewing', renewal: 1, cycle: 2 });
    expect(dataOf(record.complete('C3', '2024-06-01'), 'CertificationAwarded')).toMatchObject({
      kind: 'renewal',
      renews: 2,
      renewal: 1,
    });
  });

  it('opens the window again that a renewal was opened in, which the time to update had cut short', () => {
    const renewal = { opensBefore: 'P1Y', closesAfter: 'P6M', criteria: { course: 'C3' } };
    const record = PureRecord.registered(definitions(['C1', 'C2', 'C3'], FIRST));
    record.complete('C1', '2023-03-15');
    record.facts = catalogueWith(record.facts, { type: 'ReviseScheme', scheme: second(BY, { renewal }) });
    apply(record);
    record.do({ type: 'OpenRenewal', scheme: 'S', intent: { how: 'renew-now' } });
    record.complete('C2', '2024-05-20');
    record.now = '2024-10-01T12:00:00.000Z';
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'renewing', renewal: 1, cycle: 2 });
    expect(dataOf(record.complete('C3', '2024-10-01'), 'CertificationAwarded')).toMatchObject({ kind: 'renewal', renewal: 1 });
  });

  it('that is approved is followed by the renewal that was done while it waited', () => {
    const renewal = { opensBefore: 'P1Y', closesAfter: 'P6M', criteria: { course: 'C3' } };
    const record = PureRecord.registered(definitions(['C1', 'C2', 'C3'], FIRST));
    record.complete('C1', '2023-03-15');
    const edition = second(BY, { renewal, award: 'on-approval' });
    record.facts = catalogueWith(record.facts, { type: 'ReviseScheme', scheme: edition });
    apply(record);
    record.do({ type: 'OpenRenewal', scheme: 'S', intent: { how: 'renew-now' } });
    record.complete('C2', '2024-05-20');
    record.complete('C3', '2024-06-01');
    const approved = record.do({ type: 'ApproveAward', scheme: 'S', reason: REASON }, SECOND);
    expect(typesOf(approved)).toEqual(['CertificationAwarded', 'AwardProposed']);
    expect(dataOf(approved, 'AwardProposed')).toMatchObject({ renewal: 1, proposal: 2 });
    const renewed = record.do({ type: 'ApproveAward', scheme: 'S', reason: REASON }, SECOND);
    expect(dataOf(renewed, 'CertificationAwarded')).toMatchObject({ kind: 'renewal', renews: 2, cycle: 3 });
  });
});
