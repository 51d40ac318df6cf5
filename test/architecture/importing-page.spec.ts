import { z } from 'zod';
import { AUTHORIZATION } from '../../src/access/authorization.js';
import { routeOf } from '../../src/imports/row-operations.js';
import { JSON_COLUMNS, ROWS_PER_REQUEST_MAX, rowSchema, type Row } from '../../src/imports/rows.js';
import { LEARNERS_PER_BATCH_MAX } from '../../src/record/commands/assign-to-many.js';
import { readRepositoryFile } from '../support/source-tree.js';

const IDENTITY = ['kind', 'source', 'row'];
const RETIRED = ['course', 'learningPlan', 'scheme'] as const;

interface Kind {
  readonly kind: Row['kind'];
  readonly fields: readonly string[];
  readonly required: readonly string[];
}
const kinds: readonly Kind[] = rowSchema.options.map((option) => {
  const { properties = {}, required = [] } = z.toJSONSchema(option, { io: 'input', unrepresentable: 'any' });
  const fields = Object.keys(properties).filter((field) => !IDENTITY.includes(field));
  return { kind: option.shape.kind.value, fields, required };
});
const routesOf = (kind: Row['kind']): readonly string[] =>
  [...new Set(RETIRED.map((retired) => routeOf({ kind, [retired]: 'some' } as unknown as Row)))].map((route) => `POST ${route}`);

const cellsOf = (page: string, start: RegExp): readonly string[][] =>
  page
    .split('\n')
    .filter((line) => start.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('the page about importing', () => {
  const page = readRepositoryFile('docs/importing.md');

  it('lists every kind of row with the routes that it stands for and its fields, those always needed in bold', () => {
    const expected = kinds.map(({ kind, fields, required }) => [
      `\`${kind}\``,
      routesOf(kind)
        .map((route) => `\`${route}\``)
        .join(', '),
      fields.map((field) => (required.includes(field) ? `**${field}**` : field)).join(', '),
    ]);
    expect(cellsOf(page, /^\| `[a-z-]+` +\|/)).toEqual(expected);
  });

  it('says of every other write why it has no row', () => {
    const stoodFor = new Set(kinds.flatMap(({ kind }) => routesOf(kind)));
    const others = Object.keys(AUTHORIZATION).filter((route) => route.startsWith('POST ') && !stoodFor.has(route));
    const rows = cellsOf(page, /^\| `POST /);
    const named = rows.flatMap(([routes]) => [...routes!.matchAll(/`([^`]+)`/g)].map(([, route]) => route!));
    expect(named.sort()).toEqual([...others].sort());
    expect(rows.every(([, why]) => /\w.*\.$/.test(why!))).toBe(true);
  });

  it('names the routes that take many at a time, each with its bound', () => {
    const rows = `\`POST /v1/imports/{batch}/rows\` takes at most ${ROWS_PER_REQUEST_MAX} rows`;
    const learners = `\`POST /v1/schemes/{scheme}/assignments\` assigns a scheme to at most ${LEARNERS_PER_BATCH_MAX} learners`;
    for (const said of [rows, learners]) expect(page.replace(/\s+/g, ' ')).toContain(said);
    expect(readRepositoryFile('README.md').replace(/\s+/g, ' ')).toContain(
      `\`POST /v1/imports/{batch}/rows\`, at most ${ROWS_PER_REQUEST_MAX} in a request`,
    );
  });

  it('names the columns of a CSV that hold JSON', () => {
    const [, listed] = /these columns hold JSON: ([^.]+)\./.exec(page) ?? [];
    expect([...listed!.matchAll(/`(\w+)`/g)].map(([, column]) => column)).toEqual([...JSON_COLUMNS]);
  });
});
