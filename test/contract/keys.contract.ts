import { KEYS_PER_PAGE_MAX, type KeyPages, type KeyRecord, type Keys } from '../../src/ledger/ports/keys.js';

export interface OpenedKeys {
  readonly keys: Keys & KeyPages;
  close(): Promise<void>;
  reopen?(): Promise<Keys & KeyPages>;
}

export function describeKeysContract(name: string, open: () => Promise<OpenedKeys>): void {
  describe(`${name}: the keys' contract`, () => {
    let opened: OpenedKeys;
    let keys: Keys & KeyPages;

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

    it('lists keys and destructions in pages, in the order of their ids’ bytes', async () => {
      expect(await keys.page(undefined, 10)).toEqual([]);
      const ids = ['b', 'B', 'a', 'a/1', 'ž', '10', '9'];
      for (const id of ids) await keys.putIfAbsent({ id, wrapped: `wrapped ${id}` });
      await keys.destroy('a');
      await keys.destroy('never');
      const listed: KeyRecord[] = [];
      for (let page = await keys.page(undefined, 3); page.length > 0; page = await keys.page(page.at(-1)!.id, 3))
        listed.push(...page);
      expect(listed.map(({ id }) => id)).toEqual(['10', '9', 'B', 'a', 'a/1', 'b', 'never', 'ž']);
      expect(listed.filter(({ wrapped }) => wrapped === null).map(({ id }) => id)).toEqual(['a', 'never']);
      expect(listed.find(({ id }) => id === 'ž')).toEqual({ id: 'ž', wrapped: 'wrapped ž' });
      expect(await keys.page(undefined, KEYS_PER_PAGE_MAX)).toEqual(listed);
      for (const limit of [0, KEYS_PER_PAGE_MAX + 1]) await expect(keys.page(undefined, limit)).rejects.toThrow('page');
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
