import { catalogueWith, definitions, PureRecord, REASON, scheme, typesOf } from '../../../test/support/pure-record.js';
import { C1, C2, C3, facts, held, LATER, open, WINDOW, withdraw } from '../../../test/support/renewals.js';

describe('000-9 and trap 3: what counts for a renewal', () => {
  test('without an intent the same training that earned the first award renews nothing and stays on record', () => {
    const record = held();
    expect(typesOf(record.complete('C1', '2025-03-01'))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
    record.do(open());
    expect(record.cycles('S')).toHaveLength(1);
    expect(record.state.completions).toHaveLength(2);
  });

  test('the completion makes a new cycle that renews the last, and touches nothing of it', () => {
    const record = held();
    const before = structuredClone(record.cycles('S')[0]);
    record.do(open());
    expect(record.complete('C1', '2025-03-01').at(-1)).toMatchObject({
      type: 'CertificationAwarded',
      data: {
        cycle: 2,
        kind: 'renewal',
        how: 'automatic',
        renews: 1,
        renewal: 1,
        effective: { date: '2025-03-01' },
        validity: { from: { date: '2025-03-01' }, lastValidDay: '2026-03-01', endsAt: '2026-03-02T00:00:00+00:00' },
        boundaries: {
          expiringAt: '2025-12-02T00:00:00+00:00',
          renewalOpensAt: '2025-12-02T00:00:00+00:00',
          renewalClosesAt: '2026-04-02T00:00:00+00:00',
        },
      },
    });
    expect(record.cycles('S')[0]).toEqual(before);
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'certified', cycle: 2, lastValidDay: '2026-03-01' });
  });

  test.each([
    [{ date: '2025-02-28' }, false],
    [{ date: '2025-03-01' }, true],
    [{ instant: '2025-03-01T08:59:59.999Z' }, false],
    [{ instant: '2025-03-01T09:00:00Z' }, true],
  ])('opened at nine on 1 March, what was done at %j counts: %s', (effective, counts) => {
    const record = held();
    record.do(open());
    record.do({ type: 'CompleteCourse', course: 'C1', effective });
    expect(record.cycles('S')).toHaveLength(counts ? 2 : 1);
  });

  test('evidence from before the window closed counts however late it is recorded; evidence from then on does not renew', () => {
    const record = held();
    record.do(open());
    record.now = '2025-06-01T00:00:00Z';
    record.complete('C1', '2025-04-15');
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'renewal', renews: 1, validity: { lastValidDay: '2026-04-15' } });
  });

  test('trap 14: one item done again never refreshes the whole', () => {
    const record = held(WINDOW, undefined, { all: [C1, C2] });
    record.do(open());
    record.now = LATER;
    record.complete('C1', '2025-03-01');
    expect(record.cycles('S')).toHaveLength(1);
    record.complete('C2', '2025-03-10');
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'renewal', validity: { lastValidDay: '2026-03-10' } });
  });

  test('evidence of one cycle never counts in another', () => {
    const record = held({ opensBefore: 'P9M', early: 'accept' }, undefined, { all: [C1, C2] });
    record.do(open());
    record.complete('C1', '2025-03-01');
    record.complete('C2', '2025-03-01');
    record.do(open());
    record.complete('C1', '2025-03-01');
    expect(record.cycles('S')).toHaveLength(2);
    record.complete('C2', '2025-03-01');
    expect(record.cycles('S').map(({ checklist }) => checklist.map(({ by }) => by))).toEqual([
      [3, 5],
      [9, 11],
      [15, 17],
    ]);
  });

  test('what the learner chose is what renews it; its checklist names the leaves from the root', () => {
    const record = held(WINDOW, undefined, { any: [C1, { all: [C2, C3] }] });
    record.do(open({ alternative: '/any/1' }));
    record.now = LATER;
    record.complete('C1', '2025-03-01');
    record.complete('C2', '2025-03-01');
    expect(record.cycles('S')).toHaveLength(1);
    record.complete('C3', '2025-03-02');
    expect(record.cycles('S')[1]?.checklist.map(({ path }) => path)).toEqual(['/any/1/all/0', '/any/1/all/1']);
  });

  test('000-7: a renewal has criteria of its own', () => {
    const record = held({ ...WINDOW, criteria: C3 });
    record.do(open());
    record.now = LATER;
    record.complete('C1', '2025-03-01');
    record.complete('C3', '2025-03-02');
    expect(record.cycles('S')[1]?.checklist).toMatchObject([{ path: '', course: 'C3' }]);
  });

  test('a learning plan is completed again by courses that are completed again for the renewal', () => {
    const plan = { learningPlan: 'P', title: 'Plan', criteria: { all: [C1, C2] } };
    const base = catalogueWith(definitions(['C1', 'C2', 'C3']), { type: 'DefineLearningPlan', learningPlan: plan });
    const content = scheme('S', { learningPlan: 'P' }, { duration: 'P1Y' }, 'UTC', { renewal: WINDOW });
    const record = PureRecord.registered(catalogueWith(base, { type: 'DefineScheme', scheme: content }));
    record.complete('C1', '2024-03-15');
    record.complete('C2', '2024-03-15');
    record.now = '2025-03-01T09:00:00Z';
    record.complete('C1', '2025-02-01');
    record.do(open());
    record.now = LATER;
    expect(typesOf(record.complete('C2', '2025-03-02'))).not.toContain('LearningPlanCompleted');
    expect(typesOf(record.complete('C1', '2025-03-03')).slice(2)).toEqual(['LearningPlanCompleted', 'CertificationAwarded']);
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'renewal', validity: { lastValidDay: '2026-03-03' } });
  });

  test('an approval that the criteria ask for is given again for a renewal', () => {
    const record = PureRecord.registered(facts(WINDOW, { all: [C1, { approval: 'signed off' }] }));
    const approve = (date: string) =>
      record.do({ type: 'Approve', target: { scheme: 'S' }, label: 'signed off', effective: { date } });
    record.complete('C1', '2024-03-15');
    approve('2024-03-15');
    record.now = '2025-03-01T09:00:00Z';
    expect(approve('2025-03-01')).toEqual([]);
    record.do(open());
    record.complete('C1', '2025-03-01');
    expect(typesOf(approve('2025-03-01'))).toEqual(['ApprovalGiven', 'CertificationAwarded']);
    expect(approve('2025-03-01')).toEqual([]);
  });

  test('renewal opened, then the certification revoked: nothing renews it any more, and nothing earns it anew', () => {
    const record = held();
    record.do(open());
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    record.complete('C1', '2025-03-01');
    expect(record.cycles('S')).toHaveLength(1);
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'revoked', valid: false });
    expect(record.refusal(withdraw)).toBe('NO_RENEWAL');
  });

  test('while it is suspended nothing renews it', () => {
    const record = held();
    record.do(open());
    record.do({ type: 'SuspendCertification', scheme: 'S', reason: REASON });
    record.complete('C1', '2025-03-01');
    expect(record.cycles('S')).toHaveLength(1);
    const reinstated = record.do({ type: 'ReinstateCertification', scheme: 'S', reason: REASON });
    expect(typesOf(reinstated)).toEqual(['CertificationReinstated', 'CertificationAwarded']);
  });
});
