import { v7 as uuidv7 } from 'uuid';
import { MemoryKeys } from '../../src/adapters/memory/keys.js';
import { Codec } from '../../src/ledger/codec.js';
import { KeyRing } from '../../src/ledger/key-ring.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { EventStore } from '../../src/ledger/ports/event-store.js';
import { isRejection } from '../../src/shared/result.js';
import { counterDecider, counterRegistry, EVENTS_PER_STREAM, target } from '../samples.js';
import { Lanes, type Subject } from '../subject.js';

const clock = { now: () => new Date().toISOString() };

/** Whole commands: command id, fold, fingerprint, decision, schema, append, receipt. */
export function commandsOver(store: EventStore, close: () => Promise<void>): Subject {
  const keyRing = new KeyRing(new MemoryKeys(), Buffer.alloc(32, 1));
  const ledger = new Ledger(store, new Codec(counterRegistry, keyRing), keyRing, clock);
  const send = async (stream: string, key: string): Promise<void> => {
    const command = { add: 1, max: EVENTS_PER_STREAM };
    const envelope = {
      organization: 'acme',
      commandId: await keyRing.commandId('acme', stream, key),
      actor: { key: '0190a1b2-0000-7000-8000-00000000cccc', role: 'trainer' },
      origin: { kind: 'api' as const },
      correlationId: uuidv7(),
      operation: 'count',
      body: { ...command },
    };
    const facts = async () => ({ facts: undefined });
    const answer = await ledger.execute({ decider: counterDecider, stream, command, envelope, facts });
    if (isRejection(answer)) throw new Error(`A command of the measure was refused: ${answer.detail}`);
  };
  const lanes = new Lanes((lane, turn) => send(target(lane, turn).stream, String(turn)));
  return { prepare: async (load) => () => lanes.run(load), close };
}
