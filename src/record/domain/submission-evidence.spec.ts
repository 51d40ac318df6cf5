import { ADMIN, LEARNER, PureRecord, REASON, typesOf } from '../../../test/support/pure-record.js';
import { asking, document, LABEL, training } from '../../../test/support/submissions.js';
import { windowOf } from './earning.js';
import { evaluateScheme } from './scheme-evidence.js';
import { pendingAssignment } from './standing.js';
import { standingOf } from './state.js';

const DUE = '2024-07-01T00:00:00+02:00';
const approve = (of = 1) => ({ type: 'ApproveSubmission', of }) as const;

/** The checklist line of the label as the learner's assignment has it. */
function line(record: PureRecord) {
  const edition = record.facts.schemes.get('S1')!.at(-1)!;
  const window = windowOf(edition, pendingAssignment(standingOf(record.state, 'S1')));
  const { evaluation } = evaluateScheme(edition, record.state, window);
  return evaluation.checklist.find(({ submission }) => submission === LABEL)!;
}
function assigned(more: object = {}, criteria: Parameters<typeof asking>[0] = undefined): PureRecord {
  const record = PureRecord.bound(asking(criteria, more));
  record.do({ type: 'AssignScheme', scheme: 'S1', effective: { date: '2024-05-01' }, due: { date: '2024-07-01' } });
  return record;
}
const statusOf = (record: PureRecord, at = record.now) => record.statusAt('S1', at)?.status;

test('rule 001-17: the checklist says what became of it', () => {
  const record = assigned();
  expect(line(record)).toMatchObject({ satisfied: false, missing: 'not-submitted' });
  record.do(training(), LEARNER);
  expect(line(record)).toMatchObject({ satisfied: false, missing: 'awaiting-review' });
  record.do({ type: 'DeclineSubmission', of: 1, reason: REASON });
  expect(line(record)).toMatchObject({ satisfied: false, missing: 'declined' });
  record.do(training(), LEARNER);
  expect(line(record)).toMatchObject({ missing: 'awaiting-review' });
  record.do({ type: 'WithdrawSubmission', of: 2 }, LEARNER);
  // What was withdrawn never was; the decline before it stands.
  expect(line(record)).toMatchObject({ missing: 'declined' });
});

test('awaiting-review is the status while it waits, before and after it is what was asked', () => {
  const record = assigned();
  expect(statusOf(record)).toBe('assigned');
  record.do(training(), LEARNER);
  expect(record.statusAt('S1', record.now)).toMatchObject({
    status: 'awaiting-review',
    submission: 1,
    assignment: 1,
    valid: false,
  });
  record.now = '2024-06-02T12:00:00.000Z';
  record.do({ type: 'DeclineSubmission', of: 1, reason: REASON });
  expect([statusOf(record, '2024-06-01T11:59:59Z'), statusOf(record, '2024-06-01T12:00:00Z'), statusOf(record)]).toEqual([
    'assigned',
    'awaiting-review',
    'in-progress',
  ]);
});

test('without an assignment it is the status as well; after a decline there is none', () => {
  const record = PureRecord.bound(asking());
  record.do(training(), LEARNER);
  expect(statusOf(record)).toBe('awaiting-review');
  record.do({ type: 'DeclineSubmission', of: 1, reason: REASON });
  expect(statusOf(record)).toBeUndefined();
});

test('◆ submitted before the due instant and approved after it: in time, and visible as such', () => {
  for (const lateEvidence of ['refuse', 'accept-late'] as const) {
    const record = assigned({ timeToFulfil: { lateEvidence } });
    record.now = '2024-06-30T21:59:59.999Z';
    record.do(document(), LEARNER);
    record.now = '2024-07-15T08:00:00.000Z';
    expect(statusOf(record)).toBe('awaiting-review');
    const events = record.do(approve(), ADMIN);
    expect(typesOf(events)).toEqual(['SubmissionApproved', 'CertificationAwarded']);
    expect(events[1]!.data).toMatchObject({
      assignment: 1,
      effective: { date: '2024-05-02' },
      checklist: [{ approvedLate: true }],
    });
    expect(events[1]!.data).not.toHaveProperty('late');
  }
});

test('approved before the due instant it is not marked', () => {
  const record = assigned();
  record.do(document(), LEARNER);
  const [, awarded] = record.do(approve(), ADMIN);
  expect((awarded!.data as { checklist: object[] }).checklist[0]).not.toHaveProperty('approvedLate');
});

test('◆ an old document that is handed in at the due instant is late: refused or flagged as the scheme says', () => {
  const refusing = assigned();
  refusing.now = DUE;
  refusing.do(document(), LEARNER);
  expect(line(refusing)).toMatchObject({ missing: 'only-late' });
  // What cannot fulfil it any more leaves it missed.
  expect(statusOf(refusing)).toBe('missed');
  expect(typesOf(refusing.do(approve(), ADMIN))).toEqual(['SubmissionApproved']);
  expect(line(refusing)).toMatchObject({ satisfied: false, missing: 'only-late' });
  const accepting = assigned({ timeToFulfil: { lateEvidence: 'accept-late' } });
  accepting.now = DUE;
  accepting.do(document(), LEARNER);
  expect(statusOf(accepting)).toBe('awaiting-review');
  expect(accepting.do(approve(), ADMIN)[1]!.data).toMatchObject({ late: true, effective: { date: '2024-05-02' } });
});

test('what an import says was handed in in time is in time', () => {
  const record = assigned();
  record.now = '2024-08-01T00:00:00.000Z';
  record.do(document({ submitted: { date: '2024-06-20' } }), ADMIN);
  expect(typesOf(record.do(approve(), { ...ADMIN, person: 'e'.repeat(64) }))).toContain('CertificationAwarded');
});

test('prior evidence is ignored by its own effective time, whenever it was handed in', () => {
  const record = assigned({ priorEvidence: 'ignore' });
  record.do(document({ effective: { date: '2024-04-30' } }), LEARNER);
  expect(line(record)).toMatchObject({ missing: 'only-before' });
  expect(typesOf(record.do(approve(), ADMIN))).toEqual(['SubmissionApproved']);
  record.do(document({ effective: { date: '2024-05-01' } }), LEARNER);
  expect(typesOf(record.do(approve(2), ADMIN))).toEqual(['SubmissionApproved', 'CertificationAwarded']);
});

test('trap 8: the end of a document caps the validity where the scheme says so', () => {
  for (const [capByEvidence, lastValidDay] of [
    [true, '2024-12-31'],
    [false, '2025-05-02'],
  ] as const) {
    const record = PureRecord.bound(asking({ submission: LABEL }, { capByEvidence }, { duration: 'P1Y' }));
    record.do(document({ validUntil: '2024-12-31' }), LEARNER);
    expect(record.do(approve(), ADMIN)[1]!.data).toMatchObject({ validity: { lastValidDay } });
  }
});

test('no side door: an approved submission is one leaf among others', () => {
  const record = PureRecord.bound(asking({ all: [{ submission: LABEL }, { course: 'C1' }] }));
  record.do(document(), LEARNER);
  expect(typesOf(record.do(approve(), ADMIN))).toEqual(['SubmissionApproved']);
  expect(typesOf(record.complete('C1', '2024-05-20'))).toContain('CertificationAwarded');
  expect(record.cycles('S1')[0]!.awarded.effective).toEqual({ date: '2024-05-20' });
});

test('handing in again what waits for review earns nothing that was declined before', () => {
  const record = PureRecord.bound(asking({ any: [{ submission: LABEL }, { course: 'C1' }] }, { award: 'on-approval' }));
  record.complete('C1', '2024-05-20');
  record.do({ type: 'DeclineAward', scheme: 'S1', reason: REASON });
  expect(typesOf(record.do(training(), LEARNER))).toEqual(['EvidenceSubmitted']);
});
