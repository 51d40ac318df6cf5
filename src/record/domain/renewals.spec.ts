import {
  ADMIN,
  catalogueWith,
  definitions,
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
import {
  attribute,
  BY_ADMIN,
  C1,
  C2,
  C3,
  detailOf,
  facts,
  held,
  LATER,
  notice,
  open,
  OPENING,
  WINDOW,
  withdraw,
} from '../../../test/support/renewals.js';
import type { RenewalPolicy } from '../../catalogue/published.js';
import type { Of } from './commands.js';

describe('000-6 and 000-7: opening a renewal', () => {
  test('pins the newest edition, the cycle, the way, the choice and the close of the window', () => {
    const record = held(WINDOW, undefined, { any: [C1, C2] });
    record.facts = catalogueWith(record.facts, {
      type: 'ReviseScheme',
      scheme: scheme('S', { any: [C1, C2] }, { duration: 'P1Y' }, 'UTC', { title: 'Again', renewal: WINDOW }),
    });
    expect(record.do(open({ alternative: '/any/1' }), LEARNER)).toEqual([
      {
        type: 'RenewalOpened',
        data: {
          subject: record.state.profile!.subject,
          scheme: 'S',
          edition: 2,
          renewal: 1,
          cycle: 1,
          how: 'renew-now',
          alternative: '/any/1',
          closesAt: '2025-04-16T00:00:00+00:00',
          effective: { instant: record.now },
        },
      },
    ]);
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'renewing', valid: true, cycle: 1, renewal: 1 });
  });

  test.each([
    ['2024-12-15T23:59:59.999Z', 'RENEWAL_TOO_EARLY'],
    ['2024-12-16T00:00:00.000Z', undefined],
    ['2025-04-15T23:59:59.999Z', undefined],
    ['2025-04-16T00:00:00.000Z', 'RENEWAL_CLOSED'],
  ])('at %s: %s', (now, code) => {
    expect(held(WINDOW, now).refusal(open(), LEARNER)).toBe(code);
  });

  test('000-10: too early names the day from which it is possible, and loses nothing', () => {
    const record = held(WINDOW, '2024-07-01T00:00:00Z');
    expect(detailOf(record.ask(open()))).toContain('from 2024-12-16 on');
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'certified', lastValidDay: '2025-03-15' });
  });

  test('000-10: where the policy accepts it, an early renewal is opened from the beginning of the cycle on', () => {
    const accepting: RenewalPolicy = { ...WINDOW, early: 'accept' };
    expect(held(accepting, '2024-07-01T00:00:00Z').refusal(open())).toBeUndefined();
    expect(held(accepting).refusal(open({ effective: { date: '2024-03-14' } }))).toBe('RENEWAL_TOO_EARLY');
  });

  test('what is not allowed, never ends, was never held, is revoked or suspended is refused, each with its own code', () => {
    expect(held(null).refusal(open())).toBe('NOT_RENEWABLE');
    expect(PureRecord.registered(facts(WINDOW)).refusal(open())).toBe('NOT_CERTIFIED');
    expect(PureRecord.registered(facts(WINDOW)).refusal(open({ scheme: 'T' }))).toBe('SCHEME_UNKNOWN');
    const perpetual = PureRecord.registered(definitions(['C1'], scheme('S', C1)));
    perpetual.complete('C1', '2024-01-01');
    perpetual.facts = facts(WINDOW);
    expect(perpetual.refusal(open())).toBe('NOT_RENEWABLE');
    const revoked = held();
    revoked.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(revoked.refusal(open())).toBe('ALREADY_REVOKED');
    const suspended = held();
    suspended.do({ type: 'SuspendCertification', scheme: 'S', reason: REASON });
    expect(suspended.refusal(open())).toBe('CERTIFICATION_SUSPENDED');
    const retired = held();
    retired.facts = catalogueWith(retired.facts, { type: 'Retire', kind: 'scheme', id: 'S', reason: REASON, reasonSubject: 's' });
    expect(retired.refusal(open())).toBe('DEFINITION_RETIRED');
  });

  test('twice the same is one renewal; another choice is refused until the first is withdrawn', () => {
    const record = held(WINDOW, undefined, { any: [C1, C2] });
    record.do(open({ alternative: '/any/0' }));
    expect(record.ask(open({ alternative: '/any/0' }), LEARNER)).toEqual([]);
    expect(record.refusal(open({ alternative: '/any/1' }))).toBe('RENEWAL_OPEN');
    expect(record.refusal(open())).toBe('RENEWAL_OPEN');
    record.do(withdraw, LEARNER);
    expect(record.do(open({ alternative: '/any/1' }))[0]?.data).toMatchObject({ renewal: 2, alternative: '/any/1' });
  });

  test('only what any one of may be done can be chosen, so that nothing that is needed is left out', () => {
    const nested = { any: [{ all: [C1, C2] }, { atLeast: 1, of: [C2, C3] }] };
    const record = held(WINDOW, undefined, nested);
    const chosen = (alternative: string) => record.refusal(open({ alternative }));
    expect(['/any/0', '/any/1', '/any/1/of/0', '/any/1/of/1'].map(chosen)).toEqual([undefined, undefined, undefined, undefined]);
    expect(['', '/any/0/all/0', '/any/2', '/all/0', 'any/0', '/any/1/of'].map(chosen)).toEqual(
      Array.from({ length: 6 }, () => 'ALTERNATIVE_UNKNOWN'),
    );
    expect(detailOf(record.ask(open({ alternative: '/x' })))).toBe('Choose one of /any/0, /any/1, /any/1/of/0, /any/1/of/1.');
    expect(detailOf(held().ask(open({ alternative: '/x' })))).toContain('leaves nothing to choose');
  });

  test('an administrator opens it as a person who is not the learner; a learner opens it now', () => {
    expect(held().refusal(open({ intent: BY_ADMIN }), SERVICE)).toBe('PERSON_REQUIRED');
    expect(held().refusal(open({ intent: BY_ADMIN }), LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
    const [event] = held().do(open({ intent: BY_ADMIN, effective: { date: '2025-02-01' } }));
    expect(event?.data).toMatchObject({ how: 'by-admin', reasonCode: REASON.code, effective: { date: '2025-02-01' } });
    expect(held().refusal(open({ effective: { date: '2025-02-01' } }), LEARNER)).toBe('RENEWAL_BACKDATED');
    expect(held().refusal(open({ effective: { date: '2025-02-01' } }), LEARNER_AS_ADMIN)).toBe('RENEWAL_BACKDATED');
    expect(held().refusal(open({ effective: { date: '2025-02-01' } }), { ...LEARNER_AS_ADMIN, asserted: true })).toBeUndefined();
    expect(held().refusal(open({ effective: { date: '2025-05-01' } }))).toBe('EFFECTIVE_IN_FUTURE');
  });
});

describe('the link of a notice', () => {
  test('opens one renewal, once, for the cycle that it is about', () => {
    const record = held();
    expect(record.do(open({ intent: notice() }), LEARNER)[0]?.data).toMatchObject({ how: 'notice', token: 'a'.repeat(64) });
    expect(record.refusal(open({ intent: notice() }), LEARNER)).toBe('NOTICE_SPENT');
    record.do(withdraw);
    expect(record.refusal(open({ intent: notice() }), LEARNER)).toBe('NOTICE_SPENT');
    expect(record.ask(open({ intent: notice({ token: 'b'.repeat(64) }) }), LEARNER)).toHaveLength(1);
  });

  test('is refused from its expiry on and for an older cycle', () => {
    const expires = '2025-03-01T09:00:00Z';
    expect(held(WINDOW, expires).refusal(open({ intent: notice({ expires }) }))).toBe('NOTICE_EXPIRED');
    expect(held(WINDOW, '2025-03-01T08:59:59.999Z').refusal(open({ intent: notice({ expires }) }))).toBeUndefined();
    const renewed = held();
    renewed.do(open());
    renewed.complete('C1', '2025-03-01');
    renewed.now = '2026-02-01T00:00:00Z';
    expect(renewed.refusal(open({ intent: notice() }))).toBe('NOTICE_OUTDATED');
    expect(renewed.refusal(open({ intent: notice({ cycle: 2 }) }))).toBeUndefined();
  });
});

describe('after the window has closed', () => {
  const lapsed = () => held(WINDOW, '2025-06-01T00:00:00Z');

  test('it lapsed, and what is done from then on earns it anew as a first award with the next number', () => {
    const record = lapsed();
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'lapsed', valid: false });
    record.complete('C1', '2025-05-20');
    expect(record.cycles('S')[1]).toMatchObject({ number: 2, kind: 'initial', renews: undefined });
    expect(record.cycles('S')).toHaveLength(2);
  });

  test('evidence back-dated into the expired cycle or into its window earns nothing', () => {
    const record = lapsed();
    for (const date of ['2024-12-01', '2025-03-20', '2025-04-15']) record.complete('C1', date);
    expect(record.cycles('S')).toHaveLength(1);
    record.complete('C1', '2025-04-16');
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'initial', validity: { lastValidDay: '2026-04-16' } });
  });

  test('what was revoked is awarded by a person only', () => {
    const record = lapsed();
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    record.complete('C1', '2025-05-20');
    expect(record.cycles('S')).toHaveLength(1);
  });

  test('what cannot be renewed is earned anew where it is asked of the learner again after its end', () => {
    const record = held(null, '2025-06-01T00:00:00Z');
    record.complete('C1', '2025-05-01');
    expect(record.cycles('S')).toHaveLength(1);
    record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2025-05-10' } });
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'initial', assignment: 1, validity: { lastValidDay: '2026-05-01' } });
  });

  test('where a correction moves the window on, it is opened again, unless the award of the first waits', () => {
    const moved = (award: 'automatic' | 'on-approval', ...done: string[]): PureRecord => {
      const record = PureRecord.bound(facts(WINDOW, C1, { award }));
      record.complete('C1', '2024-03-15');
      const corrects = record.events.findIndex(({ type }) => type === 'CourseCompleted');
      if (award === 'on-approval') record.do({ type: 'ApproveAward', scheme: 'S', reason: REASON }, SECOND);
      record.now = '2025-03-05T00:00:00Z';
      record.do(open());
      for (const date of done) record.complete('C1', date);
      record.do({ type: 'CorrectFact', corrects, to: { effective: { date: '2024-04-15' } }, reason: REASON });
      expect(record.ask(open())).toEqual([]);
      record.now = '2025-05-01T00:00:00Z';
      return record;
    };
    const record = moved('automatic');
    expect(record.do(open())).toMatchObject([
      { type: 'RenewalOpened', data: { renewal: 2, closesAt: '2025-05-16T00:00:00+00:00' } },
    ]);
    record.complete('C1', '2025-05-01');
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'renewal', renews: 1, renewal: 2 });
    expect(moved('on-approval', '2025-03-05').ask(open())).toEqual([]);
  });

  test('a window that never closes leaves it renewable for ever', () => {
    const record = held({ opensBefore: 'P3M' }, '2031-01-01T00:00:00Z');
    record.complete('C1', '2030-01-01');
    expect(record.cycles('S')).toHaveLength(1);
    record.do(open());
    record.complete('C1', '2031-01-01');
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'renewal', renews: 1 });
  });
});

describe('persons and renewals', () => {
  const second = () => {
    const record = PureRecord.bound(facts(WINDOW, C1, { award: 'on-approval' }));
    record.complete('C1', '2024-03-15');
    record.do({ type: 'ApproveAward', scheme: 'S' });
    record.now = OPENING;
    record.do(open());
    record.now = LATER;
    expect(typesOf(record.complete('C1', '2025-03-10'))).toContain('AwardProposed');
    return record;
  };

  test('on approval the proposal names the renewal, and its approval renews, also after the window has closed', () => {
    const record = second();
    expect(record.events.at(-1)?.data).toMatchObject({ renewal: 1, proposal: 2 });
    expect(record.refusal(withdraw)).toBe('PROPOSAL_OPEN');
    record.now = '2025-06-01T00:00:00Z';
    expect(record.do({ type: 'ApproveAward', scheme: 'S' })[0]?.data).toMatchObject({
      kind: 'renewal',
      how: 'on-approval',
      renews: 1,
      renewal: 1,
      proposal: 2,
      validity: { lastValidDay: '2026-03-10' },
    });
  });

  test('what would renew a certification that was revoked or suspended meanwhile is not approved', () => {
    const revoked = second();
    revoked.do({ type: 'Revoke', scheme: 'S', cycle: 1, reason: REASON });
    expect(revoked.refusal({ type: 'ApproveAward', scheme: 'S' })).toBe('RENEWAL_CLOSED');
    const suspended = second();
    suspended.do({ type: 'SuspendCertification', scheme: 'S', reason: REASON });
    expect(suspended.refusal({ type: 'ApproveAward', scheme: 'S' })).toBe('CERTIFICATION_SUSPENDED');
  });

  test('by hand while a renewal is open renews it, on the dates of its policy; without one it is refused as before', () => {
    const byHand: Of<'AwardByHand'> = { type: 'AwardByHand', scheme: 'S', effective: { date: '2025-03-01' }, reason: REASON };
    const record = held({ ...WINDOW, basis: { kind: 'from-prior-expiry' } });
    expect(record.refusal(byHand)).toBe('ALREADY_CERTIFIED');
    record.do(open());
    expect(record.do(byHand, ADMIN)[0]?.data).toMatchObject({
      kind: 'renewal',
      how: 'by-hand',
      renews: 1,
      renewal: 1,
      validity: { lastValidDay: '2026-03-15' },
    });
  });

  test('a renewal fulfils what was asked of the learner', () => {
    const record = held(WINDOW, '2025-03-20T00:00:00Z');
    record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2025-03-18' }, due: { date: '2025-04-10' } });
    record.do(open());
    record.complete('C1', '2025-03-20');
    expect(record.cycles('S')[1]).toMatchObject({ kind: 'renewal', assignment: 1, late: undefined });
  });
});

describe('attributing evidence', () => {
  /** The completion without an intent is revision 6. */
  const uncounted = (now = '2025-03-05T00:00:00Z', date = '2025-03-01') => {
    const record = held(WINDOW, now);
    record.complete('C1', date);
    return record;
  };

  test('lets it count by a reasoned correction; what was recorded stays, and the renewal is opened in the same commit', () => {
    const record = uncounted();
    const before = structuredClone(record.state.completions);
    const events = record.do(attribute(6));
    expect(typesOf(events)).toEqual(['RenewalOpened', 'EvidenceAttributed', 'CertificationAwarded']);
    expect(events[1]?.data).toMatchObject({ renewal: 1, evidence: [6], reasonCode: REASON.code });
    expect(events[2]?.data).toMatchObject({
      kind: 'renewal',
      validity: { from: { date: '2025-03-01' }, lastValidDay: '2026-03-01' },
    });
    expect(record.state.completions).toEqual(before);
  });

  test('also after the window has closed, while the evidence lies within it', () => {
    expect(typesOf(uncounted('2025-09-01T00:00:00Z', '2025-04-15').do(attribute(6)))).toContain('CertificationAwarded');
    expect(uncounted('2025-09-01T00:00:00Z', '2024-12-15').refusal(attribute(6))).toBe('EVIDENCE_UNFIT');
  });

  test('to the renewal that is open, where one is', () => {
    const record = uncounted();
    record.do(open());
    expect(typesOf(record.do(attribute(6)))).toEqual(['EvidenceAttributed', 'CertificationAwarded']);
  });

  test('the same again is nothing new', () => {
    const record = held(WINDOW, undefined, { all: [C1, C2] });
    record.complete('C1', '2025-02-01');
    const revision = record.state.revision;
    record.do(attribute(revision, revision));
    expect(record.events.at(-1)?.data).toMatchObject({ evidence: [revision] });
    expect(record.ask(attribute(revision))).toEqual([]);
  });

  test('what is unknown, no evidence, of another scheme or used before is refused, each named by its place', () => {
    const record = uncounted();
    record.complete('C2', '2025-03-01');
    expect(record.ask(attribute(6, 99))).toMatchObject({ code: 'EVIDENCE_UNFIT', pointer: '/evidence/1' });
    expect(record.refusal(attribute(0))).toBe('EVIDENCE_UNFIT');
    expect(detailOf(record.ask(attribute(record.state.revision)))).toContain('does not ask for');
    expect(record.ask(attribute(3))).toMatchObject({ code: 'EVIDENCE_USED', pointer: '/evidence/0' });
  });

  test('is a decision of a person about another, of a certification that can be renewed', () => {
    expect(uncounted().refusal(attribute(6), SERVICE)).toBe('PERSON_REQUIRED');
    expect(uncounted().refusal(attribute(6), LEARNER_AS_ADMIN)).toBe('FOUR_EYES');
    const revoked = uncounted();
    revoked.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(revoked.refusal(attribute(6))).toBe('ALREADY_REVOKED');
    expect(PureRecord.registered(facts(WINDOW), NOW).refusal(attribute(1))).toBe('NOT_CERTIFIED');
  });
});
