import { correct, on, reassessments } from '../../../test/support/corrections.js';
import { catalogueWith, definitions, PureRecord, REASON, scheme, SECOND, typesOf } from '../../../test/support/pure-record.js';
import { continuityAt } from './continuity.js';
import { standingOf } from './state.js';

const YEAR = { duration: 'P1Y' } as const;
const BY_ADMIN = { how: 'by-admin', reason: REASON } as const;

describe('a certification that was renewed', () => {
  /** Completed on 10 March 2023 for a year, renewed by a completion of 20 February 2024, counted from the prior end. */
  function renewed(): PureRecord {
    const renewal = { opensBefore: 'P90D', closesAfter: 'P30D', basis: { kind: 'from-prior-expiry' } } as const;
    const record = PureRecord.registered(definitions(['C1'], scheme('S1', { course: 'C1' }, YEAR, 'UTC', { renewal })));
    record.now = '2023-03-10T12:00:00.000Z';
    record.complete('C1', '2023-03-10');
    record.now = '2024-02-15T12:00:00.000Z';
    record.do({ type: 'OpenRenewal', scheme: 'S1', intent: BY_ADMIN });
    record.now = '2024-02-20T12:00:00.000Z';
    record.complete('C1', '2024-02-20');
    expect(record.cycles('S1')).toMatchObject([
      { number: 1, validity: { lastValidDay: '2024-03-10' } },
      { number: 2, kind: 'renewal', renews: 1, validity: { from: { date: '2024-02-20' }, lastValidDay: '2025-03-10' } },
    ]);
    return record;
  }
  const completions = (record: PureRecord): readonly number[] => record.state.completions.map(({ revision }) => revision);

  test('its own evidence that moves moves it, on its own basis', () => {
    const record = renewed();
    expect(typesOf(record.do(correct(completions(record)[1]!, on('2024-02-18'))))).toEqual([
      'FactCorrected',
      'CertificationReassessed',
    ]);
    expect(reassessments(record)).toMatchObject([
      { cycle: 2, after: { from: { date: '2024-02-18' }, lastValidDay: '2025-03-10' } },
    ]);
  });

  test('an earlier cycle whose end moves moves what counts from it', () => {
    const record = renewed();
    record.do(correct(completions(record)[0]!, on('2023-03-05')));
    expect(reassessments(record)).toMatchObject([
      { cycle: 1, before: { lastValidDay: '2024-03-10' }, after: { lastValidDay: '2024-03-05' } },
      { cycle: 2, before: { lastValidDay: '2025-03-10' }, after: { from: { date: '2024-02-20' }, lastValidDay: '2025-03-05' } },
    ]);
    expect(new Set(reassessments(record).map(({ ground }) => ground)).size).toBe(1);
  });

  test('evidence of one cycle never fills the place of what another one lost', () => {
    const record = renewed();
    record.do(correct(completions(record)[0]!));
    // The renewal stands by its own evidence until a person decides otherwise.
    expect(reassessments(record)).toMatchObject([{ cycle: 1 }]);
    expect(reassessments(record)[0]).not.toHaveProperty('after');
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'certified', cycle: 2 });
  });

  test('an earlier cycle stays before the one that came after it', () => {
    const record = renewed();
    record.do(correct(completions(record)[0]!, on('2024-02-20')));
    expect(reassessments(record)).toMatchObject([{ cycle: 1 }]);
    expect(reassessments(record)[0]).not.toHaveProperty('after');
  });

  test('evidence from before the renewal was opened is no ground for it', () => {
    const record = renewed();
    record.do(correct(completions(record)[1]!, on('2024-02-14')));
    expect(reassessments(record)).toMatchObject([{ cycle: 2, checklist: [{ satisfied: false }] }]);
    expect(reassessments(record)[0]).not.toHaveProperty('after');
    expect(record.statusAt('S1', '2024-02-20T11:59:59Z')).toMatchObject({ cycle: 2, valid: true });
    expect(record.statusAt('S1', record.now)).toMatchObject({ cycle: 2, status: 'revoked' });
  });

  test('one that lost its ground is done again while its window is open', () => {
    const record = renewed();
    record.do(correct(completions(record)[1]!));
    expect(record.statusAt('S1', record.now)).toMatchObject({ cycle: 2, status: 'revoked' });
    record.now = '2024-03-01T12:00:00.000Z';
    // It was asked for, and nobody withdrew that.
    expect(record.ask({ type: 'OpenRenewal', scheme: 'S1', intent: BY_ADMIN })).toEqual([]);
    expect(typesOf(record.complete('C1', '2024-02-28'))).toEqual(['CourseCompleted', 'CertificationAwarded']);
    expect(record.cycles('S1')).toMatchObject([
      { number: 1 },
      { number: 2 },
      { number: 3, kind: 'renewal', renews: 1, renewal: 1, validity: { lastValidDay: '2025-03-10' } },
    ]);
    expect(record.statusAt('S1', record.now)).toMatchObject({ cycle: 3, status: 'certified', valid: true });
    // What it stands on is evaluated as it was awarded, and what it replaced does not come back.
    record.do(correct(completions(record)[1]!, on('2024-02-25')));
    expect(reassessments(record).map(({ cycle, after }) => [cycle, after?.from])).toEqual([
      [2, undefined],
      [3, { date: '2024-02-25' }],
    ]);
  });

  test('one that is done again by what was true earlier leaves no gap', () => {
    const record = renewed();
    record.do(correct(completions(record)[1]!));
    record.complete('C1', '2024-02-16');
    expect(record.cycles('S1').at(-1)).toMatchObject({ number: 3, kind: 'renewal', validity: { from: { date: '2024-02-16' } } });
    const { gaps, since } = continuityAt(standingOf(record.state, 'S1'), () => 'UTC', Date.parse(record.now));
    expect({ gaps, since }).toEqual({ gaps: [], since: '2023-03-10T00:00:00.000Z' });
  });

  test('one that lost its ground is opened again where its intent was withdrawn, and over once its window has closed', () => {
    const record = renewed();
    record.do(correct(completions(record)[1]!));
    record.do({ type: 'WithdrawRenewal', scheme: 'S1', reason: REASON });
    expect(typesOf(record.complete('C1', '2024-02-20'))).not.toContain('CertificationAwarded');
    record.now = '2024-03-01T12:00:00.000Z';
    record.do({ type: 'OpenRenewal', scheme: 'S1', intent: BY_ADMIN });
    expect(record.state.schemes['S1']!.renewals.at(-1)).toMatchObject({ number: 2, cycle: 1 });
    record.now = '2024-05-01T12:00:00.000Z';
    expect(record.refusal({ type: 'AwardByHand', scheme: 'S1', effective: { date: '2024-02-01' }, reason: REASON })).toBe(
      'AWARD_BEFORE_EARLIER_CYCLE',
    );
    record.complete('C1', '2024-05-01');
    expect(record.cycles('S1').at(-1)).toMatchObject({ number: 3, kind: 'initial' });
  });

  test('one that a person revoked is not done again', () => {
    const record = renewed();
    record.do({ type: 'Revoke', scheme: 'S1', reason: REASON });
    expect(record.refusal({ type: 'OpenRenewal', scheme: 'S1', intent: BY_ADMIN })).toBe('ALREADY_REVOKED');
    expect(typesOf(record.complete('C1', '2024-02-20'))).not.toContain('CertificationAwarded');
  });

  test('where awards wait for approval, one that is done again waits, and is proposed anew when its ground moves', () => {
    const renewal = { opensBefore: 'P90D', closesAfter: 'P30D', basis: { kind: 'from-prior-expiry' } } as const;
    const content = scheme('S1', { course: 'C1' }, YEAR, 'UTC', { renewal, award: 'on-approval' });
    const record = PureRecord.registered(definitions(['C1'], content), '2023-03-10T12:00:00.000Z');
    const done = (date: string) => {
      record.now = `${date}T12:00:00.000Z`;
      return record.complete('C1', date);
    };
    const approve = () => record.do({ type: 'ApproveAward', scheme: 'S1' }, SECOND);
    done('2023-03-10');
    approve();
    record.now = '2024-02-15T12:00:00.000Z';
    record.do({ type: 'OpenRenewal', scheme: 'S1', intent: BY_ADMIN });
    done('2024-02-20');
    approve();
    record.do(correct(completions(record)[1]!));
    expect(typesOf(done('2024-02-28'))).toContain('AwardProposed');
    expect(typesOf(record.do(correct(completions(record)[1]!, on('2024-02-27'))))).toEqual([
      'FactCorrected',
      'AwardDeclined',
      'AwardProposed',
    ]);
    approve();
    expect(record.cycles('S1').at(-1)).toMatchObject({
      number: 3,
      kind: 'renewal',
      renews: 1,
      validity: { from: { date: '2024-02-27' } },
    });
  });

  test('a completion that was taken back by mistake brings the renewal back', () => {
    const record = renewed();
    const second = completions(record)[1]!;
    record.do(correct(second));
    record.do(correct(second, on('2024-02-20')));
    expect(reassessments(record).map(({ cycle, after }) => [cycle, after?.lastValidDay])).toEqual([
      [2, undefined],
      [2, '2025-03-10'],
    ]);
    expect(record.statusAt('S1', record.now)).toMatchObject({ cycle: 2, status: 'certified' });
  });
});

describe('a certification that was updated', () => {
  const FIRST = scheme('S1', { course: 'C1' }, YEAR);
  const SECOND = {
    ...FIRST,
    criteria: { all: [{ course: 'C1' }, { course: 'C2' }] },
    published: '2024-05-01',
    holders: { kind: 'must-update' as const, by: { date: '2024-09-01' } },
  };
  function updated(): PureRecord {
    const record = PureRecord.registered(definitions(['C1', 'C2'], FIRST));
    record.complete('C1', '2024-03-10');
    record.facts = catalogueWith(definitions(['C1', 'C2'], FIRST), { type: 'ReviseScheme', scheme: SECOND });
    record.do({ type: 'ApplyEdition', scheme: 'S1', edition: 2, publishedAt: record.now });
    record.complete('C2', '2024-05-20');
    expect(record.cycles('S1')).toMatchObject([
      { number: 1, validity: { lastValidDay: '2025-03-10' } },
      { number: 2, kind: 'update', validity: { from: { date: '2024-05-20' }, lastValidDay: '2025-03-10' } },
    ]);
    return record;
  }

  test('what both stand on moves both: the update keeps the end of what it updates', () => {
    const record = updated();
    record.do(correct({ course: 'C1' }, on('2024-03-12')));
    expect(reassessments(record)).toMatchObject([
      { cycle: 1, after: { from: { date: '2024-03-12' }, lastValidDay: '2025-03-12' } },
      { cycle: 2, after: { from: { date: '2024-05-20' }, lastValidDay: '2025-03-12' } },
    ]);
  });

  test('what the update alone stands on moves the update alone', () => {
    const record = updated();
    record.do(correct({ course: 'C2' }, on('2024-05-22')));
    expect(reassessments(record)).toMatchObject([
      { cycle: 2, after: { from: { date: '2024-05-22' }, lastValidDay: '2025-03-10' } },
    ]);
  });

  test('an update that was done again stands in the place of the one that lost its ground', () => {
    const record = updated();
    const first = record.state.completions[1]!.revision;
    record.do(correct(first));
    record.complete('C2', '2024-05-25');
    expect(record.cycles('S1')).toMatchObject([{}, {}, { number: 3, kind: 'update', renews: 1 }]);
    record.do(correct(first, on('2024-05-20')));
    // What is known to be true of the one that stands counts for it; the one before does not come back beside it.
    expect(reassessments(record).map(({ cycle, after }) => [cycle, after?.from])).toEqual([
      [2, undefined],
      [3, { date: '2024-05-20' }],
    ]);
  });

  test('what both stood on and never was leaves neither a ground', () => {
    const record = updated();
    record.do(correct({ course: 'C1' }));
    expect(reassessments(record).map(({ cycle, after }) => [cycle, after])).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'revoked', valid: false });
  });
});
