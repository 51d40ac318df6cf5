// Turns the Open University Learning Analytics dataset into certledger's import format, one JSON row a line on standard output.
//   node examples/oulad/convert.mjs <folder with courses.csv and studentInfo.csv, plain or .gz> > rows.ndjson
// The mapping rules are in README.md beside this file.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

const SOURCE = 'oulad';
const MODULES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG'];
const START_MONTH = { B: 1, J: 9 }; // February and October, counted from 0 as Date.UTC does
const DAY_MS = 86_400_000;
const RESULTS = ['Pass', 'Distinction', 'Fail', 'Withdrawn'];

class InputError extends Error {}

/** Reads only the wanted columns of `<name>.csv` or `<name>.csv.gz`; the parser drops the others, so no record ever holds them. */
function readTable(folder, name, wanted) {
  const path = [join(folder, `${name}.csv`), join(folder, `${name}.csv.gz`)].find((candidate) => existsSync(candidate));
  if (path === undefined) throw new InputError(`${folder} has neither ${name}.csv nor ${name}.csv.gz`);
  const select = (header) => {
    const missing = wanted.filter((column) => !header.includes(column));
    if (missing.length > 0) throw new InputError(`${path} has no column ${missing.join(', ')}`);
    return header.map((column) => (wanted.includes(column) ? column : false));
  };
  try {
    const bytes = readFileSync(path);
    const records = parse(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, {
      bom: true,
      columns: select,
      skip_empty_lines: true,
      info: true,
    });
    return records.map(({ record, info }) => ({ ...record, at: `${path} line ${info.lines}` }));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} cannot be read: ${error.message}`);
  }
}

/** The instant a presentation ends: 00:00 UTC on 1 February (B) or 1 October (J) of its year, plus its length in days. */
function presentationEnd(presentation, length, at) {
  const parts = /^(\d{4})([BJ])$/.exec(presentation);
  if (parts === null) throw new InputError(`${at}: presentation "${presentation}" is not a year followed by B or J`);
  if (!/^[1-9]\d{0,3}$/.test(length)) throw new InputError(`${at}: length "${length}" is not a number of days`);
  const end = Date.UTC(Number(parts[1]), START_MONTH[parts[2]], 1) + Number(length) * DAY_MS;
  return new Date(end).toISOString().replace('.000Z', 'Z');
}

function readPresentationEnds(folder) {
  const ends = new Map();
  const columns = ['code_module', 'code_presentation', 'module_presentation_length'];
  for (const { code_module: module, code_presentation: presentation, ...rest } of readTable(folder, 'courses', columns)) {
    if (!MODULES.includes(module)) throw new InputError(`${rest.at}: module "${module}" is not one of ${MODULES.join(', ')}`);
    const key = `${module}-${presentation}`;
    if (ends.has(key)) throw new InputError(`${rest.at}: ${key} is listed twice`);
    ends.set(key, presentationEnd(presentation, rest.module_presentation_length, rest.at));
  }
  return ends;
}

/** Each learner's completions, by learner id in the order the ids first appear. */
function readLearners(folder, ends) {
  const learners = new Map();
  const seen = new Set();
  const columns = ['code_module', 'code_presentation', 'id_student', 'final_result'];
  for (const entry of readTable(folder, 'studentInfo', columns)) {
    const { code_module: course, code_presentation: presentation, id_student: learner, final_result: result, at } = entry;
    if (!/^\d+$/.test(learner)) throw new InputError(`${at}: id_student "${learner}" is not a number`);
    if (!RESULTS.includes(result)) throw new InputError(`${at}: final_result "${result}" is not one of ${RESULTS.join(', ')}`);
    const completedAt = ends.get(`${course}-${presentation}`);
    if (completedAt === undefined) throw new InputError(`${at}: the courses table has no ${course}-${presentation}`);
    const row = `completion-${course}-${presentation}-${learner}`;
    if (seen.has(row)) throw new InputError(`${at}: learner ${learner} has a second result for ${course}-${presentation}`);
    seen.add(row);

    if (!learners.has(learner)) learners.set(learner, []);
    if (result !== 'Pass' && result !== 'Distinction') continue;
    const completion = { kind: 'completion', source: SOURCE, row, learner, course, completedAt };
    learners.get(learner).push(result === 'Distinction' ? { ...completion, honours: 'Distinction' } : completion);
  }
  return learners;
}

const of = (...modules) => modules.map((course) => ({ course }));
const scheme = (id, title, validity, criteria) => ({
  kind: 'scheme',
  source: SOURCE,
  row: `scheme-${id}`,
  scheme: id,
  title,
  published: '2013-01-01',
  timeZone: 'UTC',
  validity,
  criteria,
});
const SCHEMES = [
  scheme('one-of-seven', 'Any one module of the seven', 'P2Y', { any: of(...MODULES) }),
  scheme('two-of-seven', 'Any two modules of the seven', 'P2Y', { atLeast: 2, of: of(...MODULES) }),
  scheme('aaa-and-bbb-or-ccc-and-ddd', 'Modules AAA and BBB, or modules CCC and DDD', 'perpetual', {
    any: [{ all: of('AAA', 'BBB') }, { all: of('CCC', 'DDD') }],
  }),
];

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function* rows(learners) {
  for (const course of MODULES) {
    const title = `Open University module ${course}`;
    yield { kind: 'course', source: SOURCE, row: `course-${course}`, course, title, institution: 'The Open University' };
  }
  yield* SCHEMES;
  for (const [learner, completions] of learners) {
    yield { kind: 'learner', source: SOURCE, row: `learner-${learner}`, learner };
    yield* completions.sort((a, b) => compare(a.completedAt, b.completedAt) || compare(a.course, b.course));
  }
}

function* lines(learners) {
  for (const row of rows(learners)) yield `${JSON.stringify(row)}\n`;
}

async function main(folder, ...rest) {
  if (folder === undefined || rest.length > 0)
    throw new InputError('usage: node examples/oulad/convert.mjs <folder> > rows.ndjson');
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new InputError(`${folder} is not a folder`);
  // Everything is read and checked before the first line goes out, so a bad input never leaves half a file that looks whole.
  const learners = readLearners(folder, readPresentationEnds(folder));
  await pipeline(Readable.from(lines(learners)), process.stdout);
}

try {
  await main(...process.argv.slice(2));
} catch (error) {
  if (error.code === 'EPIPE') process.exit(0); // the reader (`| head`) has had enough
  console.error(error instanceof InputError ? `convert: ${error.message}` : error);
  process.exitCode = 1;
}
