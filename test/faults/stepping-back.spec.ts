import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { DECISIONS_PER_COMMAND_MAX } from '../../src/ledger/ledger.js';
import { instance, send } from '../support/tally.js';

const APPEND_MILLISECONDS = 5;

/**
 * Another instance with a queue of commands on one record appends the next before this one has folded the last: it wins
 * every round until its queue is empty. Time is counted here and not passed.
 */
async function against(busyMilliseconds: number): Promise<{ code: string; pauses: readonly number[] }> {
  const [store, keys] = [new MemoryEventStore(), new MemoryKeys()];
  const other = instance(store, keys);
  const pauses: number[] = [];
  let elapsed = 0;
  let queued = 0;
  const ledger = instance(
    {
      read: (stream, options) => store.read(stream, options),
      async append(...parameters) {
        if (elapsed < busyMilliseconds) await send(other, { key: `queued ${(queued += 1)}`, add: [-1] });
        elapsed += APPEND_MILLISECONDS;
        return store.append(...parameters);
      },
    },
    keys,
    async (milliseconds) => {
      pauses.push(milliseconds);
      elapsed += milliseconds;
    },
  );
  const code = await send(ledger, { key: 'a', add: [1] }).then(
    () => 'recorded',
    (error: { code: string }) => error.code,
  );
  return { code, pauses };
}

describe('an instance that loses against another on one record', () => {
  it('tries again at once after one loss', async () => {
    expect(await against(APPEND_MILLISECONDS)).toEqual({ code: 'recorded', pauses: [] });
  });

  it('steps back for longer each time, and so outlasts a queue of two seconds', async () => {
    expect(await against(2_000)).toEqual({ code: 'recorded', pauses: [40, 80, 160, 320, 640, 1_280] });
  });

  it(`gives up after ${DECISIONS_PER_COMMAND_MAX} decisions, and not after a last pause`, async () => {
    const { code, pauses } = await against(60_000);
    expect(code).toBe('CONCURRENCY_CONFLICT');
    expect(pauses).toHaveLength(DECISIONS_PER_COMMAND_MAX - 2);
  });
});
