import {
  ADMIN,
  catalogueWith,
  definitions,
  LEARNER,
  LEARNER_AS_ADMIN,
  PureRecord,
  REASON,
  scheme,
  SECOND,
  SERVICE,
  SUBJECT,
  typesOf,
} from '../../../test/support/pure-record.js';
import { addDays } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import { standingOf } from './state.js';
import { WAIVER_DAYS_MAX } from './waivers.js';

const CATALOGUE = definitions(
  ['C1', 'C2'],
  scheme('guard', { course: 'C1' }, { duration: 'P1Y' }, 'Europe/Berlin'),
  scheme('other', { course: 'C2' }),
);
const GUARD = { scheme: 'guard' };
const SUSPEND = { type: 'SuspendCertification', ...GUARD, reason: REASON } as const;
const REINSTATE = { type: 'ReinstateCertification', ...GUARD, reason: REASON } as const;
const REDUCE = { type: 'ReduceScope', ...GUARD, covers: 'Ladders up to 3 m.', reason: REASON } as const;
const WAIVER = { type: 'GrantWaiver', ...GUARD, lastDay: '2024-08-31', evidence: 'A letter.', reason: REASON } as const;
const END_WAIVER = { type: 'EndWaiver', ...GUARD, reason: REASON } as const;
const THIRD = { key: 'k-third', person: 'd'.repeat(64), role: 'admin' };

/** Certified from 1 March 2024 on, bound to the person who is the learner. */
function certified(): PureRecord {
  const record = PureRecord.bound(CATALOGUE);
  record.complete('C1', '2024-03-01');
  return record;
}
const standingIn = ({ state }: PureRecord) => standingOf(state, 'guard');
const statusIn = (record: PureRecord, at: string) => {
  const { status, valid } = record.statusAt('guard', at)!;
  return { status, valid };
};

describe('suspending and reinstating', () => {
  it('takes the validity away at once and gives it back, and what was before stays as it was', () => {
    const record = certified();
    expect(record.do(SUSPEND)).toEqual([
      {
        type: 'CertificationSuspended',
        data: expect.objectContaining({ scheme: 'guard', cycle: 1, effective: { instant: '2024-06-01T12:00:00.000Z' } }),
      },
    ]);
    record.now = '2024-07-01T12:00:00.000Z';
    expect(typesOf(record.do(REINSTATE))).toEqual(['CertificationReinstated']);
    expect(statusIn(record, '2024-06-01T11:59:59.999Z')).toEqual({ status: 'certified', valid: true });
    expect(statusIn(record, '2024-06-01T12:00:00.000Z')).toEqual({ status: 'suspended', valid: false });
    expect(statusIn(record, '2024-07-01T12:00:00.000Z')).toEqual({ status: 'certified', valid: true });
  });

  it('can be done again, and every suspension stays on record', () => {
    const record = certified();
    for (const command of [SUSPEND, REINSTATE, SUSPEND]) record.do(command);
    expect(standingIn(record).cycles[0]!.suspensions).toEqual([
      expect.objectContaining({ until: { instant: record.now } }),
      expect.not.objectContaining({ until: expect.anything() }),
    ]);
  });

  it('refuses to suspend a suspended one, and to reinstate one that is not', () => {
    const record = certified();
    expect(record.refusal(REINSTATE)).toBe('NOT_SUSPENDED');
    record.do(SUSPEND);
    expect(record.refusal(SUSPEND)).toBe('ALREADY_SUSPENDED');
    record.do(REINSTATE);
    expect(record.refusal(REINSTATE)).toBe('NOT_SUSPENDED');
  });

  it('suspends and reduces only what has not ended: at its end it is too late', () => {
    const record = certified();
    record.now = '2025-03-01T22:59:59.999Z';
    expect(record.refusal(SUSPEND)).toBeUndefined();
    record.now = '2025-03-01T23:00:00.000Z';
    expect([SUSPEND, REDUCE].map((command) => record.refusal(command))).toEqual(['CERTIFICATION_ENDED', 'CERTIFICATION_ENDED']);
  });

  it('reinstates what came to its end while it was suspended, so that it may be renewed', () => {
    const record = certified();
    record.do(SUSPEND);
    record.now = '2025-06-01T12:00:00.000Z';
    expect(typesOf(record.do(REINSTATE))).toEqual(['CertificationReinstated']);
    expect(statusIn(record, record.now)).toEqual({ status: 'expired', valid: false });
  });

  it.each([SUSPEND, REINSTATE, REDUCE])(
    '$type is refused for who was never certified, for what was revoked, and without a person',
    (command) => {
      const never = PureRecord.bound(CATALOGUE);
      expect(never.refusal(command)).toBe('NOT_CERTIFIED');
      expect(never.refusal({ ...command, scheme: 'none' })).toBe('SCHEME_UNKNOWN');
      const record = certified();
      expect(record.refusal(command, SERVICE)).toBe('PERSON_REQUIRED');
      expect(record.refusal(command, LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
      record.do({ type: 'Revoke', ...GUARD, reason: REASON });
      expect(record.refusal(command)).toBe('ALREADY_REVOKED');
    },
  );
});

describe('what happens while it is suspended', () => {
  const renewal = { opensBefore: 'P2M', closesAfter: 'P1M' };
  const renewable = definitions(['C1'], scheme('guard', { course: 'C1' }, { duration: 'P1Y' }, 'Europe/Berlin', { renewal }));
  /** Certified up to 1 March 2025, with a renewal opened in February, and suspended. */
  function renewing(): PureRecord {
    const record = PureRecord.bound(renewable, '2024-03-01T12:00:00.000Z');
    record.complete('C1', '2024-03-01');
    record.now = '2025-02-01T12:00:00.000Z';
    record.do({ type: 'OpenRenewal', ...GUARD, intent: { how: 'renew-now' } }, LEARNER);
    record.do(SUSPEND);
    return record;
  }

  it('evidence for an open renewal stays and earns nothing, until reinstating awards it in the same commit', () => {
    const record = renewing();
    record.now = '2025-02-10T12:00:00.000Z';
    expect(typesOf(record.complete('C1', '2025-02-10'))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
    expect(statusIn(record, record.now)).toEqual({ status: 'suspended', valid: false });
    record.now = '2025-02-20T12:00:00.000Z';
    const events = record.do(REINSTATE);
    expect(typesOf(events)).toEqual(['CertificationReinstated', 'CertificationAwarded']);
    expect(events[1]!.data).toMatchObject({ kind: 'renewal', renews: 1, cycle: 2, validity: { lastValidDay: '2026-02-10' } });
    expect(statusIn(record, record.now)).toEqual({ status: 'certified', valid: true });
  });

  it('what was done in time renews it although it is reinstated after the window has closed', () => {
    const record = renewing();
    record.now = '2025-02-10T12:00:00.000Z';
    record.complete('C1', '2025-02-10');
    record.now = '2025-05-01T12:00:00.000Z';
    expect(typesOf(record.do(REINSTATE))).toEqual(['CertificationReinstated', 'CertificationAwarded']);
    expect(record.cycles('guard').at(-1)).toMatchObject({ kind: 'renewal', validity: { lastValidDay: '2026-02-10' } });
  });

  it('it may lose its ground, and is reinstated all the same, so that it can be earned anew', () => {
    const record = certified();
    record.do(SUSPEND);
    record.do({ type: 'CorrectFact', corrects: { course: 'C1' }, reason: REASON });
    expect(statusIn(record, record.now)).toEqual({ status: 'revoked', valid: false });
    expect(record.refusal(SUSPEND)).toBe('CERTIFICATION_ENDED');
    expect(typesOf(record.complete('C1', '2024-05-20'))).toEqual(['CourseCompleted']);
    expect(typesOf(record.do(REINSTATE))).toEqual(['CertificationReinstated', 'CertificationAwarded']);
    expect(statusIn(record, record.now)).toEqual({ status: 'certified', valid: true });
  });

  it('no renewal is opened', () => {
    const record = PureRecord.bound(renewable, '2024-03-01T12:00:00.000Z');
    record.complete('C1', '2024-03-01');
    record.now = '2025-02-01T12:00:00.000Z';
    record.do(SUSPEND);
    const open = { type: 'OpenRenewal', ...GUARD, intent: { how: 'renew-now' } } as const;
    expect(record.refusal(open, LEARNER)).toBe('CERTIFICATION_SUSPENDED');
    record.do(REINSTATE);
    expect(record.refusal(open, LEARNER)).toBeUndefined();
  });
});

describe('reducing the scope', () => {
  it('leaves the certification valid, and keeps what it covered before', () => {
    const record = certified();
    record.do(REDUCE);
    record.do({ ...REDUCE, covers: 'Ladders up to 2 m.' });
    expect(standingIn(record).cycles[0]!.scopes!.map(({ scope }) => scope)).toEqual(['Ladders up to 3 m.', 'Ladders up to 2 m.']);
    expect(statusIn(record, record.now)).toEqual({ status: 'certified', valid: true });
  });
});

describe('waivers', () => {
  it('stand to the end of their last day in the zone of the scheme, and are never a completion', () => {
    const record = PureRecord.bound(CATALOGUE);
    const [event] = record.do(WAIVER);
    expect(event!.data).toMatchObject({ edition: 1, waiver: 1, lastDay: '2024-08-31', endsAt: '2024-09-01T00:00:00+02:00' });
    expect(statusIn(record, '2024-08-31T21:59:59.999Z')).toEqual({ status: 'waived', valid: false });
    expect(record.statusAt('guard', '2024-08-31T22:00:00.000Z')?.status).not.toBe('waived');
    expect([standingIn(record).cycles, record.state.completions]).toEqual([[], []]);
  });

  it('are ended early, and asked again under the next number', () => {
    const record = PureRecord.bound(CATALOGUE);
    record.do({ type: 'AssignScheme', ...GUARD, effective: { date: '2024-05-01' } });
    record.do(WAIVER);
    record.now = '2024-07-01T12:00:00.000Z';
    record.do(END_WAIVER);
    expect(statusIn(record, '2024-06-30T12:00:00.000Z').status).toBe('waived');
    expect(statusIn(record, record.now).status).toBe('assigned');
    expect(record.do(WAIVER)[0]!.data).toMatchObject({ waiver: 2 });
  });

  it('are refused while one stands, and from its end on granted again', () => {
    const record = PureRecord.bound(CATALOGUE);
    record.do(WAIVER);
    record.now = '2024-08-31T21:59:59.999Z';
    expect(record.refusal(WAIVER)).toBe('WAIVER_STANDS');
    record.now = '2024-08-31T22:00:00.000Z';
    expect(record.refusal(END_WAIVER)).toBe('NO_WAIVER');
    expect(record.refusal({ ...WAIVER, lastDay: '2024-09-01' })).toBeUndefined();
  });

  it(`end today at the earliest and ${WAIVER_DAYS_MAX} days ahead at the latest`, () => {
    const record = PureRecord.bound(CATALOGUE);
    const until = (days: number) => record.refusal({ ...WAIVER, lastDay: addDays('2024-06-01', days) });
    expect([-1, 0, WAIVER_DAYS_MAX, WAIVER_DAYS_MAX + 1].map(until)).toEqual([
      'WAIVER_OUT_OF_RANGE',
      undefined,
      undefined,
      'WAIVER_OUT_OF_RANGE',
    ]);
    const refusal = record.ask({ ...WAIVER, lastDay: '9999-12-31' });
    expect(refusal).toMatchObject({ pointer: '/lastDay', detail: expect.stringContaining('from 2024-06-01 to 2025-06-02') });
  });

  it('are granted by a person, not to oneself, and of a scheme that is not retired', () => {
    const record = PureRecord.bound(CATALOGUE);
    expect([WAIVER, END_WAIVER].map((command) => record.refusal(command, SERVICE))).toEqual([
      'PERSON_REQUIRED',
      'PERSON_REQUIRED',
    ]);
    expect([WAIVER, END_WAIVER].map((command) => record.refusal(command, LEARNER_AS_ADMIN))).toEqual(['FOUR_EYES', 'FOUR_EYES']);
    expect([WAIVER, END_WAIVER].map((command) => record.refusal({ ...command, scheme: 'none' }))).toEqual([
      'SCHEME_UNKNOWN',
      'SCHEME_UNKNOWN',
    ]);
    expect(record.refusal(END_WAIVER)).toBe('NO_WAIVER');
    const assigned = PureRecord.bound(CATALOGUE);
    assigned.do({ type: 'AssignScheme', ...GUARD, effective: { date: '2024-05-01' } });
    const retire = { type: 'Retire', kind: 'scheme', id: 'guard', reason: REASON, reasonSubject: SUBJECT } as const;
    for (const held of [record, assigned]) held.facts = catalogueWith(CATALOGUE, retire);
    expect(record.refusal(WAIVER)).toBe('DEFINITION_RETIRED');
    // What was asked before it was retired is still to be fulfilled, and may be waived.
    expect(assigned.refusal(WAIVER)).toBeUndefined();
  });
});

describe('appeals', () => {
  const reason = { code: 'not-so', text: 'It was somebody else.' };
  const open = (against: number, kind: 'appeal' | 'complaint' = 'appeal') =>
    ({ type: 'OpenAppeal', ...GUARD, kind, against, reason }) as const;
  const decide = (appeal = 1) =>
    ({ type: 'DecideAppeal', ...GUARD, appeal, outcome: 'upheld', remedy: 'Reinstate it.', reason }) as const;
  /** Suspended by ADMIN; the revision of that decision. */
  const suspended = () => {
    const record = certified();
    record.do(SUSPEND);
    return { record, decision: record.state.revision };
  };

  it('are opened by the learner and decided by a third person; nothing is undone by itself', () => {
    const { record, decision } = suspended();
    expect(record.do(open(decision), LEARNER)[0]!.data).toMatchObject({ appeal: 1, kind: 'appeal', against: decision });
    expect(typesOf(record.do(decide(), SECOND))).toEqual(['AppealDecided']);
    expect(standingIn(record).appeals).toEqual([
      expect.objectContaining({
        person: LEARNER.person,
        decided: expect.objectContaining({ outcome: 'upheld', remedy: 'Reinstate it.', person: SECOND.person }),
      }),
    ]);
    expect(statusIn(record, record.now)).toEqual({ status: 'suspended', valid: false });
  });

  it('are not decided by who took the decision, also under another key, nor by who opened it, nor by the learner', () => {
    const { record, decision } = suspended();
    record.do(open(decision), SECOND);
    const refusals = [ADMIN, { ...ADMIN, key: 'k-another' }, SECOND, LEARNER_AS_ADMIN].map((actor) =>
      record.refusal(decide(), actor),
    );
    expect(refusals).toEqual(['FOUR_EYES', 'FOUR_EYES', 'FOUR_EYES', 'FOUR_EYES']);
    expect(record.refusal(decide(), SERVICE)).toBe('PERSON_REQUIRED');
    expect(record.refusal(decide(), THIRD)).toBeUndefined();
  });

  it('against a revocation of two persons are decided by neither of them', () => {
    const record = PureRecord.bound(
      definitions(
        ['C1'],
        scheme('guard', { course: 'C1' }, { perpetual: true }, 'UTC', { secondApprover: true, award: 'automatic' }),
      ),
    );
    record.complete('C1', '2024-03-01');
    const revoke = { type: 'Revoke', ...GUARD, reason: REASON } as const;
    record.do(revoke, ADMIN);
    record.do(revoke, SECOND);
    record.do(open(record.state.revision), LEARNER);
    expect([ADMIN, SECOND, THIRD].map((actor) => record.refusal(decide(), actor))).toEqual(['FOUR_EYES', 'FOUR_EYES', undefined]);
  });

  it('are refused against what is no decision, and the refusal names those that there are', () => {
    const { record, decision } = suspended();
    const answer = record.ask(open(decision - 1), LEARNER);
    expect(answer).toMatchObject({
      code: 'NOT_A_DECISION',
      pointer: '/against',
      detail: expect.stringContaining(`${decision} (CertificationSuspended)`),
    });
    expect(record.refusal({ ...open(decision), scheme: 'other' }, LEARNER)).toBe('NOT_A_DECISION');
    expect(record.refusal(open(decision + 1), LEARNER)).toBe('NOT_A_DECISION');
    expect(record.refusal({ ...open(decision), scheme: 'none' }, LEARNER)).toBe('SCHEME_UNKNOWN');
    expect(record.refusal(open(decision), SERVICE)).toBe('PERSON_REQUIRED');
  });

  it('are decided once, and open once against a decision; a complaint stands beside an appeal', () => {
    const { record, decision } = suspended();
    record.do(open(decision), LEARNER);
    expect(record.refusal(open(decision), LEARNER)).toBe('APPEAL_OPEN');
    expect(record.do(open(decision, 'complaint'), LEARNER)[0]!.data).toMatchObject({ appeal: 2 });
    record.do(decide(), SECOND);
    expect(record.refusal(decide(), SECOND)).toBe('APPEAL_DECIDED');
    expect(record.refusal(decide(), THIRD)).toBe('APPEAL_DECIDED');
    expect(record.refusal(decide(3), THIRD)).toBe('APPEAL_UNKNOWN');
    expect(record.refusal({ ...decide(), scheme: 'none' }, THIRD)).toBe('SCHEME_UNKNOWN');
    expect(isRejection(record.ask(open(decision), LEARNER))).toBe(false);
  });
});
