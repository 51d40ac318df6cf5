import { PROBLEMS } from '../../src/http/problems.js';
import { filesOf, functionsOf, literalsOf, readRepositoryFile, rejectionCodesOf, sourceFiles } from '../support/source-tree.js';

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;

/** The manners of the house: sizes, names, tests that run, and one table of refusals. */
describe('the manners of the house', () => {
  const source = sourceFiles('src');
  const production = source.filter(({ path }) => !path.endsWith('.spec.ts'));
  const tests = [...sourceFiles('test'), ...source.filter(({ path }) => path.endsWith('.spec.ts'))];

  it(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
    const long = [...source, ...sourceFiles('test')].filter(({ lines }) => lines > FILE_LINES_MAX);
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
    const long = production.flatMap(functionsOf).filter(({ lines }) => lines > FUNCTION_LINES_MAX);
    expect(long).toEqual([]);
  });

  it('no file or folder is called utils, helpers, manager, base or impl, and names are in kebab-case', () => {
    const names = [...filesOf('src'), ...filesOf('test')];
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name) => /(^|[/.-])(utils?|helpers?|managers?|base|impl)([/.-]|$)/i.test(name))).toEqual([]);
    // A golden sample is named after its event type.
    const ours = names.filter((name) => !name.startsWith('test/golden/'));
    expect(ours.filter((name) => /[A-Z_ ]/.test(name.split('/').at(-1)!))).toEqual([]);
  });

  it('no test is skipped or run alone, and no rule of the linter is switched off', () => {
    const told = new RegExp(
      [
        '\\b(it|test|describe)\\.(skip|only|todo)\\b',
        '\\b[xf](it|describe)\\(',
        'eslint-' + 'disable',
        '@ts-' + '(ignore|nocheck|expect-error)',
      ].join('|'),
    );
    expect([...tests, ...production].filter(({ text }) => told.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('every refusal that the source can make stands in the table of problems', () => {
    const codes = production.flatMap((file) => [
      ...rejectionCodesOf(file),
      ...literalsOf(file, 'RejectionCode'),
      ...literalsOf(file, 'ErrorCode'),
    ]);
    expect(codes.length).toBeGreaterThan(30);
    expect([...new Set(codes)].filter((code) => !Object.hasOwn(PROBLEMS, code))).toEqual([]);
  });

  it('every code in the table is used somewhere', () => {
    const texts = production
      .filter(({ path }) => path !== 'src/http/problems.ts')
      .map(({ text }) => text)
      .join('\n');
    expect(Object.keys(PROBLEMS).filter((code) => !texts.includes(`'${code}'`))).toEqual([]);
  });

  it('docs/errors.md lists exactly the codes of the table, with status, title, advice and whether to repeat', () => {
    const rows = readRepositoryFile('docs/errors.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      );
    const expected = Object.entries(PROBLEMS).map(([code, problem]) => [
      `\`${code}\``,
      String(problem.status),
      problem.title,
      problem.advice,
      'retry' in problem ? 'yes' : 'no',
    ]);
    expect(rows).toEqual(expected);
  });
});
