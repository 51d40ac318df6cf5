import { Command, CommanderError } from 'commander';
import { readConfiguration, shownConfiguration, WrongConfiguration, type Configuration } from '../app/configuration.js';
import { serve } from '../app/serve.js';
import { isLedgerError } from '../ledger/errors.js';
import { DATA, JSON_OUT, type Common, type Connected } from './common.js';
import { connect } from './connection.js';
import { CLUSTER, copyLedger } from './copy-ledger.js';
import { addCredits } from './credits.js';
import { doctor } from './doctor.js';
import { CommandFailure, EXIT } from './exit-codes.js';
import { exportEvents } from './export-events.js';
import { importFile } from './import-file.js';
import { addKeys } from './keys.js';
import { addOrganizations } from './organizations.js';
import { addPersons } from './persons.js';
import { changeProjection, projectionStatus } from './projections.js';
import { replayLog } from './replay-log.js';
import { addReviews } from './reviews.js';
import { addRevocations } from './revocations.js';

/** Runs one command and answers its exit code; what a person can mend is one message, never a stack trace. */
export async function run(words: readonly string[]): Promise<number> {
  leaveWithReader();
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  let code: number = EXIT.done;
  const program = new Command('certledger')
    .description('A certification ledger: who was certified for what, on which day, on what evidence.')
    .exitOverride();
  const connected: Connected = async (options, work) => {
    process.once('SIGINT', interrupt);
    const connection = await connect(readConfiguration(process.env), options.data);
    try {
      code = await work(connection, options.json === true);
    } finally {
      await connection.close();
      process.removeListener('SIGINT', interrupt);
    }
  };
  addService(program);
  program
    .command('doctor')
    .description('look at everything that the settings point at, and say how to mend what is not in order')
    .option(...JSON_OUT)
    .action(async ({ json }: Common) => {
      code = await doctor(readConfiguration(process.env), json === true);
    });
  addImport(program, connected, interrupted.signal);
  program
    .command('export')
    .description('write the stored events as NDJSON; an existing file is continued')
    .option('--out <file>', 'the file (default: standard output)')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((options: Common & { out?: string }) =>
      connected(options, (connection, json) => exportEvents(connection, options.out, interrupted.signal, json)),
    );
  program
    .command('replay')
    .description('fold the log from zero: counts and a state digest')
    .option('--file <file>', 'an exported file; needs no service')
    .option(...DATA)
    .option(...JSON_OUT)
    .action(async (options: Common & { file?: string }) => {
      const { file } = options;
      if (file !== undefined) code = await replayLog({ file }, options.json === true);
      else await connected(options, (connection, json) => replayLog({ connection }, json));
    });
  addCopy(program, interrupt, interrupted.signal, (copied) => (code = copied));
  addProjections(program, connected, interrupted.signal);
  addOrganizations(program, connected);
  addPersons(program, connected);
  addReviews(program, connected);
  addRevocations(program, connected);
  addCredits(program, connected);
  addKeys(program, connected);
  return program.parseAsync(words, { from: 'user' }).then(() => code, failure);
}

/** A reader that has seen enough, such as `head`, is no fault of ours. */
function leaveWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed));
}

function addService(program: Command): void {
  program
    .command('serve')
    .description('run the service')
    .action(() => serve(readConfiguration(process.env)));
  program
    .command('config')
    .description('print the effective configuration, secrets masked')
    .option(...JSON_OUT)
    .action((options: Common) => printConfiguration(readConfiguration(process.env), options.json === true));
}

function addImport(program: Command, connected: Connected, signal: AbortSignal): void {
  program
    .command('import <file>')
    .description('import rows from CSV or NDJSON (- reads standard input); the same file again completes or replays')
    .option('--batch <name>', 'name of this batch, marked on every fact', `import-${new Date().toISOString().slice(0, 10)}`)
    .option('--dry-run', 'decide every row, write nothing')
    .option('--results <file>', 'where each row’s outcome goes (default: <file>.results.ndjson)')
    .option('--format <format>', 'csv or ndjson (default: by the file’s ending)')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((file: string, options: Common & { batch: string; dryRun?: boolean; results?: string; format?: string }) =>
      connected(options, (connection, json) => {
        const format = options.format ?? (file.endsWith('.csv') ? 'csv' : 'ndjson');
        if (format !== 'csv' && format !== 'ndjson') throw new CommandFailure('--format is csv or ndjson.');
        const results = options.results ?? `${file === '-' ? 'import' : file}.results.ndjson`;
        return importFile(connection, file, {
          batch: options.batch,
          dryRun: options.dryRun === true,
          results,
          format,
          json,
          signal,
        });
      }),
    );
}

function addCopy(program: Command, interrupt: () => void, signal: AbortSignal, done: (code: number) => void): void {
  program
    .command('copy')
    .description('copy a whole ledger to another engine, and compare both; the same command again goes on')
    .requiredOption('--from <place>', `the data folder of a stopped service, or "${CLUSTER}" for the engines of the settings`)
    .requiredOption('--to <place>', `an empty folder, or "${CLUSTER}"`)
    .option(...JSON_OUT)
    .action(async ({ from, to, json }: { from: string; to: string; json?: boolean }) => {
      process.once('SIGINT', interrupt);
      done(await copyLedger(readConfiguration(process.env), { from, to, json: json === true, signal }));
    });
}

function addProjections(program: Command, connected: Connected, signal: AbortSignal): void {
  const projections = program.command('projections').description('the read models: state, rebuild, resume');
  projections
    .command('status')
    .description('state, position and fault of each')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((options: Common) => connected(options, projectionStatus));
  for (const [change, description] of [
    ['rebuild', 'build anew beside the served one and swap'],
    ['resume', 'try again from where it stopped'],
  ] as const) {
    projections
      .command(`${change} <name>`)
      .description(description)
      .option(...DATA)
      .option(...JSON_OUT)
      .action((name: string, options: Common) =>
        connected(options, (connection, json) => changeProjection(connection, change, name, signal, json)),
      );
  }
}

function printConfiguration(configuration: Configuration, json: boolean): void {
  const shown = shownConfiguration(configuration);
  if (json) process.stdout.write(`${JSON.stringify(shown)}\n`);
  else for (const [name, value] of Object.entries(shown)) process.stdout.write(`${name}=${value ?? ''}\n`);
}

function failure(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof WrongConfiguration) {
    process.stderr.write(`${error.message}\n`);
    return EXIT.usage;
  }
  const { code, path } = error as { code?: string; path?: string };
  // What the operating system refuses names itself well enough; a person mends it by another name or right.
  if (path !== undefined && code !== undefined && /^E[A-Z]+$/.test(code)) process.stderr.write(`certledger: ${path}: ${code}\n`);
  else if (error instanceof CommandFailure || isLedgerError(error)) process.stderr.write(`certledger: ${error.message}\n`);
  else
    process.stderr.write(
      `certledger: a fault in the program: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  return EXIT.failed;
}
