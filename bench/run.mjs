/**
 * `npm run bench [-- words] [--rounds 7] [--json file]`: compiles the product with the measures, starts the MongoDB-speaking
 * server of the tests where Java and Maven are there, and measures. EventStoreDB's double is started for each comparison.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isServerPossible, startServer } from '../test/support/mongodb/server.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const compiler = join(folder, '..', 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(compiler, ['-p', folder], { stdio: 'inherit' });
if (status !== 0) process.exit(1);

const given = process.env.CERTLEDGER_TEST_MONGODB_URL || undefined;
const server = given === undefined && isServerPossible() ? await startServer() : undefined;
const measures = spawn(process.execPath, [join(folder, 'dist', 'bench', 'main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, CERTLEDGER_BENCH_MONGODB_URL: given ?? server?.url ?? '' },
});
const [code] = await once(measures, 'exit');
await server?.stop();
process.exitCode = code ?? 1;
