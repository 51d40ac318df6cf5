import { z } from 'zod';
import { MemoryKeys } from '../adapters/memory/keys.js';
import { Codec } from './codec.js';
import type { StoredEvent } from './envelope.js';
import { defineEvent, EventRegistry, type EventDefinition } from './event-registry.js';
import { KeyRing } from './key-ring.js';
import { isSealed, sealedSchema } from './sealed.js';

const SUBJECT = '0190a1b2-0000-7000-8000-000000000001';
const ID = '0190a1b2-0000-7000-8000-00000000000e';
const METADATA = {
  recordedAt: '2024-06-01T12:00:00.000Z',
  commandId: 'c',
  fingerprint: 'f',
  $correlationId: 'c',
  $causationId: 'c',
  actor: { key: 'k', role: 'admin' },
  origin: { kind: 'api' as const },
};
const keyRing = new KeyRing(new MemoryKeys(), Buffer.alloc(32, 1));
const codecOf = (...definitions: EventDefinition[]): Codec => new Codec(new EventRegistry(definitions), keyRing);
const named = z.strictObject({ subject: z.uuid(), name: sealedSchema.optional(), count: z.int() });
const first = defineEvent('Named', named, { sealed: [{ field: 'name', subject: 'subject' }] });
const stored = (change: Partial<StoredEvent> = {}): StoredEvent => ({
  id: ID,
  type: 'Named',
  stream: 's',
  revision: 0,
  position: 'p1',
  data: { subject: SUBJECT, count: 1 },
  metadata: { schemaVersion: 1, ...METADATA },
  ...change,
});
const damaged = expect.objectContaining({ code: 'HISTORY_DAMAGED', retryable: false });

describe('encoding', () => {
  test('seals the fields that the registry names, under the field name of the registry', async () => {
    const event = { type: 'Named', data: { subject: SUBJECT, name: 'Ada', count: 1 } };
    const { data, metadata, id } = await codecOf(first).encode('acme', event, ID, METADATA);
    expect(JSON.stringify(data)).not.toContain('Ada');
    expect(isSealed(data['name']) && (await keyRing.open('acme', data['name']))).toBe('Ada');
    expect(data['name']).toMatchObject({ key: SUBJECT, event: ID, field: 'Named.name' });
    expect([id, metadata.schemaVersion, data['count']]).toEqual([ID, 1, 1]);
  });

  test('an absent field stays absent', async () => {
    const { data } = await codecOf(first).encode('acme', { type: 'Named', data: { subject: SUBJECT, count: 1 } }, ID, METADATA);
    expect(Object.keys(data)).toEqual(['subject', 'count']);
  });

  test.each([
    ['an unregistered type', { type: 'Other', data: {} }],
    ['a misfit', { type: 'Named', data: { subject: SUBJECT, count: 'one' } }],
    ['a field too many', { type: 'Named', data: { subject: SUBJECT, count: 1, extra: true } }],
    ['a secret of nobody', { type: 'Named', data: { name: 'Ada', count: 1 } }],
  ])('%s is a bug and never gets in', async (_, event) => {
    await expect(codecOf(first).encode('acme', event, ID, METADATA)).rejects.toMatchObject({ name: 'AssertionFailure' });
  });
});

describe('decoding', () => {
  test('an unknown type, a misfit, a newer and an impossible version stop the reader, with the event named', () => {
    const codec = codecOf(first);
    const version = (schemaVersion: number): StoredEvent => stored({ metadata: { schemaVersion, ...METADATA } });
    for (const event of [
      stored({ type: 'Other' }),
      stored({ data: { subject: SUBJECT } }),
      stored({ data: { subject: SUBJECT, count: 1, extra: 1 } }),
      stored({ data: { subject: SUBJECT, count: 1, name: 'in the clear' } }),
      version(2),
      version(0),
      version(1.5),
      version(Number.NaN),
    ])
      expect(() => codec.decode(event)).toThrow(damaged);
    expect(() => codec.decode(stored({ type: 'Other' }))).toThrow(ID);
  });

  test('an older version is upcast step by step; what is stored stays as it is, sealed values too', async () => {
    const { data } = await codecOf(first).encode(
      'acme',
      { type: 'Named', data: { subject: SUBJECT, name: 'Ada', count: 1 } },
      ID,
      METADATA,
    );
    const third = defineEvent(
      'Named',
      z.strictObject({ subject: z.uuid(), name: sealedSchema.optional(), total: z.int(), unit: z.string() }),
      {
        version: 3,
        sealed: first.sealed,
        upcasters: [({ count, ...rest }) => ({ ...rest, total: count! }), (older) => ({ ...older, unit: 'pieces' })],
      },
    );
    const codec = codecOf(third);
    const old = stored({ data });
    expect(codec.decode(old).event.data).toEqual({ subject: SUBJECT, name: data['name'], total: 1, unit: 'pieces' });
    expect(codec.decode(old).stored).toBe(old);
    const second = stored({
      id: '0190a1b2-0000-7000-8000-0000000000ff',
      position: 'p2',
      data: { subject: SUBJECT, total: 4 },
      metadata: { schemaVersion: 2, ...METADATA },
    });
    expect(codec.decode(second).event.data).toEqual({ subject: SUBJECT, total: 4, unit: 'pieces' });
  });

  test('the cache never answers for another event at the same position', () => {
    const codec = codecOf(first);
    codec.decode(stored());
    const other = stored({ id: '0190a1b2-0000-7000-8000-00000000000f', data: { subject: SUBJECT, count: 2 } });
    expect(codec.decode(other).event.data).toMatchObject({ count: 2 });
  });
});

test('a registry with a type defined twice or an upcaster missing refuses to boot', () => {
  expect(() => new EventRegistry([first, first])).toThrow('defined twice');
  expect(() => new EventRegistry([defineEvent('Named', named, { version: 2 })])).toThrow('one upcaster for each version');
});
