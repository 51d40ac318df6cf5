import type { RecordCommand } from '../../src/record/domain/commands.js';
import { boundariesOf } from '../../src/record/domain/boundaries.js';
import { endOf } from '../../src/record/domain/standing.js';
import { emptyRecord, evolve, standingOf, type RecordState } from '../../src/record/domain/state.js';
import { cycleStatusAt, type StatusCode } from '../../src/record/domain/status.js';
import type { RecordEvent } from '../../src/record/domain/events.js';
import { effectiveMilliseconds, instantMilliseconds, type Effective } from '../../src/shared/calendar.js';
import { isRejection } from '../../src/shared/result.js';
import { fc } from '../support/property.js';
import { catalogueWith, definitions, PureRecord, REASON, scheme, typesOf } from '../support/pure-record.js';

/**
 * Random lives of certifications under two policies: one that looks at random moments, and none at all. SCALE multiplies how many.
 */
const SCALE = Number(process.env['SCALE'] ?? 1);

const ZONES = { brief: 'Europe/Berlin', late: 'America/New_York', graced: 'Pacific/Apia', plain: 'UTC' } as const;
const SCHEMES = Object.keys(ZONES) as (keyof typeof ZONES)[];
const BRIEF = scheme('brief', { course: 'C1' }, { duration: 'P30D' }, ZONES.brief, {
  renewal: { opensBefore: 'P10D', closesAfter: 'P15D' },
  notices: { expiringFrom: 'P5D' },
});
const LATE = scheme('late', { any: [{ course: 'C1' }, { course: 'C2' }] }, { duration: 'P1M' }, ZONES.late, {
  timeToFulfil: { lateEvidence: 'accept-late' },
});
const GRACED = scheme('graced', { any: [{ course: 'C2' }, { course: 'C3' }] }, { duration: 'P1M' }, ZONES.graced, {
  renewal: {
    opensBefore: 'P7D',
    closesAfter: 'P10D',
    validityGrace: 'P6D',
    early: 'accept',
    basis: { kind: 'from-prior-expiry' },
  },
});
const PLAIN = scheme('plain', { course: 'C3' }, { duration: 'P30D' }, ZONES.plain, { capByEvidence: true });
const first = definitions(['C1', 'C2', 'C3'], BRIEF, LATE, GRACED, PLAIN);
const START = Date.UTC(2024, 1, 1);
const DAY = 86_400_000;
const instantOf = (day: number): string => new Date(START + day * DAY).toISOString();
const dateOf = (day: number): string => instantOf(day).slice(0, 10);
/** From day 15 on there are editions that end what is held under the first. */
const PUBLISHED = 15;
const second = catalogueWith(
  first,
  {
    type: 'ReviseScheme',
    scheme: {
      ...BRIEF,
      criteria: { all: [{ course: 'C1' }, { course: 'C3' }] },
      published: dateOf(PUBLISHED),
      holders: { kind: 'must-update', by: { date: dateOf(25) } },
    },
  },
  {
    type: 'ReviseScheme',
    scheme: { ...LATE, published: dateOf(PUBLISHED), holders: { kind: 'void', at: { date: dateOf(30) } } },
  },
);

const id = fc.constantFrom(...SCHEMES);
const course = fc.constantFrom('C1', 'C2', 'C3');
const ago = fc.integer({ min: 0, max: 25 });
const of = <Do extends string, More extends object>(
  name: Do,
  weight: number,
  more: { [Key in keyof More]: fc.Arbitrary<More[Key]> },
) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), ...more }) as fc.Arbitrary<{ do: Do } & More>,
});
const step = fc.oneof(
  of('wait', 9, { days: fc.double({ min: 0.1, max: 8, noNaN: true }) }),
  of('complete', 7, { course, ago, validDays: fc.option(fc.integer({ min: 5, max: 40 }), { nil: undefined }) }),
  of('assign', 3, { id, due: fc.integer({ min: 1, max: 20 }) }),
  of('withdraw', 1, { id }),
  of('award', 2, { id, ago }),
  of('revoke', 1, { id }),
  of('renew', 5, { id }),
  of('suspend', 1, { id }),
  of('reinstate', 1, { id }),
  of('waive', 1, { id, days: fc.integer({ min: 1, max: 15 }) }),
  of('unwaive', 1, { id }),
  of('correct', 3, { course, ago: fc.option(ago, { nil: undefined }) }),
  of('observe', 6, { id }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
/** Half of them hold something when the second editions come. */
const HOLDING: readonly Step[] = [
  { do: 'complete', course: 'C1', ago: 0, validDays: undefined },
  { do: 'wait', days: PUBLISHED },
];
const life = fc
  .tuple(fc.constantFrom([], HOLDING), fc.array(step, { minLength: 12, maxLength: 30 }))
  .map(([begun, steps]) => [...begun, ...steps]);

/** The command of a step on a day, which may be refused. */
function commandOf(taken: Step, day: number): RecordCommand | undefined {
  const dated = (ago: number): Effective => ({ date: dateOf(day - ago) });
  switch (taken.do) {
    case 'wait':
    case 'observe':
      return undefined;
    case 'complete': {
      const validUntil = taken.validDays === undefined ? undefined : dateOf(day - taken.ago + taken.validDays);
      return { type: 'CompleteCourse', course: taken.course, effective: dated(taken.ago), validUntil };
    }
    case 'assign':
      return {
        type: 'AssignScheme',
        scheme: taken.id,
        effective: { instant: instantOf(day) },
        due: { date: dateOf(day + taken.due) },
      };
    case 'withdraw':
      return { type: 'WithdrawAssignment', scheme: taken.id, reason: REASON };
    case 'award':
      return { type: 'AwardByHand', scheme: taken.id, effective: dated(taken.ago), reason: REASON };
    case 'revoke':
      return { type: 'Revoke', scheme: taken.id, reason: REASON };
    case 'renew':
      return { type: 'OpenRenewal', scheme: taken.id, intent: { how: 'renew-now' } };
    case 'suspend':
      return { type: 'SuspendCertification', scheme: taken.id, reason: REASON };
    case 'reinstate':
      return { type: 'ReinstateCertification', scheme: taken.id, reason: REASON };
    case 'waive':
      return { type: 'GrantWaiver', scheme: taken.id, lastDay: dateOf(day + taken.days), evidence: 'On leave.', reason: REASON };
    case 'unwaive':
      return { type: 'EndWaiver', scheme: taken.id, reason: REASON };
    case 'correct': {
      const to = taken.ago === undefined ? undefined : { effective: dated(taken.ago) };
      return { type: 'CorrectFact', corrects: { course: taken.course }, to, reason: REASON };
    }
  }
}

const OBSERVATIONS: ReadonlySet<string> = new Set(['CertificationExpired', 'BoundaryObserved', 'ObservationWithdrawn']);

/** What is recorded of a life with a policy that observes, and of the same without one; both answer every command alike. */
function live(steps: readonly Step[]): { readonly observed: PureRecord; readonly silent: PureRecord; readonly day: number } {
  const [observed, silent] = [PureRecord.registered(first, instantOf(0)), PureRecord.registered(first, instantOf(0))];
  let day = 1;
  for (const taken of steps) {
    const before = day;
    if (taken.do === 'wait') day += taken.days;
    for (const record of [observed, silent]) record.now = instantOf(day);
    if (taken.do === 'observe') observe(observed, taken.id);
    const commands = before < PUBLISHED && day >= PUBLISHED ? publication([observed, silent]) : [commandOf(taken, day)];
    for (const command of commands) {
      if (command === undefined) continue;
      const [one, other] = [observed, silent].map((record) => {
        const answer = record.ask(command);
        return isRejection(answer) ? answer.code : typesOf(record.do(command));
      });
      expect(one).toEqual(other);
    }
  }
  return { observed, silent, day };
}

function publication(records: readonly PureRecord[]): readonly RecordCommand[] {
  for (const record of records) record.facts = second;
  const publishedAt = instantOf(PUBLISHED);
  return ['brief', 'late'].map((known) => ({ type: 'ApplyEdition', scheme: known, edition: 2, publishedAt }));
}

/** Each command's observations come in the order of their instants. */
function observe(record: PureRecord, known: string): readonly RecordEvent[] {
  const events = record.do({ type: 'ObserveBoundaries', scheme: known });
  const instants = events.flatMap(({ type, data }) =>
    type === 'ObservationWithdrawn' ? [] : [instantMilliseconds((data as { effective: { instant: string } }).effective.instant)],
  );
  expect(instants).toEqual([...instants].sort((a, b) => a - b));
  return events;
}

/** Each instant at which something may change and the millisecond before it, and some between. */
function instantsOf(state: RecordState, known: keyof typeof ZONES): readonly string[] {
  const standing = standingOf(state, known);
  const edges = [
    ...boundariesOf(standing).map(({ instant }) => instantMilliseconds(instant)),
    ...standing.cycles.flatMap((cycle) => [effectiveMilliseconds(cycle.validity.from, ZONES[known]), endOf(cycle)]),
    ...standing.renewals.map(({ effective }) => effectiveMilliseconds(effective, ZONES[known])),
  ].filter(Number.isFinite);
  return [...edges.flatMap((edge) => [edge - 1, edge]), START, START + 50.3 * DAY, START + 5_000 * DAY].map((milliseconds) =>
    new Date(milliseconds).toISOString(),
  );
}

const zoneOf = (known: keyof typeof ZONES) => () => ZONES[known];
const runs = (number: number) => ({ numRuns: number * SCALE });

test('every status at every instant, and every answer, is the same with a policy that observes, without it, and with its events left out', () => {
  const seen = new Set<StatusCode | undefined>();
  const boundaries = new Set<string>();
  fc.assert(
    fc.property(life, (steps) => {
      const { observed, silent } = live(steps);
      for (const known of SCHEMES) observe(observed, known);
      for (const event of observed.events) boundaries.add(nameOf(event));
      const left = observed.events.reduce<RecordState>(
        (state, event, revision) =>
          OBSERVATIONS.has(event.type) ? state : evolve(state, event, { revision, recordedAt: instantOf(0) }),
        emptyRecord,
      );
      const without = Object.assign(PureRecord.registered(observed.facts), { state: left });
      for (const known of SCHEMES) {
        for (const at of instantsOf(observed.state, known)) {
          const status = observed.statusAt(known, at);
          seen.add(status?.status);
          expect(silent.statusAt(known, at)).toEqual(status);
          // Only who awaits an approval has a status that depends on when something was recorded, and nobody does here.
          expect(without.statusAt(known, at)).toEqual(status);
        }
      }
    }),
    runs(150),
  );
  // A property over nothing would prove nothing; these lives hold nothing that waits for a person.
  for (const code of ['suspended', 'update-required', 'renewing', 'lapsed', 'waived', 'overdue', 'missed'] as const)
    expect(seen).toContain(code);
  for (const boundary of [
    'expiring',
    'renewal-opens',
    'grace-ends',
    'lapsed',
    'missed',
    'waiver-ends',
    'CertificationExpired',
    'voided',
  ])
    expect(boundaries).toContain(boundary);
});

const nameOf = ({ type, data }: RecordEvent): string => (data as { boundary?: string }).boundary ?? type;

test('however late and in whatever pieces, what stands observed in the end is what came about, each once, and nothing else', () => {
  const withdrawn = new Set<string>();
  fc.assert(
    fc.property(life, (steps) => {
      const { observed, day } = live(steps);
      observed.now = instantOf(day + 400);
      for (const known of SCHEMES) {
        observe(observed, known);
        expect(observed.ask({ type: 'ObserveBoundaries', scheme: known })).toEqual([]);
        const standing = standingOf(observed.state, known);
        for (const { boundary, withdrawn: isGone } of standing.observations) if (isGone) withdrawn.add(boundary);
        const stands = standing.observations.filter((known) => known.withdrawn === undefined);
        const come = boundariesOf(standing).filter(
          ({ instant }) => instantMilliseconds(instant) <= instantMilliseconds(observed.now),
        );
        const shown = (
          { boundary, cycle, assignment, waiver }: (typeof come)[number] | (typeof stands)[number],
          instant: string,
        ) => `${boundary} ${cycle ?? assignment ?? waiver} ${instant}`;
        expect(stands.map((one) => shown(one, (one.effective as { instant: string }).instant)).sort()).toEqual(
          come.map((one) => shown(one, one.instant)).sort(),
        );
      }
    }),
    runs(150),
  );
  expect(withdrawn.size).toBeGreaterThan(0);
});

test('what is observed of an end is what the status of the cycle says at that instant, and every end is observed', () => {
  const ends = new Set(['expired', 'voided', 'update-overdue']);
  fc.assert(
    fc.property(life, (steps) => {
      const { observed } = live(steps);
      for (const known of SCHEMES) {
        const standing = standingOf(observed.state, known);
        const found = boundariesOf(standing).filter(({ boundary }) => ends.has(boundary));
        for (const [index, cycle] of standing.cycles.entries()) {
          const status = (milliseconds: number) =>
            cycleStatusAt(cycle, standing.cycles[index + 1], zoneOf(known), new Date(milliseconds).toISOString());
          const own = found.filter((boundary) => boundary.cycle === cycle.number);
          const isExpired = endOf(cycle) !== Infinity && status(endOf(cycle)) === 'expired';
          // An update that begins after the end is over from its beginning; it came too late for a boundary of its own.
          const isBornOver = cycle.kind === 'update' && effectiveMilliseconds(cycle.validity.from, ZONES[known]) > endOf(cycle);
          expect(own.map(({ instant }) => instantMilliseconds(instant))).toEqual(isExpired && !isBornOver ? [endOf(cycle)] : []);
        }
      }
    }),
    runs(150),
  );
});
