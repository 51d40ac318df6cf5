/** Starts and stops somebody else's MongoDB-speaking server, in Java, which Maven brings. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const LIBRARIES = join(FOLDER, '..', '..', '..', 'target', 'mongodb');
const isThere = (command, word) => spawnSync(command, [word], { stdio: 'ignore' }).status === 0;

/** The compiler is needed too, as the server's own part is a source file. */
export const isServerPossible = () => isThere('javac', '-version') && isThere('mvn', '-v');

export async function startServer() {
  const { status } = spawnSync('mvn', ['-q', '-B', 'dependency:copy-dependencies'], { cwd: FOLDER, stdio: 'inherit' });
  if (status !== 0) throw new Error('Maven could not bring the server of the MongoDB suites.');
  // By itself it would take a quarter of the machine's memory, which may be too little for what the suites write.
  const words = ['-Xmx1500m', '-cp', join(LIBRARIES, '*'), join(FOLDER, 'server.java')];
  const server = spawn('java', words, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(server, 'exit');
  let port;
  for await (const line of createInterface({ input: server.stdout })) {
    port = /^listening on (\d+)$/.exec(line)?.[1];
    if (port !== undefined) break;
  }
  if (port === undefined) throw new Error('The server of the MongoDB suites did not start.');
  return {
    url: `mongodb://127.0.0.1:${port}`,
    async stop() {
      server.stdin.end();
      await ended;
    },
  };
}
