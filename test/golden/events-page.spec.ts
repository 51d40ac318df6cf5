import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { registry } from '../../src/app/kernel.js';
import { GOLDEN_FOLDER } from './golden-keys.js';

interface Section {
  readonly heading: string;
  readonly fields: readonly string[];
  readonly sealed: readonly string[];
  readonly samples: readonly string[];
}

/** The sections of docs/events.md, each with the fields of its table and the samples that it names. */
const sections = readFileSync(join(__dirname, '../../docs/events.md'), 'utf8')
  .split(/^### /m)
  .slice(1)
  .map((part): Section => {
    const rows = [...part.matchAll(/^\| `(\w+)` +\| (.*?) *\|$/gm)].map(([, field, meaning]) => ({
      field: field!,
      meaning: meaning!,
    }));
    return {
      heading: part.split('\n')[0]!,
      fields: rows.map(({ field }) => field),
      sealed: rows.filter(({ meaning }) => meaning.includes('**sealed**')).map(({ field }) => field),
      samples: [...(/^.*Samples?: (.*)$/m.exec(part)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, sample]) => sample!),
    };
  });

test('docs/events.md lists exactly the types and versions of the registry', () => {
  const expected = registry.definitions.flatMap(({ type, version }) =>
    Array.from({ length: version }, (_, index) => `${type}, version ${index + 1}`),
  );
  expect(sections.map(({ heading }) => heading).sort()).toEqual(expected.sort());
});

test.each(registry.definitions.map((definition) => [definition.type, definition] as const))(
  '%s stands there with all its fields, the sealed ones marked, and samples that exist',
  (type, { version, schema, sealed }) => {
    const section = sections.find(({ heading }) => heading === `${type}, version ${version}`);
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape as object) : [];
    expect([...(section?.fields ?? [])].sort()).toEqual(known.sort());
    expect([...(section?.sealed ?? [])].sort()).toEqual(sealed.map(({ field }) => field).sort());
    expect(section?.samples.length).toBeGreaterThan(0);
    for (const sample of section!.samples) {
      expect(sample.startsWith(`${type}.v${version}`)).toBe(true);
      expect(existsSync(join(GOLDEN_FOLDER, `${sample}.json`))).toBe(true);
    }
  },
);
