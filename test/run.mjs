/**
 * The whole check of the README: types, lint, build, every suite that needs no server from outside. Its last line is
 * `N passed, N failed`, in which each check counts as one test.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'certledger-test-'));
const report = join(folder, 'jest.json');
const bin = (name) => join('node_modules', '.bin', name);
const checks = [
  ['build', bin('tsc'), ['-p', 'tsconfig.build.json']],
  ['types', bin('tsc'), ['--noEmit']],
  ['lint', bin('eslint'), ['.', '--max-warnings', '0']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
];

let passed = 0;
let failed = 0;
let skipped = 0;
for (const [name, command, words] of checks) {
  const { status } = spawnSync(command, words, { stdio: 'inherit' });
  if (status === 0) passed += 1;
  else failed += 1;
  console.log(`${name}: ${status === 0 ? 'passed' : 'failed'}`);
}

// Two workers fit the two cores of the smallest machine that this is run on.
const jest = spawnSync(bin('jest'), ['--json', `--outputFile=${report}`, '--maxWorkers=2', ...process.argv.slice(2)], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed += result.numPassedTests;
  skipped += result.numPendingTests + result.numTodoTests;
  // A suite that could not even be loaded has no failed test of its own, and still is a failure.
  failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (jest.status !== 0 && result.success) failed += 1;
} catch {
  failed += 1;
  console.log('jest left no report');
}
rmSync(folder, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed === 0 ? 0 : 1;
