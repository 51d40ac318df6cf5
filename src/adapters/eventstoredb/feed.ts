import { setTimeout as pause } from 'node:timers/promises';
import type { FeedItem } from '../../ledger/ports/event-store.js';
import { formatPosition, positionNumber } from '../../ledger/position.js';
import type { Doorbell } from './doorbell.js';
import { AGAIN_MILLISECONDS } from './limits.js';
import type { LogPages } from './log-pages.js';

export interface Following {
  readonly pages: LogPages;
  readonly bell: Doorbell;
  readonly epoch: string;
}

/**
 * The events behind `after`, then each new one. Whether a place is one of this log is found by reading there. That the
 * store cannot be read is told to the consumer, who opens the feed again from where it stands.
 */
export async function* follow(
  { pages, bell, epoch }: Following,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<FeedItem> {
  if (signal.aborted) return;
  /** How far the log was looked through; what the consumer may save is the place of an event of ours where there is one. */
  let looked = after === undefined ? 0 : positionNumber(after, epoch, Number.MAX_SAFE_INTEGER);
  let position = formatPosition(epoch, looked);
  let isTold = false;
  let asked = pages.begun;
  bell.listen();
  while (!signal.aborted) {
    const page = await unlessAborted(pages.after(looked), signal);
    if (page === undefined) return;
    if (page.isFull) pages.prefetch(page.last);
    if (page.lastOwn !== undefined) bell.tell(page.lastOwn);
    for (const event of page.events) {
      if (signal.aborted) return;
      ({ position } = event);
      isTold = false;
      yield { kind: 'event', event };
    }
    const isNothingNew = page.last === looked;
    looked = page.last;
    if (page.isFull) {
      if (page.events.length > 0) continue;
      // Many records of the server's own: saved, they need not be looked through again.
      position = formatPosition(epoch, looked);
      isTold = false;
      yield { kind: 'progress', position };
      continue;
    }
    // A read that began before we asked may have missed what was answered in between, so its end is not yet the end.
    if (page.read <= asked) continue;
    if (!isTold) yield { kind: 'caught-up', position };
    isTold = true;
    if (!bell.isBeyond(looked)) await bell.wait(signal);
    else if (isNothingNew) await pause(AGAIN_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    asked = pages.begun;
  }
}

/** A read that several followers share goes on for the others when one of them leaves. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
