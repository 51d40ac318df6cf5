/** Starts and stops the double in a process of its own, with its log in memory, for a run of many suites. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export async function startDouble() {
  const double = spawn(process.execPath, [fileURLToPath(new URL('run.mjs', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(double, 'exit');
  let url;
  for await (const line of createInterface({ input: double.stdout })) {
    url = /listens on (\S+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error('The EventStoreDB double did not start.');
  return {
    url,
    async stop() {
      double.stdin.end();
      await ended;
    },
  };
}
