import { catalogueDecider, type Catalogue, type CatalogueCommand } from '../../src/catalogue/domain/decider.js';
import type { Criteria } from '../../src/catalogue/domain/criteria.js';
import type { Validity } from '../../src/catalogue/domain/content.js';
import type { Actor } from '../../src/ledger/envelope.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import type { RecordEvent } from '../../src/record/domain/events.js';
import { statusAt, type SchemeStatus } from '../../src/record/domain/status.js';
import { isRejection, type Rejection } from '../../src/shared/result.js';

export const ADMIN: Actor = { key: 'k-admin', person: 'a'.repeat(64), role: 'admin' };
export const SERVICE: Actor = { key: 'k-service', role: 'admin' };
export const SUBJECT = '0190a1b2-0000-7000-8000-000000000001';
export const NOW = '2024-06-01T12:00:00.000Z';
export const REASON = { code: 'issued-in-error', text: 'Two learners were mixed up.' };

/** A scheme's content with defaults, so that a test states only what it is about. */
export const scheme = (id: string, criteria: Criteria, validity: Validity = { perpetual: true }, timeZone = 'UTC') => ({
  scheme: id,
  title: `Scheme ${id}`,
  published: '2020-01-01',
  timeZone,
  validity,
  award: 'automatic' as const,
  criteria,
});

/** Decides and folds catalogue commands; a refusal fails the test that set it up. */
export function catalogueOf(...commands: readonly CatalogueCommand[]): Catalogue {
  return commands.reduce((state, command) => {
    const events = catalogueDecider.decide(command, state, { facts: undefined, now: NOW, actor: ADMIN, origin: { kind: 'api' } });
    if (isRejection(events)) throw new Error(`${events.code}: ${events.detail}`);
    const at = { revision: 0, position: '', recordedAt: NOW, id: '' };
    return events.reduce((folded, event) => catalogueDecider.evolve(folded, event, at), state);
  }, catalogueDecider.initial);
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
    public facts: Catalogue,
    public now: string = NOW,
  ) {}

  static registered(facts: Catalogue, now?: string): PureRecord {
    const record = new PureRecord(facts, now);
    record.do({ type: 'RegisterLearner', subject: SUBJECT, learner: 'emp-1', name: 'Ada' });
    return record;
  }

  /** The events, which are folded at once; a refusal fails the test. */
  do(command: RecordCommand, actor: Actor = ADMIN): readonly RecordEvent[] {
    const answer = this.ask(command, actor);
    if (isRejection(answer)) throw new Error(`${answer.code}: ${answer.detail}`);
    for (const event of answer) {
      const at = { revision: this.events.length, position: '', recordedAt: this.now, id: '' };
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

  statusAt(schemeId: string, at: string, zone = 'UTC'): SchemeStatus | undefined {
    return statusAt(this.state, schemeId, () => zone, at);
  }
}

export const typesOf = (events: readonly { readonly type: string }[]): readonly string[] => events.map(({ type }) => type);
