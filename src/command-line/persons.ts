import type { Command } from 'commander';
import { DATA, JSON_OUT, part, printList, shown, write, type Common, type Connected, type Shown } from './common.js';

interface Listed {
  readonly person: Shown;
  readonly name?: Shown;
  readonly deactivated: boolean;
  readonly delegations: readonly { delegation: string; role: string; from: string; until: string; ended: boolean }[];
}

const listedLine = ({ person, name, deactivated, delegations }: Listed): string =>
  [
    [shown(person), ...(name === undefined ? [] : [shown(name)]), ...(deactivated ? ['deactivated'] : [])].join('  '),
    ...delegations.map(
      ({ delegation, role, from, until, ended }) =>
        `  delegation ${delegation}  ${role}  ${from} to ${until}${ended ? '  ended' : ''}`,
    ),
  ].join('\n');

export function addPersons(program: Command, connected: Connected): void {
  const persons = program.command('persons').description('who may act: register, list, delegate, deactivate');
  persons
    .command('register <person>')
    .description('register a person under the id that your organization gave')
    .option('--name <name>', 'what the person is called')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((person: string, { name, ...options }: Common & { name?: string }) =>
      connected(options, (connection, json) =>
        write(connection, '/v1/persons', { person, name }, () => `${person} is registered`, json),
      ),
    );
  persons
    .command('list')
    .description('all persons with the roles that were lent to them')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((options: Common) =>
      connected(options, (connection, json) => printList(connection, '/v1/persons', listedLine, json)),
    );
  addDelegations(persons, connected);
  for (const [verb, path, description] of [
    ['deactivate', 'deactivation', 'turn a person away: no key or session of the person opens anything'],
    ['reactivate', 'reactivation', 'let a deactivated person act again'],
  ] as const) {
    persons
      .command(`${verb} <person>`)
      .description(description)
      .requiredOption('--reason <code>', 'why, as a code such as left-us')
      .requiredOption('--text <text>', 'why, in words')
      .option(...DATA)
      .option(...JSON_OUT)
      .action((person: string, { reason, text, ...options }: Common & { reason: string; text: string }) =>
        connected(options, (connection, json) => {
          const body = { reason: { code: reason, text } };
          return write(connection, `/v1/persons/${part(person)}/${path}`, body, () => `${person} is ${verb}d`, json);
        }),
      );
  }
}

function addDelegations(persons: Command, connected: Connected): void {
  persons
    .command('delegate <person>')
    .description('lend a role to a person between two instants')
    .requiredOption('--role <role>', 'which role')
    .requiredOption('--from <instant>', 'from when, for example 2026-07-01T00:00:00+02:00')
    .requiredOption('--until <instant>', 'until when, exclusive')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((person: string, { role, from, until, ...options }: Common & { role: string; from: string; until: string }) =>
      connected(options, (connection, json) =>
        write<{ delegation: string }>(
          connection,
          `/v1/persons/${part(person)}/delegations`,
          { role, from, until },
          ({ delegation }) => `delegation ${delegation}`,
          json,
        ),
      ),
    );
  persons
    .command('end-delegation <person> <delegation>')
    .description('end a lent role before its time')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((person: string, delegation: string, options: Common) =>
      connected(options, (connection, json) => {
        const path = `/v1/persons/${part(person)}/delegations/${part(delegation)}/end`;
        return write(connection, path, undefined, () => `delegation ${delegation} has ended`, json);
      }),
    );
}
