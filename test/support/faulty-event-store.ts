import type { NewEvent, StoredEvent } from '../../src/ledger/envelope.js';
import { LedgerError } from '../../src/ledger/errors.js';
import type { AppendResult, EventStore, ExpectedRevision } from '../../src/ledger/ports/event-store.js';

/**
 * What may happen to one call. `error`: refused, nothing done. `delay`: done after others had a turn. `answer-lost`: done,
 * the caller hears COMMIT_UNKNOWN. `held-*`: the caller hears COMMIT_UNKNOWN and nothing is done yet; the append lands
 * right after the next read (which saw nothing), after the next append, or when the test says so.
 */
export type Fault = 'error' | 'delay' | 'answer-lost' | 'held-past-read' | 'held-past-append' | 'held';
export const FAULTS: readonly Fault[] = ['error', 'delay', 'answer-lost', 'held-past-read', 'held-past-append', 'held'];

interface HeldAppend {
  readonly until: Fault;
  readonly send: () => Promise<AppendResult>;
}

/** Puts faults between a ledger and a real store, at calls that the test chooses by their number, from 1. */
export class FaultyEventStore implements EventStore {
  appends = 0;
  reads = 0;
  private held: HeldAppend[] = [];

  constructor(
    private readonly inner: EventStore,
    private readonly faultAt: (call: 'append' | 'read', number: number) => Fault | undefined,
  ) {}

  async append(stream: string, events: readonly NewEvent[], options: { expected: ExpectedRevision }): Promise<AppendResult> {
    this.appends += 1;
    const fault = this.faultAt('append', this.appends);
    const send = (): Promise<AppendResult> => this.inner.append(stream, events, options);
    if (fault === 'error') throw new LedgerError('STORE_UNAVAILABLE', 'The test made this append fail.');
    if (fault === 'delay') await turns(5);
    if (fault === 'held' || fault === 'held-past-read' || fault === 'held-past-append') {
      this.held.push({ until: fault, send });
      throw new LedgerError('COMMIT_UNKNOWN', 'The test holds this append back.');
    }
    const result = await send();
    await this.land('held-past-append');
    if (fault === 'answer-lost') throw new LedgerError('COMMIT_UNKNOWN', 'The test lost the answer to this append.');
    return result;
  }

  async read(stream: string, options?: { from?: number; limit?: number; backwards?: boolean }): Promise<readonly StoredEvent[]> {
    this.reads += 1;
    const fault = this.faultAt('read', this.reads);
    if (fault === 'error') throw new LedgerError('STORE_UNAVAILABLE', 'The test made this read fail.');
    if (fault === 'delay') await turns(5);
    const events = await this.inner.read(stream, options);
    await this.land('held-past-read');
    return events;
  }

  /** Lets what is held back arrive at last; by then it may be a repeat or come too late, and nobody hears its answer. */
  async land(until?: Fault): Promise<void> {
    const arriving = this.held.filter((append) => until === undefined || append.until === until);
    this.held = this.held.filter((append) => !arriving.includes(append));
    for (const { send } of arriving) await send().catch(() => undefined);
  }
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
