import {
  assign,
  assigned,
  at,
  BERLIN,
  C1,
  C2,
  data,
  facts,
  on,
  place,
  retire,
  start,
  withdraw,
} from '../../../test/support/assignments.js';
import {
  catalogueOf,
  catalogueWith,
  courseOf,
  definitions,
  LEARNER,
  PureRecord,
  REASON,
  scheme,
  SUBJECT,
  typesOf,
} from '../../../test/support/pure-record.js';
import type { SchemeContent } from '../../catalogue/domain/content.js';
import type { AssignmentTerms } from './commands.js';

describe('001-1: the organization asks for a certification', () => {
  test('001-1: with no terms of its own or of the scheme it is open-ended, and prior evidence counts', () => {
    expect(assigned().events.at(-1)).toEqual({
      type: 'SchemeAssigned',
      data: {
        scheme: 'S',
        edition: 1,
        assignment: 1,
        effective: on('2024-02-01'),
        lateEvidence: 'refuse',
        priorEvidence: 'count',
      },
    });
  });

  test.each<[string, Partial<SchemeContent>, AssignmentTerms, object]>([
    [
      '001-2, 001-3, 001-4: its own start and due, as dates and as exact instants in the zone of the scheme',
      {},
      { start: on('2024-03-31'), due: on('2024-10-27') },
      { startsAt: '2024-03-31T00:00:00+01:00', dueAt: '2024-10-27T00:00:00+02:00', priorEvidence: 'ignore' },
    ],
    [
      'those of the scheme, where it has none of its own',
      { timeToFulfil: { start: on('2024-03-01'), due: on('2024-09-01'), lateEvidence: 'accept-late' } },
      {},
      { start: on('2024-03-01'), due: on('2024-09-01'), dueAt: '2024-09-01T00:00:00+02:00', lateEvidence: 'accept-late' },
    ],
    [
      'its own before those of the scheme: a due time of its own replaces the time to complete',
      { timeToFulfil: { completeWithin: 'P30D' } },
      { due: at('2024-08-01T12:00:00Z') },
      { due: at('2024-08-01T12:00:00Z'), dueAt: '2024-08-01T12:00:00Z' },
    ],
    [
      'its own time to complete replaces the due time of the scheme',
      { timeToFulfil: { due: on('2024-09-01') } },
      { completeWithin: 'P1W' },
      { dueAt: '2024-02-08T00:00:00+01:00' },
    ],
    [
      '001-2: complete within a month of the assignment, by the calendar: at the same time of day across the change of clocks',
      { timeToFulfil: { completeWithin: 'P2M' } },
      {},
      { dueAt: '2024-04-01T00:00:00+02:00' },
    ],
    [
      'what the scheme says of prior evidence, whether there is a start or not',
      { priorEvidence: 'count' },
      { start: on('2024-03-01') },
      { priorEvidence: 'count' },
    ],
  ])('%s', (_, more, terms, expected) => {
    expect(assigned(terms, facts(more, BERLIN)).events.at(-1)?.data).toMatchObject(expected);
  });

  test('what the scheme says of a time to complete leaves no date behind that nobody gave', () => {
    expect(assigned({ completeWithin: 'P1D' }).events.at(-1)?.data).not.toHaveProperty('due');
  });

  test('complete within counts in wall-clock time: a day of 23 hours is a day', () => {
    const record = PureRecord.registered(facts({}, BERLIN));
    record.do(assign({ completeWithin: 'P1D' }, at('2024-03-30T12:00:00+01:00')));
    expect(record.events.at(-1)?.data).toMatchObject({ dueAt: '2024-03-31T12:00:00+02:00' });
  });

  test.each<[string, AssignmentTerms, string | undefined]>([
    ['due at the very start', { start: on('2024-03-01'), due: on('2024-03-01') }, 'DUE_BEFORE_START'],
    ['due before the start', { start: on('2024-03-01'), due: on('2024-02-28') }, 'DUE_BEFORE_START'],
    ['due when it is assigned', { due: on('2024-02-01') }, 'DUE_BEFORE_START'],
    ['due one second after the start', { start: on('2024-03-01'), due: at('2024-03-01T00:00:01Z') }, undefined],
  ])('%s', (_, terms, code) => {
    expect(place(PureRecord.registered(facts()), assign(terms))).toEqual(code === undefined ? undefined : [code, '/due']);
  });

  test('an unknown scheme, the future and a time beyond the year 9999 are refused', () => {
    const record = PureRecord.registered(facts());
    expect(record.refusal({ ...assign(), scheme: 'X' })).toBe('SCHEME_UNKNOWN');
    expect(place(record, assign({}, on('2024-06-03')))).toEqual(['EFFECTIVE_IN_FUTURE', '/effective']);
    expect(place(record, assign({ completeWithin: 'P999Y' }, on('9001-01-01')))).toEqual(['EFFECTIVE_IN_FUTURE', '/effective']);
    record.now = '9500-01-01T00:00:00.000Z';
    expect(place(record, assign({ completeWithin: 'P999Y' }))).toBeUndefined();
    expect(place(record, assign({ completeWithin: 'P999Y' }, on('9400-01-01')))).toEqual([
      'VALIDITY_OUT_OF_RANGE',
      '/completeWithin',
    ]);
  });

  test('a repeat on the same terms is nothing new, on other terms it is refused until the first is withdrawn', () => {
    const record = assigned({ due: on('2024-09-01') });
    expect(record.do(assign({ due: on('2024-09-01') }, on('2024-02-05')))).toEqual([]);
    expect(record.refusal(assign({ due: on('2024-09-02') }))).toBe('ASSIGNMENT_OPEN');
    record.do(withdraw);
    expect(record.do(assign({ due: on('2024-09-02') }))[0]?.data).toMatchObject({ assignment: 2 });
  });

  test('a repeat with the same time to complete within is nothing new, however much later it is asked', () => {
    for (const [terms, known] of [
      [{ completeWithin: 'P1Y' }, facts()],
      [{}, facts({ timeToFulfil: { completeWithin: 'P1Y' } })],
    ] as const) {
      const record = assigned(terms, known);
      expect(record.do(assign(terms, on('2024-02-02')))).toEqual([]);
      expect(record.refusal(assign({ completeWithin: 'P364D' }, on('2024-02-02')))).toBe('ASSIGNMENT_OPEN');
      // The same due time by another reckoning is the same term.
      expect(record.do(assign({ completeWithin: 'P365D' }, on('2024-02-02')))).toEqual([]);
    }
  });

  test('who holds it now has nothing to be assigned; from its end, or once it is revoked, there is', () => {
    const record = PureRecord.registered(definitions(['C1'], scheme('S', C1, { duration: 'P1M' })));
    record.complete('C1', '2024-05-15');
    expect(record.refusal(assign())).toBe('ALREADY_CERTIFIED');
    record.now = '2024-06-16T00:00:00.000Z';
    expect(record.refusal(assign())).toBeUndefined();
    record.now = '2024-06-15T23:59:59.999Z';
    expect(record.refusal(assign())).toBe('ALREADY_CERTIFIED');
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(record.refusal(assign())).toBeUndefined();
  });

  test('a missed one may be assigned again on new terms', () => {
    const record = assigned({ due: on('2024-03-01') });
    expect(record.statusAt('S', record.now)?.status).toBe('missed');
    expect(record.do(assign({ due: on('2024-09-01') }, on('2024-05-01')))[0]?.data).toMatchObject({ assignment: 2 });
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'assigned', assignment: 2 });
  });

  test('evidence that is there already fulfils it at once where prior evidence counts, and only there', () => {
    const record = PureRecord.registered(definitions(['C1', 'C2']));
    for (const course of ['C1', 'C2']) record.complete(course, '2024-01-01');
    record.facts = facts();
    expect(typesOf(record.do(assign({ start: on('2024-03-01') })))).toEqual(['SchemeAssigned']);
    const other = PureRecord.registered(definitions(['C1', 'C2']));
    for (const course of ['C1', 'C2']) other.complete(course, '2024-01-01');
    other.facts = facts();
    expect(typesOf(other.do(assign()))).toEqual(['SchemeAssigned', 'CertificationAwarded']);
    expect(data(other, 'CertificationAwarded')).toMatchObject({ assignment: 1, effective: on('2024-01-01') });
  });

  test('a scheme that was retired is asked of nobody any more', () => {
    expect(PureRecord.registered(catalogueWith(facts(), retire)).refusal(assign())).toBe('DEFINITION_RETIRED');
  });
});

describe('starting', () => {
  test('001-3, 002-3, 002-6: the learner takes up what is assigned and starts it from its start on, and not one millisecond earlier', () => {
    const record = assigned({ start: on('2024-03-01') }, facts({}, BERLIN));
    expect(place(record, start(at('2024-02-29T22:59:59.999Z')))).toEqual(['TOO_EARLY', '/effective']);
    expect(record.do(start(at('2024-02-29T23:00:00Z')), LEARNER)).toEqual([
      {
        type: 'AssignmentStarted',
        data: { scheme: 'S', assignment: 1, effective: at('2024-02-29T23:00:00Z'), how: 'explicit' },
      },
    ]);
    expect(record.do(start(on('2024-04-01')))).toEqual([]);
  });

  test('only what is assigned and still open', () => {
    const record = PureRecord.registered(facts());
    expect(record.refusal(start(on('2024-03-01')))).toBe('NOT_ASSIGNED');
    expect(record.refusal({ ...start(on('2024-03-01')), scheme: 'X' })).toBe('SCHEME_UNKNOWN');
    record.do(assign({ due: on('2024-05-01') }));
    expect(record.refusal(start(on('2024-06-03')))).toBe('EFFECTIVE_IN_FUTURE');
    // At the due instant it is too late, and late is refused.
    expect(record.refusal(start(on('2024-05-01')))).toBe('NOT_ASSIGNED');
  });

  test('001-4: what began before the due instant is recorded although it is reported when the assignment is missed', () => {
    const record = assigned({ due: on('2024-05-01') });
    expect(record.statusAt('S', record.now)?.status).toBe('missed');
    expect(typesOf(record.do(start(at('2024-04-30T23:59:59.999Z'))))).toEqual(['AssignmentStarted']);
    expect(record.statusAt('S', '2024-04-30T23:59:59.999Z')?.status).toBe('in-progress');
    expect(record.statusAt('S', record.now)?.status).toBe('missed');
  });

  test.each<[string, string, readonly string[]]>([
    ['from before the due instant begins it', '2024-04-30', ['LearnerEnrolled', 'CourseCompleted', 'AssignmentStarted']],
    ['from the due instant on begins nothing', '2024-05-01', ['LearnerEnrolled', 'CourseCompleted']],
  ])('work that is reported when the assignment is missed: what is %s', (_, day, types) => {
    const record = assigned({ due: on('2024-05-01') });
    expect(typesOf(record.complete('C1', day))).toEqual(types);
    expect(record.statusAt('S', '2024-04-30T12:00:00Z')?.status).toBe(types.length === 3 ? 'in-progress' : 'assigned');
  });

  test.each<[string, string, readonly string[]]>([
    ['work on an item begins it', '2024-03-01', ['LearnerEnrolled', 'CourseCompleted', 'AssignmentStarted']],
    ['work from before its start begins nothing', '2024-02-29', ['LearnerEnrolled', 'CourseCompleted']],
  ])('%s', (_, day, types) => {
    const record = assigned({ start: on('2024-03-01') });
    expect(typesOf(record.complete('C1', day))).toEqual(types);
    expect(record.statusAt('S', record.now)?.status).toBe(types.length === 3 ? 'in-progress' : 'assigned');
  });

  test('by evidence once: a second item, or one that the scheme does not list, begins nothing', () => {
    const record = PureRecord.registered(definitions(['C1', 'C2', 'C9'], scheme('S', { all: [C1, C2] })));
    record.do(assign());
    expect(typesOf(record.complete('C9', '2024-03-01'))).not.toContain('AssignmentStarted');
    record.complete('C1', '2024-03-01');
    expect(data(record, 'AssignmentStarted')).toMatchObject({ assignment: 1, how: 'by-evidence', effective: on('2024-03-01') });
    expect(typesOf(record.complete('C1', '2024-03-02'))).not.toContain('AssignmentStarted');
  });

  test('001-7: work on an optional item begins it too', () => {
    const items = [C1, C2];
    const record = PureRecord.registered(definitions(['C1', 'C2'], scheme('S', C1, undefined, 'UTC', { items })));
    record.do(assign());
    expect(typesOf(record.do({ type: 'Enrol', course: 'C2', effective: on('2024-03-01') }))).toEqual([
      'LearnerEnrolled',
      'AssignmentStarted',
    ]);
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'in-progress', valid: false });
  });

  test('a report that does not count begins nothing', () => {
    const activities = [{ activity: 'film', kind: 'lesson' as const }];
    const record = PureRecord.registered(
      catalogueOf(courseOf('C1', { activities }), { type: 'DefineScheme', scheme: scheme('S', C1) }),
    );
    record.do({ type: 'Enrol', course: 'C1', effective: on('2024-01-01') });
    record.do({ type: 'WithdrawEnrolment', course: 'C1', effective: on('2024-01-02') });
    record.do(assign());
    const report = { type: 'ReportActivity', course: 'C1', activity: 'film', kind: 'lesson', percent: 50 } as const;
    expect(record.do({ ...report, effective: on('2024-03-01') })).toMatchObject([{ data: { notCounted: 'after-withdrawal' } }]);
    expect(record.statusAt('S', record.now)?.status).toBe('assigned');
  });
});

describe('withdrawing an assignment', () => {
  test('is reasoned, ends what was asked, and leaves the evidence', () => {
    const record = assigned();
    record.complete('C1', '2024-03-01');
    expect(record.do(withdraw)[0]?.data).toEqual({
      subject: SUBJECT,
      scheme: 'S',
      assignment: 1,
      effective: at(record.now),
      reasonCode: REASON.code,
      reason: REASON.text,
    });
    expect(record.statusAt('S', '2024-06-01T11:59:59.999Z')?.status).toBe('in-progress');
    expect(record.statusAt('S', record.now)).toMatchObject({ status: 'withdrawn', valid: false });
    expect(record.refusal(withdraw)).toBe('NOT_ASSIGNED');
    expect(record.refusal({ ...withdraw, scheme: 'X' })).toBe('SCHEME_UNKNOWN');
    // Nobody needs to be assigned to earn it (domain.md, Award).
    expect(typesOf(record.complete('C2', '2024-03-02'))).toContain('CertificationAwarded');
  });

  test.each<[string, AssignmentTerms, [string, string]]>([
    ['evidence from before its start', { start: on('2024-03-01') }, ['2024-02-01', '2024-02-02']],
    ['evidence from after its due time', { due: on('2024-03-01') }, ['2024-02-02', '2024-04-01']],
  ])('lets count what it alone kept from counting, as nobody needs to be assigned: %s', (_, terms, [first, second]) => {
    const record = assigned(terms);
    record.complete('C1', first);
    expect(typesOf(record.complete('C2', second))).not.toContain('CertificationAwarded');
    expect(typesOf(record.do(withdraw))).toEqual(['AssignmentWithdrawn', 'CertificationAwarded']);
    expect(data(record, 'CertificationAwarded')).toMatchObject({ effective: on(second) });
    expect(data(record, 'CertificationAwarded')).not.toHaveProperty('assignment');
    expect(record.statusAt('S', record.now)?.status).toBe('certified');
  });

  test('awards nothing where prior evidence never counts, where the scheme is retired, and where the award was declined', () => {
    const ignoring = assigned({ start: on('2024-03-01') }, facts({ priorEvidence: 'ignore', published: '2024-03-01' }));
    for (const course of ['C1', 'C2']) ignoring.complete(course, '2024-02-15');
    expect(typesOf(ignoring.do(withdraw))).toEqual(['AssignmentWithdrawn']);

    const retired = assigned({ start: on('2024-03-01') });
    for (const course of ['C1', 'C2']) retired.complete(course, '2024-02-15');
    retired.facts = catalogueWith(facts(), retire);
    expect(typesOf(retired.do(withdraw))).toEqual(['AssignmentWithdrawn']);

    const declined = assigned({}, facts({ award: 'on-approval' }));
    for (const course of ['C1', 'C2']) declined.complete(course, '2024-02-15');
    declined.do({ type: 'DeclineAward', scheme: 'S', reason: REASON });
    expect(typesOf(declined.do(withdraw))).toEqual(['AssignmentWithdrawn']);
  });
});
