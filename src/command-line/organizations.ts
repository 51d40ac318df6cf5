import type { Command } from 'commander';
import { DATA, JSON_OUT, printList, shown, write, type Common, type Connected, type Shown } from './common.js';
import { issuedLine } from './keys.js';

interface Listed {
  readonly organization: string;
  readonly name: Shown;
  readonly platform: boolean;
  readonly since: string;
}

const listedLine = ({ organization, name, platform, since }: Listed): string =>
  [organization, shown(name), `since ${since}`, ...(platform ? ['platform'] : [])].join('  ');

interface CreateOptions extends Common {
  readonly name: string;
  readonly administrator: string;
  readonly administratorName?: string;
}

export function addOrganizations(program: Command, connected: Connected): void {
  const organizations = program.command('organizations').description('the tenants of this service: create, list');
  organizations
    .command('create <organization>')
    .description('make an organization with its first administrator, whose token is shown once')
    .requiredOption('--name <name>', 'what it is called')
    .requiredOption('--administrator <person>', 'the id of its first administrator')
    .option('--administrator-name <name>', 'the name of its first administrator')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((organization: string, { name, administrator, administratorName, ...options }: CreateOptions) =>
      connected(options, (connection, json) => {
        const body = { organization, name, administrator: { person: administrator, name: administratorName } };
        return write(connection, '/v1/organizations', body, issuedLine, json);
      }),
    );
  organizations
    .command('list')
    .description('all organizations, the oldest first')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((options: Common) =>
      connected(options, (connection, json) => printList(connection, '/v1/organizations', listedLine, json)),
    );
}
