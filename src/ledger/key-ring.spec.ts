import { MemoryKeys } from '../adapters/memory/keys.js';
import type { Keys, WrappedKey } from './ports/keys.js';
import { ERASED, KeyRing } from './key-ring.js';

const MASTER = Buffer.alloc(32, 1);
const SUBJECT = '0190a1b2-0000-7000-8000-000000000001';
const place = { key: SUBJECT, event: '0190a1b2-0000-7000-8000-00000000000e', field: 'LearnerRegistered.name' };

/** Keys that show what was asked of them, in order. */
class WatchedKeys extends MemoryKeys {
  readonly calls: string[] = [];
  override async putIfAbsent(key: WrappedKey): Promise<WrappedKey | 'destroyed'> {
    await new Promise((resolve) => setImmediate(resolve));
    const standing = await super.putIfAbsent(key);
    this.calls.push(`put ${key.id}`);
    return standing;
  }
}
const ring = (keys: Keys, master = MASTER): KeyRing => new KeyRing(keys, master);

describe('sealing under a subject key', () => {
  test('opens here and on another instance with the same keys and master', async () => {
    const keys = new MemoryKeys();
    const sealed = await ring(keys).seal('acme', 'Ada', place);
    expect(await ring(keys).open('acme', sealed)).toBe('Ada');
  });

  test('the key is durable before a value sealed with it exists', async () => {
    const keys = new WatchedKeys();
    let done = false;
    const sealing = ring(keys)
      .seal('acme', 'Ada', place)
      .then(() => (done = true));
    while (!keys.calls.includes(`put ${SUBJECT}`)) {
      expect(done).toBe(false);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await sealing;
  });

  test('a store of keys that fails lets nothing be sealed', async () => {
    const keys = new MemoryKeys();
    const mine = ring(keys);
    await mine.pseudonym('acme', 'learner', 'warm');
    keys.putIfAbsent = () => Promise.reject(new Error('disk full'));
    await expect(mine.seal('acme', 'Ada', place)).rejects.toThrow('disk full');
  });

  test('two instances that make the key of one subject at once use the one that stands', async () => {
    const keys = new WatchedKeys();
    const [here, there] = [ring(keys), ring(keys)];
    const [first, second] = await Promise.all([here.seal('acme', 'Ada', place), there.seal('acme', 'Bob', place)]);
    const fresh = ring(keys);
    expect([await fresh.open('acme', first), await fresh.open('acme', second)]).toEqual(['Ada', 'Bob']);
    expect(first.commitment).toBe(second.commitment);
  });

  test('no key lies in the clear in the store of keys', async () => {
    const keys = new MemoryKeys();
    await ring(keys).seal('acme', 'Ada', place);
    const { wrapped } = (await keys.get(SUBJECT)) as WrappedKey;
    expect(Buffer.from(wrapped, 'base64url')).toHaveLength(12 + 32 + 16);
    await expect(ring(keys, Buffer.alloc(32, 2)).seal('acme', 'Ada', place)).rejects.toMatchObject({ code: 'KEY_UNUSABLE' });
  });

  test('another organization opens nothing, whether or not the key lies in the cache', async () => {
    const keys = new MemoryKeys();
    const warm = ring(keys);
    const sealed = await warm.seal('acme', 'Ada', place);
    for (const instance of [warm, ring(keys)])
      await expect(instance.open('other', sealed)).rejects.toMatchObject({ code: 'KEY_UNUSABLE' });
  });

  test('a value that its key does not open is damaged history', async () => {
    const mine = ring(new MemoryKeys());
    const sealed = await mine.seal('acme', 'Ada', place);
    const nonce = Buffer.alloc(12).toString('base64url');
    await expect(mine.open('acme', { ...sealed, nonce })).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });
});

describe('a destroyed subject key', () => {
  test('makes its fields read erased and never an error, here and elsewhere; others stay', async () => {
    const keys = new MemoryKeys();
    const mine = ring(keys);
    const other = { ...place, key: '0190a1b2-0000-7000-8000-000000000002' };
    const [sealed, kept] = [await mine.seal('acme', 'Ada', place), await mine.seal('acme', 'Bob', other)];
    await mine.destroySubject(SUBJECT);
    for (const instance of [mine, ring(keys)]) {
      expect(await instance.open('acme', sealed)).toBe(ERASED);
      expect(await instance.open('acme', kept)).toBe('Bob');
    }
  });

  test('is never made anew: nothing more is sealed or fingerprinted with it', async () => {
    const mine = ring(new MemoryKeys());
    await mine.seal('acme', 'Ada', place);
    await mine.destroySubject(SUBJECT);
    await mine.destroySubject(SUBJECT);
    await expect(mine.seal('acme', 'Ada', place)).rejects.toMatchObject({ code: 'KEY_UNUSABLE' });
    expect(await mine.fingerprint('acme', SUBJECT, 'add', {})).toBeUndefined();
  });

  test('is not put back into the cache by a reader during its destruction', async () => {
    const keys = new MemoryKeys();
    const mine = ring(keys);
    const sealed = await mine.seal('acme', 'Ada', place);
    const destroy = keys.destroy.bind(keys);
    keys.destroy = async (id) => {
      expect(await mine.open('acme', sealed)).toBe('Ada');
      await destroy(id);
    };
    await mine.destroySubject(SUBJECT);
    expect(await mine.open('acme', sealed)).toBe(ERASED);
  });
});

describe('a key that was lost', () => {
  test('is no erasure: the reader stops and names it', async () => {
    const keys = new MemoryKeys();
    const sealed = await ring(keys).seal('acme', 'Ada', place);
    const get = keys.get.bind(keys);
    keys.get = async (id) => (id === SUBJECT ? undefined : get(id));
    await expect(ring(keys).open('acme', sealed)).rejects.toMatchObject({
      code: 'HISTORY_DAMAGED',
      message: expect.stringContaining(SUBJECT),
    });
  });
});

describe('what is derived from the organization', () => {
  test('pseudonyms tell kinds, organizations and exact characters apart', async () => {
    const mine = ring(new MemoryKeys());
    const names = await Promise.all([
      mine.pseudonym('acme', 'learner', 'Émile'),
      mine.pseudonym('acme', 'learner', 'émile'),
      mine.pseudonym('acme', 'learner', 'E\u0301mile'),
      mine.pseudonym('acme', 'person', 'Émile'),
      mine.pseudonym('other', 'learner', 'Émile'),
    ]);
    expect(new Set(names).size).toBe(5);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}$/);
    expect(await mine.pseudonym('acme', 'learner', 'Émile')).toBe(names[0]);
  });

  test('a command id depends on organization, target and key; text and import row are never the same key', async () => {
    const mine = ring(new MemoryKeys());
    const ids = await Promise.all([
      mine.commandId('acme', 's', 'k'),
      mine.commandId('acme', 's', { source: 'hr', row: 'k' }),
      mine.commandId('acme', 's', { source: 'lms', row: 'k' }),
      mine.commandId('acme', 's', '{"row":"k","source":"hr"}'),
      mine.commandId('acme', 't', 'k'),
      mine.commandId('other', 's', 'k'),
    ]);
    expect(new Set(ids).size).toBe(6);
    expect(await mine.commandId('acme', 's', { row: 'k', source: 'hr' })).toBe(ids[1]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('a fingerprint depends on subject, operation and body, and not on the order of its names', async () => {
    const mine = ring(new MemoryKeys());
    const print = (subject: string | undefined, operation: string, body: { a: number; b?: number }) =>
      mine.fingerprint('acme', subject, operation, body);
    const prints = await Promise.all([
      print(SUBJECT, 'x', { a: 1 }),
      print(undefined, 'x', { a: 1 }),
      print(SUBJECT, 'y', { a: 1 }),
      print(SUBJECT, 'x', { a: 2 }),
    ]);
    expect(new Set(prints).size).toBe(4);
    expect(await print(SUBJECT, 'x', { b: 2, a: 1 })).toBe(await print(SUBJECT, 'x', { a: 1, b: 2 }));
  });
});
