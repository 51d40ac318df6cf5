import { PureRecord, REASON, catalogueWith, definitions, scheme, typesOf } from '../../../test/support/pure-record.js';
import { C1, C2, C3, LATER, WINDOW, facts, held, open, withdraw } from '../../../test/support/renewals.js';
import { evaluateWay } from './earning.js';
import { uncountedEvidence } from './renewal-evidence.js';
import { standingOf } from './state.js';
import { wayAt } from './way-at.js';

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

describe('what does not count', () => {
  const uncounted = (record: PureRecord) =>
    uncountedEvidence('S', record.state, record.facts.schemes.get('S')!, record.now).map(
      ({ revision, course, reason, attributable }) => [revision, course, reason, attributable],
    );

  test('is told with its reason, the newest first; what earned an award or is asked for by nothing is none of it', () => {
    const record = held();
    expect(uncounted(record)).toEqual([]);
    record.complete('C2', '2025-02-20');
    const early = record.complete('C1', '2025-02-20') && record.state.revision;
    expect(uncounted(record)).toEqual([[early, 'C1', 'no-renewal-intent', true]]);
    record.do(open());
    const before = record.complete('C1', '2024-12-01') && record.state.revision;
    expect(uncounted(record)).toEqual([
      [before, 'C1', 'before-renewal-opened', false],
      [early, 'C1', 'no-renewal-intent', true],
    ]);
    record.complete('C1', '2025-03-01');
    expect(uncounted(record)).toEqual([]);
  });

  test('where no renewal is allowed it says so; where nothing is held or it is revoked there is nothing to say', () => {
    const record = held(null);
    record.complete('C1', '2025-02-20');
    expect(uncounted(record)).toEqual([[record.state.revision, 'C1', 'not-renewable', false]]);
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(uncounted(record)).toEqual([]);
    expect(uncounted(PureRecord.registered(facts(WINDOW)))).toEqual([]);
  });

  test('after a lapse only what was done before it, as the rest counts for a first award', () => {
    const record = held(WINDOW, '2025-06-01T00:00:00Z', { all: [C1, C2] });
    record.complete('C1', '2025-03-20');
    const missed = record.state.revision;
    record.complete('C2', '2025-05-01');
    expect(uncounted(record)).toEqual([[missed, 'C1', 'no-renewal-intent', true]]);
  });
});

describe('by which criteria a learner is judged at an instant', () => {
  const judged = (record: PureRecord, at: string) => {
    const way = wayAt(standingOf(record.state, 'S'), record.statusAt('S', at), record.facts.schemes.get('S')!, at);
    const { satisfied, checklist } = evaluateWay(way, record.state);
    return [satisfied, ...checklist.map(({ path, course }) => `${path} ${course}`)];
  };

  test('by the first award’s, then the chosen ones of the renewal, then how that was earned, and the first again after a lapse', () => {
    const record = held({ ...WINDOW, criteria: { any: [C2, C3] } });
    expect(judged(record, '2025-02-28T00:00:00Z')).toEqual([true, ' C1']);
    record.do(open({ alternative: '/any/1' }));
    expect(judged(record, '2025-03-01T10:00:00Z')).toEqual([false, '/any/1 C3']);
    record.now = LATER;
    record.complete('C3', '2025-03-10');
    expect(judged(record, LATER)).toEqual([true, '/any/1 C3']);
    expect(judged(record, '2025-03-01T10:00:00Z')).toEqual([true, '/any/1 C3']);
    expect(judged(record, '2026-12-01T00:00:00Z')).toEqual([false, ' C1']);
  });
});
