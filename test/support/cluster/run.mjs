/** Runs suites over the engines that the environment names; shared by the commands that `package.json` names. */
import { runJest } from '../jest-run.mjs';

/** Which jest run a suite belongs to. Faults are counted on one server, so their suites run one after the other. */
const PARTS = {
  mongodb: { words: ['--maxWorkers=1'], settings: {} },
  cluster: { words: ['--maxWorkers=1'], settings: {} },
  profile: { words: ['--maxWorkers=2'], settings: { CERTLEDGER_TEST_PROFILE: 'cluster' } },
};

export function runSuites(suites, environment) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [part, { words, settings }] of Object.entries(PARTS)) {
    const paths = suites.filter((one) => one.part === part).map(({ suite }) => suite);
    if (paths.length === 0) continue;
    const began = Date.now();
    // A test that fails may leave a service behind, for whose connections jest would wait for ever.
    const outcome = runJest(['--forceExit', ...words, '--runTestsByPath', ...paths], { ...environment, ...settings });
    for (const count of Object.keys(sum)) sum[count] += outcome[count];
    const seconds = Math.round((Date.now() - began) / 1_000);
    console.log(`${part}: ${paths.length} suites, ${outcome.passed} passed, ${outcome.failed} failed (${seconds} s)`);
  }
  return sum;
}
