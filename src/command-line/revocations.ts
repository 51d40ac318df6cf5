import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { DATA, JSON_OUT, shown, type Common, type Connected, type Shown } from './common.js';
import { expectJson } from './connection.js';
import { CommandFailure, EXIT } from './exit-codes.js';

interface Filters extends Common {
  readonly scheme?: string;
  readonly edition?: string;
  readonly group?: string;
  readonly awardedFrom?: string;
  readonly awardedUntil?: string;
  readonly recordedFrom?: string;
  readonly recordedUntil?: string;
  readonly import?: string;
  readonly source?: string;
}
interface Confirmation extends Filters {
  readonly digest: string;
  readonly position: string;
  readonly reason: string;
  readonly text: string;
}
interface Row {
  readonly learner?: Shown;
  readonly scheme: string;
  readonly cycle: number;
  readonly outcome: string;
  readonly step?: string;
  readonly code?: string;
  readonly reason?: string;
}
interface Preview {
  readonly digest: string;
  readonly position: string;
  readonly counts: { readonly matching: number; readonly revoke: number; readonly propose: number; readonly refused: number };
  readonly rows: readonly Row[];
  readonly refused: readonly Row[];
}
interface Batch {
  readonly counts: { readonly revoked: number; readonly proposed: number; readonly refused: number };
  readonly rows: readonly Row[];
}

const line = ({ learner, scheme, cycle, outcome, step, code, reason }: Row): string =>
  [`${shown(learner)} ${scheme} ${cycle}`, code ?? step ?? outcome, ...(reason === undefined ? [] : [reason])].join('  ');
const lines = (rows: readonly Row[]): string => rows.map((row) => `${line(row)}\n`).join('');

export function addRevocations(program: Command, connected: Connected): void {
  const revocations = program.command('revocations').description('revoke many certifications at once: preview, then confirm');
  filtered(
    revocations.command('preview').description('show what would be revoked, and the digest to confirm it by; writes nothing'),
  ).action((options: Filters) =>
    connected(options, async (connection, json) => {
      const body = { filter: filterOf(options) };
      const preview = expectJson<Preview>(await connection.request('POST', '/v1/revocations/preview', body));
      const { counts, digest, position, rows, refused } = preview;
      const told = `${counts.matching} match: ${counts.revoke} to revoke, ${counts.propose} to propose, ${counts.refused} refused\n`;
      const confirm = `confirm with --digest ${digest} --position ${position}\n`;
      process.stdout.write(json ? `${JSON.stringify(preview)}\n` : `${lines(rows)}${lines(refused)}${told}${confirm}`);
      return EXIT.done;
    }),
  );
  filtered(
    revocations
      .command('confirm')
      .description('revoke what was previewed; sent again after a failure, it goes on where it stopped'),
  )
    .requiredOption('--digest <digest>', 'the digest of the preview')
    .requiredOption('--position <position>', 'the position of the preview')
    .requiredOption('--reason <code>', 'why, as a code such as issued-in-error')
    .requiredOption('--text <text>', 'why, in words')
    .action((options: Confirmation) =>
      connected(options, async (connection, json) => {
        const { digest, position, reason: code, text } = options;
        const body = { filter: filterOf(options), digest, position, reason: { code, text } };
        const batch = expectJson<Batch>(await connection.request('POST', '/v1/revocations', body, keyOf(body)));
        const { revoked, proposed, refused } = batch.counts;
        const told = `${revoked} revoked, ${proposed} proposed, ${refused} refused\n`;
        process.stdout.write(json ? `${JSON.stringify(batch)}\n` : `${lines(batch.rows)}${told}`);
        return refused === 0 ? EXIT.done : EXIT.someRefused;
      }),
    );
}

const filtered = (command: Command): Command =>
  command
    .option('--scheme <scheme>', 'of this scheme')
    .option('--edition <number>', 'of this edition of the scheme')
    .option('--group <group>', 'of learners in this group')
    .option('--awarded-from <day>', 'earned on this day or later')
    .option('--awarded-until <day>', 'earned on this day or earlier')
    .option('--recorded-from <instant>', 'recorded at this instant or later')
    .option('--recorded-until <instant>', 'recorded before this instant')
    .option('--import <batch>', 'made by the rows of this batch of an import')
    .option('--source <source>', 'of this source, where several name their batches alike')
    .option(...DATA)
    .option(...JSON_OUT);

function filterOf({ scheme, edition, group, import: batch, source, ...options }: Filters): object {
  if (source !== undefined && batch === undefined) throw new CommandFailure('Name the batch with --import beside its --source.');
  const { awardedFrom, awardedUntil, recordedFrom, recordedUntil } = options;
  return {
    scheme,
    edition: edition === undefined ? undefined : Number(edition),
    group,
    awardedFrom,
    awardedUntil,
    recordedFrom,
    recordedUntil,
    import: batch === undefined ? undefined : { batch, source },
  };
}

/** The same confirmation has the same id, so that sending the command again goes on with it. */
const keyOf = (body: object): string => `revocations ${createHash('sha256').update(JSON.stringify(body)).digest('hex')}`;
