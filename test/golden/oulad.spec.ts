import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';

const example = resolve(__dirname, '../../examples/oulad');
const SCHEMES = ['one-of-seven', 'two-of-seven', 'aaa-and-bbb-or-ccc-and-ddd'];
const MODULES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG'];

type Row = Record<string, unknown>;

const COURSES = `"code_module","code_presentation","module_presentation_length"
"AAA","2015J","152"
"BBB","2016B","29"
"CCC","2014B","241"
"DDD","2014J","269"
"EEE","2014B","28"
"FFF","2015B","28"
`;

// Every column that must not come out holds a value found nowhere else in the folder.
const HEADER =
  '"code_module","code_presentation","id_student","gender","region","highest_education","imd_band","age_band","num_of_prev_attempts","studied_credits","disability","final_result"';
const FORBIDDEN = ['Zz-gender', 'Zz-region', 'Zz-education', 'Zz-imd', 'Zz-age', 'Zz-attempts', 'Zz-credits', 'Zz-disability'];
const info = (module: string, presentation: string, learner: string, result: string): string =>
  [module, presentation, learner, ...FORBIDDEN, result].map((value) => `"${value}"`).join(',');
const STUDENTS = `${[
  HEADER,
  info('DDD', '2014J', '30', 'Pass'),
  info('AAA', '2015J', '7', 'Pass'),
  info('BBB', '2016B', '7', 'Distinction'),
  info('CCC', '2014B', '30', 'Distinction'),
  info('AAA', '2015J', '8', 'Fail'),
  info('BBB', '2016B', '8', 'Withdrawn'),
  info('FFF', '2015B', '9', 'Pass'),
  info('EEE', '2014B', '9', 'Pass'),
].join('\n')}\n`;

const run = (script: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(example, script), ...args], { encoding: 'utf8' });
const readRows = (text: string): Row[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'oulad-'));
  writeFileSync(join(folder, 'courses.csv'), COURSES);
  writeFileSync(join(folder, 'studentInfo.csv.gz'), gzipSync(STUDENTS));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('convert.mjs on a made-up folder', () => {
  test('writes courses, schemes, then each learner followed by their completions in order of date', () => {
    const { status, stdout, stderr } = run('convert.mjs', folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const rows = readRows(stdout);

    expect(rows.slice(0, 7)).toEqual(
      MODULES.map((course) => ({
        kind: 'course',
        source: 'oulad',
        row: `course-${course}`,
        course,
        title: `Open University module ${course}`,
        institution: 'The Open University',
      })),
    );

    const seven = MODULES.map((course) => ({ course }));
    const common = { kind: 'scheme', source: 'oulad', title: expect.any(String), published: '2013-01-01', timeZone: 'UTC' };
    const pairs = [
      ['AAA', 'BBB'],
      ['CCC', 'DDD'],
    ].map((pair) => ({ all: pair.map((course) => ({ course })) }));
    expect(rows.slice(7, 10)).toEqual([
      { ...common, row: 'scheme-one-of-seven', scheme: 'one-of-seven', validity: 'P2Y', criteria: { any: seven } },
      { ...common, row: 'scheme-two-of-seven', scheme: 'two-of-seven', validity: 'P2Y', criteria: { atLeast: 2, of: seven } },
      {
        ...common,
        row: 'scheme-aaa-and-bbb-or-ccc-and-ddd',
        scheme: 'aaa-and-bbb-or-ccc-and-ddd',
        validity: 'perpetual',
        criteria: { any: pairs },
      },
    ]);

    const learner = (id: string): Row => ({ kind: 'learner', source: 'oulad', row: `learner-${id}`, learner: id });
    const completion = (course: string, presentation: string, id: string, completedAt: string, honours?: string): Row => ({
      kind: 'completion',
      source: 'oulad',
      row: `completion-${course}-${presentation}-${id}`,
      learner: id,
      course,
      completedAt,
      ...(honours === undefined ? {} : { honours }),
    });
    expect(rows.slice(10)).toEqual([
      learner('30'),
      completion('CCC', '2014B', '30', '2014-09-30T00:00:00Z', 'Distinction'),
      completion('DDD', '2014J', '30', '2015-06-27T00:00:00Z'),
      learner('7'),
      // Both end on 1 March of a leap year, so the course decides; in another year each would end a day later.
      completion('AAA', '2015J', '7', '2016-03-01T00:00:00Z'),
      completion('BBB', '2016B', '7', '2016-03-01T00:00:00Z', 'Distinction'),
      learner('8'),
      learner('9'),
      completion('EEE', '2014B', '9', '2014-03-01T00:00:00Z'),
      completion('FFF', '2015B', '9', '2015-03-01T00:00:00Z'),
    ]);
  });

  test('lets no value of a personal column out', () => {
    const { stdout } = run('convert.mjs', folder);
    expect(stdout).not.toContain('Zz-');
    expect(stdout).not.toMatch(/gender|region|education|imd_band|age_band|disability|attempts|credits/i);
  });

  test('agrees with the independent count', () => {
    const { status, stdout } = run('count.mjs', folder);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ 'one-of-seven': 3, 'two-of-seven': 3, 'aaa-and-bbb-or-ccc-and-ddd': 2 });
  });

  const refusals: [string, () => string[], RegExp][] = [
    ['no argument', () => [], /usage/],
    ['a folder that is not there', () => [join(folder, 'nowhere')], /nowhere is not a folder/],
    [
      'a folder without the files',
      () => (rmSync(join(folder, 'courses.csv')), [folder]),
      /neither courses\.csv nor courses\.csv\.gz/,
    ],
    ['a missing column', () => (put('courses.csv', 'code_module\nAAA\n'), [folder]), /no column code_presentation, module_pres/],
    ['a damaged archive', () => (put('studentInfo.csv.gz', 'not gzip'), [folder]), /studentInfo\.csv\.gz cannot be read/],
    ['an unknown module', () => (put('courses.csv', `${COURSES}"HHH","2014B","1"\n`), [folder]), /line 8: module "HHH"/],
    ['a malformed presentation', () => (put('courses.csv', `${COURSES}"AAA","2014K","1"\n`), [folder]), /presentation "2014K"/],
    ['a malformed length', () => (put('courses.csv', `${COURSES}"AAA","2014B",""\n`), [folder]), /length ""/],
    ['a presentation without a length', () => (student('GGG', '2014B', '7', 'Pass'), [folder]), /has no GGG-2014B/],
    ['an unknown result', () => (student('EEE', '2014B', '7', 'Passed'), [folder]), /final_result "Passed"/],
    ['a second result', () => (student('AAA', '2015J', '8', 'Pass'), [folder]), /learner 8 has a second result for AAA-2015J/],
  ];
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const student = (...line: Parameters<typeof info>): void => put('studentInfo.csv', `${STUDENTS}${info(...line)}\n`);

  test.each(refusals)('refuses %s with one clear line and writes no rows', (_name, prepare, message) => {
    const { status, stdout, stderr } = run('convert.mjs', ...prepare());
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^convert: [^\n]*\n$/);
  });
});

describe('the extract', () => {
  const text = readFileSync(join(example, 'extract/rows.ndjson'), 'utf8');
  const rows = readRows(text);
  const of = (kind: string): Row[] => rows.filter((row) => row.kind === kind);
  const passed = new Map(of('learner').map((row) => [row.learner, new Set<unknown>()]));
  for (const row of of('completion')) passed.get(row.learner)?.add(row.course);

  test('has the seven courses, the three schemes and 40 learners, each row with an id of its own', () => {
    expect(of('course').map((row) => row.course)).toEqual(MODULES);
    expect(of('scheme').map((row) => row.scheme)).toEqual(SCHEMES);
    expect(passed.size).toBe(40);
    expect(new Set(rows.map((row) => row.row)).size).toBe(rows.length);
    expect(rows.every((row) => row.source === 'oulad')).toBe(true);
  });

  test('has its courses and schemes exactly as convert.mjs writes them', () => {
    const head = (all: string): string[] => all.split('\n').slice(0, 10);
    expect(head(text)).toEqual(head(run('convert.mjs', folder).stdout));
  });

  test('gives each kind of row its stated fields and no others', () => {
    const learner = expect.stringMatching(/^\d+$/) as unknown;
    for (const row of of('learner'))
      expect(row).toEqual({ kind: 'learner', source: 'oulad', row: `learner-${row.learner}`, learner });
    for (const { honours, ...row } of of('completion')) {
      expect([undefined, 'Distinction']).toContain(honours);
      expect(row).toEqual({
        kind: 'completion',
        source: 'oulad',
        row: expect.stringMatching(new RegExp(`^completion-${row.course}-\\d{4}[BJ]-${row.learner}$`)),
        learner,
        course: expect.stringMatching(/^[A-G]{3}$/),
        completedAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T00:00:00Z$/),
      });
    }
  });

  test("keeps each learner's rows together, completions after the learner and in order", () => {
    let current: unknown;
    let last = '';
    for (const row of rows.slice(10)) {
      if (row.kind === 'learner') {
        current = row.learner;
        last = '';
        continue;
      }
      expect(row.learner).toBe(current);
      const key = `${row.completedAt} ${row.course}`;
      expect(key > last).toBe(true);
      last = key;
    }
  });

  test('certifies 26, 12 and 4 learners, and 14 not at all', () => {
    const sets = [...passed.values()];
    const both = (set: Set<unknown>, a: string, b: string): boolean => set.has(a) && set.has(b);
    expect(sets.filter((set) => set.size >= 1)).toHaveLength(26);
    expect(sets.filter((set) => set.size >= 2)).toHaveLength(12);
    expect(sets.filter((set) => both(set, 'AAA', 'BBB') || both(set, 'CCC', 'DDD'))).toHaveLength(4);
    expect(sets.filter((set) => set.size === 0)).toHaveLength(14);
  });

  test('has a CSV whose every row is a row of the NDJSON', () => {
    const csv = readFileSync(join(example, 'extract/rows.csv'), 'utf8');
    expect(csv.split('\n')[0]).toBe('kind,source,row,learner,course,completedAt,honours');
    const records: Record<string, string>[] = parse(csv, { columns: true });
    expect(records.filter((record) => record.kind === 'learner')).toHaveLength(12);
    expect(records.some((record) => record.honours === 'Distinction')).toBe(true);
    for (const record of records) {
      const filled = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
      expect(rows).toContainEqual(filled);
    }
  });

  test('is what extract.mjs makes of its own rows', () => {
    expect(run('extract.mjs', join(example, 'extract/rows.ndjson'), folder).status).toBe(0);
    for (const name of ['rows.ndjson', 'rows.csv']) {
      expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(join(example, 'extract', name), 'utf8'));
    }
  });
});
