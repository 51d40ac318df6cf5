import { pino } from 'pino';
import { MemoryLeases } from '../../adapters/memory/leases.js';
import type { StoredEvent } from '../../ledger/envelope.js';
import type { EventFeed } from '../../ledger/ports/event-store.js';
import { eventually } from '../../../test/support/service.js';
import { CLOCK_BEHIND_MILLISECONDS_MAX, Rounds, type Policy } from './rounds.js';

const NOW = Date.parse('2024-06-01T12:00:00.000Z');

/** A policy under a clock that stands `behind` the last recorded time; `rounds` tells what each round does. */
function setUp(behind: number, round: Policy['round']): { rounds: Rounds; logged: Record<string, unknown>[] } {
  const recordedAt = new Date(NOW + behind).toISOString();
  const feed = { latest: async () => ({ metadata: { recordedAt } }) as StoredEvent } as unknown as EventFeed;
  const logged: Record<string, unknown>[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void logged.push(JSON.parse(line) as never) });
  const around = { leases: new MemoryLeases(), instance: 'tested', warn: () => undefined };
  const clock = { now: () => new Date(NOW).toISOString() };
  return { rounds: new Rounds({ name: 'tested', round }, { clock, feed, logger, intervalMilliseconds: 1, ...around }), logged };
}

describe('the rounds of a policy', () => {
  it.each([
    [CLOCK_BEHIND_MILLISECONDS_MAX, true],
    [CLOCK_BEHIND_MILLISECONDS_MAX + 1, false],
  ])('a clock that is %i ms behind the last recorded time lets it run: %s', async (behind, runs) => {
    let ran = 0;
    const { rounds, logged } = setUp(behind, async () => {
      ran += 1;
      return 'done';
    });
    await rounds.start();
    await eventually(async () => (ran + logged.length > 2 ? true : undefined));
    await rounds.stop();
    expect([ran > 0, logged.length > 0]).toEqual([runs, !runs]);
    expect(logged.every(({ policy }) => policy === 'tested')).toBe(true);
  });

  it('a round that fails is told and the next one comes; never two at once', async () => {
    let [ran, running, most] = [0, 0, 0];
    const { rounds, logged } = setUp(0, async () => {
      ran += 1;
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      if (ran === 1) throw new Error('the first one');
      return 'done';
    });
    await rounds.start();
    await eventually(async () => (ran >= 3 ? true : undefined));
    await rounds.stop();
    expect([logged.length, most]).toEqual([1, 1]);
  });

  it('stopping waits for the round that is under way, tells it, and lets no further one begin', async () => {
    let [ran, ended] = [0, 0];
    const { rounds, logged } = setUp(0, async (stopping) => {
      ran += 1;
      await new Promise((resolve) => stopping.addEventListener('abort', resolve));
      ended += 1;
      return Promise.reject(stopping.reason as Error);
    });
    await rounds.start();
    await eventually(async () => (ran === 1 ? true : undefined));
    await rounds.stop();
    expect([ran, ended, logged]).toEqual([1, 1, []]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ran).toBe(1);
  });
});
