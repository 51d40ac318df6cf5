import type { Command } from 'commander';
import { DATA, JSON_OUT, part, printList, shown, write, type Common, type Connected, type Shown } from './common.js';

interface Listed {
  readonly learner: Shown;
  readonly submission: number;
  readonly scheme: string;
  readonly label: string;
  readonly kind: string;
  readonly since: string;
  readonly age: 'new' | 'aged' | 'escalated';
  readonly sourceCheck: boolean;
  readonly scan?: string;
  readonly claim?: { readonly until: string };
}

export const listedLine = ({ learner, submission, scheme, label, kind, since, age, sourceCheck, scan, claim }: Listed): string =>
  [
    `${shown(learner)} ${submission}`,
    scheme,
    label,
    kind,
    `since ${since}`,
    ...(age === 'new' ? [] : [age]),
    ...(sourceCheck ? ['to be checked at its source'] : []),
    // It cannot be approved while its attachment is not known to be clean.
    ...(scan === undefined || scan === 'clean' ? [] : [`scan: ${scan}`]),
    ...(claim === undefined ? [] : [`claimed until ${claim.until}`]),
  ].join('  ');

interface Filters extends Common {
  readonly scheme?: string;
  readonly group?: string;
  readonly kind?: string;
}
interface Decision extends Common {
  readonly reason?: string;
  readonly text?: string;
}

export function addReviews(program: Command, connected: Connected): void {
  const reviews = program.command('reviews').description('what learners handed in: list what waits, approve, decline');
  reviews
    .command('list')
    .description('what waits for review, the longest waiting first')
    .option('--scheme <scheme>', 'only of this scheme')
    .option('--group <group>', 'only of learners in this group')
    .option('--kind <kind>', 'external-training or credential-document')
    .option(...DATA)
    .option(...JSON_OUT)
    .action(({ scheme, group, kind, ...options }: Filters) =>
      connected(options, (connection, json) => printList(connection, '/v1/reviews', listedLine, json, { scheme, group, kind })),
    );
  reviews
    .command('approve <learner> <submission>')
    .description('let a submission count, and award what it earns')
    .option('--reason <code>', 'why, as a code such as seen')
    .option('--text <text>', 'why, in words')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((learner: string, submission: string, { reason, text, ...options }: Decision) =>
      connected(options, (connection, json) => {
        const body = reason === undefined && text === undefined ? {} : { reason: { code: reason, text } };
        const path = `/v1/learners/${part(learner)}/submissions/${part(submission)}/approval`;
        return write(connection, path, body, () => `submission ${submission} of ${learner} is approved`, json);
      }),
    );
  reviews
    .command('decline <learner> <submission>')
    .description('let a submission count for nothing; the learner may hand in again')
    .requiredOption('--reason <code>', 'why, as a code such as unreadable')
    .requiredOption('--text <text>', 'why, in words')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((learner: string, submission: string, { reason, text, ...options }: Decision) =>
      connected(options, (connection, json) => {
        const path = `/v1/learners/${part(learner)}/submissions/${part(submission)}/decline`;
        const body = { reason: { code: reason, text } };
        return write(connection, path, body, () => `submission ${submission} of ${learner} is declined`, json);
      }),
    );
}
