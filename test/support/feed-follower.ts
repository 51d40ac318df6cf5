import type { StoredEvent } from '../../src/ledger/envelope.js';
import { isLedgerError } from '../../src/ledger/errors.js';
import type { EventFeed } from '../../src/ledger/ports/event-store.js';

/** Follows a feed as a projection does: when the store cannot be read it opens the feed again from where it stands. */
export class FeedFollower {
  readonly events: StoredEvent[] = [];
  /** Places that were given without an event. */
  readonly progress: string[] = [];
  position: string | undefined;
  caughtUp = 0;
  reopened = 0;
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;
  private moved: () => void = () => undefined;

  constructor(
    private readonly feed: EventFeed,
    private readonly options: { readonly after?: string; readonly pauseMilliseconds?: number } = {},
  ) {
    this.position = options.after;
    this.running = this.run();
    // A failure is for whoever waits; until then nobody may be there to hear it.
    this.running.catch(() => this.moved());
  }

  /** Resolves when so many events were taken, or rejects as the feed does. */
  async until(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) await Promise.race([new Promise<void>((resolve) => (this.moved = resolve)), this.running]);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.follow(signal);
      } catch (error) {
        if (!isLedgerError(error) || !error.retryable) throw error;
        this.reopened += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    for await (const item of this.feed.open({ after: this.position, signal })) {
      if (item.kind === 'event') {
        this.events.push(item.event);
        this.position = item.event.position;
        if (this.options.pauseMilliseconds !== undefined)
          await new Promise((resolve) => setTimeout(resolve, this.options.pauseMilliseconds));
      } else {
        this.position = item.position;
        if (item.kind === 'progress') this.progress.push(item.position);
        else this.caughtUp += 1;
      }
      this.moved();
    }
  }
}
