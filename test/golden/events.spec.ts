import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../../src/app/kernel.js';
import { canonicalJson, digestOf, eventDigest } from '../../src/ledger/canonical-json.js';
import { Codec } from '../../src/ledger/codec.js';
import type { NewEvent, StoredEvent } from '../../src/ledger/envelope.js';
import { KeyRing } from '../../src/ledger/key-ring.js';
import { receiptOf } from '../../src/ledger/receipt.js';
import { isSealed } from '../../src/ledger/sealed.js';
import { parseStreamName, streamName } from '../../src/ledger/stream-name.js';
import { GOLDEN_FOLDER, GOLDEN_MASTER, GoldenKeys, type GoldenSample } from './golden-keys.js';
import { makeGolden } from './make-golden.js';

/**
 * The format never changes (ADR 0001): each sample is an event as some log holds it. A failure here means that logs which
 * exist could not be read, found or verified any more; mend the program, never the sample.
 */
const read = (): readonly GoldenSample[] =>
  readdirSync(GOLDEN_FOLDER)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(GOLDEN_FOLDER, file), 'utf8')) as GoldenSample);
const eventOf = ({ canonical, stream, revision, position }: GoldenSample): StoredEvent => ({
  ...(JSON.parse(canonical) as NewEvent),
  stream,
  revision,
  position,
});

beforeAll(async () => {
  if (process.env['GOLDEN_MAKE'] === '1') await makeGolden();
});

const setUp = async (): Promise<{ keys: GoldenKeys; keyRing: KeyRing; codec: Codec }> => {
  const keys = await GoldenKeys.frozen();
  const keyRing = new KeyRing(keys, GOLDEN_MASTER);
  return { keys, keyRing, codec: new Codec(registry, keyRing) };
};

test('every registered type and version has a sample, and every sample a registered type', () => {
  const samples = read();
  const expected = registry.definitions.flatMap(({ type, version }) =>
    Array.from({ length: version }, (_, index) => `${type}.v${index + 1}`),
  );
  expect([...new Set(samples.map(({ type, version }) => `${type}.v${version}`))].sort()).toEqual(expected.sort());
  for (const { sealed, type } of samples) {
    const fields = registry.find(type)!.sealed.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(Object.keys(sealed)));
  }
});

test('every field that the registry seals is seen sealed in some sample', () => {
  const seen = new Set(read().flatMap(({ type, sealed }) => Object.keys(sealed).map((field) => `${type}.${field}`)));
  const expected = registry.definitions.flatMap(({ type, sealed }) => sealed.map(({ field }) => `${type}.${field}`));
  expect([...seen].sort()).toEqual(expected.sort());
});

describe('each golden sample', () => {
  test('decodes, and its parts have the frozen canonical bytes and digest', async () => {
    const { codec } = await setUp();
    for (const sample of read()) {
      const stored = eventOf(sample);
      expect(codec.decode(stored).event.type).toBe(sample.type);
      const { id, type, data, metadata } = stored;
      expect(canonicalJson({ id, type, data, metadata })).toBe(sample.canonical);
      expect([eventDigest(stored), digestOf(JSON.parse(sample.canonical))]).toEqual([sample.digest, sample.digest]);
      expect(metadata.schemaVersion).toBe(sample.version);
    }
  });

  test('opens with the frozen keys to the stated plain text, which stands nowhere else in it', async () => {
    const { keys, keyRing } = await setUp();
    for (const sample of read()) {
      const { data } = eventOf(sample);
      const opened: Record<string, unknown> = {};
      for (const [field, value] of Object.entries(data)) {
        if (!isSealed(value)) continue;
        expect(value.field).toBe(`${sample.type}.${field}`);
        opened[field] = await keyRing.open(sample.organization, value);
      }
      expect(opened).toEqual(sample.sealed);
      for (const plain of Object.values(sample.sealed)) expect(sample.canonical).not.toContain(plain);
    }
    expect(keys.made).toEqual([]);
  });

  test('has the command id, fingerprint and stream that follow from what was given', async () => {
    const { keys, keyRing } = await setUp();
    for (const { organization, stream, pseudonymOf, commandIdOf, fingerprintOf, canonical } of read()) {
      const { metadata } = JSON.parse(canonical) as NewEvent;
      expect(await keyRing.commandId(organization, commandIdOf.target, commandIdOf.key)).toBe(metadata.commandId);
      const { subject, operation, body } = fingerprintOf;
      expect(await keyRing.fingerprint(organization, subject, operation, body)).toBe(metadata.fingerprint);
      expect(parseStreamName(stream).organization).toBe(organization);
      if (pseudonymOf === undefined) continue;
      const pseudonym = await keyRing.pseudonym(organization, pseudonymOf.kind, pseudonymOf.id);
      expect(streamName(parseStreamName(stream).kind, organization, pseudonym)).toBe(stream);
      expect(canonical).not.toContain(pseudonymOf.id);
    }
    expect(keys.made).toEqual([]);
  });

  test('has the receipt that is built from the events of its command', () => {
    const samples = read();
    for (const { receipt } of samples) {
      const own = samples.filter(({ canonical }) => receipt.eventIds.includes((JSON.parse(canonical) as NewEvent).id));
      const events = own.map(eventOf).sort((a, b) => a.revision - b.revision);
      expect(receiptOf('recorded', events)).toEqual(receipt);
      expect(new Set(events.map(({ metadata }) => metadata.commandId)).size).toBe(1);
    }
  });

  test('reads erased, and not broken, once its subjects are erased', async () => {
    for (const sample of read()) {
      const { keyRing } = await setUp();
      for (const value of Object.values(eventOf(sample).data)) {
        if (!isSealed(value)) continue;
        await keyRing.destroySubject(value.key);
        expect(await keyRing.open(sample.organization, value)).toEqual({ erased: true });
      }
    }
  });
});
