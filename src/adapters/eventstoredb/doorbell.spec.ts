import { EventEmitter } from 'node:events';
import type { Connection } from './connection.js';
import { Doorbell } from './doorbell.js';
import { TIMES } from './limits.js';

class Subscription extends EventEmitter {
  isLeft = false;
  async unsubscribe(): Promise<void> {
    this.isLeft = true;
    this.emit('close');
  }
  deliver(commit: number): void {
    this.emit('data', { event: { id: 'i', streamId: 's', position: { commit: BigInt(commit), prepare: BigInt(commit) } } });
  }
}

describe('the bell of the followers', () => {
  const { lookMilliseconds, firstPauseMilliseconds, longestPauseMilliseconds } = TIMES;
  let subscriptions: Subscription[];
  let bell: Doorbell;

  beforeEach(() => {
    jest.useFakeTimers();
    subscriptions = [];
    const driver = {
      subscribeToAll: () => {
        const subscription = new Subscription();
        subscriptions.push(subscription);
        return subscription;
      },
    };
    bell = new Doorbell({ driver, times: TIMES } as unknown as Connection);
  });
  afterEach(() => {
    bell.close();
    jest.useRealTimers();
  });

  /** Whether a follower that waits is woken by what the test does. */
  async function isWoken(act: () => unknown): Promise<boolean> {
    let woken = false;
    const leaving = new AbortController();
    const waiting = bell.wait(leaving.signal).then(() => (woken = true));
    await act();
    await Promise.resolve();
    const result = woken;
    leaving.abort();
    await waiting;
    return result;
  }
  const present = (): Subscription => subscriptions.at(-1)!;

  it('subscribes once, however many followers listen', () => {
    for (let count = 0; count < 9; count += 1) bell.listen();
    expect(subscriptions).toHaveLength(1);
  });

  it('rings for what others append and for what this process appends, and once for the same', async () => {
    bell.listen();
    expect(await isWoken(() => present().deliver(10))).toBe(true);
    expect(await isWoken(() => bell.tell(20))).toBe(true);
    expect(await isWoken(() => present().deliver(20))).toBe(false);
    expect([bell.isBeyond(19), bell.isBeyond(20)]).toEqual([true, false]);
  });

  it('rings when it begins to hear, as something may have come before, and at each look', async () => {
    bell.listen();
    expect(await isWoken(() => present().emit('confirmation'))).toBe(true);
    expect(await isWoken(() => jest.advanceTimersByTime(lookMilliseconds))).toBe(true);
  });

  it.each(['error', 'end', 'close'])('subscribes anew after %s, with pauses that grow up to a bound', (name) => {
    bell.listen();
    for (let failures = 0; failures < 12; failures += 1) {
      const count = subscriptions.length;
      present().emit(name, new Error('gone'));
      const longest = Math.min(firstPauseMilliseconds * 2 ** failures, longestPauseMilliseconds);
      jest.advanceTimersByTime(longest / 2 - 1);
      expect(subscriptions).toHaveLength(count);
      jest.advanceTimersByTime(longest / 2 + 2);
      expect(subscriptions).toHaveLength(count + 1);
    }
    present().emit('confirmation');
    present().emit(name, new Error('gone'));
    jest.advanceTimersByTime(firstPauseMilliseconds + 1);
    expect(subscriptions).toHaveLength(14);
  });

  it('an error after it was left, or a second one, changes nothing', () => {
    bell.listen();
    const first = present();
    first.emit('error', new Error('gone'));
    first.emit('error', new Error('gone again'));
    first.emit('close');
    jest.advanceTimersByTime(longestPauseMilliseconds);
    expect(subscriptions).toHaveLength(2);
    expect(first.isLeft).toBe(true);
  });

  it('a subscription that stays silent about what is known is given up for a new one', () => {
    bell.listen();
    present().emit('confirmation');
    bell.tell(10);
    jest.advanceTimersByTime(lookMilliseconds);
    expect(subscriptions).toHaveLength(1);
    jest.advanceTimersByTime(lookMilliseconds + firstPauseMilliseconds + 1);
    expect(subscriptions).toHaveLength(2);
    expect(subscriptions[0]!.isLeft).toBe(true);
  });

  it('a subscription in an idle log, one that hears, and one not yet confirmed are left alone', () => {
    bell.listen();
    bell.tell(5);
    jest.advanceTimersByTime(10 * lookMilliseconds);
    present().emit('confirmation');
    bell.tell(10);
    present().deliver(10);
    jest.advanceTimersByTime(10 * lookMilliseconds);
    expect(subscriptions).toHaveLength(1);
  });

  it('closing leaves the subscription, wakes whoever waits, and ends every timer', async () => {
    bell.listen();
    expect(await isWoken(() => bell.close())).toBe(true);
    expect(present().isLeft).toBe(true);
    bell.listen();
    expect(subscriptions).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
