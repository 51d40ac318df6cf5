// Rewrites extract/rows.ndjson and extract/rows.csv from a whole conversion. The choice depends on nothing but the rows:
//   node examples/oulad/extract.mjs rows.ndjson [folder to write to]
// 40 learners: by ascending id, the first 4 with both halves of a pair (AAA and BBB, or CCC and DDD), the first 8 with two or more
// modules but no pair, the first 14 with one module and the first 14 with none. The CSV holds the first 3 of each group.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const QUOTA = { pair: 4, several: 8, one: 14, none: 14 };
const CSV_QUOTA = { pair: 3, several: 3, one: 3, none: 3 };
const CSV_HEADER = [
  'kind',
  'source',
  'row',
  'learner',
  'course',
  'presentation',
  'enrolledAt',
  'activity',
  'activityKind',
  'score',
  'reportedAt',
  'carriedOver',
  'completedAt',
  'honours',
  'withdrawnAt',
];

const [input, folder = fileURLToPath(new URL('./extract/', import.meta.url))] = process.argv.slice(2);
if (input === undefined) {
  console.error('usage: node examples/oulad/extract.mjs <rows.ndjson> [folder to write to]');
  process.exit(1);
}
const rows = readFileSync(input, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

const byLearner = new Map();
for (const row of rows.filter(({ learner }) => learner !== undefined)) {
  byLearner.set(row.learner, [...(byLearner.get(row.learner) ?? []), row]);
}

function group(own) {
  const courses = new Set(own.filter(({ kind }) => kind === 'completion').map(({ course }) => course));
  const both = (a, b) => courses.has(a) && courses.has(b);
  if (both('AAA', 'BBB') || both('CCC', 'DDD')) return 'pair';
  return courses.size === 0 ? 'none' : courses.size === 1 ? 'one' : 'several';
}

/** The first learners of each group, up to the group's quota. */
function take(quota, learners) {
  const left = { ...quota };
  return learners.filter((own) => left[group(own)]-- > 0);
}

const ascending = [...byLearner.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, own]) => own);
const chosen = take(QUOTA, ascending);

const head = rows.filter(({ kind }) => kind === 'course' || kind === 'scheme');
const cell = (value = '') => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value));
const csv = take(CSV_QUOTA, chosen)
  .flat()
  .map((row) => CSV_HEADER.map((name) => cell(row[name])));

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'rows.ndjson'), [...head, ...chosen.flat()].map((row) => `${JSON.stringify(row)}\n`).join(''));
writeFileSync(join(folder, 'rows.csv'), [CSV_HEADER, ...csv].map((cells) => `${cells.join(',')}\n`).join(''));
