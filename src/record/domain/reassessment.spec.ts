import { correct, last, on, reassessments } from '../../../test/support/corrections.js';
import { ADMIN, definitions, PureRecord, REASON, scheme, typesOf } from '../../../test/support/pure-record.js';
import { asking, document, LABEL, training } from '../../../test/support/submissions.js';

const YEAR = { duration: 'P1Y' } as const;

describe('awards whose ground changed', () => {
  const two = (more: object = {}) =>
    definitions(['C1', 'C2'], scheme('S1', { all: [{ course: 'C1' }, { course: 'C2' }] }, YEAR, 'UTC', more));
  function certified(facts = two()): PureRecord {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-01');
    record.complete('C2', '2024-03-10');
    expect(record.cycles('S1')).toHaveLength(1);
    return record;
  }

  test('a completion taken back leaves an award without ground, from then on and in the same commit', () => {
    const record = certified();
    record.now = '2024-06-02T12:00:00.000Z';
    const ground = record.state.revision + 1;
    expect(typesOf(record.do(correct({ course: 'C1' })))).toEqual(['FactCorrected', 'CertificationReassessed']);
    expect(reassessments(record)).toMatchObject([
      {
        scheme: 'S1',
        cycle: 1,
        ground,
        effective: { instant: record.now },
        before: { lastValidDay: '2025-03-10' },
        checklist: [
          { course: 'C1', satisfied: false },
          { course: 'C2', satisfied: true },
        ],
      },
    ]);
    expect(record.statusAt('S1', '2024-06-02T11:59:59Z')).toMatchObject({ status: 'certified', valid: true });
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'revoked', valid: false });
  });

  test('a date that moves moves the interval and its boundaries', () => {
    const record = certified();
    record.do(correct({ course: 'C2' }, on('2024-03-12')));
    expect(reassessments(record)).toMatchObject([
      {
        before: { from: { date: '2024-03-10' }, lastValidDay: '2025-03-10', endsAt: '2025-03-11T00:00:00+00:00' },
        after: { from: { date: '2024-03-12' }, lastValidDay: '2025-03-12', endsAt: '2025-03-13T00:00:00+00:00' },
        boundaries: { expiringAt: '2025-02-11T00:00:00+00:00' },
      },
    ]);
    expect(record.cycles('S1')).toMatchObject([
      { validity: { lastValidDay: '2025-03-12' }, reassessments: [{ before: { lastValidDay: '2025-03-10' } }] },
    ]);
  });

  test('a correction that changes nothing about the award says nothing about it', () => {
    const record = certified();
    expect(typesOf(record.do(correct({ course: 'C1' }, { validUntil: '2024-12-31' })))).toEqual(['FactCorrected']);
  });

  test('◆ what came later with an earlier time moves no award, not even beside a correction', () => {
    const record = certified();
    const [, second] = record.state.completions;
    expect(typesOf(record.complete('C2', '2024-03-05'))).not.toContain('CertificationReassessed');
    expect(record.cycles('S1')).toMatchObject([{ validity: { lastValidDay: '2025-03-10' } }]);
    expect(typesOf(record.do(correct({ course: 'C1' }, on('2024-03-02'))))).toEqual(['FactCorrected', 'CertificationReassessed']);
    expect(record.cycles('S1')).toMatchObject([{ validity: { lastValidDay: '2025-03-10' } }]);
    // It only fills the place of what was taken back.
    record.do(correct(second!.revision));
    expect(record.cycles('S1')).toMatchObject([{ validity: { lastValidDay: '2025-03-05' } }]);
  });

  test('an end that is corrected caps the validity where the scheme says so', () => {
    const record = certified(two({ capByEvidence: true }));
    record.do(correct({ course: 'C1' }, { validUntil: '2024-12-31' }));
    record.do(correct({ course: 'C1' }, { validUntil: null }));
    expect(reassessments(record).map(({ after }) => after!.lastValidDay)).toEqual(['2024-12-31', '2025-03-10']);
  });

  test('what was taken back by mistake brings the same cycle back', () => {
    const record = certified();
    const [first, second] = record.state.completions.map(({ revision }) => revision);
    record.do(correct(first!));
    record.do(correct(second!));
    expect(reassessments(record)).toHaveLength(1);
    record.do(correct(first!, on('2024-03-01')));
    expect(reassessments(record)).toHaveLength(1);
    const [, back] = record.do(correct(second!, on('2024-03-11')));
    expect(back).toMatchObject({ type: 'CertificationReassessed', data: { cycle: 1, after: { lastValidDay: '2025-03-11' } } });
    expect(record.cycles('S1')).toHaveLength(1);
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'certified' });
  });

  test('a new completion after the ground was lost is a new first award', () => {
    const record = certified();
    record.do(correct({ course: 'C1' }));
    expect(typesOf(record.complete('C1', '2024-05-01'))).toEqual(['CourseCompleted', 'CertificationAwarded']);
    expect(record.cycles('S1')).toMatchObject([
      { number: 1 },
      { number: 2, kind: 'initial', validity: { lastValidDay: '2025-05-01' } },
    ]);
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'certified', cycle: 2 });
  });

  test('a correction may earn what was not earned before', () => {
    const record = PureRecord.registered(
      definitions(['C1'], scheme('S1', { notBefore: '2024-02-01', criteria: { course: 'C1' } }, YEAR)),
    );
    record.complete('C1', '2024-01-31');
    expect(record.cycles('S1')).toEqual([]);
    expect(typesOf(record.do(correct({ course: 'C1' }, on('2024-02-01'))))).toEqual(['FactCorrected', 'CertificationAwarded']);
  });

  test('what was awarded by hand stands by that word, and what was revoked is over', () => {
    const record = PureRecord.registered(two());
    record.complete('C1', '2024-03-01');
    record.do({ type: 'AwardByHand', scheme: 'S1', effective: { date: '2024-03-02' }, reason: REASON });
    expect(typesOf(record.do(correct({ course: 'C1' })))).toEqual(['FactCorrected']);
    const revoked = certified();
    revoked.do({ type: 'Revoke', scheme: 'S1', reason: REASON });
    expect(typesOf(revoked.do(correct({ course: 'C1' })))).toEqual(['FactCorrected']);
  });

  test('what moves past the due instant is late: without ground where that is refused, flagged where it is accepted', () => {
    for (const lateEvidence of ['refuse', 'accept-late'] as const) {
      const record = PureRecord.registered(two({ timeToFulfil: { lateEvidence } }));
      record.do({ type: 'AssignScheme', scheme: 'S1', effective: { date: '2024-02-01' }, due: { date: '2024-03-11' } });
      record.complete('C1', '2024-03-01');
      record.complete('C2', '2024-03-10');
      record.do(correct({ course: 'C2' }, on('2024-03-11')));
      expect(reassessments(record)).toHaveLength(1);
      if (lateEvidence === 'refuse') expect(reassessments(record)[0]).not.toHaveProperty('after');
      else {
        expect(reassessments(record)).toMatchObject([{ after: { lastValidDay: '2025-03-11' }, late: true }]);
        record.do(correct({ course: 'C2' }, on('2024-03-10')));
        expect(record.cycles('S1')[0]!.late).toBeUndefined();
      }
    }
  });

  test('an award beyond the year 9999 is refused', () => {
    const facts = definitions(['C1'], scheme('S1', { course: 'C1' }, { duration: 'P7976Y' }));
    const record = PureRecord.registered(facts);
    record.complete('C1', '2023-06-01');
    expect(record.refusal(correct({ course: 'C1' }, on('2024-02-01')))).toBe('VALIDITY_OUT_OF_RANGE');
  });
});

describe('a proposal that waits for approval', () => {
  const facts = definitions(['C1'], scheme('S1', { course: 'C1' }, YEAR, 'UTC', { award: 'on-approval' }));
  const proposed = (): PureRecord => {
    const record = PureRecord.registered(facts);
    record.complete('C1', '2024-03-01');
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'awaiting-review', proposal: 1 });
    return record;
  };

  test('is declined where its ground is gone', () => {
    const record = proposed();
    expect(typesOf(record.do(correct({ course: 'C1' })))).toEqual(['FactCorrected', 'AwardDeclined']);
    expect(record.refusal({ type: 'ApproveAward', scheme: 'S1' })).toBe('NO_PROPOSAL');
  });

  test('is proposed anew where the evidence earns it otherwise', () => {
    const record = proposed();
    expect(typesOf(record.do(correct({ course: 'C1' }, on('2024-03-05'))))).toEqual([
      'FactCorrected',
      'AwardDeclined',
      'AwardProposed',
    ]);
    record.do({ type: 'ApproveAward', scheme: 'S1' });
    expect(record.cycles('S1')).toMatchObject([{ how: 'on-approval', validity: { lastValidDay: '2025-03-05' } }]);
    record.do(correct({ course: 'C1' }, on('2024-03-06')));
    expect(record.cycles('S1')).toMatchObject([{ validity: { lastValidDay: '2025-03-06' } }]);
  });
});

describe('submissions', () => {
  const approved = (command = document({ validUntil: '2024-12-31' }), more: object = {}): PureRecord => {
    const record = PureRecord.bound(asking(undefined, more, YEAR));
    record.do(command, ADMIN);
    record.do({ type: 'ApproveSubmission', of: 1 }, { ...ADMIN, person: 'e'.repeat(64) });
    expect(record.cycles('S1')).toHaveLength(1);
    return record;
  };

  test('an approved one is corrected by its own revision or by that of its approval', () => {
    for (const type of ['EvidenceSubmitted', 'SubmissionApproved']) {
      const record = approved();
      const events = record.do(correct(last(record, type), on('2024-05-03')));
      expect(events).toMatchObject([
        { type: 'SubmissionCorrected', data: { submission: 1, corrects: last(record, 'EvidenceSubmitted') } },
        {
          type: 'CertificationReassessed',
          data: { before: { lastValidDay: '2025-05-02' }, after: { lastValidDay: '2025-05-03' } },
        },
      ]);
    }
  });

  test('taken back it is evidence no more; corrected again it is what was approved', () => {
    const record = approved();
    const revision = last(record, 'EvidenceSubmitted');
    expect(typesOf(record.do(correct(revision)))).toEqual(['SubmissionCorrected', 'CertificationReassessed']);
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'revoked' });
    expect(record.ask(correct(record.state.revision - 1))).toMatchObject({
      code: 'CORRECTION_OF_CORRECTION',
      detail: expect.stringContaining(`Correct revision ${revision} again`),
    });
    expect(record.refusal(correct(revision))).toBe('NOTHING_CORRECTED');
    record.do(correct(revision, on('2024-05-02')));
    expect(record.statusAt('S1', record.now)).toMatchObject({ status: 'certified', lastValidDay: '2025-05-02' });
    expect(record.state.schemes['S1']!.submissions).toMatchObject([{ outcome: { how: 'approved' }, corrections: [{}, {}] }]);
  });

  test('its end is not before its issue, and caps where the scheme says so', () => {
    const record = approved(undefined, { capByEvidence: true });
    const revision = last(record, 'EvidenceSubmitted');
    expect(record.ask(correct(revision, { validUntil: '2024-05-01' }))).toMatchObject({
      code: 'VALID_UNTIL_BEFORE_ISSUE',
      pointer: '/to/validUntil',
    });
    record.do(correct(revision, { validUntil: '2024-11-30' }));
    expect(record.statusAt('S1', record.now)).toMatchObject({ lastValidDay: '2024-11-30' });
  });

  test('what waits, was declined or withdrawn counts for nothing and is not corrected', () => {
    const record = PureRecord.bound(asking());
    record.do(training(), ADMIN);
    const asked = () => record.ask(correct(last(record, 'EvidenceSubmitted'), on('2024-05-03')));
    expect(asked()).toMatchObject({ code: 'FACT_NOT_CORRECTABLE', detail: expect.stringContaining('Decline it') });
    record.do({ type: 'WithdrawSubmission', of: 1 }, ADMIN);
    expect(asked()).toMatchObject({ code: 'FACT_NOT_CORRECTABLE', detail: expect.stringContaining('withdrawn') });
    expect(record.state.schemes['S1']!.submissions[0]!.label).toBe(LABEL);
  });
});
