/** Runs jest and counts what it says; shared by the commands that `package.json` names. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suites } from './cluster/suites.mjs';

export function runJest(words, environment = process.env) {
  const folder = mkdtempSync(join(tmpdir(), 'certledger-test-'));
  const report = join(folder, 'jest.json');
  const { status } = spawnSync(join('node_modules', '.bin', 'jest'), ['--json', `--outputFile=${report}`, ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environment,
  });
  try {
    return counted(JSON.parse(readFileSync(report, 'utf8')), status);
  } catch {
    console.log('jest left no report');
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function counted(result, status) {
  // A suite that could not even be loaded has no failed test of its own, and still is a failure.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && status !== 0 && result.success ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

/** The suites that need a MongoDB server and are left out without one (see `jest.config.mjs`); each counts as one test. */
export function countLeftOut() {
  const { length } = suites();
  console.log(`${length} suites over MongoDB and the cluster profile are skipped; npm run test:mongodb runs them.`);
  return length;
}

export const closingLine = ({ passed, failed, skipped }, isSkippedTold = skipped > 0) =>
  `${passed} passed, ${failed} failed${isSkippedTold ? `, ${skipped} skipped` : ''}`;

/** Ends a command with its closing line; where it could not even run, that is one failure. */
export async function finish(run, isSkippedTold) {
  const outcome = await run().catch((error) => {
    console.log(error.message);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  console.log(closingLine(outcome, isSkippedTold === 'always' ? true : undefined));
  process.exitCode = outcome.failed === 0 ? 0 : 1;
}
