import { v7 as uuidv7 } from 'uuid';
import { registry } from '../../src/app/kernel.js';
import type { Catalogue } from '../../src/catalogue/published.js';
import { Codec } from '../../src/ledger/codec.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import { KeyRing } from '../../src/ledger/key-ring.js';
import { Ledger } from '../../src/ledger/ledger.js';
import type { EventStore } from '../../src/ledger/ports/event-store.js';
import type { Keys } from '../../src/ledger/ports/keys.js';
import type { RecordCommand } from '../../src/record/domain/commands.js';
import { recordDecider } from '../../src/record/domain/decider.js';
import type { RecordEvent } from '../../src/record/domain/events.js';
import type { RecordState } from '../../src/record/domain/state.js';
import type { Json } from '../../src/shared/json.js';
import { isRejection } from '../../src/shared/result.js';
import { ADMIN } from './pure-record.js';
import type { World } from './record-histories.js';

/** Where records are kept: one ledger over an engine, with a clock that stands still until a test moves it. */
export class RecordLedger {
  readonly clock = { instant: '', now: () => this.clock.instant };
  readonly codec: Codec;
  readonly ledger: Ledger;

  constructor(
    readonly store: EventStore,
    keys: Keys,
  ) {
    const keyRing = new KeyRing(keys, Buffer.alloc(32, 1));
    this.codec = new Codec(registry, keyRing);
    this.ledger = new Ledger(store, this.codec, keyRing, this.clock);
  }
}

/** One learner's record in a ledger: each command is sent, decided, sealed, appended and read back. */
export class LedgerRecord implements World {
  now = '';
  private readonly stream = `record-main-${uuidv7()}`;
  private sent = 0;

  private constructor(
    private readonly kept: RecordLedger,
    public facts: Catalogue,
  ) {}

  static async registered(kept: RecordLedger, facts: Catalogue, now: string): Promise<LedgerRecord> {
    const record = new LedgerRecord(kept, facts);
    record.now = now;
    await record.tell({ type: 'RegisterLearner', subject: uuidv7(), learner: 'emp-1', name: 'Ada' });
    return record;
  }

  async tell(command: RecordCommand): Promise<string | readonly string[]> {
    const { ledger, clock, store } = this.kept;
    clock.instant = this.now;
    this.sent += 1;
    const envelope = {
      organization: 'main',
      commandId: await ledger.keyRing.commandId('main', this.stream, this.sent),
      actor: ADMIN,
      origin: { kind: 'api' } as const,
      correlationId: uuidv7(),
      operation: command.type,
      body: JSON.parse(JSON.stringify(command)) as Json,
    };
    const facts = async () => ({ facts: this.facts });
    const answer = await ledger.execute({ decider: recordDecider, stream: this.stream, command, envelope, facts });
    if (isRejection(answer)) return answer.code;
    if (answer.outcome === 'unchanged') return [];
    const stored = await store.read(this.stream, { from: answer.revision - answer.eventIds.length + 1 });
    return stored.map(({ type }) => type);
  }

  /** As whoever opens the ledger anew reads it, with the events that are wanted. */
  async state(keep: (event: StoredEvent) => boolean = () => true): Promise<RecordState> {
    const stored = await this.kept.store.read(this.stream);
    return stored.reduce<RecordState>((state, event) => {
      const { recordedAt, actor } = event.metadata;
      const at = { revision: event.revision, recordedAt, person: actor.person };
      return keep(event) ? recordDecider.evolve(state, this.kept.codec.decode(event).event as RecordEvent, at) : state;
    }, recordDecider.initial);
  }
}
