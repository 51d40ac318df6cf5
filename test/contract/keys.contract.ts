import type { Keys } from '../../src/ledger/ports/keys.js';

export interface OpenedKeys {
  readonly keys: Keys;
  close(): Promise<void>;
  reopen?(): Promise<Keys>;
}

export function describeKeysContract(name: string, open: () => Promise<OpenedKeys>): void {
  describe(`${name}: the keys' contract`, () => {
    let opened: OpenedKeys;
    let keys: Keys;

    beforeEach(async () => {
      opened = await open();
      keys = opened.keys;
    });
    afterEach(() => opened.close());

    it('keeps the first key and answers it to all who come later', async () => {
      const first = { id: 'a', wrapped: 'first' };
      expect(await keys.putIfAbsent(first)).toEqual(first);
      expect(await keys.putIfAbsent({ id: 'a', wrapped: 'second' })).toEqual(first);
      expect(await keys.get('a')).toEqual(first);
      expect(await keys.get('b')).toBeUndefined();
    });

    it('answers the same key to all racers', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => keys.putIfAbsent({ id: 'a', wrapped: `wrapped-${n}` })),
      );
      const standing = await keys.get('a');
      for (const answer of answers) expect(answer).toEqual(standing);
    });

    it('takes thousands at once', async () => {
      const put = Array.from({ length: 3_000 }, (_, n) => ({ id: `key-${n}`, wrapped: `wrapped-${n}` }));
      expect(await Promise.all(put.map((key) => keys.putIfAbsent(key)))).toEqual(put);
      expect(await keys.get('key-2999')).toEqual(put.at(-1));
    });

    it('destroys for ever, also a key that was never there, and repeats change nothing', async () => {
      await keys.putIfAbsent({ id: 'a', wrapped: 'first' });
      for (const id of ['a', 'a', 'never']) await keys.destroy(id);
      for (const id of ['a', 'never']) {
        expect(await keys.get(id)).toBe('destroyed');
        expect(await keys.putIfAbsent({ id, wrapped: 'again' })).toBe('destroyed');
      }
    });

    it('remembers keys and destructions over a reopening', async () => {
      if (opened.reopen === undefined) return;
      await keys.putIfAbsent({ id: 'a', wrapped: 'first' });
      await keys.putIfAbsent({ id: 'b', wrapped: 'second' });
      await keys.destroy('a');
      keys = await opened.reopen();
      expect(await keys.get('a')).toBe('destroyed');
      expect(await keys.get('b')).toEqual({ id: 'b', wrapped: 'second' });
    });
  });
}
