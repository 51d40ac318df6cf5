/**
 * The suites that need a MongoDB server: at `CERTLEDGER_TEST_MONGODB_URL`, or at one that is started for them. Its last line
 * is `N passed, N failed`.
 */
import { closingLine, countLeftOut, runJest } from './support/jest-run.mjs';
import { isServerPossible, startServer } from './support/mongodb/server.mjs';

const given = process.env.CERTLEDGER_TEST_MONGODB_URL || undefined;

async function run() {
  if (given === undefined && !isServerPossible()) {
    console.log('The MongoDB suites need a Java compiler and Maven, or a server at CERTLEDGER_TEST_MONGODB_URL.');
    return { passed: 0, failed: 0, skipped: countLeftOut() };
  }
  const server = given === undefined ? await startServer() : undefined;
  // One worker, as the faults are counted on one server.
  const words = ['--maxWorkers=1', 'test/mongodb', ...process.argv.slice(2)];
  const outcome = runJest(words, { ...process.env, CERTLEDGER_TEST_MONGODB_URL: given ?? server.url });
  await server?.stop();
  return outcome;
}

const outcome = await run().catch((error) => {
  console.log(error.message);
  return { passed: 0, failed: 1, skipped: 0 };
});
console.log(closingLine(outcome));
process.exitCode = outcome.failed === 0 ? 0 : 1;
