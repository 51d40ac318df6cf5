import { fc } from '../../../test/support/property.js';
import { definitions, PureRecord, REASON, scheme } from '../../../test/support/pure-record.js';
import { instantMilliseconds } from '../../shared/calendar.js';
import { isRejection } from '../../shared/result.js';
import { continuityAt, type Continuity } from './continuity.js';
import { standingOf } from './state.js';

const DAY = 86_400_000;
const START = Date.UTC(2024, 0, 1);
const instantOf = (day: number): string => new Date(START + day * DAY).toISOString();
const facts = definitions(
  ['C1'],
  scheme('S', { course: 'C1' }, { duration: 'P60D' }, 'UTC', {
    renewal: { opensBefore: 'P30D', closesAfter: 'P40D', validityGrace: 'P10D', basis: { kind: 'from-prior-expiry' } },
  }),
);
const zoneOf = (): string => 'UTC';
const at = (record: PureRecord, day: number): Continuity =>
  continuityAt(standingOf(record.state, 'S'), zoneOf, instantMilliseconds(instantOf(day)));

const acts = ['complete', 'renew', 'suspend', 'reinstate', 'revoke', 'award'] as const;
const history = fc.array(
  fc.record({ act: fc.constantFrom(...acts, 'complete', 'renew'), days: fc.integer({ min: 1, max: 45 }) }),
  {
    minLength: 3,
    maxLength: 14,
  },
);

/** What is refused, as much else that random histories ask for, changes nothing. */
function live(steps: readonly { act: (typeof acts)[number]; days: number }[]): { record: PureRecord; days: number } {
  const record = PureRecord.registered(facts, instantOf(0));
  let days = 0;
  for (const { act, days: later } of steps) {
    record.now = instantOf((days += later));
    const effective = { date: record.now.slice(0, 10) };
    const command = {
      complete: { type: 'CompleteCourse', course: 'C1', effective },
      renew: { type: 'OpenRenewal', scheme: 'S', intent: { how: 'renew-now' } },
      suspend: { type: 'SuspendCertification', scheme: 'S', reason: REASON },
      reinstate: { type: 'ReinstateCertification', scheme: 'S', reason: REASON },
      revoke: { type: 'Revoke', scheme: 'S', reason: REASON },
      award: { type: 'AwardByHand', scheme: 'S', effective, reason: REASON },
    } as const;
    if (!isRejection(record.ask(command[act]))) record.do(command[act]);
  }
  return { record, days };
}

test('a certification is in a gap or has held since some instant, exactly as it is valid or not', () => {
  let [gaps, joined] = [0, 0];
  fc.assert(
    fc.property(history, (steps) => {
      const { record, days } = live(steps);
      for (let day = 0; day <= days + 80; day += 1) {
        const { since, gaps: all } = at(record, day);
        const isHeldOnce = record
          .cycles('S')
          .some(({ validity }) => 'date' in validity.from && validity.from.date <= instantOf(day).slice(0, 10));
        const isValid = record.statusAt('S', instantOf(day))?.valid ?? false;
        expect([day, since !== undefined]).toEqual([day, isValid]);
        expect([day, all.at(-1) !== undefined && all.at(-1)?.until === undefined]).toEqual([day, isHeldOnce && !isValid]);
        if (isValid && all.length > 0) expect(all.at(-1)!.until).toBe(since);
        gaps += all.length;
        if (isValid && record.cycles('S').length > all.length + 1) joined += 1;
      }
    }),
    { numRuns: 80 },
  );
  // A property over nothing would prove nothing.
  expect(Math.min(gaps, joined)).toBeGreaterThan(100);
});

test('a renewal in time leaves no gap; a lapse, a suspension and a revocation each leave one', () => {
  const record = PureRecord.registered(facts, instantOf(0));
  record.complete('C1', '2024-01-01');
  record.now = instantOf(50);
  record.do({ type: 'OpenRenewal', scheme: 'S', intent: { how: 'renew-now' } });
  record.complete('C1', '2024-02-20');
  expect(at(record, 100)).toEqual({ since: instantOf(0), gaps: [] });
  record.now = instantOf(70);
  record.do({ type: 'SuspendCertification', scheme: 'S', reason: REASON });
  expect(at(record, 70)).toEqual({ gaps: [{ from: instantOf(70) }] });
  record.now = instantOf(72);
  record.do({ type: 'ReinstateCertification', scheme: 'S', reason: REASON });
  expect(at(record, 80)).toEqual({ since: instantOf(72), gaps: [{ from: instantOf(70), until: instantOf(72) }] });
  record.now = instantOf(90);
  record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
  expect(at(record, 95).gaps).toEqual([{ from: instantOf(70), until: instantOf(72) }, { from: instantOf(90) }]);
});
