import { catalogueWith, definitions, PureRecord, REASON, scheme, SECOND, typesOf } from '../../../test/support/pure-record.js';
import { correct, on } from '../../../test/support/corrections.js';
import { boundariesOf } from './boundaries.js';
import { continuityAt } from './continuity.js';
import { lapsesOf, standingEnd } from './ends.js';
import { lastGrounded, nextCycle, pendingRenewal } from './standing.js';
import { cyclesOf, standingOf } from './state.js';
import { cycleStatusAt } from './status.js';

const YEAR = { duration: 'P1Y' } as const;
const WINDOW = { opensBefore: 'P90D', closesAfter: 'P30D', early: 'accept' } as const;
const RENEWAL = { ...WINDOW, basis: { kind: 'from-prior-expiry' } } as const;
const CONTENT = scheme('S1', { course: 'C1' }, YEAR, 'UTC', { renewal: RENEWAL });
const RENEW = { type: 'OpenRenewal', scheme: 'S1', intent: { how: 'by-admin', reason: REASON } } as const;
const REVOKE = { type: 'Revoke', scheme: 'S1', reason: REASON } as const;

/** Certified from 15 March 2024 to 15 March 2025, renewed early on 10 January 2025. */
function renewedEarly(): PureRecord {
  const record = PureRecord.registered(definitions(['C1', 'C2'], CONTENT), '2024-03-15T12:00:00.000Z');
  record.complete('C1', '2024-03-15');
  renew(record, '2025-01-10');
  expect(record.cycles('S1')).toMatchObject([{ number: 1 }, { number: 2, renews: 1, validity: { lastValidDay: '2026-03-15' } }]);
  return record;
}

function renew(record: PureRecord, date: string): void {
  record.now = `${date}T09:00:00.000Z`;
  record.do(RENEW);
  record.now = `${date}T12:00:00.000Z`;
  record.complete('C1', date);
}

/** The completion of so-and-so many is taken back at an instant. */
function withdraw(record: PureRecord, index: number, at: string): readonly string[] {
  record.now = at;
  return typesOf(record.do(correct(record.state.completions[index]!.revision)));
}

const WITHDRAWN = '2025-01-15T12:00:00.000Z';
const standing = (record: PureRecord) => standingOf(record.state, 'S1');
const statusOf = (record: PureRecord, at = record.now) => record.statusAt('S1', at);
const cycleStatuses = (record: PureRecord, at: string) => {
  const cycles = cyclesOf(record.state, 'S1');
  return cycles.map((cycle) => cycleStatusAt(cycle, nextCycle(cycles, cycle, Date.parse(at)), () => 'UTC', at));
};

describe('an early renewal whose evidence is taken back', () => {
  test('leaves the cycle before it standing from then on, and everything before as it was', () => {
    const record = renewedEarly();
    withdraw(record, 1, WITHDRAWN);
    expect(statusOf(record, '2025-01-09T12:00:00Z')).toMatchObject({ cycle: 1, valid: true });
    expect(statusOf(record, '2025-01-15T11:59:59.999Z')).toMatchObject({ cycle: 2, status: 'certified', valid: true });
    expect(statusOf(record, WITHDRAWN)).toMatchObject({ cycle: 1, status: 'renewing', valid: true, lastValidDay: '2025-03-15' });
    expect(statusOf(record, '2025-03-16T00:00:00Z')).toMatchObject({ cycle: 1, status: 'renewing', valid: false });
    expect(statusOf(record, '2025-04-15T00:00:00Z')).toMatchObject({ cycle: 1, status: 'lapsed', valid: false });
    expect(cycleStatuses(record, '2025-01-15T11:59:59.999Z')).toEqual(['superseded', 'current']);
    expect(cycleStatuses(record, WITHDRAWN)).toEqual(['current', 'revoked']);
    expect(cycleStatuses(record, '2025-03-16T00:00:00.000Z')).toEqual(['expired', 'revoked']);
  });

  test('moves ends, boundaries, lapses and continuity to the cycle that stands', () => {
    const record = renewedEarly();
    withdraw(record, 1, WITHDRAWN);
    expect(standingEnd(standing(record))).toMatchObject({ lastValidDay: '2025-03-15' });
    const later = boundariesOf(standing(record)).filter(({ instant }) => instant > '2025-01-15');
    expect(later.map(({ boundary, cycle }) => [boundary, cycle])).toEqual([
      ['expired', 1],
      ['lapsed', 1],
    ]);
    expect(lapsesOf(standing(record))).toEqual([{ cycle: 1, lastValidDay: '2025-03-15', since: '2025-03-16T00:00:00+00:00' }]);
    expect(continuityAt(standing(record), () => 'UTC', Date.parse('2025-03-20T00:00:00Z'))).toEqual({
      gaps: [{ from: '2025-03-16T00:00:00.000Z' }],
    });
  });

  test('is done again under the same intent, and the next cycle renews the one that stands', () => {
    const record = renewedEarly();
    const taken = record.state.completions[1]!.revision;
    withdraw(record, 1, WITHDRAWN);
    expect(pendingRenewal(standing(record))).toMatchObject({ number: 1, cycle: 1 });
    expect(record.ask(RENEW)).toEqual([]);
    record.now = '2025-02-01T12:00:00.000Z';
    expect(typesOf(record.complete('C1', '2025-02-01'))).toEqual(['CourseCompleted', 'CertificationAwarded']);
    expect(record.cycles('S1')[2]).toMatchObject({
      number: 3,
      kind: 'renewal',
      renews: 1,
      validity: { lastValidDay: '2026-03-15' },
    });
    expect(statusOf(record)).toMatchObject({ cycle: 3, status: 'certified', valid: true });
    expect(cycleStatuses(record, record.now)).toEqual(['superseded', 'revoked', 'current']);
    expect(lapsesOf(standing(record))).toMatchObject([{ cycle: 3 }]);
    // What it replaced does not come back.
    record.do(correct(taken, on('2025-01-10')));
    expect(lastGrounded(cyclesOf(record.state, 'S1'))).toMatchObject({ number: 3 });
    expect(cycleStatuses(record, record.now)[1]).toBe('revoked');
  });

  test('that lost it only after the earlier cycle was over held until then, and lapsed from then on', () => {
    const record = renewedEarly();
    withdraw(record, 1, '2025-06-01T12:00:00.000Z');
    expect(statusOf(record, '2025-06-01T11:59:59Z')).toMatchObject({ cycle: 2, valid: true });
    expect(statusOf(record)).toMatchObject({ cycle: 1, status: 'lapsed', valid: false });
    expect(lapsesOf(standing(record))).toEqual([{ cycle: 1, lastValidDay: '2025-03-15', since: '2025-06-01T12:00:00.000Z' }]);
    expect(continuityAt(standing(record), () => 'UTC', Date.parse(record.now))).toEqual({
      gaps: [{ from: '2025-06-01T12:00:00.000Z' }],
    });
    expect(boundariesOf(standing(record)).filter(({ boundary }) => boundary === 'expired')).toEqual([]);
    // It is earned anew, like for the first time.
    record.complete('C1', '2025-05-01');
    expect(record.cycles('S1')[2]).toMatchObject({ number: 3, kind: 'initial' });
  });

  test('and which renewed again is passed over with it: two without ground', () => {
    const record = renewedEarly();
    renew(record, '2025-12-20');
    expect(record.cycles('S1')[2]).toMatchObject({ number: 3, renews: 2 });
    withdraw(record, 2, '2025-12-22T12:00:00.000Z');
    expect(statusOf(record)).toMatchObject({ cycle: 2, status: 'renewing', valid: true, lastValidDay: '2026-03-15' });
    withdraw(record, 1, '2025-12-23T12:00:00.000Z');
    expect(statusOf(record, '2025-12-23T11:59:59Z')).toMatchObject({ cycle: 2, valid: true });
    expect(statusOf(record)).toMatchObject({ cycle: 1, status: 'lapsed', valid: false });
    withdraw(record, 0, '2025-12-24T12:00:00.000Z');
    expect(statusOf(record)).toMatchObject({ cycle: 3, status: 'revoked', valid: false });
    // Where none is left, the first award is open again.
    record.complete('C1', '2025-12-24');
    expect(record.cycles('S1')[3]).toMatchObject({ number: 4, kind: 'initial' });
  });

  test('whose ground was taken back by mistake stands again', () => {
    const record = renewedEarly();
    const { revision } = record.state.completions[1]!;
    withdraw(record, 1, WITHDRAWN);
    record.do(correct(revision, on('2025-01-10')));
    expect(statusOf(record)).toMatchObject({ cycle: 2, status: 'certified', lastValidDay: '2026-03-15' });
    expect(pendingRenewal(standing(record))).toBeUndefined();
  });
});

describe('what a person decided about the certification', () => {
  test('a cycle that was revoked is not passed over', () => {
    const record = renewedEarly();
    record.do(REVOKE);
    expect(statusOf(record)).toMatchObject({ cycle: 2, status: 'revoked', valid: false });
    expect(record.refusal(RENEW)).toBe('ALREADY_REVOKED');
  });

  test('what is revoked after it was passed over ends the certification from then on', () => {
    const record = renewedEarly();
    withdraw(record, 1, WITHDRAWN);
    record.now = '2025-01-20T12:00:00.000Z';
    record.do({ ...REVOKE, cycle: 2 });
    expect(statusOf(record, '2025-01-20T11:59:59Z')).toMatchObject({ cycle: 1, valid: true });
    expect(statusOf(record)).toMatchObject({ cycle: 2, status: 'revoked', valid: false });
    expect(continuityAt(standing(record), () => 'UTC', Date.parse(record.now)).gaps).toEqual([
      { from: '2025-01-20T12:00:00.000Z' },
    ]);
  });

  test('without a number it is the cycle that stands that is revoked', () => {
    const record = renewedEarly();
    withdraw(record, 1, WITHDRAWN);
    expect(record.do(REVOKE)).toMatchObject([{ type: 'CertificationRevoked', data: { cycle: 1 } }]);
    expect(statusOf(record)).toMatchObject({ cycle: 1, status: 'revoked' });
  });

  test('what was suspended is passed over once it is reinstated', () => {
    const record = renewedEarly();
    record.do({ type: 'SuspendCertification', scheme: 'S1', reason: REASON });
    withdraw(record, 1, WITHDRAWN);
    expect(statusOf(record)).toMatchObject({ cycle: 2, valid: false });
    expect(record.refusal(RENEW)).toBeDefined();
    record.now = '2025-01-20T12:00:00.000Z';
    record.do({ type: 'ReinstateCertification', scheme: 'S1', reason: REASON }, SECOND);
    expect(statusOf(record)).toMatchObject({ cycle: 1, status: 'renewing', valid: true });
  });
});

describe('an edition that came while a later cycle stood', () => {
  test('is applied to the one that stands again', () => {
    const record = renewedEarly();
    const voids = { ...CONTENT, published: '2024-05-30', holders: { kind: 'void' as const, at: { date: '2025-02-01' } } };
    record.now = '2025-01-12T12:00:00.000Z';
    record.facts = catalogueWith(definitions(['C1', 'C2'], CONTENT), { type: 'ReviseScheme', scheme: voids });
    expect(record.do({ type: 'ApplyEdition', scheme: 'S1', edition: 2, publishedAt: record.now })).toMatchObject([
      { data: { cycle: 2 } },
    ]);
    expect(withdraw(record, 1, WITHDRAWN)).toEqual(['FactCorrected', 'CertificationReassessed', 'EditionApplied']);
    expect(statusOf(record)).toMatchObject({ cycle: 1, valid: true, lastValidDay: '2025-01-31' });
  });
});
