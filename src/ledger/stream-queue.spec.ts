import { QUEUED_PER_STREAM_MAX, StreamQueue } from './stream-queue.js';

/** Work that waits to be told to end. */
function controlled(): { work: () => Promise<void>; end: () => void; begun: () => boolean } {
  let end = (): void => undefined;
  let begun = false;
  const done = new Promise<void>((resolve) => (end = resolve));
  return { work: () => ((begun = true), done), end: () => end(), begun: () => begun };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('works one stream in the order of arrival, and streams side by side', async () => {
  const queue = new StreamQueue();
  const order: number[] = [];
  const slow = controlled();
  const all = [
    queue.run('a', slow.work).then(() => order.push(1)),
    queue.run('a', async () => order.push(2)),
    queue.run('a', async () => order.push(3)),
  ];
  expect(await queue.run('b', async () => 'other')).toBe('other');
  await turn();
  expect(order).toEqual([]);
  slow.end();
  await Promise.all(all);
  expect(order.filter((item) => item > 1)).toEqual([2, 3]);
});

test('work that fails, at once or later, fails its own caller only', async () => {
  const queue = new StreamQueue();
  const first = queue.run('a', () => Promise.reject(new Error('later')));
  const second = queue.run('a', () => {
    throw new Error('at once');
  });
  const third = queue.run('a', async () => 'fine');
  await expect(first).rejects.toThrow('later');
  await expect(second).rejects.toThrow('at once');
  expect(await third).toBe('fine');
});

test('beyond the bound it is QUEUE_FULL, and there is room again once one is done', async () => {
  const queue = new StreamQueue();
  const slow = controlled();
  const first = queue.run('a', slow.work);
  const others = Array.from({ length: QUEUED_PER_STREAM_MAX - 1 }, () => queue.run('a', async () => undefined));
  const refused = controlled();
  await expect(queue.run('a', refused.work)).rejects.toMatchObject({ code: 'QUEUE_FULL', retryable: true });
  expect(refused.begun()).toBe(false);
  slow.end();
  await Promise.all([first, ...others]);
  expect(await queue.run('a', async () => 'room')).toBe('room');
});
