import type { Lease } from '../../projections/ports/leases.js';
import { judgeLeases } from './leases.js';

const lease = (name: string, beat: number, holder: string | null = 'a', note: Lease['note'] = {}): Lease => ({
  name,
  holder,
  beat,
  note,
});

describe('what the doctor says of leases', () => {
  it('tells who holds how many, where they move', () => {
    const first = [lease('projection:x', 1), lease('projection:y', 4, 'b'), lease('policy:z', 2), undefined];
    const second = [lease('projection:x', 3), lease('projection:y', 6, 'b'), lease('policy:z', 3), undefined];
    expect(judgeLeases({ first, second })).toEqual([{ check: 'leases', result: 'ok', found: 'a holds 2, b holds 1' }]);
  });

  it('is content where none is held', () => {
    const none = [undefined, lease('policy:z', 3, null)];
    expect(judgeLeases({ first: none, second: none })).toEqual([expect.objectContaining({ result: 'ok' })]);
  });

  it('warns of a holder whose leases stand still, also beside one that lives', () => {
    const first = [lease('projection:x', 1), lease('projection:y', 4, 'b')];
    const second = [lease('projection:x', 1), lease('projection:y', 5, 'b')];
    expect(judgeLeases({ first, second })).toEqual([
      expect.objectContaining({ result: 'ok', found: 'b holds 1' }),
      expect.objectContaining({ result: 'warning', found: 'shows no life: a holds 1' }),
    ]);
  });

  it('fails on a read model that its holder calls faulted', () => {
    const runners = [
      { version: '1.1', state: 'active' },
      { version: '1.2', state: 'faulted', fault: { message: 'An event cannot be read.' } },
    ];
    const first = [lease('projection:x', 1)];
    const second = [lease('projection:x', 2, 'a', { runners })];
    expect(judgeLeases({ first, second })).toContainEqual(
      expect.objectContaining({ result: 'failure', found: 'x 1.2: An event cannot be read.' }),
    );
  });
});
