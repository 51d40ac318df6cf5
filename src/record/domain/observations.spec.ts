import { isRejection } from '../../shared/result.js';
import { definitions, PureRecord, REASON, scheme, typesOf } from '../../../test/support/pure-record.js';
import type { RecordEvent } from './events.js';
import { OBSERVATIONS_PER_COMMAND_MAX } from './observations.js';

const OBSERVE = { type: 'ObserveBoundaries', scheme: 'S' } as const;
const RENEWAL = { opensBefore: 'P2M', closesAfter: 'P1M', validityGrace: 'P10D' };
const facts = (timeZone = 'UTC', more: Parameters<typeof scheme>[4] = {}) =>
  definitions(['C1'], scheme('S', { course: 'C1' }, { duration: 'P1Y' }, timeZone, { renewal: RENEWAL, ...more }));
const observedIn = (events: readonly RecordEvent[]): readonly string[] =>
  events.map(({ type, data }) => {
    const { boundary = type, effective } = data as { boundary?: string; effective: { instant: string } };
    return `${boundary} ${effective.instant}`;
  });
const held = (now: string, completedOn = '2024-01-31', timeZone = 'UTC', more: Parameters<typeof scheme>[4] = {}): PureRecord => {
  const record = PureRecord.registered(facts(timeZone, more), `${completedOn}T12:00:00.000Z`);
  record.complete('C1', completedOn);
  record.now = now;
  return record;
};

describe('observing what time brought about', () => {
  test('each boundary at its exact instant and not one millisecond before, once, and in order however late', () => {
    const record = held('2024-11-30T23:59:59.999Z');
    expect(record.do(OBSERVE)).toEqual([]);
    record.now = '2024-12-01T00:00:00.000Z';
    expect(observedIn(record.do(OBSERVE))).toEqual([
      'expiring 2024-12-01T00:00:00+00:00',
      'renewal-opens 2024-12-01T00:00:00+00:00',
    ]);
    expect(record.do(OBSERVE)).toEqual([]);
    record.now = '2031-01-01T00:00:00.000Z';
    expect(observedIn(record.do(OBSERVE))).toEqual([
      'CertificationExpired 2025-02-01T00:00:00+00:00',
      'grace-ends 2025-02-11T00:00:00+00:00',
      'lapsed 2025-03-01T00:00:00+00:00',
    ]);
    expect(record.do(OBSERVE)).toEqual([]);
  });

  test.each([
    // The last valid day is 31 March: the end lies in summer time and the window opens in winter time.
    ['Europe/Berlin', '2024-03-31', ['2025-02-01T00:00:00+01:00', '2025-02-01T00:00:00+01:00', '2025-04-01T00:00:00+02:00']],
    // On the last valid day the clocks go forward; that day ends as every day does.
    ['Europe/Berlin', '2024-03-30', ['2025-01-31T00:00:00+01:00', '2025-01-31T00:00:00+01:00', '2025-03-31T00:00:00+02:00']],
    // The day after the last one begins at one in the morning, because midnight was left out; the window opens with a day all the same.
    ['America/Havana', '2024-03-08', ['2025-01-09T00:00:00-05:00', '2025-01-09T00:00:00-05:00', '2025-03-09T01:00:00-04:00']],
    // Completed on 29 February the last valid day is the 28th; two months before its end is 1 January.
    ['UTC', '2024-02-29', ['2025-01-01T00:00:00+00:00', '2025-01-01T00:00:00+00:00', '2025-03-01T00:00:00+00:00']],
    ['Pacific/Apia', '2024-06-30', ['2025-05-01T00:00:00+13:00', '2025-05-01T00:00:00+13:00', '2025-07-01T00:00:00+13:00']],
  ])('in %s, completed on %s: expiring, renewal and end at %j', (timeZone, completedOn, [expiring, opens, ends]) => {
    const events = held('2030-01-01T00:00:00.000Z', completedOn, timeZone).do(OBSERVE);
    const at = (name: string) =>
      observedIn(events)
        .find((known) => known.startsWith(name))
        ?.split(' ')[1];
    expect([at('expiring'), at('renewal-opens'), at('CertificationExpired')].map((instant) => Date.parse(instant!))).toEqual(
      [expiring, opens, ends].map((instant) => Date.parse(instant!)),
    );
  });

  test.each([
    ['2024-01-31', '2025-03-01', '2025-02-11'],
    ['2024-01-30', '2025-03-01', '2025-02-10'],
    ['2024-08-31', '2025-10-01', '2025-09-11'],
  ])(
    'completed on %s, its window closes a month after its last valid day, on %s, and its grace on %s',
    (completedOn, closes, grace) => {
      const events = observedIn(held('2030-01-01T00:00:00.000Z', completedOn).do(OBSERVE));
      expect(events.slice(-2)).toEqual([`grace-ends ${grace}T00:00:00+00:00`, `lapsed ${closes}T00:00:00+00:00`]);
    },
  );

  test('001-4: a due instant that passed is observed, and taken back where what was done in time comes later', () => {
    const record = PureRecord.registered(
      facts('Europe/Berlin', { timeToFulfil: { lateEvidence: 'accept-late' } }),
      '2024-01-10T12:00:00.000Z',
    );
    record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2024-01-01' }, due: { date: '2024-03-01' } });
    record.now = '2024-03-02T12:00:00.000Z';
    const [overdue] = record.do(OBSERVE);
    const instant = '2024-03-01T00:00:00+01:00';
    const observes = record.state.schemes['S']!.assignments[0]!.revision;
    expect(overdue!.data).toEqual({ scheme: 'S', boundary: 'overdue', assignment: 1, effective: { instant }, observes });
    const observation = record.events.length - 1;
    record.complete('C1', '2024-02-29');
    expect(record.do(OBSERVE)).toEqual([
      {
        type: 'ObservationWithdrawn',
        data: { scheme: 'S', boundary: 'overdue', observation, effective: { instant: record.now } },
      },
    ]);
    expect(record.do(OBSERVE)).toEqual([]);
  });

  test('a certification that was revoked before its boundaries came has none of them', () => {
    const record = held('2024-06-01T12:00:00.000Z');
    record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    record.now = '2031-01-01T00:00:00.000Z';
    expect(record.ask(OBSERVE)).toEqual([]);
  });

  test('what is more than one command records is left for the next one', () => {
    const record = PureRecord.registered(facts(), '2024-01-10T12:00:00.000Z');
    for (let number = 0; number <= OBSERVATIONS_PER_COMMAND_MAX; number += 1) {
      record.do({ type: 'AssignScheme', scheme: 'S', effective: { date: '2024-01-01' }, due: { date: '2024-01-05' } });
    }
    expect(typesOf(record.do(OBSERVE))).toHaveLength(OBSERVATIONS_PER_COMMAND_MAX);
    expect(typesOf(record.do(OBSERVE))).toEqual(['BoundaryObserved']);
    expect(record.do(OBSERVE)).toEqual([]);
  });

  test('a scheme that the record does not name has nothing to observe', () => {
    const answer = PureRecord.registered(facts()).ask({ ...OBSERVE, scheme: 'T' });
    expect(isRejection(answer) ? answer.code : answer).toEqual([]);
  });
});
