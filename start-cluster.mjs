/**
 * `npm run start:cluster`: the service on the engines of docker-compose.yml, where neither the environment nor `.env` names
 * others. Words after it are those of the command line: `npm run start:cluster -- doctor`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

const engines = {
  CERTLEDGER_EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false',
  CERTLEDGER_MONGODB_URL: 'mongodb://127.0.0.1:27017/certledger',
};
const fromFile = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
for (const [name, url] of Object.entries(engines)) process.env[name] ??= fromFile[name] ?? url;
if (process.argv.length === 2) process.argv.push('serve');
await import('./dist/cli.js');
