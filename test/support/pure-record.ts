import { catalogueDecider, type Catalogue, type CatalogueCommand } from '../../src/catalogue/domain/decider.js';
import type { Criteria } from '../../src/catalogue/domain/criteria.js';
import type { CourseContent, SchemeContent, Validity } from '../../src/catalogue/domain/content.js';
import { editionOf } from '../../src/catalogue/published.js';
import type { Actor } from '../../src/ledger/envelope.js';
import type { RecordFacts } from '../../src/record/domain/circumstances.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import type { RecordEvent } from '../../src/record/domain/events.js';
import type { Cycle } from '../../src/record/domain/standing.js';
import { cyclesOf, standingOf } from '../../src/record/domain/state.js';
import { statusAt, type SchemeStatus } from '../../src/record/domain/status.js';
import { isRejection, type Rejection } from '../../src/shared/result.js';

export const ADMIN: Actor = { key: 'k-admin', person: 'a'.repeat(64), role: 'admin' };
export const SECOND: Actor = { key: 'k-second', person: 'b'.repeat(64), role: 'admin' };
export const SERVICE: Actor = { key: 'k-service', role: 'admin' };
/** The person who is the learner of `PureRecord.bound`, as a learner and as an administrator. */
export const LEARNER: Actor = { key: 'k-learner', person: 'c'.repeat(64), role: 'learner' };
export const LEARNER_AS_ADMIN: Actor = { ...LEARNER, key: 'k-learner-admin', role: 'admin' };
export const SUBJECT = '0190a1b2-0000-7000-8000-000000000001';
export const NOW = '2024-06-01T12:00:00.000Z';
export const REASON = { code: 'issued-in-error', text: 'Two learners were mixed up.' };

/** A scheme's content with defaults, so that a test states only what it is about. */
export const scheme = (
  id: string,
  criteria: Criteria,
  validity: Validity = { perpetual: true },
  timeZone = 'UTC',
  more: Partial<SchemeContent> = {},
) => ({
  scheme: id,
  title: `Scheme ${id}`,
  published: '2020-01-01',
  timeZone,
  validity,
  award: 'automatic' as const,
  criteria,
  ...more,
});

/** A course with criteria of its own, as a command that defines it. */
export const courseOf = (id: string, content: Partial<CourseContent>): CatalogueCommand => ({
  type: 'DefineCourse',
  course: { course: id, title: `Course ${id}`, ...content },
});

/** Decides and folds catalogue commands; a refusal fails the test that set it up. */
export const catalogueOf = (...commands: readonly CatalogueCommand[]): Catalogue =>
  catalogueWith(catalogueDecider.initial, ...commands);

/** The same on top of what stands already. */
export function catalogueWith(standing: Catalogue, ...commands: readonly CatalogueCommand[]): Catalogue {
  return commands.reduce((state, command) => {
    const events = catalogueDecider.decide(command, state, { facts: undefined, now: NOW, actor: ADMIN, origin: { kind: 'api' } });
    if (isRejection(events)) throw new Error(`${events.code}: ${events.detail}`);
    const at = { revision: 0, recordedAt: NOW };
    return events.reduce((folded, event) => catalogueDecider.evolve(folded, event, at), state);
  }, standing);
}

/** The courses with the schemes over them, first editions all. */
export const definitions = (courses: readonly string[], ...schemes: readonly ReturnType<typeof scheme>[]): Catalogue =>
  catalogueOf(
    ...courses.map((course) => ({ type: 'DefineCourse' as const, course: { course, title: `Course ${course}` } })),
    ...schemes.map((content) => ({ type: 'DefineScheme' as const, scheme: content })),
  );

/** One learner's record without any store: decides, folds, remembers. */
export class PureRecord {
  state = recordDecider.initial;
  readonly events: RecordEvent[] = [];

  constructor(
    public facts: RecordFacts,
    public now: string = NOW,
  ) {}

  static registered(facts: RecordFacts, now?: string): PureRecord {
    const record = new PureRecord(facts, now);
    record.do({ type: 'RegisterLearner', subject: SUBJECT, learner: 'emp-1', name: 'Ada' });
    return record;
  }

  /** Registered, and bound to the person who acts as LEARNER. */
  static bound(facts: RecordFacts, now?: string): PureRecord {
    const record = PureRecord.registered(facts, now);
    record.do({ type: 'BindToPerson', person: LEARNER.person! });
    return record;
  }

  /** The events, which are folded at once; a refusal fails the test. */
  do(command: RecordCommand, actor: Actor = ADMIN): readonly RecordEvent[] {
    const answer = this.ask(command, actor);
    if (isRejection(answer)) throw new Error(`${answer.code}: ${answer.detail}`);
    for (const event of answer) {
      const at = { revision: this.events.length, recordedAt: this.now, person: actor.person };
      this.state = recordDecider.evolve(this.state, event, at);
      this.events.push(event);
    }
    return answer;
  }

  /** The decision alone; nothing is folded. */
  ask(command: RecordCommand, actor: Actor = ADMIN): readonly RecordEvent[] | Rejection {
    return recordDecider.decide(command, this.state, { facts: this.facts, now: this.now, actor, origin: { kind: 'api' } });
  }

  refusal(command: RecordCommand, actor: Actor = ADMIN): string | undefined {
    const answer = this.ask(command, actor);
    return isRejection(answer) ? answer.code : undefined;
  }

  complete(course: string, date: string): readonly RecordEvent[] {
    return this.do({ type: 'CompleteCourse', course, effective: { date } });
  }

  statusAt(schemeId: string, at: string): SchemeStatus | undefined {
    return statusAt(standingOf(this.state, schemeId), (edition) => editionOf(this.facts.schemes, schemeId, edition)!, at);
  }

  cycles(schemeId: string): readonly Cycle[] {
    return cyclesOf(this.state, schemeId);
  }
}

export const typesOf = (events: readonly { readonly type: string }[]): readonly string[] => events.map(({ type }) => type);
