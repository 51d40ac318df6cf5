import { failures } from './failures.js';
import type { Filter } from './filter.js';
import { caughtUpMessage, checkpointMessage } from './messages.js';
import type { Outgoing } from './outgoing.js';
import type { Source } from './read-source.js';
import { LAST_REVISION, type StoredRecord } from './records.js';
import type { ServerContext } from './server-context.js';

/** What is to be sent to a live subscriber; checkpoints have their place among the events. */
type Waiting = { readonly is: 'event' | 'checkpoint'; readonly record: StoredRecord } | { readonly is: 'caught-up' };

/** One subscriber: first in pages from the log as fast as it takes them, then live, where it is dropped if it is too slow. */
export class Subscription {
  private readonly waiting: Waiting[] = [];
  private considered = 0;
  private sending = false;
  private dropped = false;
  private caughtUp = false;
  private stopListening: () => void = () => undefined;

  constructor(
    private readonly context: ServerContext,
    private readonly source: Source,
    private readonly filter: Filter,
    private readonly out: Outgoing,
    /** Undefined for a subscription to `$all`. */
    private readonly stream: string | undefined,
  ) {}

  async catchUp(after: bigint): Promise<void> {
    const pageSize = this.filter.checkpointEvery ?? this.filter.window;
    let pageStart = after;
    for (let page = this.source.next(pageSize); page.length > 0; page = this.source.next(pageSize)) {
      let lastMatch: StoredRecord | undefined;
      for (const record of page.filter((candidate) => this.filter.matches(candidate))) {
        if (this.out.isOver) return;
        await this.out.event(record);
        lastMatch = record;
      }
      if (this.out.isOver) return;
      // The page that reaches the end sends no checkpoint, and one without a match names only where it began.
      if (page.length === pageSize && this.filter.checkpointEvery !== undefined) {
        const [commit, prepare] = lastMatch === undefined ? [pageStart, 0n] : [lastMatch.position, lastMatch.position];
        await this.out.message(checkpointMessage(commit, prepare));
      }
      pageStart = this.source.startOfNext() ?? pageStart;
    }
    this.goLive();
  }

  stop(): void {
    this.stopListening();
  }

  /** Nothing may be awaited between the empty page and the listening, or what is committed meanwhile would be lost. */
  private goLive(): void {
    if (this.out.isOver) return;
    this.stopListening = this.context.log.onCommit((committed) => this.onCommit(committed));
    // A stream that does not exist yet is caught up with after its first event.
    if (this.stream === undefined || this.context.log.stream(this.stream) !== undefined) this.queueCaughtUp();
    void this.send();
  }

  private onCommit(committed: readonly StoredRecord[]): void {
    for (const record of committed) if (this.source.includes(record)) this.consider(record);
    const events = this.waiting.filter(({ is }) => is === 'event').length;
    if (this.out.blocked && events > this.context.liveEventsMax) {
      this.dropped = true;
      this.stop();
    }
    void this.send();
  }

  private consider(record: StoredRecord): void {
    this.considered += 1;
    if (this.filter.matches(record)) this.waiting.push({ is: 'event', record });
    if (this.filter.checkpointEvery !== undefined && this.considered % this.filter.checkpointEvery === 0)
      this.waiting.push({ is: 'checkpoint', record });
    if (!this.caughtUp) this.queueCaughtUp();
  }

  private queueCaughtUp(): void {
    this.caughtUp = true;
    this.waiting.push({ is: 'caught-up' });
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    while (this.waiting.length > 0 && !this.dropped && !this.out.isOver) await this.sendOne(this.waiting.shift()!);
    this.sending = false;
    if (this.dropped) this.out.fail(failures.tooSlow());
  }

  private async sendOne(item: Waiting): Promise<void> {
    if (item.is === 'caught-up') return this.out.message(caughtUpMessage());
    const { record } = item;
    if (item.is === 'checkpoint') return this.out.message(checkpointMessage(record.position, record.position));
    await this.out.event(record);
    if (this.stream !== undefined && record.revision === LAST_REVISION) this.out.fail(failures.streamDeleted(this.stream));
  }
}
