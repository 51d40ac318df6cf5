import type { Command } from 'commander';
import { DATA, JSON_OUT, part, write, type Common, type Connected } from './common.js';
import { expectJson, type Connection } from './connection.js';
import { CommandFailure, EXIT } from './exit-codes.js';

interface Balances {
  readonly purchased: number;
  readonly adjusted: number;
  readonly available: number;
  readonly reserved: number;
  readonly consumed: number;
}
interface Balance extends Balances {
  readonly organization: string;
  readonly threshold?: number;
  readonly low?: boolean;
}
interface Item {
  readonly recordedAt: string;
  readonly what: string;
  readonly available: number;
  readonly entries: readonly { readonly account: string; readonly credits: number }[];
  readonly reference?: string;
  readonly batch?: string;
  readonly settlement?: number;
  readonly adjustment?: number;
  readonly reason?: { readonly code: string };
}
interface Statement {
  readonly organization: string;
  readonly from: string;
  readonly to: string;
  readonly zone: string;
  readonly opening: Balances;
  readonly items: readonly Item[];
  readonly closing: Balances;
  readonly next?: string;
}
interface Whose extends Common {
  readonly organization?: string;
}
interface Period extends Whose {
  readonly from: string;
  readonly to: string;
  readonly zone?: string;
}

const ORGANIZATION = ['--organization <organization>', 'another one than the own, for an operator'] as const;

export function addCredits(program: Command, connected: Connected): void {
  const credits = program.command('credits').description('what certifying costs: balance, statement, purchase');
  credits
    .command('balance')
    .description('the credits of an organization, now or at a position')
    .option(...ORGANIZATION)
    .option('--at <position>', 'as it was at this position of the log')
    .option(...DATA)
    .option(...JSON_OUT)
    .action(({ organization, at, ...options }: Whose & { at?: string }) =>
      connected(options, async (connection, json) => {
        const balance = expectJson<Balance>(await connection.request('GET', `/v1/credits${asked({ organization, at })}`));
        process.stdout.write(json ? `${JSON.stringify(balance)}\n` : `${balanceLines(balance)}\n`);
        return EXIT.done;
      }),
    );
  credits
    .command('statement')
    .description('what moved credits between two days, with opening and closing balance')
    .requiredOption('--from <day>', 'the first day')
    .requiredOption('--to <day>', 'the last day, inclusive')
    .option('--zone <zone>', 'the time zone of the days (default: UTC)')
    .option(...ORGANIZATION)
    .option(...DATA)
    .option(...JSON_OUT)
    .action(({ from, to, zone, organization, ...options }: Period) =>
      connected(options, async (connection, json) => {
        const statement = await wholeStatement(connection, { from, to, zone, organization });
        process.stdout.write(json ? `${JSON.stringify(statement)}\n` : `${statementLines(statement)}\n`);
        return EXIT.done;
      }),
    );
  credits
    .command('purchase <organization> <credits>')
    .description('record that an organization bought credits')
    .option('--reference <reference>', 'of the sale, such as the number of the invoice')
    .option(...DATA)
    .option(...JSON_OUT)
    .action((organization: string, amount: string, { reference, ...options }: Common & { reference?: string }) => {
      // A number in another notation could be read as another number.
      if (!/^[1-9]\d{0,8}$/.test(amount)) throw new CommandFailure('Give the credits as a whole number from 1, such as 500.');
      return connected(options, (connection, json) => {
        const body = { credits: Number(amount), reference };
        const path = `/v1/organizations/${part(organization)}/credits/purchases`;
        return write<{ outcome: string }>(connection, path, body, ({ outcome }) => `${amount} credits: ${outcome}`, json);
      });
    });
}

/** All pages of one statement as one. */
async function wholeStatement(connection: Connection, period: Readonly<Record<string, string | undefined>>): Promise<Statement> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (;;) {
    const path = `/v1/credits/statement${asked({ ...period, limit: '200', cursor })}`;
    const { next, ...page } = expectJson<Statement>(await connection.request('GET', path));
    items.push(...page.items);
    if (next === undefined) return { ...page, items };
    cursor = next;
  }
}

function asked(filters: Readonly<Record<string, string | undefined>>): string {
  const named = Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return named.length === 0 ? '' : `?${new URLSearchParams(named).toString()}`;
}

const held = ({ available, reserved, consumed, purchased, adjusted }: Balances): string =>
  `available ${available}  reserved ${reserved}  consumed ${consumed}  purchased ${purchased}  adjusted ${adjusted}`;

const balanceLines = ({ organization, threshold, low, ...balances }: Balance): string =>
  [
    `${organization}  ${held(balances)}`,
    ...(threshold === undefined || threshold === 0 ? [] : [`threshold ${threshold}${low === true ? '  low' : ''}`]),
  ].join('\n');

function statementLines({ organization, from, to, zone, opening, items, closing }: Statement): string {
  const lines = items.map((item) => {
    const moved = item.entries.map(({ account, credits }) => `${account} ${credits > 0 ? '+' : ''}${credits}`).join(', ');
    return [item.recordedAt, item.what, moved, `available ${item.available}`, ...causeOf(item)].join('  ');
  });
  return [`${organization}  ${from} to ${to} (${zone})`, `opening  ${held(opening)}`, ...lines, `closing  ${held(closing)}`].join(
    '\n',
  );
}

const causeOf = ({ reference, batch, settlement, adjustment, reason }: Item): readonly string[] => [
  ...(reference === undefined ? [] : [reference]),
  ...(batch === undefined ? [] : [`batch ${batch}`]),
  ...(settlement === undefined ? [] : [`settlement ${settlement}`]),
  ...(adjustment === undefined ? [] : [`adjustment ${adjustment}`]),
  ...(reason === undefined ? [] : [reason.code]),
];
