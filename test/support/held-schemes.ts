import type { StoredEvent } from '../../src/ledger/envelope.js';
import { course, eventually, memoryEngines, scheme, Service, TestClock } from './service.js';
import { WatchedEventStore } from './watched-event-store.js';

/** All of them did C1 on 1 February 2024 and hold what asks for it until 1 February 2026; every fifth did C2 as well. */
export const HOLDERS = 50;
export const numbers = Array.from({ length: HOLDERS }, (_, number) => number);
export const didBoth = (number: number): boolean => number % 5 === 0;
export const BOTH = numbers.filter(didBoth).length;
/** Who did C2 alone. */
export const NEWCOMERS = ['new-0', 'new-1', 'new-2'];
export const OLD_END = { lastValidDay: '2026-02-01', endsAt: '2026-02-02T00:00:00+01:00' };
export const MUST_UPDATE = { kind: 'must-update', by: { date: '2024-09-01' } };
export const VOID = { kind: 'void', at: { date: '2024-09-01' } };

export const contentOf = (criteria: unknown, more: object) => {
  const { scheme: _, ...content } = scheme('S', criteria, { validity: { duration: 'P2Y' }, ...more });
  return content;
};
/** The second edition asks for C2, too. */
export const second = (holders: object | undefined, more: object = {}) =>
  contentOf(
    { all: [{ course: 'C1' }, { course: 'C2' }] },
    { published: '2024-05-01', ...(holders === undefined ? {} : { holders }), ...more },
  );

export const ofType = (events: readonly StoredEvent[], type: string, id: string) =>
  events.filter((event) => event.type === type && event.data['scheme'] === id);

/** A service over memory with these learners, whose log can be watched. */
export class HeldSchemes {
  readonly store = new WatchedEventStore();
  readonly engines = { ...memoryEngines(), store: this.store };
  service!: Service;

  async start(): Promise<void> {
    this.service = await Service.start(this.engines, new TestClock());
    for (const id of ['C1', 'C2']) await this.service.write('/v1/courses', course(id));
    for (const number of numbers) {
      await this.service.write('/v1/learners', { learner: `emp-${number}` });
      await this.complete(`emp-${number}`, 'C1', '2024-02-01');
      if (didBoth(number)) await this.complete(`emp-${number}`, 'C2', '2024-03-01');
    }
    for (const learner of NEWCOMERS) {
      await this.service.write('/v1/learners', { learner });
      await this.complete(learner, 'C2', '2024-03-01');
    }
  }

  define(id: string, more: object = {}) {
    return this.service.write('/v1/schemes', { scheme: id, ...contentOf({ course: 'C1' }, { title: id, ...more }) });
  }

  complete(learner: string, id: string, date: string) {
    return this.service.write(`/v1/learners/${learner}/completions`, { course: id, effective: { date } });
  }

  /** The record's stream. */
  record(learner: string): Promise<string> {
    return this.service.started.kernel.records.stream('main', learner);
  }

  /** The events once the publication of an edition is applied. */
  applied(id: string, edition: number): Promise<readonly StoredEvent[]> {
    return eventually(async () => {
      const events = await this.store.readAll();
      const isOf = ({ type, data }: StoredEvent) =>
        type === 'PublicationApplied' && data['id'] === id && data['edition'] === edition;
      return events.some(isOf) ? events : undefined;
    });
  }
}
