import {
  CHANGES_PER_COMMIT_MAX,
  type FindOptions,
  type ReadModel,
  type ReadModelStore,
} from '../../src/projections/ports/read-model-store.js';
import type { JsonObject } from '../../src/shared/json.js';
import { seededRandom } from '../support/seeded-random.js';

export interface OpenedReadModelStore {
  readonly store: ReadModelStore;
  close(): Promise<void>;
  reopen?(): Promise<ReadModelStore>;
}

const model: ReadModel = {
  name: 'expiry-dates',
  version: '1.0',
  indexes: { byDate: ['org', 'date'], byState: ['state', 'date'], byKey: [], byFlag: ['isHeld'] },
};
const position = (number: number): string => `0000abcd-${number.toString(16).padStart(16, '0')}`;

export function describeReadModelStoreContract(name: string, open: () => Promise<OpenedReadModelStore>): void {
  describe(`${name}: the read-model store's contract`, () => {
    let opened: OpenedReadModelStore;
    let store: ReadModelStore;

    const put = async (bodies: Readonly<Record<string, JsonObject>>, at = 1): Promise<void> => {
      const from = await store.checkpoint(model);
      const changes = Object.entries(bodies).map(([key, body]) => ({ key, position: position(at), body }));
      expect(await store.commit({ model, from, to: position(at), changes })).toBe('committed');
    };
    const keysOf = async (options: Partial<FindOptions> & { index: string }): Promise<string[]> => {
      const { documents } = await store.find(model, { equals: [], limit: 200, ...options });
      return documents.map(({ key }) => key);
    };
    const pagedKeys = async (options: Partial<FindOptions> & { index: string }, limit: number): Promise<string[]> => {
      const keys: string[] = [];
      let after: string | undefined;
      do {
        const page = await store.find(model, { equals: [], ...options, limit, after });
        keys.push(...page.documents.map(({ key }) => key));
        after = page.next;
      } while (after !== undefined);
      return keys;
    };

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.prepare(model);
    });
    afterEach(() => opened.close());

    it('commits documents and checkpoint together', async () => {
      expect(await store.checkpoint(model)).toBeUndefined();
      await put({ a: { org: 'x', nested: { deep: ['é👩', null] } }, b: {} });
      expect(await store.checkpoint(model)).toBe(position(1));
      const documents = await store.getMany(model, ['b', 'a', 'missing', 'a']);
      expect([...documents].sort((l, r) => (l.key < r.key ? -1 : 1))).toEqual([
        { key: 'a', position: position(1), body: { org: 'x', nested: { deep: ['é👩', null] } } },
        { key: 'b', position: position(1), body: {} },
      ]);
    });

    it('fences a commit from another checkpoint, which then stays', async () => {
      await put({ a: { org: 'x' } }, 5);
      for (const from of [undefined, position(4), position(6)]) {
        expect(await store.commit({ model, from, to: position(9), changes: [] })).toBe('fenced');
      }
      expect(await store.checkpoint(model)).toBe(position(5));
    });

    it('lets one of two runners win each step, and the documents stay exact', async () => {
      const run = async (): Promise<number> => {
        let won = 0;
        for (let step = 1; step <= 20; step += 1) {
          const from = step === 1 ? undefined : position(step - 1);
          const changes = [{ key: 'counter', position: position(step), body: { step } }];
          if ((await store.commit({ model, from, to: position(step), changes })) === 'committed') won += 1;
        }
        return won;
      };
      const [first, second] = await Promise.all([run(), run()]);
      expect(first + second).toBe(20);
      expect(await store.checkpoint(model)).toBe(position(20));
      expect((await store.getMany(model, ['counter']))[0]?.body).toEqual({ step: 20 });
    });

    it('never writes a document over a newer or equal position of itself', async () => {
      await put({ a: { state: 'new' } }, 7);
      for (const older of [3, 7]) {
        const from = await store.checkpoint(model);
        await store.commit({
          model,
          from,
          to: position(8),
          changes: [{ key: 'a', position: position(older), body: { state: 'old' } }],
        });
      }
      expect((await store.getMany(model, ['a']))[0]).toEqual({ key: 'a', position: position(7), body: { state: 'new' } });
    });

    it('finds by prefix and by inclusive bounds, and a missing field matches no bound', async () => {
      await put({
        a: { org: 'x', date: '2031-01-03' },
        b: { org: 'x', date: '2031-01-01' },
        c: { org: 'y', date: '2031-01-02' },
        d: { org: 'x', date: '2031-01-02' },
        e: { org: 'x' },
        f: { org: 'x', date: null },
      });
      expect(await keysOf({ index: 'byDate', equals: ['x'] })).toEqual(['e', 'f', 'b', 'd', 'a']);
      expect(await keysOf({ index: 'byDate', equals: ['x'], from: '2031-01-02' })).toEqual(['d', 'a']);
      expect(await keysOf({ index: 'byDate', equals: ['x'], to: '2031-01-02' })).toEqual(['b', 'd']);
      expect(await keysOf({ index: 'byDate', equals: ['x'], from: '2031-01-02', to: '2031-01-02' })).toEqual(['d']);
      expect(await keysOf({ index: 'byDate', equals: ['x', '2031-01-01'] })).toEqual(['b']);
      expect(await keysOf({ index: 'byDate', equals: ['z'] })).toEqual([]);
      expect(await keysOf({ index: 'byDate', from: 'y' })).toEqual(['c']);
      expect(await keysOf({ index: 'byKey' })).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    });

    it('sorts nothing first, then by value, then by key; descending is the exact reverse', async () => {
      await put({
        a: { state: 2 },
        b: { state: 10 },
        c: {},
        d: { state: 2, date: 'z' },
        e: { state: 2, date: 'y' },
        f: { state: null },
      });
      const ascending = ['c', 'f', 'a', 'e', 'd', 'b'];
      expect(await keysOf({ index: 'byState' })).toEqual(ascending);
      expect(await keysOf({ index: 'byState', descending: true })).toEqual([...ascending].reverse());
    });

    it('sorts text by its UTF-8 bytes and tells booleans apart', async () => {
      await put({
        a: { state: '\u{1f600}' },
        b: { state: '\uffee' },
        c: { state: 'Z' },
        d: { state: 'a' },
        e: { isHeld: true },
        f: { isHeld: false },
      });
      expect(await keysOf({ index: 'byState' })).toEqual(['e', 'f', 'c', 'd', 'b', 'a']);
      expect(await keysOf({ index: 'byFlag', equals: [true] })).toEqual(['e']);
      expect(await keysOf({ index: 'byFlag', equals: [false] })).toEqual(['f']);
    });

    it('moves a changed document to its new place', async () => {
      await put({ a: { org: 'x', date: '1' } }, 1);
      await put({ a: { org: 'y', date: '1' } }, 2);
      expect(await keysOf({ index: 'byDate', equals: ['x'] })).toEqual([]);
      expect(await keysOf({ index: 'byDate', equals: ['y'] })).toEqual(['a']);
    });

    it('pages to the same list that one page gives, whatever the values, the order and the page', async () => {
      const random = seededRandom();
      const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
      const bodies: Record<string, JsonObject> = {};
      for (let n = 0; n < 120; n += 1)
        bodies[`key-${n}`] = { org: 'x', state: pick([null, 'a', 'b']), date: pick([null, 1, 2, 3]) };
      await put(bodies);
      for (const descending of [false, true]) {
        for (const options of [
          { index: 'byState' },
          { index: 'byState', equals: ['a'] },
          { index: 'byDate', equals: ['x'], from: 2 },
          { index: 'byKey' },
        ]) {
          const whole = await keysOf({ ...options, descending });
          for (const limit of [1, 7, 50, 200]) expect(await pagedKeys({ ...options, descending }, limit)).toEqual(whole);
        }
      }
    });

    it('keeps a cursor’s place while documents are written around it', async () => {
      await put({ b: { org: 'x', date: '2' }, d: { org: 'x', date: '4' }, e: { org: 'x', date: '5' } });
      const first = await store.find(model, { index: 'byDate', equals: ['x'], limit: 1 });
      await put({ a: { org: 'x', date: '1' }, b: { org: 'x', date: '9' }, c: { org: 'x', date: '3' } }, 2);
      const rest = await store.find(model, { index: 'byDate', equals: ['x'], limit: 10, after: first.next });
      expect(rest.documents.map(({ key }) => key)).toEqual(['c', 'd', 'e', 'b']);
      expect(rest.next).toBeUndefined();
    });

    it('refuses a cursor that it did not give out for this index', async () => {
      await put({ a: { org: 'x', state: 's' }, b: { org: 'x', state: 's' } });
      const { next } = await store.find(model, { index: 'byDate', equals: ['x'], limit: 1 });
      for (const after of ['', '!', 'bm9uc2Vuc2U', Buffer.from('["byState",1]').toString('base64url'), next]) {
        await expect(store.find(model, { index: 'byState', equals: ['s'], limit: 1, after: after ?? '' })).rejects.toMatchObject({
          name: 'InvalidCursor',
        });
      }
    });

    it('takes a commit at the named maximum and asserts against one above it', async () => {
      const changes = Array.from({ length: CHANGES_PER_COMMIT_MAX + 1 }, (_, n) => ({
        key: `key-${n}`,
        position: position(1),
        body: { n },
      }));
      await expect(store.commit({ model, from: undefined, to: position(1), changes })).rejects.toThrow('commit');
      expect(await store.commit({ model, from: undefined, to: position(1), changes: changes.slice(1) })).toBe('committed');
      expect(
        await store.getMany(
          model,
          changes.slice(1).map(({ key }) => key),
        ),
      ).toHaveLength(CHANGES_PER_COMMIT_MAX);
    });

    it('builds a version beside the served one, swaps and discards', async () => {
      const next: ReadModel = { ...model, version: '2.0' };
      await put({ a: { org: 'old' } });
      expect(await store.served(model.name, 1)).toBeUndefined();
      await store.serve(model.name, 1, model.version);
      await store.prepare(next);
      await store.prepare(next);
      await store.commit({
        model: next,
        from: undefined,
        to: position(1),
        changes: [{ key: 'a', position: position(1), body: { org: 'new' } }],
      });
      expect(await store.versions(model.name)).toEqual(['1.0', '2.0']);
      expect([await store.served(model.name, 1), await store.served(model.name, 2)]).toEqual(['1.0', undefined]);
      await expect(store.discard(model.name, model.version)).rejects.toThrow('served');
      await store.serve(model.name, 1, next.version);
      await store.discard(model.name, model.version);
      await store.discard(model.name, model.version);
      expect(await store.versions(model.name)).toEqual(['2.0']);
      expect((await store.getMany(next, ['a']))[0]?.body).toEqual({ org: 'new' });
      expect(await store.commit({ model, from: position(1), to: position(2), changes: [] })).toBe('fenced');
      await expect(store.getMany(model, ['a'])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      await store.prepare(model);
      expect(await store.checkpoint(model)).toBeUndefined();
      expect(await store.getMany(model, ['a'])).toEqual([]);
    });

    it('keeps everything over a reopening', async () => {
      if (opened.reopen === undefined) return;
      await put({ a: { org: 'x', date: '1' } });
      await store.serve(model.name, 1, model.version);
      store = await opened.reopen();
      expect(await store.checkpoint(model)).toBe(position(1));
      expect(await store.served(model.name, 1)).toBe(model.version);
      expect(await keysOf({ index: 'byDate', equals: ['x'] })).toEqual(['a']);
    });
  });
}
