import { emptyCatalogue } from '../../catalogue/published.js';
import { isRejection } from '../../shared/result.js';
import {
  ADMIN,
  LEARNER,
  LEARNER_AS_ADMIN,
  NOW,
  PureRecord,
  REASON,
  SECOND,
  SERVICE,
  typesOf,
} from '../../../test/support/pure-record.js';
import { asking, document, FILE, LABEL, training } from '../../../test/support/submissions.js';
import { CLOCK_TOLERANCE_MILLISECONDS } from './circumstances.js';
import type { Of } from './commands.js';
import { submissionsOf } from './state.js';
import { LABELS_TOLD_MAX } from './submissions.js';
import { stateOf } from './submission.js';

const told = (record: PureRecord, command: Of<'SubmitEvidence'>, actor = LEARNER) => {
  const answer = record.ask(command, actor);
  return isRejection(answer) ? { code: answer.code, pointer: answer.pointer, detail: answer.detail } : typesOf(answer);
};
const submitted = (record: PureRecord, command: Of<'SubmitEvidence'>, actor = LEARNER) => record.do(command, actor)[0]!.data;

describe('handing in', () => {
  it('rules 001-12, 001-13: a document with all that was said of it, sealed where it is personal', () => {
    const record = PureRecord.bound(asking());
    const data = submitted(record, document({ validUntil: '2026-05-01', note: 'Issued in Bonn.' }));
    expect(data).toEqual({
      subject: expect.any(String),
      submission: 1,
      scheme: 'S1',
      edition: 1,
      label: LABEL,
      kind: 'credential-document',
      title: 'Scheme S1',
      effective: { date: '2024-05-02' },
      submitted: { instant: NOW },
      validUntil: '2026-05-01',
      note: 'Issued in Bonn.',
      attachment: { address: FILE.address, size: FILE.size, mediaType: FILE.mediaType },
      attachmentName: 'licence.pdf',
      attachmentDigest: FILE.digest,
      review: 'required',
      approvals: 1,
      agesAt: '2024-06-04T14:00:00+02:00',
      escalatesAt: '2024-06-08T14:00:00+02:00',
    });
    expect(record.cycles('S1')).toEqual([]);
  });

  it('rule 001-13: what a training may lack a document may not', () => {
    const record = PureRecord.bound(asking());
    expect(told(record, training())).toEqual(['EvidenceSubmitted']);
    expect(told(record, document({ attachment: undefined }))).toMatchObject({
      code: 'ATTACHMENT_REQUIRED',
      pointer: '/attachment',
    });
  });

  it('an end is not before the issue; on the same day it may be', () => {
    const record = PureRecord.bound(asking());
    const ending = (validUntil: string) => told(record, document({ validUntil }));
    expect(ending('2024-05-01')).toMatchObject({ code: 'VALID_UNTIL_BEFORE_ISSUE', pointer: '/validUntil' });
    expect(ending('2024-05-02')).toEqual(['EvidenceSubmitted']);
    // In Berlin this instant is the third of May already.
    const issued = { instant: '2024-05-02T22:30:00Z' };
    expect(told(record, document({ effective: issued, validUntil: '2024-05-02' }))).toMatchObject({
      code: 'VALID_UNTIL_BEFORE_ISSUE',
    });
  });

  it('nothing lies in the future beyond the tolerance of clocks, neither what was done nor its handing in', () => {
    const record = PureRecord.bound(asking());
    const at = (milliseconds: number) => ({ instant: new Date(Date.parse(NOW) + milliseconds).toISOString() });
    const future = CLOCK_TOLERANCE_MILLISECONDS + 1;
    expect(told(record, training({ effective: at(CLOCK_TOLERANCE_MILLISECONDS) }))).toEqual(['EvidenceSubmitted']);
    expect(told(record, training({ effective: at(future) }))).toMatchObject({
      code: 'EFFECTIVE_IN_FUTURE',
      pointer: '/effective',
    });
    expect(told(record, training({ submitted: at(future) }))).toMatchObject({
      code: 'EFFECTIVE_IN_FUTURE',
      pointer: '/submitted',
    });
    expect(told(record, document({ effective: { date: '2024-06-03' } }))).toMatchObject({ code: 'EFFECTIVE_IN_FUTURE' });
  });

  it('rule 001-15: a wrong or altered label or title is refused with what there is', () => {
    const record = PureRecord.bound(asking({ all: [{ submission: LABEL }, { submission: 'Passport' }, { course: 'C1' }] }));
    for (const label of ['trade licence', 'Trade licence ', 'Passport photo', 'C1'])
      expect(told(record, training({ label }))).toMatchObject({
        code: 'LABEL_UNKNOWN',
        pointer: '/label',
        detail: 'Give one exactly as the scheme names it: "Trade licence", "Passport".',
      });
    expect(told(record, training({ title: 'Scheme S2' }))).toMatchObject({ code: 'TITLE_ALTERED', pointer: '/title' });
    expect(told(record, training({ title: 'Scheme S1' }))).toEqual(['EvidenceSubmitted']);
    expect(told(record, training({ scheme: 'S9' }))).toMatchObject({ code: 'SCHEME_UNKNOWN', pointer: '/scheme' });
    const silent = PureRecord.bound(asking({ course: 'C1' }));
    expect(told(silent, training())).toMatchObject({ code: 'LABEL_UNKNOWN', detail: 'The scheme asks for no submission.' });
  });

  it('a refusal names only so many labels', () => {
    const many = (count: number) => asking({ all: Array.from({ length: count }, (_, at) => ({ submission: `L${at}` })) });
    const detailOf = (count: number) => (told(PureRecord.bound(many(count)), training()) as { detail: string }).detail;
    expect(detailOf(LABELS_TOLD_MAX)).not.toContain('…');
    expect(detailOf(LABELS_TOLD_MAX + 1)).toMatch(new RegExp(`"L${LABELS_TOLD_MAX - 1}", …`));
  });

  it('rule 001-14: either kind counts unless the leaf narrows', () => {
    const narrowed = PureRecord.bound(asking({ submission: LABEL, kind: 'credential-document' }));
    expect(told(narrowed, training())).toMatchObject({
      code: 'KIND_NOT_TAKEN',
      pointer: '/kind',
      detail: 'Under this label the scheme takes credential-document only.',
    });
    expect(told(narrowed, document())).toEqual(['EvidenceSubmitted']);
  });

  it('001-7: an item that the criteria do not need is handed in like any other', () => {
    const optional = asking({ course: 'C1' }, { items: [{ course: 'C1' }, { submission: LABEL }] });
    const record = PureRecord.bound(optional);
    expect(told(record, document())).toEqual(['EvidenceSubmitted']);
  });

  it('one waits per label; after it is withdrawn or declined the next one is linked to what was declined', () => {
    const record = PureRecord.bound(asking());
    submitted(record, training());
    expect(told(record, document())).toMatchObject({
      code: 'SUBMISSION_OPEN',
      pointer: '/label',
      detail: expect.stringContaining('Submission 1'),
    });
    record.do({ type: 'WithdrawSubmission', of: 1 }, LEARNER);
    expect(submitted(record, training())).not.toHaveProperty('resubmits');
    record.do({ type: 'DeclineSubmission', of: 2, reason: REASON });
    expect(submitted(record, document())).toMatchObject({ submission: 3, resubmits: 2 });
    record.do({ type: 'ApproveSubmission', of: 3 });
    expect(submitted(record, document())).not.toHaveProperty('resubmits');
    expect(submissionsOf(record.state).map(stateOf)).toEqual(['withdrawn', 'declined', 'approved', 'submitted']);
  });

  it('on a learner’s behalf it is marked and reviewed like any other, an administrator’s own as well', () => {
    const record = PureRecord.bound(asking());
    expect(submitted(record, training())).not.toHaveProperty('onBehalf');
    for (const [actor, more] of [
      [ADMIN, { onBehalf: true }],
      [SERVICE, { onBehalf: true }],
      [LEARNER_AS_ADMIN, {}],
    ] as const) {
      const other = PureRecord.bound(asking());
      expect(submitted(other, training(), actor)).toMatchObject({ review: 'required', ...more });
      expect(other.cycles('S1')).toEqual([]);
    }
  });

  it('a retired scheme takes nothing new; what was asked before may still be fulfilled', () => {
    const retirements = new Map([['scheme S1', { at: NOW, reasonCode: 'superseded' }]]);
    const record = PureRecord.bound(asking());
    const asked = PureRecord.bound(asking());
    asked.do({ type: 'AssignScheme', scheme: 'S1', effective: { date: '2024-05-01' } });
    for (const one of [record, asked]) one.facts = { ...one.facts, retirements };
    expect(told(record, training())).toMatchObject({ code: 'DEFINITION_RETIRED' });
    expect(told(asked, training())).toContain('EvidenceSubmitted');
  });

  it('handing in begins an assignment, whenever what it proves was done', () => {
    const record = PureRecord.bound(asking());
    record.do({ type: 'AssignScheme', scheme: 'S1', effective: { date: '2024-05-20' }, start: { date: '2024-05-25' } });
    const events = record.do(training({ effective: { date: '2020-01-01' } }), LEARNER);
    expect(typesOf(events)).toEqual(['EvidenceSubmitted', 'AssignmentStarted']);
    expect(events[1]!.data).toMatchObject({ effective: { instant: NOW }, how: 'by-evidence' });
  });

  it('the organization says how long a review may take, and a later change moves nothing', () => {
    const facts = asking();
    const record = PureRecord.bound({
      ...facts,
      rules: { ...emptyCatalogue.rules, reviewAgesAfter: 'P1D', reviewEscalatesAfter: 'P2W' },
    });
    expect(submitted(record, training())).toMatchObject({
      agesAt: '2024-06-02T14:00:00+02:00',
      escalatesAt: '2024-06-15T14:00:00+02:00',
    });
  });
});

describe('a report that needs no review', () => {
  const trusting = { submission: LABEL, review: 'none' as const };

  it('rule 000-2: a training that somebody else reports counts at once and awards', () => {
    for (const actor of [ADMIN, SERVICE, { ...LEARNER, asserted: true as const }]) {
      const record = PureRecord.bound(asking(trusting));
      const events = record.do(training(), actor);
      expect(typesOf(events)).toEqual(['EvidenceSubmitted', 'CertificationAwarded']);
      expect(events[0]!.data).toMatchObject({ review: 'none', approvals: 0 });
      expect(events[0]!.data).not.toHaveProperty('agesAt');
      expect(record.refusal({ type: 'WithdrawSubmission', of: 1 }, actor)).toBe('SUBMISSION_DECIDED');
    }
  });

  it('one’s own word is reviewed, whatever the key, and so is every document', () => {
    for (const [command, actor] of [
      [training(), LEARNER],
      [training(), LEARNER_AS_ADMIN],
      [document(), ADMIN],
    ] as const) {
      const record = PureRecord.bound(asking(trusting));
      expect(typesOf(record.do(command, actor))).toEqual(['EvidenceSubmitted']);
      expect(submissionsOf(record.state)[0]).toMatchObject({ review: 'required' });
    }
  });

  it('is reviewed where its attachment must be scanned first', () => {
    const record = PureRecord.bound({ ...asking(trusting), scans: true });
    expect(submitted(record, training({ attachment: FILE }), ADMIN)).toMatchObject({ review: 'required', scan: 'required' });
  });

  it('counts under no leaf that asks for a review', () => {
    const both = asking({ any: [{ all: [trusting, { course: 'C1' }] }, { all: [{ submission: LABEL }, { course: 'C1' }] }] });
    const record = PureRecord.bound(both);
    expect(submitted(record, training(), ADMIN)).toMatchObject({ review: 'required' });
  });
});

describe('withdrawing', () => {
  const withdraw = { type: 'WithdrawSubmission', of: 1, reason: REASON } as const;

  it('is for the learner and who submitted it, while nobody decided it', () => {
    for (const actor of [LEARNER, ADMIN]) {
      const record = PureRecord.bound(asking());
      submitted(record, training(), ADMIN);
      expect(record.refusal(withdraw, SECOND)).toBe('NOT_SUBMITTER');
      expect(typesOf(record.do(withdraw, actor))).toEqual(['SubmissionWithdrawn']);
      expect(record.refusal(withdraw, actor)).toBe('SUBMISSION_DECIDED');
    }
  });

  it('of what a service submitted is for any administrator', () => {
    const record = PureRecord.bound(asking());
    submitted(record, training(), SERVICE);
    expect(record.refusal(withdraw, { ...SECOND, role: 'reviewer' })).toBe('NOT_SUBMITTER');
    expect(typesOf(record.do(withdraw, SECOND))).toEqual(['SubmissionWithdrawn']);
  });

  it('of nothing is refused', () => {
    expect(PureRecord.bound(asking()).refusal(withdraw)).toBe('SUBMISSION_UNKNOWN');
  });
});
