/** Which suites run over the cluster profile, and what each of them needs. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The end-to-end suites that do not run over it, and why. */
const LEFT_OUT = {
  'assign-to-many': 'it watches a store of its own in memory',
  'attempts-and-reads': 'it breaks a store of its own in memory',
  'authorization-matrix': 'of its 8,000 requests no engine decides one, and they would take a third of the time',
  'bad-addresses': 'no engine decides what an address is',
  compose: 'it reads the compose files',
  doctor: 'it starts what it looks at by itself',
  folder: 'it is about the data folder',
  'no-plain-text': 'it searches the data folder',
  'nothing-given-away': 'it counts the calls on engines in memory',
  publications: 'it watches a store of its own in memory',
  readme: 'it takes the tour of the embedded profile',
  'stopped-folder': 'it is about the data folder',
};
/** These start the program, which takes a whole EventStoreDB for itself: they bring a double along. */
const WITH_A_PROGRAM = [
  'test/e2e/access-command-line',
  'test/e2e/import',
  'test/e2e/import-extract',
  'test/cluster/processes',
  'test/cluster/copy',
];

const suitesIn = (folder) =>
  readdirSync(join('test', folder))
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => `test/${folder}/${name}`);
const named = (names) => names.map((name) => `${name}.spec.ts`);

/** In the order in which they run: what is more basic comes first. */
export function suites() {
  const leftOut = named(Object.keys(LEFT_OUT).map((name) => `test/e2e/${name}`));
  const endToEnd = suitesIn('e2e');
  const gone = leftOut.filter((suite) => !endToEnd.includes(suite));
  if (gone.length > 0) throw new Error(`suites.mjs names suites that are gone: ${gone.join(', ')}`);
  const isLone = (suite) => named(WITH_A_PROGRAM).includes(suite);
  return [
    ...suitesIn('mongodb').map((suite) => ({ suite, part: 'mongodb', needsEventStore: false, needsDouble: false })),
    ...suitesIn('cluster').map((suite) => ({ suite, part: 'cluster', needsEventStore: true, needsDouble: isLone(suite) })),
    ...['test/faults/instances.spec.ts', ...endToEnd.filter((suite) => !leftOut.includes(suite))].map((suite) => ({
      suite,
      part: 'profile',
      needsEventStore: true,
      needsDouble: isLone(suite),
    })),
  ];
}

/** Narrowed to those whose path holds one of the words; to all without words. */
export const narrowed = (all, words) =>
  words.length === 0 ? all : all.filter(({ suite }) => words.some((word) => suite.includes(word)));
