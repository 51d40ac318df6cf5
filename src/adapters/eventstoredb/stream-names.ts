import type { StoredEvent } from '../../ledger/envelope.js';
import { assert } from '../../shared/assert.js';

/** Holds the epoch of the ledger; it belongs to this adapter and is no part of the ledger's history. */
const EPOCH_STREAM = 'certledger-epoch';

/**
 * The names of our streams on the server are the ledger's own. A prefix is for tests on a server that also holds other
 * things: its log cannot be emptied, so each test takes names of its own and overlooks all others.
 */
export class StreamNames {
  readonly epoch: string;

  constructor(private readonly prefix = '') {
    assert(!prefix.startsWith('$'), 'names with $ belong to the server');
    this.epoch = `${prefix}${EPOCH_STREAM}`;
  }

  toServer(stream: StoredEvent['stream']): string {
    assert(!stream.startsWith('$') && stream !== EPOCH_STREAM, `${stream} is no name for a stream of the ledger`);
    return `${this.prefix}${stream}`;
  }

  /** The ledger's name of a stream; undefined for streams of the server, of this adapter and, where a prefix is set, of others. */
  toLedger(name: string): string | undefined {
    if (name.startsWith('$') || name === this.epoch || !name.startsWith(this.prefix)) return undefined;
    return name.slice(this.prefix.length);
  }
}
