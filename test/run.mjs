/**
 * The whole check of the README: types, lint, build, every suite that needs no server from outside. Its last line is
 * `N passed, N failed`, in which each check counts as one test.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { closingLine, countLeftOut, runJest } from './support/jest-run.mjs';

const bin = (name) => join('node_modules', '.bin', name);
const checks = [
  ['build', bin('tsc'), ['-p', 'tsconfig.build.json']],
  ['types', bin('tsc'), ['--noEmit']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
];

let passed = 0;
let failed = 0;
for (const [name, command, words] of checks) {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${name}: ${status === 0 ? 'passed' : 'failed'}`);
}

// Two workers fit the two cores of the smallest machine that this is run on.
// The suites over servers have a command of their own, wherever a server is.
const outcome = runJest(['--maxWorkers=2', ...process.argv.slice(2)], { ...process.env, CERTLEDGER_TEST_MONGODB_URL: '' });
passed += outcome.passed;
failed += outcome.failed;
const skipped = outcome.skipped + countLeftOut();
console.log(closingLine({ passed, failed, skipped }));
process.exitCode = failed === 0 ? 0 : 1;
