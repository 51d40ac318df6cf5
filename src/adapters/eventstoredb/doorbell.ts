import { randomInt } from 'node:crypto';
import { END, excludeSystemEvents, type AllStreamSubscription } from '@eventstore/db-client';
import { Bell } from '../../shared/bell.js';
import type { Connection } from './connection.js';

/**
 * Wakes the followers of a process when there may be more to read. One live subscription tells of what others append; it
 * never carries an event to a follower, so it may be late, dropped or dead without harm: a look at every turn of a timer
 * bounds how long that goes unnoticed.
 */
export class Doorbell {
  private readonly bell = new Bell();
  private readonly closing = new AbortController();
  private subscription: AllStreamSubscription | undefined;
  private looking: NodeJS.Timeout | undefined;
  private pausing: NodeJS.Timeout | undefined;
  private isConfirmed = false;
  private failures = 0;
  /** The furthest places in the log that this process knows of, that its subscription told of, and that it knew one look ago. */
  private known = 0;
  private heard = 0;
  private knownBefore = 0;

  constructor(private readonly connection: Connection) {}

  /** Begins to listen when the first follower comes; a process without followers needs no subscription. */
  listen(): void {
    if (this.looking !== undefined || this.closing.signal.aborted) return;
    this.looking = setInterval(() => this.look(), this.connection.times.lookMilliseconds);
    this.subscribe();
  }

  /** There is an event at `commit`: an append of this process, or one that was read. */
  tell(commit: number): void {
    if (commit <= this.known) return;
    this.known = commit;
    this.bell.ring();
  }

  /** Whether there is an event behind `after` for certain. */
  isBeyond(after: number): boolean {
    return this.known > after;
  }

  /** Resolves at the next ring or when `signal` aborts. */
  wait(signal: AbortSignal): Promise<void> {
    return this.bell.wait(signal);
  }

  close(): void {
    this.closing.abort();
    clearInterval(this.looking);
    clearTimeout(this.pausing);
    this.leave();
    this.bell.ring();
  }

  private look(): void {
    // What has been known for a whole turn and was never heard of means that the subscription is deaf.
    if (this.isConfirmed && this.heard < this.knownBefore) this.again();
    this.knownBefore = this.known;
    this.bell.ring();
  }

  private subscribe(): void {
    const subscription = this.connection.driver.subscribeToAll({ fromPosition: END, filter: excludeSystemEvents() });
    const isPresent = (): boolean => this.subscription === subscription;
    this.subscription = subscription;
    subscription.on('confirmation', () => {
      if (!isPresent()) return;
      this.isConfirmed = true;
      this.failures = 0;
      this.heard = this.known;
      // Something may have come while nobody listened.
      this.bell.ring();
    });
    subscription.on('data', ({ event }) => {
      const commit = event?.position?.commit;
      if (commit === undefined || !isPresent()) return;
      this.heard = Math.max(this.heard, Number(commit));
      this.tell(this.heard);
    });
    // These stay after it was left, because an error that nobody hears ends the process.
    const over = (): void => {
      if (isPresent()) this.again();
    };
    subscription.on('error', over);
    subscription.on('end', over);
    subscription.on('close', over);
  }

  /** Subscribes anew after a pause that grows, with chance in it so that many instances do not come back at once. */
  private again(): void {
    this.leave();
    if (this.closing.signal.aborted) return;
    const { firstPauseMilliseconds, longestPauseMilliseconds } = this.connection.times;
    const pause = Math.min(firstPauseMilliseconds * 2 ** this.failures, longestPauseMilliseconds);
    this.failures += 1;
    this.pausing = setTimeout(() => this.subscribe(), Math.ceil(pause / 2) + randomInt(Math.ceil(pause / 2) + 1));
  }

  private leave(): void {
    const left = this.subscription;
    this.subscription = undefined;
    this.isConfirmed = false;
    left?.unsubscribe().catch(() => undefined);
  }
}
