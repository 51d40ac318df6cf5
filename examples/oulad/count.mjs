// How many learners each example scheme ever certifies, counted straight from the CSV files: no import format, no criteria engine
// and no code in common with convert.mjs, so that certledger's own totals can be held against it.
//   node examples/oulad/count.mjs <folder with studentInfo.csv, plain or .gz>
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

let text;
const plain = path.join(folder, 'studentInfo.csv');
try {
  text = fs.existsSync(plain) ? fs.readFileSync(plain, 'utf8') : zlib.gunzipSync(fs.readFileSync(`${plain}.gz`)).toString('utf8');
} catch (error) {
  console.error(`count: cannot read ${plain} or ${plain}.gz: ${error.message}`);
  process.exit(1);
}

// No field of this file holds a comma; a line with one too many or too few fields stops the count.
const split = (line) => line.split(',').map((field) => field.replace(/^"([^"]*)"$/, '$1'));
const [first, ...body] = text.split(/\r?\n/).filter((line) => line !== '');
const header = split(first);
const column = Object.fromEntries(header.map((name, index) => [name, index]));

for (const name of ['code_module', 'id_student', 'final_result']) {
  if (column[name] === undefined) throw new Error(`studentInfo has no column ${name}`);
}

const passed = new Map(); // learner id -> one bit per module, AAA the lowest
for (const line of body) {
  const fields = split(line);
  if (fields.length !== header.length) throw new Error(`unexpected line: ${line}`);
  const outcome = fields[column.final_result];
  if (outcome !== 'Pass' && outcome !== 'Distinction') continue;
  const bit = 1 << (fields[column.code_module].charCodeAt(0) - 65);
  const id = fields[column.id_student];
  passed.set(id, (passed.get(id) ?? 0) | bit);
}

const A_AND_B = 0b0011;
const C_AND_D = 0b1100;
let one = 0;
let two = 0;
let pairs = 0;
for (const bits of passed.values()) {
  one += 1;
  if ((bits & (bits - 1)) !== 0) two += 1;
  if ((bits & A_AND_B) === A_AND_B || (bits & C_AND_D) === C_AND_D) pairs += 1;
}
console.log(JSON.stringify({ 'one-of-seven': one, 'two-of-seven': two, 'aaa-and-bbb-or-ccc-and-ddd': pairs }, null, 2));
