// Turns the Open University Learning Analytics dataset into certledger's import format, one JSON row a line on standard output.
//   node examples/oulad/convert.mjs <folder with the five tables, plain or .gz> > rows.ndjson
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
const ASSESSMENT_TYPES = ['TMA', 'CMA', 'Exam'];
// The largest day that is written with four digits lies within 28 years of its presentation's start.
const DAY = /^-?\d{1,4}$/;
const SCORE = /^\d{1,3}(\.\d{1,4})?$/;
// The order of rows of one presentation that are of the same instant: nobody completes or leaves before what they did that day.
const RANK = { enrolment: 0, activity: 1, completion: 2, withdrawal: 2 };

class InputError extends Error {}

/**
 * Hands each line's wanted columns of `<name>.csv` or `<name>.csv.gz` to `take`, with a function that refuses the line. The parser
 * drops the other columns, so no record ever holds them, and keeps no line that was taken.
 */
function readTable(folder, name, wanted, take) {
  const path = [join(folder, `${name}.csv`), join(folder, `${name}.csv.gz`)].find((candidate) => existsSync(candidate));
  if (path === undefined) throw new InputError(`${folder} has neither ${name}.csv nor ${name}.csv.gz`);
  const select = (header) => {
    const missing = wanted.filter((column) => !header.includes(column));
    if (missing.length > 0) throw new InputError(`${path} has no column ${missing.join(', ')}`);
    return header.map((column) => (wanted.includes(column) ? column : false));
  };
  try {
    const bytes = readFileSync(path);
    parse(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, {
      bom: true,
      columns: select,
      skip_empty_lines: true,
      onRecord: (record, { lines }) => {
        take(record, (why) => {
          throw new InputError(`${path} line ${lines}: ${why}`);
        });
        return null;
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${path} cannot be read: ${error.message}`);
  }
}

/** The dataset leaves a cell empty or writes a question mark where a value is missing. */
const present = (cell) => (cell === '' || cell === '?' ? undefined : cell);
const instant = (milliseconds) => new Date(milliseconds).toISOString().replace('.000Z', 'Z');

/** The instant so many days after a presentation's start, undefined where the dataset has no day. */
function dayOf(presentation, cell, column, refuse) {
  const day = present(cell);
  if (day !== undefined && !DAY.test(day)) refuse(`${column} "${cell}" is not a number of days`);
  return day === undefined ? undefined : instant(presentation.start + Number(day) * DAY_MS);
}

/** Start and end of each presentation: from 00:00 UTC on 1 February (B) or 1 October (J) of its year, as many days as it lasts. */
function readPresentations(folder) {
  const presentations = new Map();
  const columns = ['code_module', 'code_presentation', 'module_presentation_length'];
  readTable(folder, 'courses', columns, (line, refuse) => {
    const { code_module: course, code_presentation: code, module_presentation_length: length } = line;
    if (!MODULES.includes(course)) refuse(`module "${course}" is not one of ${MODULES.join(', ')}`);
    const parts = /^(\d{4})([BJ])$/.exec(code);
    if (parts === null) refuse(`presentation "${code}" is not a year followed by B or J`);
    if (!/^[1-9]\d{0,3}$/.test(length)) refuse(`length "${length}" is not a number of days`);
    const name = `${course}-${code}`;
    if (presentations.has(name)) refuse(`${name} is listed twice`);
    const start = Date.UTC(Number(parts[1]), START_MONTH[parts[2]], 1);
    presentations.set(name, { name, course, code, start, end: instant(start + Number(length) * DAY_MS) });
  });
  return presentations;
}

/** The presentation that a line is about, which must be one of the courses table. */
function presentationOf(presentations, { code_module: course, code_presentation: code }, refuse) {
  return presentations.get(`${course}-${code}`) ?? refuse(`the courses table has no ${course}-${code}`);
}

/** Each assessment by its id: its presentation, and its entry among the activities of the course. */
function readAssessments(folder, presentations) {
  const assessments = new Map();
  const numbers = new Map();
  const columns = ['code_module', 'code_presentation', 'id_assessment', 'assessment_type'];
  readTable(folder, 'assessments', columns, (line, refuse) => {
    const { id_assessment: activity, assessment_type: type } = line;
    const presentation = presentationOf(presentations, line, refuse);
    if (!/^\d+$/.test(activity)) refuse(`id_assessment "${activity}" is not a number`);
    if (!ASSESSMENT_TYPES.includes(type)) refuse(`assessment_type "${type}" is not one of ${ASSESSMENT_TYPES.join(', ')}`);
    if (assessments.has(activity)) refuse(`assessment ${activity} is listed twice`);
    const number = (numbers.get(`${presentation.name} ${type}`) ?? 0) + 1;
    numbers.set(`${presentation.name} ${type}`, number);
    const title = `${presentation.code} ${type} ${number}`;
    assessments.set(activity, { presentation, listed: { activity, kind: 'assessment', title, maxScore: '100' } });
  });
  return assessments;
}

/** The dated rows of every learner, by learner id in the order the ids first appear in studentInfo. */
function readLearners(folder, presentations, assessments) {
  const learners = new Map();
  const ids = new Set();
  const add = (presentation, at, row, refuse) => {
    if (ids.has(row.row)) refuse(`${row.row} stands there twice`);
    ids.add(row.row);
    learners.get(row.learner).push({ presentation, at, row });
  };
  const results = readResults(folder, presentations, learners, add);
  readRegistrations(folder, presentations, results, add);
  for (const [name, result] of results) {
    if (!result.registered) throw new InputError(`studentRegistration has no line of ${name}, whose result is known`);
  }
  readSubmissions(folder, assessments, learners, results, add);
  return learners;
}

/** What became of each learner in each presentation; who passed has completed the course at its end. */
function readResults(folder, presentations, learners, add) {
  const results = new Map();
  const columns = ['code_module', 'code_presentation', 'id_student', 'final_result'];
  readTable(folder, 'studentInfo', columns, (line, refuse) => {
    const { id_student: learner, final_result: result } = line;
    if (!/^\d+$/.test(learner)) refuse(`id_student "${learner}" is not a number`);
    if (!RESULTS.includes(result)) refuse(`final_result "${result}" is not one of ${RESULTS.join(', ')}`);
    const presentation = presentationOf(presentations, line, refuse);
    const name = `${presentation.name}-${learner}`;
    if (results.has(name)) refuse(`learner ${learner} has a second result for ${presentation.name}`);
    results.set(name, { result, registered: false });

    if (!learners.has(learner)) learners.set(learner, []);
    if (result !== 'Pass' && result !== 'Distinction') return;
    const { course, code, end: completedAt } = presentation;
    const about = { kind: 'completion', source: SOURCE, row: `completion-${name}`, learner, course, presentation: code };
    const completion = { ...about, completedAt };
    const row = result === 'Distinction' ? { ...completion, honours: 'Distinction' } : completion;
    add(presentation, completedAt, row, refuse);
  });
  return results;
}

/** An enrolment for each registration and a withdrawal for each that came to one; a missing date is left out and never guessed at. */
function readRegistrations(folder, presentations, results, add) {
  const columns = ['code_module', 'code_presentation', 'id_student', 'date_registration', 'date_unregistration'];
  readTable(folder, 'studentRegistration', columns, (line, refuse) => {
    const presentation = presentationOf(presentations, line, refuse);
    const learner = line.id_student;
    const name = `${presentation.name}-${learner}`;
    const known = results.get(name) ?? refuse(`studentInfo has no result of learner ${learner} for ${presentation.name}`);
    known.registered = true;
    const row = (kind, dated) => ({
      kind,
      source: SOURCE,
      row: `${kind}-${name}`,
      learner,
      course: presentation.course,
      presentation: presentation.code,
      ...dated,
    });
    const enrolledAt = dayOf(presentation, line.date_registration, 'date_registration', refuse);
    known.enrolledAt = enrolledAt;
    add(presentation, enrolledAt, row('enrolment', { enrolledAt }), refuse);
    const withdrawnAt = dayOf(presentation, line.date_unregistration, 'date_unregistration', refuse);
    if (known.result === 'Withdrawn') add(presentation, withdrawnAt, row('withdrawal', { withdrawnAt }), refuse);
  });
}

/** An activity for each assessment handed in, at the day counted from the start of the presentation that the assessment belongs to. */
function readSubmissions(folder, assessments, learners, results, add) {
  const columns = ['id_student', 'id_assessment', 'date_submitted', 'is_banked', 'score'];
  readTable(folder, 'studentAssessment', columns, (line, refuse) => {
    const { id_student: learner, id_assessment: activity, is_banked: banked } = line;
    if (!learners.has(learner)) refuse(`studentInfo has no learner ${learner}`);
    const { presentation } = assessments.get(activity) ?? refuse(`the assessments table has no assessment ${activity}`);
    if (banked !== '0' && banked !== '1') refuse(`is_banked "${banked}" is neither 0 nor 1`);
    const score = present(line.score);
    if (score !== undefined && !SCORE.test(score)) refuse(`score "${score}" is not a decimal number`);
    const reportedAt = dayOf(presentation, line.date_submitted, 'date_submitted', refuse);
    const row = {
      kind: 'activity',
      source: SOURCE,
      row: `activity-${activity}-${learner}`,
      learner,
      course: presentation.course,
      presentation: presentation.code,
      activity,
      activityKind: 'assessment',
      score,
      reportedAt,
      carriedOver: banked === '1' ? true : undefined,
    };
    // A result carried over can be older than the registration that it was carried into, and still comes after it.
    const enrolledAt = banked === '1' ? results.get(`${presentation.name}-${learner}`)?.enrolledAt : undefined;
    const place = enrolledAt !== undefined && reportedAt !== undefined && enrolledAt > reportedAt ? enrolledAt : reportedAt;
    add(presentation, place, row, refuse);
  });
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

/** In order of time; what lacks its instant comes before all, as it will be refused whatever it follows. */
const inOrder = (a, b) =>
  compare(a.at ?? '', b.at ?? '') ||
  compare(a.row.course, b.row.course) ||
  a.presentation.start - b.presentation.start ||
  RANK[a.row.kind] - RANK[b.row.kind] ||
  compare(a.row.row, b.row.row);

function* rows(assessments, learners) {
  for (const course of MODULES) {
    const title = `Open University module ${course}`;
    const own = [...assessments.values()].filter(({ presentation }) => presentation.course === course);
    const activities = own.map(({ listed }) => listed);
    yield {
      kind: 'course',
      source: SOURCE,
      row: `course-${course}`,
      course,
      title,
      institution: 'The Open University',
      activities,
    };
  }
  yield* SCHEMES;
  for (const [learner, own] of learners) {
    yield { kind: 'learner', source: SOURCE, row: `learner-${learner}`, learner };
    for (const { row } of own.sort(inOrder)) yield row;
  }
}

function* lines(assessments, learners) {
  for (const row of rows(assessments, learners)) yield `${JSON.stringify(row)}\n`;
}

async function main(folder, ...rest) {
  if (folder === undefined || rest.length > 0)
    throw new InputError('usage: node examples/oulad/convert.mjs <folder> > rows.ndjson');
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new InputError(`${folder} is not a folder`);
  // Everything is read and checked before the first line goes out, so a bad input never leaves half a file that looks whole.
  const presentations = readPresentations(folder);
  const assessments = readAssessments(folder, presentations);
  const learners = readLearners(folder, presentations, assessments);
  await pipeline(Readable.from(lines(assessments, learners)), process.stdout);
}

try {
  await main(...process.argv.slice(2));
} catch (error) {
  if (error.code === 'EPIPE') process.exit(0); // the reader (`| head`) has had enough
  console.error(error instanceof InputError ? `convert: ${error.message}` : error);
  process.exitCode = 1;
}
