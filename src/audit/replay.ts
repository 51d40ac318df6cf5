import { createHash } from 'node:crypto';
import { digestOf } from '../ledger/canonical-json.js';
import type { Codec } from '../ledger/codec.js';
import type { Decider } from '../ledger/decider.js';
import type { LedgerEvent, StoredEvent } from '../ledger/envelope.js';
import { LedgerError } from '../ledger/errors.js';
import { parseStreamName } from '../ledger/stream-name.js';

export interface ReplayReport {
  readonly events: number;
  readonly streams: number;
  readonly byType: Readonly<Record<string, number>>;
  /** SHA-256 over every stream's name, last revision and folded state, streams in order; positions are left out. */
  readonly stateDigest: string;
}

/** A decider of any kind of stream, as far as folding is concerned. */
export type AnyDecider = Decider<unknown, never, LedgerEvent, never>;

/** Folds a log from zero, as anybody can do with an export and this program: the same log always gives the same digest. */
export class Replay {
  private readonly states = new Map<string, { state: unknown; revision: number }>();
  private readonly byType = new Map<string, number>();
  private events = 0;

  private readonly deciders: ReadonlyMap<string, AnyDecider>;

  constructor(
    private readonly codec: Pick<Codec, 'decode'>,
    deciders: readonly AnyDecider[],
  ) {
    this.deciders = new Map(deciders.map((decider) => [decider.kind, decider]));
  }

  accept(stored: StoredEvent): void {
    const decider = this.deciders.get(parseStreamName(stored.stream).kind);
    if (decider === undefined) throw damaged(stored, 'its stream is of a kind that this program does not know');
    const known = this.states.get(stored.stream) ?? { state: decider.initial, revision: -1 };
    if (stored.revision !== known.revision + 1)
      throw damaged(stored, `its stream stands at revision ${known.revision}, so it cannot be revision ${stored.revision}`);
    const { event } = this.codec.decode(stored);
    const { revision, metadata } = stored;
    this.states.set(stored.stream, {
      state: decider.evolve(known.state, event, { revision, recordedAt: metadata.recordedAt }),
      revision,
    });
    this.byType.set(stored.type, (this.byType.get(stored.type) ?? 0) + 1);
    this.events += 1;
  }

  report(): ReplayReport {
    const digest = createHash('sha256');
    for (const stream of [...this.states.keys()].sort()) {
      const { state, revision } = this.states.get(stream)!;
      digest.update(digestOf({ stream, revision, state: plain(state) }));
    }
    return {
      events: this.events,
      streams: this.states.size,
      byType: Object.fromEntries([...this.byType].sort()),
      stateDigest: digest.digest('hex'),
    };
  }
}

/** A state as plain JSON: maps become objects, absent fields vanish. */
function plain(state: unknown): unknown {
  return JSON.parse(
    JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? (Object.fromEntries(value) as unknown) : value)),
  );
}

const damaged = (stored: StoredEvent, why: string) =>
  new LedgerError('HISTORY_DAMAGED', `Event ${stored.id} (${stored.type}) cannot be replayed: ${why}.`);
