import {
  catalogueOf,
  catalogueWith,
  definitions,
  NOW,
  PureRecord,
  REASON,
  scheme,
  SERVICE,
  SUBJECT,
  typesOf,
} from '../../../test/support/pure-record.js';
import { CLOCK_TOLERANCE_MILLISECONDS } from './circumstances.js';
import { recordDecider } from './decider.js';

const C1 = { course: 'C1' };
const C2 = { course: 'C2' };
const oneYear = { duration: 'P1Y' };
const simple = definitions(['C1', 'C2', 'C9'], scheme('S', C1, oneYear));

describe('registering and correcting', () => {
  test('a learner is registered once, by the id that the caller gave', () => {
    const record = new PureRecord(simple);
    expect(record.do({ type: 'RegisterLearner', subject: SUBJECT, learner: 'emp-1' })).toEqual([
      { type: 'LearnerRegistered', data: { subject: SUBJECT, learner: 'emp-1' } },
    ]);
    expect(record.refusal({ type: 'RegisterLearner', subject: SUBJECT, learner: 'emp-1' })).toBe('LEARNER_EXISTS');
  });

  test('nothing is recorded about a learner whom nobody registered', () => {
    const record = new PureRecord(simple);
    expect(record.refusal({ type: 'CorrectDetails', name: 'Ada' })).toBe('LEARNER_UNKNOWN');
    expect(record.refusal({ type: 'CompleteCourse', course: 'C1', effective: { date: '2024-01-01' } })).toBe('LEARNER_UNKNOWN');
    expect(record.refusal({ type: 'ObserveBoundaries', scheme: 'S' })).toBe('LEARNER_UNKNOWN');
  });

  test('003-12: a correction names the revision that it corrects and leaves what it does not mention', () => {
    const record = PureRecord.registered(simple);
    expect(record.do({ type: 'CorrectDetails', contact: 'ada@example.org' })).toEqual([
      { type: 'LearnerDetailsCorrected', data: { subject: SUBJECT, corrects: 0, contact: 'ada@example.org' } },
    ]);
    record.do({ type: 'CorrectDetails', name: 'Ada L.' });
    expect(record.events.at(-1)?.data).toMatchObject({ corrects: 1 });
    expect(record.state.profile).toEqual({
      subject: SUBJECT,
      learner: 'emp-1',
      name: 'Ada L.',
      contact: 'ada@example.org',
      revision: 2,
    });
  });
});

describe('completing a course', () => {
  test('000-1a, 000-2: completing the course of a scheme awards in the same commit, without a claim', () => {
    const events = PureRecord.registered(simple).complete('C1', '2024-03-15');
    expect(typesOf(events)).toEqual(['LearnerEnrolled', 'CourseCompleted', 'CertificationAwarded']);
    expect(events[2]?.data).toEqual({
      subject: SUBJECT,
      scheme: 'S',
      edition: 1,
      cycle: 1,
      kind: 'initial',
      how: 'automatic',
      effective: { date: '2024-03-15' },
      validity: { from: { date: '2024-03-15' }, lastValidDay: '2025-03-15', endsAt: '2025-03-16T00:00:00+00:00' },
      boundaries: { expiringAt: '2025-02-14T00:00:00+00:00' },
      checklist: [{ path: '', course: 'C1', satisfied: true, by: 2, effective: { date: '2024-03-15' } }],
    });
  });

  test('000-3: a completion that no scheme names is recorded and awards nothing', () => {
    const events = PureRecord.registered(simple).complete('C9', '2024-03-15');
    expect(typesOf(events)).toEqual(['LearnerEnrolled', 'CourseCompleted']);
  });

  test('000-5: a scheme without a period awards a perpetual certification', () => {
    const record = PureRecord.registered(definitions(['C1'], scheme('S', C1)));
    expect(record.complete('C1', '2024-03-15')[2]?.data).toMatchObject({ validity: { from: { date: '2024-03-15' } } });
    expect(record.statusAt('S', '9999-12-31T00:00:00Z')).toMatchObject({ status: 'certified', lastValidDay: undefined });
  });

  test('001-8: the award waits for the last of C1 and C2, and counts from it', () => {
    const record = PureRecord.registered(definitions(['C1', 'C2'], scheme('S', { all: [C1, C2] }, oneYear)));
    expect(typesOf(record.complete('C2', '2024-05-01'))).not.toContain('CertificationAwarded');
    // C1 is recorded later but was done earlier: the criteria were met when C2 was done.
    expect(record.complete('C1', '2024-02-01').at(-1)?.data).toMatchObject({
      effective: { date: '2024-05-01' },
      validity: { lastValidDay: '2025-05-01' },
    });
  });

  test('002-10: two of four award once; further ones of the four award nothing more', () => {
    const of = ['C1', 'C2', 'C3', 'C4'].map((course) => ({ course }));
    const record = PureRecord.registered(definitions(['C1', 'C2', 'C3', 'C4'], scheme('S', { atLeast: 2, of })));
    const awards = ['C4', 'C1', 'C2', 'C3'].map((course) =>
      typesOf(record.complete(course, '2024-01-01')).includes('CertificationAwarded'),
    );
    expect(awards).toEqual([false, true, false, false]);
  });

  test('one completion may award several schemes in one commit', () => {
    const record = PureRecord.registered(definitions(['C1'], scheme('S', C1), scheme('T', C1)));
    expect(
      record
        .complete('C1', '2024-01-01')
        .slice(2)
        .map(({ data }) => (data as { scheme: string }).scheme),
    ).toEqual(['S', 'T']);
  });

  test('001-10: a completion enrols by itself, a repeat is the next enrolment', () => {
    const record = PureRecord.registered(simple);
    record.complete('C9', '2024-01-01');
    expect(record.complete('C9', '2024-02-01').map(({ data }) => (data as { enrolment: number }).enrolment)).toEqual([2, 2]);
    const closed = (date: string) => ({ closed: { how: 'completed', effective: { date } } });
    expect(record.state.enrolments['C9']).toMatchObject([
      { number: 1, edition: 1, ...closed('2024-01-01') },
      { number: 2, edition: 1, ...closed('2024-02-01') },
    ]);
  });

  test('the latest edition of course and scheme counts, and both are named', () => {
    const facts = catalogueWith(
      simple,
      { type: 'ReviseCourse', course: { course: 'C1', title: 'C1, second' } },
      { type: 'ReviseScheme', scheme: scheme('S', { all: [C1, C2] }) },
    );
    const record = PureRecord.registered(facts);
    expect(record.complete('C1', '2024-01-01').map(({ data }) => (data as { edition: number }).edition)).toEqual([2, 2]);
    expect(record.complete('C2', '2024-01-01').at(-1)?.data).toMatchObject({ scheme: 'S', edition: 2 });
  });

  test('000-9: further training without a renewal intent is kept and renews nothing', () => {
    const record = PureRecord.registered(simple);
    record.complete('C1', '2022-01-01');
    expect(typesOf(record.complete('C1', '2024-01-01'))).toEqual(['LearnerEnrolled', 'CourseCompleted']);
    expect(record.statusAt('S', NOW)).toMatchObject({ status: 'expired', cycle: 1 });
  });

  test('an unknown course and a fact of the future are refused', () => {
    const record = PureRecord.registered(simple);
    const at = (effective: { date: string } | { instant: string }) =>
      record.refusal({ type: 'CompleteCourse', course: 'C1', effective });
    expect(record.refusal({ type: 'CompleteCourse', course: 'C8', effective: { date: '2024-01-01' } })).toBe('COURSE_UNKNOWN');
    // NOW is noon of 1 June in UTC, when it is 2 June already on Kiritimati.
    expect([at({ date: '2024-06-02' }), at({ date: '2024-06-03' })]).toEqual([undefined, 'EFFECTIVE_IN_FUTURE']);
    const tolerated = new Date(Date.parse(NOW) + CLOCK_TOLERANCE_MILLISECONDS);
    expect(at({ instant: tolerated.toISOString() })).toBeUndefined();
    expect(at({ instant: new Date(tolerated.getTime() + 1).toISOString() })).toBe('EFFECTIVE_IN_FUTURE');
  });

  test('ids that are names of every object are ids like any other', () => {
    const record = PureRecord.registered(definitions(['constructor'], scheme('toString', { course: 'constructor' })));
    record.complete('constructor', '2024-01-01');
    expect(record.statusAt('toString', NOW)).toMatchObject({ status: 'certified', cycle: 1 });
    expect(record.statusAt('valueOf', NOW)).toBeUndefined();
  });

  test('a validity that would end after the year 9999 is refused', () => {
    const record = PureRecord.registered(definitions(['C1'], scheme('S', C1, { duration: 'P9000Y' })));
    expect(record.refusal({ type: 'CompleteCourse', course: 'C1', effective: { date: '2024-01-01' } })).toBe(
      'VALIDITY_OUT_OF_RANGE',
    );
  });
});

describe('awarding by hand', () => {
  const byHand = (date: string) => ({ type: 'AwardByHand' as const, scheme: 'S', effective: { date }, reason: REASON });

  test('000-1d: a person awards with a reason, whatever the checklist says', () => {
    const [event] = PureRecord.registered(simple).do(byHand('2024-01-01'));
    expect(event?.data).toMatchObject({
      how: 'by-hand',
      reasonCode: REASON.code,
      reason: REASON.text,
      checklist: [{ satisfied: false, missing: 'not-completed' }],
    });
  });

  test('000-1d: a key without a person cannot, nor can an unknown scheme or a future award be made', () => {
    const record = PureRecord.registered(simple);
    expect(record.refusal(byHand('2024-01-01'), SERVICE)).toBe('PERSON_REQUIRED');
    expect(record.refusal({ ...byHand('2024-01-01'), scheme: 'X' })).toBe('SCHEME_UNKNOWN');
    expect(record.refusal(byHand('2024-06-03'))).toBe('EFFECTIVE_IN_FUTURE');
  });

  test('who holds it cannot get it again before its end; from the end on it is cycle 2 and cycle 1 stands', () => {
    const record = PureRecord.registered(simple);
    record.complete('C1', '2023-01-01');
    expect(record.refusal(byHand('2024-01-01'))).toBe('ALREADY_CERTIFIED');
    expect(record.refusal(byHand('2022-12-31'))).toBe('AWARD_BEFORE_EARLIER_CYCLE');
    const [first] = record.cycles('S');
    record.do(byHand('2024-01-02'));
    expect(record.cycles('S')).toEqual([first, expect.objectContaining({ number: 2 })]);
  });
});

describe('revoking', () => {
  const revoke = { type: 'Revoke' as const, scheme: 'S', reason: REASON };

  test('is final, reasoned, by a person, and deletes nothing', () => {
    const record = PureRecord.registered(simple);
    expect(record.refusal(revoke)).toBe('NOT_CERTIFIED');
    record.complete('C1', '2024-01-01');
    expect(record.refusal(revoke, SERVICE)).toBe('PERSON_REQUIRED');
    expect(record.refusal({ ...revoke, scheme: 'X' })).toBe('SCHEME_UNKNOWN');
    expect(record.refusal({ ...revoke, cycle: 2 })).toBe('NOT_CERTIFIED');
    expect(record.do(revoke)[0]?.data).toEqual({
      subject: SUBJECT,
      scheme: 'S',
      cycle: 1,
      effective: { instant: NOW },
      reasonCode: REASON.code,
      reason: REASON.text,
    });
    expect(record.refusal(revoke)).toBe('ALREADY_REVOKED');
    expect(typesOf(record.complete('C1', '2024-05-01'))).not.toContain('CertificationAwarded');
  });
});

describe('observing the expiry', () => {
  const observe = { type: 'ObserveBoundaries' as const, scheme: 'S' };
  const held = (now: string): PureRecord => {
    const record = PureRecord.registered(simple);
    record.complete('C1', '2024-01-01');
    record.now = now;
    return record;
  };

  test('nothing one millisecond before the end, the exact end from then on, however late, and once only', () => {
    const expiries = (record: PureRecord) => record.do(observe).filter(({ type }) => type === 'CertificationExpired');
    expect(expiries(held('2025-01-01T23:59:59.999Z'))).toEqual([]);
    const record = held('2031-07-01T00:00:00.000Z');
    const expected = { scheme: 'S', cycle: 1, effective: { instant: '2025-01-02T00:00:00+00:00' }, observes: 3 };
    expect(expiries(held('2025-01-02T00:00:00.000Z'))).toEqual([{ type: 'CertificationExpired', data: expected }]);
    expect(expiries(record)).toEqual([{ type: 'CertificationExpired', data: expected }]);
    expect(record.ask(observe)).toEqual([]);
  });

  test('nothing where there is no cycle, no end, or a revocation came first', () => {
    expect(held('2031-07-01T00:00:00.000Z').ask({ ...observe, scheme: 'T' })).toEqual([]);
    const perpetual = PureRecord.registered(definitions(['C1'], scheme('S', C1)));
    perpetual.complete('C1', '2024-01-01');
    expect(perpetual.ask(observe)).toEqual([]);
    const revoked = held(NOW);
    revoked.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    revoked.now = '2031-07-01T00:00:00.000Z';
    expect(revoked.ask(observe)).toEqual([]);
  });

  test('an expiry that came before the revocation is still observed', () => {
    const record = held('2026-01-01T00:00:00.000Z');
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(typesOf(record.do(observe))).toEqual(['BoundaryObserved', 'CertificationExpired']);
  });
});

test('the fingerprint belongs to the subject of the record, also before the first event', () => {
  const register = { type: 'RegisterLearner' as const, subject: SUBJECT, learner: 'emp-1' };
  expect(recordDecider.subject?.(recordDecider.initial, register)).toBe(SUBJECT);
  expect(recordDecider.subject?.(PureRecord.registered(catalogueOf()).state, { ...register, subject: 'other' })).toBe(SUBJECT);
});
