import { after, apply, AT, before, BY, dataOf, holder, PUBLISHED_AT, second } from '../../../test/support/edition-holders.js';
import {
  ADMIN,
  catalogueWith,
  definitions,
  PureRecord,
  REASON,
  scheme,
  SECOND,
  typesOf,
} from '../../../test/support/pure-record.js';
import { updateBy } from './endings.js';

describe('what a new edition does to who holds an earlier one', () => {
  it.each([undefined, { kind: 'keep' } as const])('003-10: keep writes nothing and changes nothing (%j)', (holders) => {
    const record = holder(second(holders));
    expect(apply(record)).toEqual([]);
    expect(record.statusAt('S', '2025-03-15T12:00:00Z')).toMatchObject({ status: 'expiring', valid: true, edition: 1 });
  });

  it('003-10: must update by a date: asked from the day on which the edition came into force, and over at the start of that date', () => {
    const record = holder(second(BY));
    expect(apply(record)).toEqual([
      {
        type: 'EditionApplied',
        data: {
          scheme: 'S',
          edition: 2,
          cycle: 1,
          effect: 'must-update',
          effective: { date: '2024-05-01' },
          by: { date: '2024-09-01' },
          endsAt: '2024-09-01T00:00:00+02:00',
        },
      },
    ]);
    const at = (instant: string) => record.statusAt('S', instant);
    expect(at('2024-04-30T21:59:59Z')).toMatchObject({ status: 'certified', valid: true });
    expect(at('2024-04-30T22:00:00Z')).toMatchObject({ status: 'update-required', valid: true, lastValidDay: '2024-08-31' });
    expect(at('2024-08-31T21:59:59Z')).toMatchObject({ status: 'update-required', valid: true });
    expect(at('2024-08-31T22:00:00Z')).toMatchObject({ status: 'expired', valid: false, endsAt: '2024-09-01T00:00:00+02:00' });
  });

  it('003-10: void at a date asks for nothing and ends it there', () => {
    const record = holder(second(AT));
    expect(dataOf(apply(record), 'EditionApplied')).toMatchObject({ effect: 'void', endsAt: '2024-09-01T00:00:00+02:00' });
    expect(record.statusAt('S', '2024-08-31T21:59:59Z')).toMatchObject({ status: 'certified', valid: true });
    expect(record.statusAt('S', '2024-08-31T22:00:00Z')).toMatchObject({ status: 'expired', valid: false });
  });

  it('an instant counts as it is, and the end of the cycle itself stays where that comes first', () => {
    const record = holder(second({ kind: 'must-update', by: { instant: '2025-06-01T08:00:00Z' } }));
    expect(dataOf(apply(record), 'EditionApplied').endsAt).toBe('2025-06-01T08:00:00Z');
    const asked = record.statusAt('S', '2025-03-15T12:00:00Z');
    expect(asked).toMatchObject({
      status: 'update-required',
      lastValidDay: '2025-03-15',
      endsAt: '2025-03-16T00:00:00+01:00',
    });
    expect(updateBy(record.cycles('S')[0], asked)).toBe('2025-03-16T00:00:00+01:00');
    expect(record.statusAt('S', '2025-03-16T12:00:00Z')).toMatchObject({ status: 'expired' });
  });

  it('is applied once, however often it is asked for', () => {
    const record = holder(second(BY));
    expect(apply(record)).toHaveLength(1);
    expect(apply(record)).toEqual([]);
  });

  it.each([
    ['who holds nothing', (record: PureRecord) => record.do({ type: 'Revoke', scheme: 'S', reason: REASON })],
    [
      'who holds the edition itself already',
      (record: PureRecord) => {
        record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
        record.do({ type: 'AwardByHand', scheme: 'S', effective: { date: '2024-05-20' }, reason: REASON });
      },
    ],
  ])('touches nobody of %s', (_, given) => {
    const record = holder(second(AT));
    given(record);
    expect(apply(record)).toEqual([]);
  });

  it('touches nobody whose certification was over when it was published, and everybody else however late the policy comes', () => {
    const over = holder(second(AT));
    over.now = '2026-01-01T12:00:00.000Z';
    expect(apply(over, 2, '2025-03-15T23:00:00.000Z')).toEqual([]);
    const late = holder(second(AT));
    late.now = '2026-01-01T12:00:00.000Z';
    expect(apply(late, 2, '2025-03-15T22:59:59.999Z')).toHaveLength(1);
  });

  it('an edition that does not exist is refused', () => {
    const record = holder(second(AT));
    expect(record.refusal({ type: 'ApplyEdition', scheme: 'S', edition: 3, publishedAt: PUBLISHED_AT })).toBe('SCHEME_UNKNOWN');
  });

  it('of two editions each is applied, and the earlier end counts', () => {
    const record = holder(second(BY), second({ kind: 'must-update', by: { date: '2024-08-01' } }, { title: 'Third' }));
    apply(record, 3);
    apply(record, 2);
    expect(record.cycles('S')[0]!.endings?.map(({ edition }) => edition)).toEqual([3, 2]);
    expect(record.statusAt('S', '2024-07-31T22:00:00Z')).toMatchObject({ status: 'expired' });
  });
});

describe('an update', () => {
  it('003-10: meeting the new criteria makes a cycle with the old end, in the commit of the evidence', () => {
    const record = holder(second(BY));
    apply(record);
    const events = record.complete('C2', '2024-05-20');
    expect(typesOf(events)).toEqual(['LearnerEnrolled', 'CourseCompleted', 'CertificationAwarded']);
    expect(dataOf(events, 'CertificationAwarded')).toMatchObject({
      edition: 2,
      cycle: 2,
      kind: 'update',
      how: 'automatic',
      renews: 1,
      effective: { date: '2024-05-20' },
      validity: { from: { date: '2024-05-20' }, lastValidDay: '2025-03-15', endsAt: '2025-03-16T00:00:00+01:00' },
    });
    expect(record.statusAt('S', '2024-05-19T12:00:00Z')).toMatchObject({ status: 'update-required', cycle: 1 });
    expect(record.statusAt('S', '2024-05-20T12:00:00Z')).toMatchObject({
      status: 'certified',
      valid: true,
      cycle: 2,
      edition: 2,
    });
    expect(record.statusAt('S', '2025-01-01T12:00:00Z')).toMatchObject({ status: 'certified', valid: true });
  });

  it('is made at once where the evidence is there, from the day on which the edition came into force', () => {
    const record = PureRecord.registered(before);
    record.complete('C2', '2023-01-01');
    record.complete('C1', '2023-03-15');
    record.facts = after(second(BY));
    const events = apply(record);
    expect(typesOf(events)).toEqual(['EditionApplied', 'CertificationAwarded']);
    expect(dataOf(events, 'CertificationAwarded')).toMatchObject({
      kind: 'update',
      effective: { date: '2024-05-01' },
      validity: { from: { date: '2024-05-01' }, lastValidDay: '2025-03-15' },
    });
  });

  it('asks for fresh evidence only where the edition of a course was raised', () => {
    const record = PureRecord.registered(before);
    record.complete('C2', '2023-01-01');
    record.complete('C1', '2023-03-15');
    record.facts = catalogueWith(
      before,
      { type: 'ReviseCourse', course: { course: 'C2', title: 'Course C2, new content' } },
      {
        type: 'ReviseScheme',
        scheme: second(BY, { criteria: { all: [{ course: 'C1' }, { course: 'C2', minEdition: 2 }] } }),
      },
    );
    expect(typesOf(apply(record))).toEqual(['EditionApplied']);
    expect(typesOf(record.complete('C2', '2024-05-20'))).toContain('CertificationAwarded');
    expect(record.cycles('S').map(({ kind, edition }) => [kind, edition])).toEqual([
      ['initial', 1],
      ['update', 2],
    ]);
  });

  it('comes too late from the end of its time on, and is in time before, however late it is recorded', () => {
    const late = holder(second(BY));
    apply(late);
    late.now = '2024-10-01T12:00:00.000Z';
    expect(late.complete('C2', '2024-09-01').map(({ type }) => type)).not.toContain('CertificationAwarded');
    const inTime = holder(second(BY));
    apply(inTime);
    inTime.now = '2024-10-01T12:00:00.000Z';
    expect(dataOf(inTime.complete('C2', '2024-08-31'), 'CertificationAwarded')).toMatchObject({ kind: 'update' });
  });

  it('is made to the newest edition, whichever asked for it', () => {
    const record = holder(second(BY));
    apply(record);
    record.facts = after(
      second(BY),
      second(undefined, { title: 'Third', criteria: { any: [{ course: 'C1' }, { course: 'C2' }] } }),
    );
    const events = record.do({ type: 'Reevaluate', kind: 'scheme', id: 'S' });
    expect(dataOf(events, 'CertificationAwarded')).toMatchObject({
      kind: 'update',
      edition: 3,
      effective: { date: '2024-05-01' },
    });
  });

  it('waits for approval where awards do, and is decided by whoever approves it', () => {
    const record = holder(second(BY, { award: 'on-approval' }));
    apply(record);
    const proposed = record.complete('C2', '2024-05-20');
    expect(dataOf(proposed, 'AwardProposed')).toMatchObject({
      edition: 2,
      how: 'on-approval',
      effective: { date: '2024-05-20' },
    });
    // Time passes while it waits; what was done in time was done in time.
    record.now = '2024-09-02T12:00:00.000Z';
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'awaiting-review', valid: false });
    const approved = record.do({ type: 'ApproveAward', scheme: 'S', reason: REASON }, SECOND);
    expect(dataOf(approved, 'CertificationAwarded')).toMatchObject({
      kind: 'update',
      how: 'on-approval',
      proposal: 1,
      renews: 1,
    });
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'certified', valid: true, cycle: 2 });
  });

  it('that waits is an update still when it is approved, though an edition that came meanwhile makes it void', () => {
    const onApproval = second(BY, { award: 'on-approval' });
    const record = holder(onApproval);
    apply(record);
    record.complete('C2', '2024-05-20');
    record.facts = after(onApproval, second(AT, { award: 'on-approval', title: 'Third' }));
    expect(typesOf(apply(record, 3))).toEqual(['EditionApplied']);
    const approved = record.do({ type: 'ApproveAward', scheme: 'S', reason: REASON }, SECOND);
    expect(typesOf(approved)).toEqual(['CertificationAwarded', 'EditionApplied']);
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'update', edition: 2, validity: { lastValidDay: '2025-03-15' } });
    expect(record.statusAt('S', '2024-09-01T12:00:00Z')).toMatchObject({ status: 'expired', lastValidDay: '2024-08-31' });
  });

  it('that lost its ground by a correction is done again', () => {
    const record = holder(second(BY));
    apply(record);
    record.complete('C2', '2024-05-20');
    const corrects = { course: 'C2' };
    record.do({ type: 'CorrectFact', corrects, reason: REASON });
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'revoked', valid: false });
    expect(dataOf(record.complete('C2', '2024-05-25'), 'CertificationAwarded')).toMatchObject({
      kind: 'update',
      cycle: 3,
      renews: 1,
      validity: { from: { date: '2024-05-25' }, lastValidDay: '2025-03-15' },
    });
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'certified', valid: true, cycle: 3 });
  });

  it('that a person revoked is not done again', () => {
    const record = holder(second(BY));
    apply(record);
    record.complete('C2', '2024-05-20');
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(typesOf(record.complete('C2', '2024-05-25'))).not.toContain('CertificationAwarded');
  });

  it('is not made while the certification is suspended, and is when it is reinstated', () => {
    const record = holder(second(BY));
    apply(record);
    record.do({ type: 'SuspendCertification', scheme: 'S', reason: REASON });
    expect(typesOf(record.complete('C2', '2024-05-20'))).not.toContain('CertificationAwarded');
    const reinstated = record.do({ type: 'ReinstateCertification', scheme: 'S', reason: REASON }, SECOND);
    expect(dataOf(reinstated, 'CertificationAwarded')).toMatchObject({ kind: 'update', effective: { date: '2024-05-20' } });
  });

  it('that was declined does not come back by itself', () => {
    const record = holder(second(BY, { award: 'on-approval' }));
    apply(record);
    record.complete('C2', '2024-05-20');
    expect(typesOf(record.do({ type: 'DeclineAward', scheme: 'S', reason: REASON }))).toEqual(['AwardDeclined']);
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'update-required' });
  });

  it('is made of evidence that is still valid, where evidence caps the validity', () => {
    const record = PureRecord.registered(before);
    record.do({ type: 'CompleteCourse', course: 'C2', effective: { date: '2023-01-01' }, validUntil: '2024-04-30' });
    record.complete('C1', '2023-03-15');
    record.facts = after(second(BY, { capByEvidence: true }));
    expect(typesOf(apply(record))).toEqual(['EditionApplied']);
  });

  it('what is void is not updated but earned afresh, by what is done since the edition came into force', () => {
    const record = PureRecord.registered(before);
    record.complete('C2', '2023-01-01');
    record.complete('C1', '2023-03-15');
    record.facts = after(second(AT));
    expect(typesOf(apply(record))).toEqual(['EditionApplied']);
    expect(record.complete('C2', '2024-05-20').map(({ type }) => type)).not.toContain('CertificationAwarded');
    const events = record.complete('C1', '2024-05-21');
    expect(dataOf(events, 'CertificationAwarded')).toMatchObject({
      kind: 'initial',
      cycle: 2,
      effective: { date: '2024-05-21' },
      validity: { lastValidDay: '2026-05-21' },
    });
  });

  it('missed, the first award is earned again by what is done from the end of its time on', () => {
    const record = holder(second(BY));
    apply(record);
    record.now = '2024-10-01T12:00:00.000Z';
    record.complete('C2', '2024-09-01');
    expect(record.cycles('S')).toHaveLength(1);
    expect(dataOf(record.complete('C1', '2024-09-20'), 'CertificationAwarded')).toMatchObject({ kind: 'initial', cycle: 2 });
  });

  it('missed, what was earned again and waits for approval is a first award, too', () => {
    const record = holder(second(BY, { award: 'on-approval' }));
    apply(record);
    record.now = '2024-10-01T12:00:00.000Z';
    record.complete('C2', '2024-09-01');
    record.complete('C1', '2024-09-20');
    const approved = record.do({ type: 'ApproveAward', scheme: 'S', reason: REASON }, SECOND);
    expect(dataOf(approved, 'CertificationAwarded')).toMatchObject({ kind: 'initial', validity: { lastValidDay: '2026-09-20' } });
  });
});

describe('who is certified later under an earlier edition', () => {
  it('is met in the same commit by what the later editions do', () => {
    const record = PureRecord.registered(before);
    record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2024-01-01' } });
    record.facts = after(second(BY));
    expect(apply(record)).toEqual([]);
    const events = record.complete('C1', '2024-05-20');
    expect(typesOf(events).slice(-2)).toEqual(['CertificationAwarded', 'EditionApplied']);
    expect(dataOf(events, 'CertificationAwarded')).toMatchObject({ edition: 1, kind: 'initial' });
    expect(record.statusAt('S', '2024-05-20T12:00:00Z')).toMatchObject({ status: 'update-required', valid: true });
    // The policy that comes by afterwards finds it done.
    expect(apply(record)).toEqual([]);
  });

  it('and is updated there as well, where all that the new edition asks for is done', () => {
    const record = PureRecord.registered(before);
    record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2024-01-01' } });
    record.facts = after(second(BY));
    record.complete('C2', '2024-05-10');
    expect(typesOf(record.complete('C1', '2024-05-20')).slice(-3)).toEqual([
      'CertificationAwarded',
      'EditionApplied',
      'CertificationAwarded',
    ]);
    expect(record.cycles('S').map(({ kind }) => kind)).toEqual(['initial', 'update']);
  });

  it('completed before a new edition and approved after it, the award is that of the edition it was proposed under', () => {
    const first = scheme('S', { course: 'C1' }, { duration: 'P2Y' }, 'Europe/Berlin', { award: 'on-approval' });
    const standing = definitions(['C1', 'C2'], first);
    const record = PureRecord.registered(standing);
    record.complete('C1', '2024-04-15');
    record.facts = catalogueWith(standing, { type: 'ReviseScheme', scheme: second(BY, { award: 'on-approval' }) });
    expect(apply(record)).toEqual([]);
    const events = record.do({ type: 'ApproveAward', scheme: 'S', reason: REASON }, ADMIN);
    expect(typesOf(events)).toEqual(['CertificationAwarded', 'EditionApplied']);
    expect(dataOf(events, 'CertificationAwarded')).toMatchObject({ edition: 1, validity: { from: { date: '2024-04-15' } } });
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'update-required', edition: 1, valid: true });
  });
});
