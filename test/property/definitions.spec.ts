import { criteriaSchema, leavesOf, type Criteria, type SchemeLeaf } from '../../src/catalogue/domain/criteria.js';
import { lintContent } from '../../src/catalogue/domain/lint-content.js';
import { emptyCatalogue } from '../../src/catalogue/domain/state.js';
import type { Json } from '../../src/shared/json.js';
import { fc } from '../support/property.js';
import { NOW } from '../support/pure-record.js';

const id = fc.constantFrom('A', 'B', 'C');
const leaf: fc.Arbitrary<SchemeLeaf> = fc.oneof(
  fc.record({ course: id, minEdition: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: ['course'] }),
  fc.record({ learningPlan: id }),
  fc.record({ submission: id, review: fc.constantFrom('required' as const, 'none' as const) }, { requiredKeys: ['submission'] }),
  fc.record({ sitting: id }),
  fc.record({ approval: id }),
);
const { tree } = fc.letrec<{ tree: Criteria }>((tie) => {
  const list = fc.array(tie('tree'), { maxLength: 4 });
  return {
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      leaf,
      list.map((all) => ({ all })),
      list.map((any) => ({ any })),
      fc.record({ atLeast: fc.integer({ min: -1, max: 5 }), of: list }),
      fc.record({ notBefore: fc.constant('2024-02-29'), criteria: tie('tree') }),
    ),
  };
});

/** What a JSON Pointer without escapes leads to. */
const at = (root: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], root);

const content = (criteria: unknown) => ({
  title: 'S',
  published: '2024-01-01',
  timeZone: 'UTC',
  validity: { perpetual: true },
  criteria,
});

test('every leaf stands where its pointer says, in the order of the text', () => {
  fc.assert(
    fc.property(tree, (criteria) => {
      const leaves = leavesOf<SchemeLeaf>(criteria);
      for (const { leaf: found, pointer } of leaves) expect(at(criteria, pointer)).toBe(found);
      const inText = [...JSON.stringify(criteria).matchAll(/"(course|learningPlan|submission|sitting|approval)":"(.)"/g)];
      expect(leaves.map(({ leaf: found }) => Object.entries(found)[0])).toEqual(inText.map(([, kind, name]) => [kind, name]));
    }),
    { numRuns: 2_000 },
  );
});

test('the linter names a place of the definition for every fault, and the same ones after a journey as text', () => {
  fc.assert(
    fc.property(tree, (criteria) => {
      expect(criteriaSchema.parse(criteria)).toEqual(criteria);
      const definition = content(criteria);
      const lint = (value: unknown) => lintContent({ kind: 'scheme', id: 'S', content: value as Json }, emptyCatalogue, NOW);
      const faults = lint(definition);
      for (const { pointer } of faults) expect(at(definition, pointer)).toBeDefined();
      expect(lint(JSON.parse(JSON.stringify(definition)))).toEqual(faults);
    }),
    { numRuns: 2_000 },
  );
});

test('whatever JSON a draft holds, the linter says what is wrong and never breaks', () => {
  const anything = fc.jsonValue({ maxDepth: 4 });
  const nearly = fc.oneof(anything, fc.record({ title: anything, criteria: fc.oneof(anything, tree) }), anything.map(content));
  fc.assert(
    fc.property(fc.constantFrom('course' as const, 'learningPlan' as const, 'scheme' as const), nearly, (kind, value) => {
      for (const { code, detail } of lintContent({ kind, id: 'S', content: value as Json }, emptyCatalogue, NOW)) {
        expect(code).toMatch(/^[A-Z_]+$/);
        expect(detail.length).toBeGreaterThan(5);
      }
    }),
    { numRuns: 2_000 },
  );
});
