import { isRejection } from '../shared/result.js';
import { UploadGate, UPLOADS_AT_ONCE_MAX, UPLOADS_WAITING_MAX, type Leave } from './upload-gate.js';

const FOREVER = new AbortController().signal;
const entered = async (turn: Promise<unknown>): Promise<Leave> => {
  const leave = await turn;
  expect(isRejection(leave)).toBe(false);
  return leave as Leave;
};

describe('the gate of uploads', () => {
  it('lets a named number in, lets a named number wait, and sends the rest back at once', async () => {
    const gate = new UploadGate();
    const inside = await Promise.all(Array.from({ length: UPLOADS_AT_ONCE_MAX }, () => entered(gate.enter(FOREVER))));
    const leaving = new AbortController();
    const waiting = Array.from({ length: UPLOADS_WAITING_MAX }, () => gate.enter(leaving.signal));
    expect(gate.isFull).toBe(true);
    expect(await gate.enter(FOREVER)).toMatchObject({ code: 'UPLOADS_BUSY' });
    leaving.abort();
    for (const turn of waiting) expect(await turn).toMatchObject({ code: 'UPLOADS_BUSY' });
    expect(gate.isFull).toBe(false);
    for (const leave of inside) leave();
  });

  it('hands each turn to who waited longest, and counts one that is given back twice once', async () => {
    const gate = new UploadGate({ atOnce: 1, waiting: 3, waitMilliseconds: 60_000 });
    const first = await entered(gate.enter(FOREVER));
    const order: number[] = [];
    const turns = [1, 2, 3].map(async (number) => {
      const leave = await entered(gate.enter(FOREVER));
      order.push(number);
      return leave;
    });
    first();
    first();
    const second = await turns[0]!;
    expect(order).toEqual([1]);
    second();
    (await turns[1]!)();
    (await turns[2]!)();
    expect(order).toEqual([1, 2, 3]);
    // It is empty again: one may enter at once.
    await entered(gate.enter(FOREVER));
  });

  it('sends back who waited in vain, and forgets who has left before', async () => {
    const gate = new UploadGate({ atOnce: 1, waiting: 2, waitMilliseconds: 5 });
    const leave = await entered(gate.enter(FOREVER));
    expect(await gate.enter(FOREVER)).toMatchObject({ code: 'UPLOADS_BUSY', detail: expect.stringContaining('in time') });
    expect(await gate.enter(AbortSignal.abort())).toMatchObject({ code: 'UPLOADS_BUSY' });
    leave();
    await entered(gate.enter(FOREVER));
  });
});
