import { v4 as uuidv4 } from 'uuid';
import { expectJson, type Connection } from './connection.js';
import { EXIT } from './exit-codes.js';

/** What every command that speaks to a ledger takes. */
export interface Common {
  readonly data?: string;
  readonly json?: boolean;
}
/** Opens the connection for one piece of work and closes it again; the work answers the exit code. */
export type Connected = (options: Common, work: (connection: Connection, json: boolean) => Promise<number>) => Promise<void>;

export const DATA = ['--data <folder>', 'open the data folder of a stopped service instead of calling a running one'] as const;
export const JSON_OUT = ['--json', 'print one JSON document'] as const;

const PAGE = 200;

/** Everything that a list holds, page after page, one line each; or one JSON array. */
export async function printList<Item>(
  connection: Connection,
  path: string,
  line: (item: Item) => string,
  json: boolean,
  filters: Readonly<Record<string, string | undefined>> = {},
): Promise<number> {
  const asked = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined ? [] : [`&${name}=${encodeURIComponent(value)}`],
  );
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const next = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = expectJson<{ items: Item[]; next?: string }>(
      await connection.request('GET', `${path}?limit=${PAGE}${asked.join('')}${next}`),
    );
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  process.stdout.write(json ? `${JSON.stringify(items)}\n` : items.map((item) => `${line(item)}\n`).join(''));
  return EXIT.done;
}

/** Sends one write under a key of its own, which its repeats share, and shows the answer. */
export async function write<Answer extends object>(
  connection: Connection,
  path: string,
  body: object | undefined,
  line: (answer: Answer) => string,
  json: boolean,
): Promise<number> {
  const answer = expectJson<Answer>(await connection.request('POST', path, body, uuidv4()));
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : `${line(answer)}\n`);
  return EXIT.done;
}

/** An id as a part of an address. */
export const part = (id: string): string => encodeURIComponent(id);

/** A sealed text as an answer shows it. */
export type Shown = string | { readonly erased: true };
export const shown = (text: Shown | undefined): string =>
  text === undefined ? '' : typeof text === 'string' ? text : '(erased)';
