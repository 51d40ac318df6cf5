import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare, type Comparison, type Result } from './comparison.js';
import { comparisons } from './comparisons.js';
import { machine, presentLoad, table } from './report.js';

/** Seen from where this file is compiled to, `bench/dist/bench`. */
const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const ROUNDS = 7;
const ROUNDS_MAX = 100;

/** The measures one after the other; `bench/run.mjs` starts it. Words narrow it to the comparisons that hold one of them. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, rounds: { type: 'string', default: String(ROUNDS) } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > ROUNDS_MAX) throw new Error(`--rounds takes 1 to ${ROUNDS_MAX}.`);
  const mongodb = process.env['CERTLEDGER_BENCH_MONGODB_URL'] ?? '';
  const emmett = existsSync(pathOf('node_modules/@event-driven-io/emmett-sqlite'));
  if (!emmett) console.log('Emmett is left out: `npm ci --prefix bench` brings it.\n');
  const isWanted = ({ name }: Comparison): boolean =>
    positionals.length === 0 || positionals.some((word) => name.toLowerCase().includes(word.toLowerCase()));
  const wanted = comparisons({ emmett }).filter(isWanted);
  if (wanted.length === 0) throw new Error(`No comparison holds ${positionals.join(' or ')}.`);
  // On the disk of the checkout: the folder for temporary files may lie in memory, where a sync costs nothing.
  mkdirSync(pathOf('../target'), { recursive: true });
  const folder = mkdtempSync(pathOf('../target/bench-'));
  const loadBefore = presentLoad();
  const results: Result[] = [];
  try {
    for (const comparison of wanted) {
      if (comparison.needs === 'mongodb' && mongodb === '') {
        console.log(`${comparison.name} is left out: it needs a Java compiler and Maven, or CERTLEDGER_TEST_MONGODB_URL.\n`);
        continue;
      }
      const result = await compare(comparison, rounds, { folder, mongodb });
      results.push(result);
      console.log(table(result));
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const run = { machine: machine(loadBefore), rounds, results };
  console.log(
    `${run.machine.processors}, Node ${run.machine.node}, load ${run.machine.loads.map((load) => load.toFixed(1)).join(' → ')}`,
  );
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(run, null, 2)}\n`);
}

await main();
