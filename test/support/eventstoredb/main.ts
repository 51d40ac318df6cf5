import { parseArgs } from 'node:util';
import { EventStoreDouble } from './event-store-double.js';

/** The double as a process of its own: for what a test does to a process, and for measuring. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { file: { type: 'string' }, port: { type: 'string', default: '0' } } });
  const double = await EventStoreDouble.start({
    port: Number(values.port),
    ...(values.file === undefined ? {} : { file: values.file }),
  });
  process.once('SIGTERM', () => void double.stop('graceful').then(() => process.exit(0)));
  // Whoever started it holds the other end: nothing is left behind when that process is killed.
  process.stdin.once('end', () => process.exit(0)).resume();
  process.stdout.write(`EventStoreDB double listens on ${double.url}\n`);
}

void main();
