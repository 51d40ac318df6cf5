/** Which suites run over the cluster profile, and what each of them needs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The end-to-end suites that do not run over it, and why. */
const LEFT_OUT = {
  'assign-to-many': 'it watches a store of its own in memory',
  'attempts-and-reads': 'it breaks a store of its own in memory',
  'authorization-matrix': 'of its 8,000 requests no engine decides one, and they would take a third of the time',
  'bad-addresses': 'no engine decides what an address is',
  compose: 'it reads the compose files',
  doctor: 'it is about the data folder',
  'doctor-eventstoredb': 'it starts a double of its own, in npm test; test/mongodb/doctor.spec.ts looks at both servers',
  'editions-and-holders': 'it watches a store of its own in memory',
  folder: 'it is about the data folder',
  'no-plain-text': 'it searches the data folder; test/cluster/no-plain-text.spec.ts searches the servers',
  'nothing-given-away': 'it counts the calls on engines in memory',
  publications: 'it watches a store of its own in memory',
  readme: 'it takes the tour of the embedded profile',
  'stopped-folder': 'it is about the data folder',
  'what-if': 'it watches a store of its own in memory; what-if-list keeps a list on both profiles',
};
/** Whether a suite starts the program, which takes a whole EventStoreDB for itself: it brings a double along. */
const startsProgram = (suite) => /\b(SpawnedService|TwoServices)\b/.test(readFileSync(suite, 'utf8'));

const suitesIn = (folder) =>
  readdirSync(join('test', folder))
    .filter((name) => name.endsWith('.spec.ts'))
    .map((name) => `test/${folder}/${name}`);

/** In the order in which they run: what is more basic comes first. */
export function suites() {
  const leftOut = Object.keys(LEFT_OUT).map((name) => `test/e2e/${name}.spec.ts`);
  const endToEnd = suitesIn('e2e');
  const gone = leftOut.filter((suite) => !endToEnd.includes(suite));
  if (gone.length > 0) throw new Error(`suites.mjs names suites that are gone: ${gone.join(', ')}`);
  return [
    ...suitesIn('mongodb').map((suite) => ({ suite, part: 'mongodb', needsEventStore: false, needsDouble: false })),
    ...suitesIn('cluster').map((suite) => ({ suite, part: 'cluster', needsEventStore: true, needsDouble: startsProgram(suite) })),
    ...['test/faults/instances.spec.ts', ...endToEnd.filter((suite) => !leftOut.includes(suite))].map((suite) => ({
      suite,
      part: 'profile',
      needsEventStore: true,
      needsDouble: startsProgram(suite),
    })),
  ];
}

/** Narrowed to those whose path holds one of the words; to all without words. */
export const narrowed = (all, words) =>
  words.length === 0 ? all : all.filter(({ suite }) => words.some((word) => suite.includes(word)));
