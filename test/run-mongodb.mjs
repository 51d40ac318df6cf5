/**
 * The suites that need a MongoDB server, and with it those of the cluster profile over an EventStoreDB double: at
 * `CERTLEDGER_TEST_MONGODB_URL`, or at one that is started for them. Words narrow it to the suites whose path holds one of
 * them. Its last line is `N passed, N failed`.
 */
import { countLeftOut, finish } from './support/jest-run.mjs';
import { runSuites } from './support/cluster/run.mjs';
import { narrowed, suites } from './support/cluster/suites.mjs';
import { startDouble } from './support/eventstoredb/server.mjs';
import { isServerPossible, startServer } from './support/mongodb/server.mjs';

const given = process.env.CERTLEDGER_TEST_MONGODB_URL || undefined;

async function run() {
  if (given === undefined && !isServerPossible()) {
    console.log('The MongoDB suites need a Java compiler and Maven, or a server at CERTLEDGER_TEST_MONGODB_URL.');
    return { passed: 0, failed: 0, skipped: countLeftOut() };
  }
  const server = given === undefined ? await startServer() : undefined;
  const double = await startDouble();
  const outcome = runSuites(narrowed(suites(), process.argv.slice(2)), {
    ...process.env,
    CERTLEDGER_TEST_MONGODB_URL: given ?? server.url,
    CERTLEDGER_TEST_EVENTSTORE_URL: double.url,
  });
  await double.stop();
  await server?.stop();
  return outcome;
}

await finish(run);
