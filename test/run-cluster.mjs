/**
 * The suites of the cluster profile at real servers, which `CERTLEDGER_TEST_EVENTSTORE_URL` and `CERTLEDGER_TEST_MONGODB_URL`
 * name. Each works under names of its own; the databases are dropped at the end, the streams stay. What cannot run is named
 * with the command that would run it, and counted as skipped. Its last line is `N passed, N failed, N skipped`.
 */
import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { finish } from './support/jest-run.mjs';
import { runSuites } from './support/cluster/run.mjs';
import { narrowed, suites } from './support/cluster/suites.mjs';

const { CERTLEDGER_TEST_EVENTSTORE_URL: eventStore, CERTLEDGER_TEST_MONGODB_URL: mongodb } = process.env;
const BOTH = 'CERTLEDGER_TEST_EVENTSTORE_URL=esdb://… CERTLEDGER_TEST_MONGODB_URL=mongodb://… npm run test:cluster';

/** Why a suite cannot run here, or undefined. */
function obstacle({ needsEventStore, needsDouble }) {
  if (needsDouble) return 'it needs an empty EventStoreDB that it may kill; npm run test:mongodb runs it';
  if (!mongodb) return `there is no CERTLEDGER_TEST_MONGODB_URL; ${BOTH} runs it`;
  if (needsEventStore && !eventStore) return `there is no CERTLEDGER_TEST_EVENTSTORE_URL; ${BOTH} runs it`;
  return undefined;
}

async function run() {
  const wanted = narrowed(suites(), process.argv.slice(2));
  const skipped = wanted.filter((suite) => obstacle(suite) !== undefined);
  for (const suite of skipped) console.log(`${suite.suite} is skipped: ${obstacle(suite)}`);
  const name = randomBytes(4).toString('hex');
  const outcome = runSuites(
    wanted.filter((suite) => !skipped.includes(suite)),
    { ...process.env, CERTLEDGER_TEST_RUN: name },
  );
  if (mongodb) await dropDatabases(`certledger-${name}-`);
  return { ...outcome, skipped: outcome.skipped + skipped.length };
}

async function dropDatabases(beginning) {
  const client = await MongoClient.connect(mongodb);
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  for (const { name } of databases.filter((one) => one.name.startsWith(beginning))) await client.db(name).dropDatabase();
  await client.close();
}

await finish(run, 'always');
