import { isRejection } from '../../shared/result.js';
import type { Criteria } from '../../catalogue/domain/criteria.js';
import {
  ADMIN,
  catalogueWith,
  LEARNER,
  LEARNER_AS_ADMIN,
  NOW,
  PureRecord,
  REASON,
  scheme,
  SECOND,
  SERVICE,
  typesOf,
} from '../../../test/support/pure-record.js';
import { asking, document, FILE, LABEL, training } from '../../../test/support/submissions.js';
import type { RecordCommand, SubmissionCommand } from './commands.js';
import { CLAIM_MILLISECONDS } from './reviews.js';
import { submissionsOf } from './state.js';

const APPROVE = { type: 'ApproveSubmission', of: 1 } as const;
const DECLINE = { type: 'DeclineSubmission', of: 1, reason: REASON } as const;
const CLAIM = { type: 'ClaimReview', of: 1 } as const;
const RELEASE = { type: 'ReleaseReview', of: 1 } as const;
const CHECK = {
  type: 'CheckSource',
  of: 1,
  authority: 'Chamber of Crafts',
  how: 'register',
  effective: { date: '2024-05-31' },
  dueAgain: '2025-05-31',
  reference: 'HWK 4711',
} as const;
const THIRD = { key: 'k-third', person: 'd'.repeat(64), role: 'reviewer' };
const later = (milliseconds: number): string => new Date(Date.parse(NOW) + milliseconds).toISOString();

/** A record in which the learner submitted something. */
function waiting(facts = asking(), command: SubmissionCommand = training(), actor = LEARNER): PureRecord {
  const record = PureRecord.bound(facts);
  record.do(command, actor);
  return record;
}
const detail = (record: PureRecord, command: RecordCommand, actor = ADMIN): string | undefined => {
  const answer = record.ask(command, actor);
  return isRejection(answer) ? answer.detail : undefined;
};

describe('approving', () => {
  it('rules 001-16, 001-17: it counts from its own effective time, and the award stands in the same commit', () => {
    const record = waiting(asking({ submission: LABEL }, {}, { duration: 'P1Y' }));
    const events = record.do({ ...APPROVE, reason: REASON }, ADMIN);
    expect(typesOf(events)).toEqual(['SubmissionApproved', 'CertificationAwarded']);
    expect(events[0]!.data).toMatchObject({
      submission: 1,
      effective: { instant: NOW },
      reasonCode: REASON.code,
      reason: REASON.text,
    });
    expect(events[1]!.data).toMatchObject({
      effective: { date: '2024-05-02' },
      validity: { from: { date: '2024-05-02' }, lastValidDay: '2025-05-02' },
      checklist: [{ path: '', submission: LABEL, satisfied: true, by: 3, effective: { date: '2024-05-02' } }],
    });
  });

  it('is neither for the learner nor for the submitter nor for a key without a person, with whatever key', () => {
    const record = waiting(asking(), training(), ADMIN);
    const codes = [LEARNER, LEARNER_AS_ADMIN, ADMIN, { ...ADMIN, key: 'another', role: 'reviewer' }, SERVICE].map((actor) =>
      record.refusal(APPROVE, actor),
    );
    expect(codes).toEqual(['FOUR_EYES', 'FOUR_EYES', 'FOUR_EYES', 'FOUR_EYES', 'PERSON_REQUIRED']);
    expect(record.refusal(DECLINE, ADMIN)).toBe('FOUR_EYES');
    expect(record.refusal(APPROVE, SECOND)).toBeUndefined();
  });

  it('waits for a second approver where scheme or organization ask for one', () => {
    const record = waiting(asking(undefined, { secondApprover: true }));
    expect(typesOf(record.do(APPROVE, ADMIN))).toEqual(['SubmissionEndorsed']);
    expect(record.refusal(APPROVE, ADMIN)).toBe('FOUR_EYES');
    expect(record.cycles('S1')).toEqual([]);
    expect(typesOf(record.do(APPROVE, SECOND))).toEqual(['SubmissionApproved', 'CertificationAwarded']);
  });

  it('an endorsement frees the claim, and does not bind who declines', () => {
    const record = waiting(asking(undefined, { secondApprover: true }));
    record.do(CLAIM, ADMIN);
    record.do(APPROVE, ADMIN);
    expect(typesOf(record.do(DECLINE, SECOND))).toEqual(['SubmissionDeclined']);
  });

  it('one decision wins, and whoever comes too late is told what happened, by whom and when', () => {
    for (const [first, how] of [
      [APPROVE, 'approved'],
      [DECLINE, 'declined'],
    ] as const) {
      const record = waiting();
      record.do(first, ADMIN);
      for (const second of [APPROVE, DECLINE, CLAIM, RELEASE]) {
        expect(record.refusal(second, SECOND)).toBe('SUBMISSION_DECIDED');
        expect(detail(record, second, SECOND)).toBe(`Submission 1 was ${how} on ${NOW} by the person ${ADMIN.person!}.`);
      }
    }
    const record = waiting(asking(), training(), SERVICE);
    record.do({ type: 'WithdrawSubmission', of: 1 }, { ...SERVICE });
    expect(detail(record, APPROVE)).toBe(`Submission 1 was withdrawn on ${NOW} by a service.`);
    const trusting = waiting(asking({ submission: LABEL, review: 'none' }), training(), ADMIN);
    expect(detail(trusting, DECLINE, SECOND)).toBe(`Submission 1 counts since ${NOW}: its scheme asks for no review.`);
  });

  it('names a submission by its number or by the label of a scheme', () => {
    const of = { scheme: 'S1', label: LABEL };
    expect(typesOf(waiting().do({ type: 'ApproveSubmission', of }))).toContain('SubmissionApproved');
    for (const unknown of [2, { scheme: 'S1', label: 'Other' }, { scheme: 'S2', label: LABEL }])
      expect(waiting().refusal({ type: 'ApproveSubmission', of: unknown })).toBe('SUBMISSION_UNKNOWN');
  });

  it('what is declined earns nothing', () => {
    const record = waiting();
    expect(record.do(DECLINE)[0]).toMatchObject({
      type: 'SubmissionDeclined',
      data: { reasonCode: REASON.code, reason: REASON.text },
    });
    expect(record.cycles('S1')).toEqual([]);
  });
});

describe('a claim', () => {
  it('keeps the review for one person until it runs out, and no longer', () => {
    const record = waiting();
    expect(record.do(CLAIM, ADMIN)[0]!.data).toMatchObject({ submission: 1, until: later(CLAIM_MILLISECONDS) });
    for (const command of [APPROVE, DECLINE, CLAIM, RELEASE]) {
      expect(record.refusal(command, SECOND)).toBe('REVIEW_CLAIMED');
      expect(detail(record, command, SECOND)).toContain(later(CLAIM_MILLISECONDS));
      expect(record.refusal(command, ADMIN)).toBeUndefined();
    }
    record.now = later(CLAIM_MILLISECONDS - 1);
    expect(record.refusal(APPROVE, SECOND)).toBe('REVIEW_CLAIMED');
    record.now = later(CLAIM_MILLISECONDS);
    expect(record.refusal(APPROVE, SECOND)).toBeUndefined();
    expect(typesOf(record.do(CLAIM, SECOND))).toEqual(['ReviewClaimed']);
  });

  it('is released by who made it; to release nothing changes nothing', () => {
    const record = waiting();
    expect(record.do(RELEASE, ADMIN)).toEqual([]);
    record.do(CLAIM, ADMIN);
    expect(typesOf(record.do(RELEASE, ADMIN))).toEqual(['ReviewReleased']);
    expect(record.refusal(APPROVE, SECOND)).toBeUndefined();
  });

  it('is for nobody who may not decide', () => {
    const record = waiting(asking(), training(), ADMIN);
    expect([LEARNER_AS_ADMIN, ADMIN, SERVICE].map((actor) => record.refusal(CLAIM, actor))).toEqual([
      'FOUR_EYES',
      'FOUR_EYES',
      'PERSON_REQUIRED',
    ]);
  });
});

describe('checking at the source', () => {
  it('awards what an edition asks for that came to demand the check when the document was approved already', () => {
    const criteria = (more: object): Criteria => ({
      all: [{ course: 'C1' }, { submission: LABEL, kind: 'credential-document', ...more }],
    });
    const first = asking(criteria({}));
    const record = waiting(first, document());
    record.do(APPROVE, ADMIN);
    const content = scheme('S1', criteria({ sourceCheck: 'required' }), { perpetual: true }, 'Europe/Berlin');
    record.facts = catalogueWith(first, { type: 'ReviseScheme', scheme: content });
    record.complete('C1', '2024-05-20');
    expect(record.cycles('S1')).toEqual([]);
    expect(typesOf(record.do(CHECK, SECOND))).toEqual(['SourceChecked', 'CertificationAwarded']);
    // A further check is no further ground.
    expect(typesOf(record.do({ ...CHECK, effective: { date: '2024-06-01' } }, SECOND))).toEqual(['SourceChecked']);
  });

  const demanding = () => asking({ submission: LABEL, kind: 'credential-document', sourceCheck: 'required' });

  it('where a scheme demands it, nothing is approved without it', () => {
    const record = waiting(demanding(), document());
    expect(record.refusal(APPROVE)).toBe('SOURCE_CHECK_REQUIRED');
    expect(record.do(CHECK, SECOND)[0]!.data).toMatchObject({
      authority: 'Chamber of Crafts',
      how: 'register',
      dueAgain: '2025-05-31',
    });
    expect(typesOf(record.do(APPROVE))).toEqual(['SubmissionApproved', 'CertificationAwarded']);
  });

  it('goes on after the approval, and not after a decline', () => {
    const record = waiting();
    record.do(APPROVE);
    expect(typesOf(record.do(CHECK, SECOND))).toEqual(['SourceChecked']);
    const declined = waiting();
    declined.do(DECLINE);
    expect(declined.refusal(CHECK, SECOND)).toBe('SUBMISSION_DECIDED');
  });

  it('is a person’s, who is neither the learner nor the submitter; not in the future, and due again later', () => {
    const record = waiting(asking(), training(), ADMIN);
    const codes = [LEARNER_AS_ADMIN, ADMIN, SERVICE].map((actor) => record.refusal(CHECK, actor));
    expect(codes).toEqual(['FOUR_EYES', 'FOUR_EYES', 'PERSON_REQUIRED']);
    expect(record.refusal({ ...CHECK, effective: { date: '2024-07-01' } }, SECOND)).toBe('EFFECTIVE_IN_FUTURE');
    expect(record.refusal({ ...CHECK, dueAgain: '2024-05-31' }, SECOND)).toBe('CHECK_DUE_BEFORE_CHECK');
    expect(record.refusal({ ...CHECK, dueAgain: '2024-06-01' }, SECOND)).toBeUndefined();
    expect(record.refusal({ ...CHECK, of: 2 }, SECOND)).toBe('SUBMISSION_UNKNOWN');
  });
});

describe('an attachment that must be scanned', () => {
  type Verdict = 'clean' | 'infected' | 'failed' | 'limit-exceeded';
  const scan = (verdict: Verdict, attachment = FILE.address) =>
    ({ type: 'RecordScan', submission: 1, attachment, verdict, scanner: 'clamav' }) as const;
  const scanned = (): PureRecord => waiting({ ...asking(), scans: true } as ReturnType<typeof asking>, document());

  it('is approved after it was found clean; anything else is not clean', () => {
    const record = scanned();
    expect(record.refusal(APPROVE)).toBe('ATTACHMENT_NOT_CLEAN');
    for (const verdict of ['failed', 'limit-exceeded'] as const) {
      expect(typesOf(record.do(scan(verdict), SERVICE))).toEqual(['AttachmentScanned']);
      expect(record.refusal(APPROVE)).toBe('ATTACHMENT_NOT_CLEAN');
      expect(detail(record, APPROVE)).toContain(verdict);
    }
    record.do(scan('clean'), SERVICE);
    expect(record.do(scan('clean'), SERVICE)).toEqual([]);
    expect(record.refusal(APPROVE)).toBeUndefined();
  });

  it('stays infected, whatever is said later, and clean until something is found; the refusal names what was', () => {
    const verdicts: readonly Verdict[] = ['clean', 'infected', 'failed', 'limit-exceeded'];
    const replaces = (first: Verdict): Verdict[] =>
      verdicts.filter((second) => {
        const record = scanned();
        record.do(scan(first), SERVICE);
        return record.do(scan(second), SERVICE).length > 0;
      });
    expect(verdicts.map(replaces)).toEqual([
      ['infected'],
      [],
      ['clean', 'infected', 'limit-exceeded'],
      ['clean', 'infected', 'failed'],
    ]);
    const record = scanned();
    record.do(scan('clean'), SERVICE);
    record.do({ ...scan('infected'), signature: 'Win.Test.EICAR_HDB-1' }, SERVICE);
    record.do(scan('clean'), SERVICE);
    expect(record.refusal(APPROVE)).toBe('ATTACHMENT_NOT_CLEAN');
    expect(detail(record, APPROVE)).toContain('infected, Win.Test.EICAR_HDB-1');
  });

  it('is asked of what was submitted before there was a scanner, and stays asked of what was submitted under one', () => {
    const before = waiting(asking(), document());
    before.facts = { ...before.facts, scans: true };
    expect(before.refusal(APPROVE)).toBe('ATTACHMENT_NOT_CLEAN');
    const under = scanned();
    under.facts = { ...under.facts, scans: false };
    expect(under.refusal(APPROVE)).toBe('ATTACHMENT_NOT_CLEAN');
    expect(waiting(asking(), document()).refusal(APPROVE)).toBeUndefined();
  });

  it('is not told of by another one, nor where there is none', () => {
    expect(waiting(asking(), document()).do(scan('clean', 'ef'.repeat(32)), SERVICE)).toEqual([]);
    expect(waiting().do(scan('clean'), SERVICE)).toEqual([]);
  });
});

describe('time passing', () => {
  const observe = (threshold: 'aged' | 'escalated') => ({ type: 'ObserveReview', submission: 1, threshold }) as const;
  const AGED = '2024-06-04T12:00:00.000Z';

  it('is observed once, with the exact instant, however late', () => {
    const record = waiting();
    record.now = '2024-06-04T11:59:59.999Z';
    expect(record.do(observe('aged'))).toEqual([]);
    record.now = AGED;
    expect(record.do(observe('aged'))[0]).toMatchObject({
      type: 'ReviewAged',
      data: { scheme: 'S1', submission: 1, effective: { instant: '2024-06-04T14:00:00+02:00' }, observes: 2 },
    });
    expect(record.do(observe('aged'))).toEqual([]);
    record.now = '2024-07-01T00:00:00.000Z';
    expect(record.do(observe('escalated'))[0]!.data).toMatchObject({ effective: { instant: '2024-06-08T14:00:00+02:00' } });
    expect(record.do({ ...observe('aged'), submission: 2 })).toEqual([]);
  });

  it('ages nothing that was decided before, and still what was decided after', () => {
    const before = waiting();
    before.do(APPROVE);
    const after = waiting();
    after.now = AGED;
    after.do(DECLINE);
    for (const record of [before, after]) record.now = '2024-07-01T00:00:00.000Z';
    expect([before.do(observe('aged')).length, after.do(observe('aged')).length, after.do(observe('escalated')).length]).toEqual([
      0, 1, 0,
    ]);
  });
});

test('a third person reviews what a second one submitted for the learner', () => {
  const record = waiting(asking(), document(), SECOND);
  expect(record.refusal(APPROVE, SECOND)).toBe('FOUR_EYES');
  expect(typesOf(record.do(APPROVE, THIRD))).toContain('SubmissionApproved');
  expect(submissionsOf(record.state)[0]).toMatchObject({ outcome: { person: THIRD.person } });
});
