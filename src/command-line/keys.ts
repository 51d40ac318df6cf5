import type { Command } from 'commander';
import { DATA, JSON_OUT, part, printList, shown, write, type Common, type Connected, type Shown } from './common.js';
import { CommandFailure } from './exit-codes.js';

interface Issued {
  readonly key: string;
  readonly token?: string;
}
interface Listed {
  readonly key: string;
  readonly person?: Shown;
  readonly service?: string;
  readonly roles: readonly string[];
  readonly label?: string;
  readonly expires?: string;
  readonly lastUsed?: string;
  readonly revoked: boolean;
  readonly standing: boolean;
}

/** The token stands on a line that a shell takes as it is; nobody can show it again. */
export const issuedLine = ({ key, token }: Issued): string =>
  `key ${key}${token === undefined ? '' : `\n\nIts token is shown once; keep it.\n\n  export CERTLEDGER_KEY=${token}\n`}`;

const listedLine = ({ key, person, service, roles, label, expires, lastUsed, revoked, standing }: Listed): string =>
  [
    key,
    revoked ? 'revoked' : standing ? 'standing' : 'expired',
    service === undefined ? `person ${shown(person)}` : `service ${service}`,
    roles.join(','),
    ...(label === undefined ? [] : [`label ${label}`]),
    ...(expires === undefined ? [] : [`expires ${expires}`]),
    `last used ${lastUsed ?? 'never'}`,
  ].join('  ');

export function addKeys(program: Command, connected: Connected): void {
  const keys = program.command('keys').description('access keys: issue, list, rotate, revoke');
  addIssue(keys, connected);
  keys
    .command('list')
    .description('all keys ever issued, without their secrets')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((options: Common) => connected(options, (connection, json) => printList(connection, '/v1/keys', listedLine, json)));
  keys
    .command('rotate <key>')
    .description('replace a key by a new one of the same holder and roles')
    .requiredOption('--overlap <seconds>', 'for how long the old one still opens the door')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((key: string, options: Common & { overlap: string }) =>
      connected(options, (connection, json) => {
        if (!/^\d{1,9}$/.test(options.overlap)) throw new CommandFailure('--overlap is a whole number of seconds.');
        const body = { overlap: Number(options.overlap) };
        return write(connection, `/v1/keys/${part(key)}/rotation`, body, issuedLine, json);
      }),
    );
  keys
    .command('revoke <key>')
    .description('let a key open nothing from now on')
    .requiredOption('--reason <code>', 'why, as a code such as lost')
    .option('--text <text>', 'why, in words')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((key: string, options: Common & { reason: string; text?: string }) =>
      connected(options, (connection, json) => {
        const reason = { code: options.reason, ...(options.text === undefined ? {} : { text: options.text }) };
        return write(connection, `/v1/keys/${part(key)}/revocation`, { reason }, () => `key ${key} is revoked`, json);
      }),
    );
}

interface IssueOptions extends Common {
  readonly person?: string;
  readonly service?: string;
  readonly role: readonly string[];
  readonly group?: readonly string[];
  readonly label?: string;
  readonly expires?: string;
}

function addIssue(keys: Command, connected: Connected): void {
  keys
    .command('issue')
    .description('issue a key to a person or to a trusted service; its token is shown once')
    .option('--person <id>', 'the person to whom it is bound')
    .option('--service <name>', 'the trusted service that says for which person it acts')
    .requiredOption('--role <role...>', 'what it may do')
    .option('--group <group...>', 'groups of learners to which it is limited')
    .option('--label <label>', 'what its holder calls it')
    .option('--expires <instant>', 'from when it opens nothing, for example 2027-01-01T00:00:00Z')
    .option(...DATA)
    .option(...JSON_OUT)
    .action(({ person, service, role, group, label, expires, ...options }: IssueOptions) =>
      connected(options, (connection, json) => {
        const body = { person, service, roles: role, responsibility: group, label, expiresAt: expires };
        return write(connection, '/v1/keys', body, issuedLine, json);
      }),
    );
}
