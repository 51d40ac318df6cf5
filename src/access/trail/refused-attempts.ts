import { LRUCache } from 'lru-cache';
import type { Ledger } from '../../ledger/ledger.js';
import { attemptsDecider, hasOwnEvent, type Attempt } from '../domain/attempts.js';
import { appendToDay, dayStream, type Asked } from './day-stream.js';

/** How many actors' days are counted in memory; one that is dropped goes on from its last event, as all do after a restart. */
export const DAYS_COUNTED_MAX = 10_000;

/** Counts what each actor was refused on a day, and records those refusals that have an event of their own. */
export class RefusedAttempts {
  private readonly days: LRUCache<string, { count: number }>;

  constructor(
    private readonly ledger: Ledger,
    daysCountedMax: number = DAYS_COUNTED_MAX,
  ) {
    this.days = new LRUCache({ max: daysCountedMax });
  }

  async record(asked: Asked<Omit<Attempt, 'count'>>): Promise<void> {
    const stream = dayStream(attemptsDecider.kind, asked.principal, this.ledger.clock.now());
    const day = await this.day(stream);
    day.count += 1;
    const attempt = { ...asked.what, count: day.count };
    // Asked before the ledger is, so that a refusal without an event costs no access to the store.
    if (hasOwnEvent(attempt)) await appendToDay(this.ledger, attemptsDecider, stream, { ...asked, what: attempt });
  }

  private async day(stream: string): Promise<{ count: number }> {
    const counted = this.days.get(stream);
    if (counted !== undefined) return counted;
    const { state } = await this.ledger.load(attemptsDecider, stream);
    // Another request of the same actor may have come here meanwhile, and its count must go on.
    const day = this.days.get(stream) ?? { count: state.count };
    this.days.set(stream, day);
    return day;
  }
}
