import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { registry } from '../../src/app/kernel.js';
import { accountDecider, type AccountCommand } from '../../src/credits/domain/account.js';
import { accountStream } from '../../src/credits/published.js';
import { Codec } from '../../src/ledger/codec.js';
import { isLedgerError } from '../../src/ledger/errors.js';
import { KeyRing } from '../../src/ledger/key-ring.js';
import { DECISIONS_PER_COMMAND_MAX, Ledger } from '../../src/ledger/ledger.js';
import type { EventStore } from '../../src/ledger/ports/event-store.js';
import type { Receipt } from '../../src/ledger/receipt.js';
import { isRejection, type Rejection } from '../../src/shared/result.js';
import type { Json } from '../../src/shared/json.js';
import { provenBalance } from '../support/credits.js';

/** How many reservations arrive at the same moment; together they ask for more than there is. */
const AT_ONCE = 64;
const SITTINGS_EACH = 10;
const SOLD = 400;
const STREAM = accountStream('acme');

/** Counts what every append came to. */
class CountedStore implements EventStore {
  appends = 0;
  conflicts = 0;

  constructor(private readonly store: MemoryEventStore) {}

  async append(...parameters: Parameters<EventStore['append']>) {
    this.appends += 1;
    try {
      // A store beyond this process answers later than it was asked.
      await new Promise(setImmediate);
      return await this.store.append(...parameters);
    } catch (error) {
      if (isLedgerError(error, 'CONCURRENCY_CONFLICT')) this.conflicts += 1;
      throw error;
    }
  }

  read(...parameters: Parameters<EventStore['read']>) {
    return this.store.read(...parameters);
  }
}

function setUp(instances: number) {
  const store = new MemoryEventStore();
  const keys = new MemoryKeys();
  const counted = new CountedStore(store);
  const ledgers = Array.from({ length: instances }, () => {
    const keyRing = new KeyRing(keys, Buffer.alloc(32, 1));
    return new Ledger(counted, new Codec(registry, keyRing), keyRing, { now: () => '2024-06-01T12:00:00.000Z' });
  });
  const send = async (ledger: Ledger, command: AccountCommand, key: string): Promise<Receipt | Rejection> =>
    ledger.execute({
      decider: accountDecider,
      stream: STREAM,
      command,
      envelope: {
        organization: 'acme',
        commandId: await ledger.keyRing.commandId('acme', STREAM, key),
        actor: { key: 'k', role: 'admin' },
        origin: { kind: 'api' },
        correlationId: key,
        operation: command.type,
        body: command as unknown as Json,
      },
      facts: async () => ({ facts: undefined }),
    });
  return { store, counted, ledgers, send };
}

const reservation = (number: number): AccountCommand => ({
  type: 'Reserve',
  batch: `0190a1b2-0000-4000-8000-${number.toString().padStart(12, '0')}`,
  digest: 'ab'.repeat(32),
  sittings: Array.from({ length: SITTINGS_EACH }, (_, index) => (number * 100 + index).toString(16).padStart(64, '0')),
});

async function race(instances: number) {
  const { store, counted, ledgers, send } = setUp(instances);
  await send(ledgers[0]!, { type: 'Purchase', credits: SOLD }, 'sale');
  const reserve = async (number: number): Promise<Receipt | Rejection> => {
    // What was told to repeat is repeated, as a caller does.
    for (;;) {
      try {
        return await send(ledgers[number % instances]!, reservation(number), `batch-${number}`);
      } catch (error) {
        if (!isLedgerError(error, 'CONCURRENCY_CONFLICT')) throw error;
      }
    }
  };
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, number) => reserve(number)));
  const { available, reserved } = provenBalance(await store.read(STREAM, { from: 0, limit: 1_000 }), STREAM);
  const granted = answers.filter((answer) => !isRejection(answer));
  const codes = new Set(answers.flatMap((answer) => (isRejection(answer) ? [answer.code] : [])));
  const { appends, conflicts } = counted;
  console.log(
    `${AT_ONCE} reservations of ${SITTINGS_EACH} at once, ${SOLD} credits, ${instances} instance(s): ${granted.length} granted, ` +
      `${AT_ONCE - granted.length} refused, ${appends - 1} appends, ${conflicts} conflicts`,
  );
  return { granted: granted.length, codes: [...codes], available, reserved, appends, conflicts };
}

describe('64 reservations at once of more than there is', () => {
  it('are granted down to the last credit, and in one process none of them meets a conflict', async () => {
    expect(await race(1)).toEqual({
      granted: SOLD / SITTINGS_EACH,
      codes: ['CREDITS_INSUFFICIENT'],
      available: 0,
      reserved: SOLD,
      appends: 1 + SOLD / SITTINGS_EACH,
      conflicts: 0,
    });
  });

  it('are granted down to the last credit by two processes, and never beyond', async () => {
    const { granted, codes, available, reserved, appends, conflicts } = await race(2);
    expect([granted, codes, available, reserved]).toEqual([SOLD / SITTINGS_EACH, ['CREDITS_INSUFFICIENT'], 0, SOLD]);
    expect(appends - conflicts).toBe(1 + SOLD / SITTINGS_EACH);
    // Whoever lost folds anew; the bound of decisions holds for each reservation that was granted.
    expect(conflicts).toBeLessThan(AT_ONCE * DECISIONS_PER_COMMAND_MAX);
  });
});
