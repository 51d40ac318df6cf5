// What an import of the whole must come to, counted straight from the CSV files: no import format, no criteria engine and no code in
// common with convert.mjs, so that certledger's own totals can be held against it.
//   node examples/oulad/count.mjs <folder with the five tables, plain or .gz>
// Passing the same module twice counts as one module. Validity plays no part: every completion in the data falls within two years
// of every other (September 2013 to June 2015), so no evidence lapses before it can be combined.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const folder = process.argv[2];
if (folder === undefined) {
  console.error('usage: node examples/oulad/count.mjs <folder>');
  process.exit(1);
}

// No field of these files holds a comma; a line with one too many or too few fields stops the count.
const split = (line) => line.split(',').map((field) => field.replace(/^"([^"]*)"$/, '$1'));

/** The columns asked for, of every line of a table, in the order asked for; a missing value is the empty text. */
function table(name, ...columns) {
  let text;
  const plain = path.join(folder, `${name}.csv`);
  try {
    text = fs.existsSync(plain)
      ? fs.readFileSync(plain, 'utf8')
      : zlib.gunzipSync(fs.readFileSync(`${plain}.gz`)).toString('utf8');
  } catch (error) {
    console.error(`count: cannot read ${plain} or ${plain}.gz: ${error.message}`);
    process.exit(1);
  }
  const [first, ...body] = text.split(/\r?\n/).filter((line) => line !== '');
  const header = split(first);
  const places = columns.map((column) => header.indexOf(column));
  if (places.includes(-1)) throw new Error(`${name} lacks one of the columns ${columns.join(', ')}`);
  return body.map((line) => {
    const fields = split(line);
    if (fields.length !== header.length) throw new Error(`unexpected line: ${line}`);
    return places.map((place) => (fields[place] === '?' ? '' : fields[place]));
  });
}

/** Days are counted from 1970 on; a presentation begins on the first of February (B) or October (J). */
const startOf = (presentation) =>
  Date.parse(`${presentation.slice(0, 4)}-${presentation.endsWith('B') ? '02' : '10'}-01`) / 86_400_000;

const length = new Map();
for (const [module, presentation, days] of table('courses', 'code_module', 'code_presentation', 'module_presentation_length'))
  length.set(module + presentation, Number(days));
const info = table('studentInfo', 'code_module', 'code_presentation', 'id_student', 'final_result');
const registrations = table(
  'studentRegistration',
  'code_module',
  'code_presentation',
  'id_student',
  'date_registration',
  'date_unregistration',
);
const assessed = new Map(
  table('assessments', 'id_assessment', 'code_module', 'code_presentation').map(([id, ...of]) => [id, of]),
);
const submissions = table('studentAssessment', 'id_student', 'id_assessment', 'date_submitted', 'is_banked', 'score');

// What happened to one learner in one presentation of a module, each with its day and, within it, its turn.
const lives = new Map();
const happened = (module, presentation, learner, day, turn, what) => {
  const life = `${module} ${presentation} ${learner}`;
  if (!lives.has(life)) lives.set(life, []);
  lives.get(life).push({ day, turn, what });
};
const undated = { enrolment: 0, withdrawal: 0 };
let withdrawals = 0;
let unregisteredOnly = 0;
let completions = 0;

const withdrawn = new Set(info.filter(([, , , outcome]) => outcome === 'Withdrawn').map((line) => line.slice(0, 3).join()));
for (const [module, presentation, learner, outcome] of info) {
  if (outcome !== 'Pass' && outcome !== 'Distinction') continue;
  completions += 1;
  happened(module, presentation, learner, startOf(presentation) + length.get(module + presentation), 2, 'completion');
}
const registered = new Map();
for (const [module, presentation, learner, came, left] of registrations) {
  const start = startOf(presentation);
  if (came === '') undated.enrolment += 1;
  else {
    registered.set([module, presentation, learner].join(), start + Number(came));
    happened(module, presentation, learner, start + Number(came), 0, 'enrolment');
  }
  if (!withdrawn.has([module, presentation, learner].join())) {
    if (left !== '') unregisteredOnly += 1;
    continue;
  }
  withdrawals += 1;
  if (left === '') undated.withdrawal += 1;
  else happened(module, presentation, learner, start + Number(left), 2, 'withdrawal');
}
for (const [learner, id, submitted, banked] of submissions) {
  const [module, presentation] = assessed.get(id);
  const day = startOf(presentation) + Number(submitted);
  // What was carried into a presentation is taken up when the learner registers for it, however old it is.
  const taken = banked === '1' ? Math.max(day, registered.get([module, presentation, learner].join()) ?? day) : day;
  happened(module, presentation, learner, taken, 1, 'activity');
}

// An enrolment in a presentation is open until a withdrawal or a completion closes it. Who registers again in between is in already,
// whoever was never in is brought in by a first activity, and what comes after the end is kept and not counted.
let enrolledAlready = 0;
let notEnrolled = 0;
const notCounted = { 'after-withdrawal': 0, 'after-completion': 0 };
for (const life of lives.values()) {
  life.sort((a, b) => a.day - b.day || a.turn - b.turn);
  let state = 'never in';
  for (const { what } of life) {
    if (what === 'enrolment') {
      if (state === 'in') enrolledAlready += 1;
      state = 'in';
    } else if (what === 'withdrawal') {
      if (state === 'in') state = 'after-withdrawal';
      else notEnrolled += 1;
    } else if (what === 'completion') state = 'after-completion';
    else if (state in notCounted) notCounted[state] += 1;
    else state = 'in';
  }
}

const passed = new Map(); // learner id -> one bit per module, AAA the lowest
for (const [module, , learner, outcome] of info) {
  if (outcome !== 'Pass' && outcome !== 'Distinction') continue;
  passed.set(learner, (passed.get(learner) ?? 0) | (1 << (module.charCodeAt(0) - 65)));
}
const A_AND_B = 0b0011;
const C_AND_D = 0b1100;
let two = 0;
let pairs = 0;
for (const bits of passed.values()) {
  if ((bits & (bits - 1)) !== 0) two += 1;
  if ((bits & A_AND_B) === A_AND_B || (bits & C_AND_D) === C_AND_D) pairs += 1;
}

const counts = {
  rows: {
    course: 7,
    scheme: 3,
    learner: new Set(info.map(([, , learner]) => learner)).size,
    enrolment: registrations.length,
    activity: submissions.length,
    completion: completions,
    withdrawal: withdrawals,
  },
  refused: {
    DATE_MISSING: { enrolment: undated.enrolment, withdrawal: undated.withdrawal },
    NOT_ENROLLED: { withdrawal: notEnrolled },
  },
  unchanged: { enrolment: enrolledAlready },
  activities: {
    carriedOver: submissions.filter(([, , , banked]) => banked === '1').length,
    withoutScore: submissions.filter(([, , , , score]) => score === '').length,
    notCounted,
  },
  unregisteredButNotWithdrawn: unregisteredOnly,
  certified: { 'one-of-seven': passed.size, 'two-of-seven': two, 'aaa-and-bbb-or-ccc-and-ddd': pairs },
};
console.log(JSON.stringify(counts, null, 2));
