import type { SchemeContent } from '../../src/catalogue/domain/content.js';
import type { Criteria } from '../../src/catalogue/domain/criteria.js';
import { catalogueDecider } from '../../src/catalogue/domain/decider.js';
import type { Catalogue, CatalogueEvent, RenewalPolicy } from '../../src/catalogue/published.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { isRejection } from '../../src/shared/result.js';
import { fc } from './property.js';
import { ADMIN, definitions, REASON, scheme } from './pure-record.js';
import type { ReferenceEdition, ReferenceRenewal, ReferenceScheme, Standing } from './reference-facts.js';
import * as life from './reference-life.js';
import type { ReferenceAnswer, ReferenceRecord } from './reference-record.js';

/** Random histories of one record, as commands and as what the reference model says of them. */

const COURSES = ['C1', 'C2', 'C3', 'C4'];
export const SCHEMES: readonly ReferenceScheme[] = [
  {
    id: 'one',
    late: false,
    first: {
      days: 30,
      courses: ['C1'],
      needed: 1,
      renewal: { basis: 'from-completion', opensBefore: 10, closesAfter: 15 },
    },
    second: {
      days: 45,
      courses: ['C1'],
      needed: 1,
      renewal: { basis: 'from-prior-expiry', opensBefore: 20, closesAfter: 20, early: 'accept' },
      holders: 'keep',
    },
  },
  {
    id: 'both',
    late: true,
    first: { days: 5, courses: ['C1', 'C2'], needed: 2 },
    second: { days: 40, courses: ['C1', 'C2'], needed: 1, holders: 'void' },
  },
  {
    id: 'two-of-four',
    late: false,
    first: {
      days: 90,
      courses: COURSES,
      needed: 2,
      renewal: { basis: 'from-prior-expiry', opensBefore: 30, closesAfter: 40, grace: 5, alternatives: ['C1', 'C4'] },
    },
    second: {
      days: 60,
      courses: COURSES,
      needed: 3,
      renewal: { basis: 'from-completion', opensBefore: 20, closesAfter: 30, alternatives: ['C2', 'C3'] },
      holders: 'must-update',
    },
  },
  {
    id: 'either',
    late: true,
    first: { days: undefined, courses: ['C3', 'C4'], needed: 1 },
    second: { days: undefined, courses: ['C3', 'C4'], needed: 2, holders: 'must-update' },
  },
  {
    id: 'approved',
    late: false,
    approval: true,
    first: {
      days: 20,
      courses: ['C2'],
      needed: 1,
      renewal: { basis: 'from-completion', opensBefore: 8, grace: 10, early: 'accept' },
    },
    second: {
      days: 30,
      courses: ['C2', 'C3'],
      needed: 1,
      renewal: { basis: 'from-prior-expiry', opensBefore: 10, closesAfter: 20 },
      holders: 'must-update',
    },
  },
];
const IDS = SCHEMES.map((known) => known.id);

export const START = Date.UTC(2024, 0, 1);
export const DAY_MILLISECONDS = 86_400_000;
export const instantOf = (day: number): string => new Date(START + Math.round(day * DAY_MILLISECONDS)).toISOString();
const dateOf = (day: number): string => instantOf(day).slice(0, 10);
const dated = (day: number | undefined) => (day === undefined ? undefined : { date: dateOf(day) });
const days = (length: number | undefined): string | undefined => (length === undefined ? undefined : `P${length}D`);

/** What is absent in the model is absent in the policy. */
const policyOf = ({ basis, opensBefore, closesAfter, grace, early, alternatives }: ReferenceRenewal): RenewalPolicy => ({
  basis: { kind: basis },
  opensBefore: days(opensBefore)!,
  ...(closesAfter === undefined ? {} : { closesAfter: days(closesAfter)! }),
  ...(grace === undefined ? {} : { validityGrace: days(grace)! }),
  ...(early === undefined ? {} : { early }),
  ...(alternatives === undefined ? {} : { criteria: { any: alternatives.map((course) => ({ course })) } }),
});

function contentOf({ id, late, approval }: ReferenceScheme, edition: ReferenceEdition, more: Partial<SchemeContent> = {}) {
  const of = edition.courses.map((course) => ({ course }));
  const { needed } = edition;
  const criteria: Criteria =
    of.length === 1 ? of[0]! : needed === of.length ? { all: of } : needed === 1 ? { any: of } : { atLeast: needed, of };
  const validity = edition.days === undefined ? { perpetual: true as const } : { duration: days(edition.days)! };
  return scheme(id, criteria, validity, 'UTC', {
    ...(late ? { timeToFulfil: { lateEvidence: 'accept-late' as const } } : {}),
    ...(approval === undefined ? {} : { award: 'on-approval' as const }),
    ...(edition.renewal === undefined ? {} : { renewal: policyOf(edition.renewal) }),
    ...more,
  });
}

export const FIRST_EDITIONS: Catalogue = definitions(
  [...COURSES, 'C9'],
  ...SCHEMES.map((known) => contentOf(known, known.first)),
);

function published(standing: Catalogue, known: ReferenceScheme, on: number, by: number, now: number): Catalogue {
  const { holders, ...edition } = known.second!;
  const date = { date: dateOf(by) };
  const told =
    holders === 'keep' ? { kind: holders } : holders === 'void' ? { kind: holders, at: date } : { kind: holders, by: date };
  const content = contentOf(known, edition, { published: dateOf(on), holders: told });
  const circumstances = { facts: undefined, now: instantOf(now), actor: ADMIN, origin: { kind: 'api' } } as const;
  const events = catalogueDecider.decide({ type: 'ReviseScheme', scheme: content }, standing, circumstances);
  if (isRejection(events)) throw new Error(`${events.code}: ${events.detail}`);
  const at = { revision: 0, recordedAt: circumstances.now };
  return (events as readonly CatalogueEvent[]).reduce((folded, event) => catalogueDecider.evolve(folded, event, at), standing);
}

const of = <Do extends string, More extends object>(
  name: Do,
  weight: number,
  more: { [Key in keyof More]: fc.Arbitrary<More[Key]> },
) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), ...more }) as fc.Arbitrary<{ do: Do } & More>,
});
const id = fc.constantFrom(...IDS);
const any = fc.nat({ max: 20 });
/** Days before today: mostly a few, at times many, seldom tomorrow and the day after. */
const ago = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 140 }) },
  { weight: 1, arbitrary: fc.integer({ min: -2, max: 0 }) },
);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
export const step = fc.oneof(
  of('wait', 8, { days: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 5, max: 40 })) }),
  of('complete', 9, { course: fc.constantFrom(...COURSES, ...COURSES, 'C9'), ago }),
  of('assign', 3, { id, ago, start: maybe(ago), due: maybe(fc.integer({ min: -20, max: 60 })) }),
  of('start', 1, { id, ago }),
  of('withdraw', 1, { id }),
  of('award', 3, { id, ago }),
  of('approve', 2, {}),
  of('decline', 1, {}),
  of('revoke', 1, { id }),
  of('renew', 5, { id, alternative: maybe(fc.constantFrom(0, 1)) }),
  of('withdraw-renewal', 1, { id }),
  of('attribute', 2, { id, item: any }),
  of('suspend', 2, { id }),
  of('reinstate', 2, { id }),
  of('waive', 1, { id, lastDay: fc.integer({ min: -2, max: 60 }) }),
  of('end-waiver', 1, { id }),
  of('publish', 2, { id, ago: fc.integer({ min: 0, max: 20 }), by: fc.integer({ min: 0, max: 60 }) }),
  of('correct', 3, { item: any, ago: maybe(ago) }),
  of('observe', 2, { id }),
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** One record in some world: what it answers a command, by the code of the refusal or the types of the events. */
export interface World {
  now: string;
  facts: Catalogue;
  tell(command: RecordCommand): ReferenceAnswer | Promise<ReferenceAnswer>;
}

export interface Taken {
  readonly commands: readonly RecordCommand[];
  readonly expected: ReferenceAnswer;
}

/** The life of one record in a world beside its life in the model. */
export class History {
  /** The revisions of the completions, as the model counts them; the first event registered the learner. */
  private readonly revisions: number[] = [];
  private events = 1;

  constructor(
    readonly world: World,
    readonly reference: ReferenceRecord,
  ) {}

  async take(taken: Step): Promise<void> {
    const { world, reference } = this;
    world.now = instantOf(reference.now);
    const told = this.tellingOf(taken);
    if (told === undefined) return;
    const answers: string[] = [];
    let refused: string | undefined;
    for (const command of told.commands) {
      const answer = await world.tell(command);
      if (typeof answer === 'string') refused = answer;
      else this.note(answer);
      if (typeof answer !== 'string') answers.push(...answer);
    }
    if (taken.do === 'observe') {
      expect(refused).toBeUndefined();
      return;
    }
    // Which completions need an enrolment of their own is no matter of certifications, and tried where enrolments are.
    const sorted = (answer: ReferenceAnswer) =>
      typeof answer === 'string' ? answer : answer.filter((type) => type !== 'LearnerEnrolled').sort();
    expect({ taken, now: reference.now, answer: sorted(refused ?? answers) }).toEqual({
      taken,
      now: reference.now,
      answer: sorted(told.expected),
    });
  }

  private note(types: readonly string[]): void {
    for (const type of types) {
      if (type === 'CourseCompleted') this.revisions.push(this.events);
      this.events += 1;
    }
  }

  private tellingOf(taken: Step): Taken | undefined {
    const { reference } = this;
    const today = Math.floor(reference.now);
    const one = (command: RecordCommand, expected: ReferenceAnswer): Taken => ({ commands: [command], expected });
    switch (taken.do) {
      case 'wait':
        reference.now += taken.days;
        return undefined;
      case 'complete': {
        const day = today - taken.ago;
        const command = { type: 'CompleteCourse', course: taken.course, effective: { date: dateOf(day) } } as const;
        return one(command, reference.complete(taken.course, day));
      }
      case 'assign': {
        const [on, start] = [today - taken.ago, taken.start === undefined ? undefined : today - taken.start];
        const due = taken.due === undefined ? undefined : today + taken.due;
        const terms = { start: dated(start), due: dated(due) };
        return one(
          { type: 'AssignScheme', scheme: taken.id, effective: { date: dateOf(on) }, ...terms },
          reference.assign(taken.id, on, start, due),
        );
      }
      case 'start': {
        const day = today - taken.ago;
        return one(
          { type: 'StartAssignment', scheme: taken.id, effective: { date: dateOf(day) } },
          reference.start(taken.id, day),
        );
      }
      case 'withdraw':
        return one({ type: 'WithdrawAssignment', scheme: taken.id, reason: REASON }, reference.withdraw(taken.id));
      case 'award': {
        const day = today - taken.ago;
        const command = { type: 'AwardByHand', scheme: taken.id, effective: { date: dateOf(day) }, reason: REASON } as const;
        return one(command, reference.award(taken.id, day));
      }
      case 'approve':
        return one({ type: 'ApproveAward', scheme: 'approved' }, reference.approve('approved'));
      case 'decline':
        return one({ type: 'DeclineAward', scheme: 'approved', reason: REASON }, reference.decline('approved'));
      case 'revoke':
        return one({ type: 'Revoke', scheme: taken.id, reason: REASON }, reference.revoke(taken.id));
      case 'observe':
        return one({ type: 'ObserveBoundaries', scheme: taken.id }, []);
      case 'renew':
      case 'withdraw-renewal':
      case 'attribute':
      case 'suspend':
      case 'reinstate':
      case 'waive':
      case 'end-waiver':
      case 'publish':
      case 'correct':
        return this.lifeOf(taken, today);
    }
  }

  private lifeOf(
    taken: Exclude<
      Step,
      { do: 'wait' | 'complete' | 'assign' | 'start' | 'withdraw' | 'award' | 'approve' | 'decline' | 'revoke' | 'observe' }
    >,
    today: number,
  ): Taken | undefined {
    const { reference, revisions } = this;
    const one = (command: RecordCommand, expected: ReferenceAnswer): Taken => ({ commands: [command], expected });
    switch (taken.do) {
      case 'renew': {
        const pointer = taken.alternative === undefined ? {} : { alternative: `/any/${taken.alternative}` };
        return one(
          { type: 'OpenRenewal', scheme: taken.id, intent: { how: 'renew-now' }, ...pointer },
          life.openRenewal(reference, taken.id, taken.alternative),
        );
      }
      case 'withdraw-renewal':
        return one({ type: 'WithdrawRenewal', scheme: taken.id, reason: REASON }, life.withdrawRenewal(reference, taken.id));
      case 'attribute': {
        if (revisions.length === 0) return undefined;
        const index = taken.item % revisions.length;
        return one(
          { type: 'AttributeEvidence', scheme: taken.id, evidence: [revisions[index]!], reason: REASON },
          life.attribute(reference, taken.id, reference.done[index]!),
        );
      }
      case 'suspend':
        return one({ type: 'SuspendCertification', scheme: taken.id, reason: REASON }, life.suspend(reference, taken.id));
      case 'reinstate':
        return one({ type: 'ReinstateCertification', scheme: taken.id, reason: REASON }, life.reinstate(reference, taken.id));
      case 'waive': {
        const lastDay = today + taken.lastDay;
        return one(
          { type: 'GrantWaiver', scheme: taken.id, lastDay: dateOf(lastDay), evidence: 'On leave.', reason: REASON },
          life.waive(reference, taken.id, lastDay),
        );
      }
      case 'end-waiver':
        return one({ type: 'EndWaiver', scheme: taken.id, reason: REASON }, life.endWaiver(reference, taken.id));
      case 'publish':
        return this.publishingOf(reference.of(taken.id), today - taken.ago, today - taken.ago + taken.by);
      case 'correct': {
        if (revisions.length === 0) return undefined;
        const index = taken.item % revisions.length;
        const day = taken.ago === undefined ? undefined : today - taken.ago;
        return one(
          {
            type: 'CorrectFact',
            corrects: revisions[index]!,
            to: day === undefined ? undefined : { effective: { date: dateOf(day) } },
            reason: REASON,
          },
          life.correct(reference, reference.done[index]!, day),
        );
      }
    }
  }

  /** A second edition once; a policy brings it to the record. */
  private publishingOf({ scheme: known, second }: Standing, on: number, by: number): Taken | undefined {
    if (second !== undefined) return undefined;
    this.world.facts = published(this.world.facts, known, on, by, this.reference.now);
    const publishedAt = instantOf(this.reference.now);
    return {
      commands: [
        { type: 'ApplyEdition', scheme: known.id, edition: 2, publishedAt },
        { type: 'Reevaluate', kind: 'scheme', id: known.id },
      ],
      expected: life.publish(this.reference, known.id, on, by),
    };
  }
}

/** Each instant at which something may change, in days. */
export function edgesOf({ cycles, tasks, renewals, waivers, proposals }: Standing): readonly number[] {
  const edges = [
    ...cycles.flatMap(({ term, revokedAt, goneAt, endings, suspensions }) => [
      ...Object.values(term),
      revokedAt,
      goneAt,
      ...endings.flatMap(({ on, end }) => [on, end]),
      ...suspensions.flatMap(({ from, until }) => [from, until]),
    ]),
    ...tasks.flatMap(({ on, due, startedAt, withdrawnAt }) => [on, due ?? Infinity, startedAt, withdrawnAt]),
    ...renewals.flatMap(({ at, closes, withdrawnAt }) => [at, closes, withdrawnAt]),
    ...waivers.flatMap(({ from, end, endedAt }) => [from, end, endedAt]),
    ...proposals.flatMap(({ at, closedAt }) => [at, closedAt]),
  ];
  return [...new Set(edges.filter(Number.isFinite))];
}
