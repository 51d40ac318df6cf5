import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import {
  ASSESSMENTS,
  COURSES,
  info,
  registration,
  REGISTRATIONS,
  STUDENTS,
  SUBMISSIONS,
  writeTables,
} from '../support/oulad-tables.js';

const example = resolve(__dirname, '../../examples/oulad');
const SCHEMES = ['one-of-seven', 'two-of-seven', 'aaa-and-bbb-or-ccc-and-ddd'];
const MODULES = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG'];

type Row = Record<string, unknown>;

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
  writeTables(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('convert.mjs on a made-up folder', () => {
  const activities: Record<string, object[]> = {
    AAA: [
      { activity: '101', kind: 'assessment', title: '2015J TMA 1', maxScore: '100' },
      { activity: '103', kind: 'assessment', title: '2015J Exam 1', maxScore: '100' },
      { activity: '102', kind: 'assessment', title: '2015J TMA 2', maxScore: '100' },
    ],
    BBB: [{ activity: '201', kind: 'assessment', title: '2016B CMA 1', maxScore: '100' }],
    EEE: [
      { activity: '301', kind: 'assessment', title: '2013J TMA 1', maxScore: '100' },
      { activity: '302', kind: 'assessment', title: '2014B TMA 1', maxScore: '100' },
    ],
  };

  test('writes courses with their assessments, then schemes', () => {
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
        activities: activities[course] ?? [],
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
  });

  test('then writes each learner followed by their rows in order of time', () => {
    const learner = (id: string): Row => ({ kind: 'learner', source: 'oulad', row: `learner-${id}`, learner: id });
    const dated = (kind: string, course: string, presentation: string, id: string, more: Row = {}): Row => ({
      kind,
      source: 'oulad',
      row: `${kind}-${course}-${presentation}-${id}`,
      learner: id,
      course,
      presentation,
      ...more,
    });
    const enrolment = (course: string, presentation: string, id: string, day?: string): Row =>
      dated('enrolment', course, presentation, id, day === undefined ? {} : { enrolledAt: `${day}T00:00:00Z` });
    const withdrawal = (course: string, presentation: string, id: string, day?: string): Row =>
      dated('withdrawal', course, presentation, id, day === undefined ? {} : { withdrawnAt: `${day}T00:00:00Z` });
    const completion = (course: string, presentation: string, id: string, day: string, more: Row = {}): Row =>
      dated('completion', course, presentation, id, { completedAt: `${day}T00:00:00Z`, ...more });
    const activity = (course: string, presentation: string, assessment: string, id: string, day: string, more: Row): Row => ({
      kind: 'activity',
      source: 'oulad',
      row: `activity-${assessment}-${id}`,
      learner: id,
      course,
      presentation,
      activity: assessment,
      activityKind: 'assessment',
      reportedAt: `${day}T00:00:00Z`,
      ...more,
    });
    expect(readRows(run('convert.mjs', folder).stdout).slice(10)).toEqual([
      learner('30'),
      // The dataset has no date of this registration, and none is made up.
      enrolment('CCC', '2014B', '30'),
      enrolment('DDD', '2014J', '30', '2014-09-21'),
      completion('CCC', '2014B', '30', '2014-09-30', { honours: 'Distinction' }),
      completion('DDD', '2014J', '30', '2015-06-27'),
      learner('7'),
      enrolment('AAA', '2015J', '7', '2015-09-26'),
      activity('AAA', '2015J', '101', '7', '2015-10-19', { score: '78.5' }),
      activity('AAA', '2015J', '102', '7', '2015-11-24', {}),
      enrolment('BBB', '2016B', '7', '2016-02-01'),
      // Older than the registration, and still after it: it was carried over into it.
      activity('BBB', '2016B', '201', '7', '2016-01-31', { score: '60', carriedOver: true }),
      // Both end on 1 March of a leap year, so the course decides; in another year each would end a day later.
      activity('AAA', '2015J', '103', '7', '2016-03-01', { score: '90' }),
      completion('AAA', '2015J', '7', '2016-03-01'),
      completion('BBB', '2016B', '7', '2016-03-01', { honours: 'Distinction' }),
      learner('8'),
      enrolment('AAA', '2015J', '8', '2015-09-30'),
      activity('AAA', '2015J', '101', '8', '2015-09-30', { score: '50' }),
      enrolment('BBB', '2016B', '8', '2016-01-12'),
      activity('BBB', '2016B', '201', '8', '2016-02-13', { score: '40' }),
      withdrawal('BBB', '2016B', '8', '2016-02-13'),
      activity('AAA', '2015J', '102', '8', '2016-02-18', { score: '0' }),
      learner('9'),
      enrolment('EEE', '2014B', '9', '2014-02-03'),
      completion('EEE', '2014B', '9', '2014-03-01'),
      enrolment('FFF', '2015B', '9', '2015-02-02'),
      completion('FFF', '2015B', '9', '2015-03-01'),
      learner('10'),
      withdrawal('EEE', '2014B', '10'),
      enrolment('EEE', '2013J', '10', '2013-09-30'),
      // The same day: out of the earlier presentation first, then into the later one.
      withdrawal('EEE', '2013J', '10', '2014-02-01'),
      enrolment('EEE', '2014B', '10', '2014-02-01'),
      // The one after its own presentation was left, the other within its own.
      activity('EEE', '2013J', '301', '10', '2014-02-08', { score: '55' }),
      activity('EEE', '2014B', '302', '10', '2014-02-09', { score: '65' }),
      learner('11'),
      enrolment('FFF', '2015B', '11'),
      withdrawal('FFF', '2015B', '11', '2015-02-06'),
    ]);
  });

  test('lets no value of a personal column out', () => {
    const { stdout } = run('convert.mjs', folder);
    expect(stdout).not.toContain('Zz-');
    expect(stdout).not.toMatch(/gender|region|education|imd_band|age_band|disability|attempts|credits|weight/i);
  });

  test('agrees with the independent count', () => {
    const { status, stdout } = run('count.mjs', folder);
    expect(status).toBe(0);
    const rows = readRows(run('convert.mjs', folder).stdout);
    const of = (kind: string): Row[] => rows.filter((row) => row.kind === kind);
    const kinds = ['course', 'scheme', 'learner', 'enrolment', 'activity', 'completion', 'withdrawal'];
    expect(JSON.parse(stdout)).toEqual({
      rows: Object.fromEntries(kinds.map((kind) => [kind, of(kind).length])),
      refused: { DATE_MISSING: { enrolment: 2, withdrawal: 1 }, NOT_ENROLLED: { withdrawal: 1 } },
      unchanged: { enrolment: 0 },
      activities: { carriedOver: 1, withoutScore: 1, notCounted: { 'after-withdrawal': 1, 'after-completion': 0 } },
      unregisteredButNotWithdrawn: 1,
      certified: { 'one-of-seven': 3, 'two-of-seven': 3, 'aaa-and-bbb-or-ccc-and-ddd': 2 },
    });
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
    ['an unknown module', () => (put('courses.csv', `${COURSES}"HHH","2014B","1"\n`), [folder]), /line 9: module "HHH"/],
    ['a malformed presentation', () => (put('courses.csv', `${COURSES}"AAA","2014K","1"\n`), [folder]), /presentation "2014K"/],
    ['a malformed length', () => (put('courses.csv', `${COURSES}"AAA","2014B",""\n`), [folder]), /length ""/],
    ['a presentation without a length', () => (student('GGG', '2014B', '7', 'Pass'), [folder]), /has no GGG-2014B/],
    ['a course listed twice', () => (put('courses.csv', `${COURSES}"BBB","2016B","9"\n`), [folder]), /BBB-2016B is listed twice/],
    ['an unknown result', () => (student('EEE', '2014B', '7', 'Passed'), [folder]), /final_result "Passed"/],
    ['a second result', () => (student('AAA', '2015J', '8', 'Pass'), [folder]), /learner 8 has a second result for AAA-2015J/],
    ['an assessment of no presentation', () => (assess('"GGG","2014B","9","TMA","1","1"'), [folder]), /has no GGG-2014B/],
    ['an unknown type of assessment', () => (assess('"BBB","2016B","9","XMA","1","1"'), [folder]), /assessment_type "XMA"/],
    ['an assessment without an id', () => (assess('"BBB","2016B","","TMA","1","1"'), [folder]), /id_assessment ""/],
    ['an assessment listed twice', () => (assess('"BBB","2016B","201","TMA","1","1"'), [folder]), /201 is listed twice/],
    [
      'a registration of nobody',
      () => (register('AAA', '2015J', '9', '1', ''), [folder]),
      /no result of learner 9 for AAA-2015J/,
    ],
    [
      'a second registration',
      () => (register('AAA', '2015J', '7', '1', ''), [folder]),
      /enrolment-AAA-2015J-7 stands there twice/,
    ],
    [
      'a malformed day',
      () => (register('AAA', '2015J', '8', '1.5', ''), [folder]),
      /date_registration "1\.5" is not a number of days/,
    ],
    ['a result without a registration', () => (student('FFF', '2015B', '8', 'Fail'), [folder]), /no line of FFF-2015B-8/],
    ['a submission of nobody', () => (submit('99,101,1,0,5'), [folder]), /studentInfo has no learner 99/],
    ['a submission of no assessment', () => (submit('8,999,1,0,5'), [folder]), /has no assessment 999/],
    ['a second submission', () => (submit('8,101,1,0,5'), [folder]), /activity-101-8 stands there twice/],
    ['a malformed score', () => (submit('9,101,1,0,NaN'), [folder]), /line 11: score "NaN" is not a decimal number/],
    ['a malformed mark of banking', () => (submit('9,101,1,2,5'), [folder]), /is_banked "2" is neither 0 nor 1/],
  ];
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const student = (...line: Parameters<typeof info>): void => put('studentInfo.csv', `${STUDENTS}${info(...line)}\n`);
  const assess = (line: string): void => put('assessments.csv', `${ASSESSMENTS}${line}\n`);
  const register = (...line: Parameters<typeof registration>): void =>
    put('studentRegistration.csv', `${REGISTRATIONS}${registration(...line)}\n`);
  const submit = (line: string): void => put('studentAssessment.csv', `${SUBMISSIONS}${line}\n`);

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

  test('has its courses and schemes as convert.mjs writes them, each course with the assessments of all its presentations', () => {
    const made = readRows(run('convert.mjs', folder).stdout).slice(0, 10);
    const withoutActivities = (all: Row[]): Row[] => all.map(({ activities: _, ...row }) => row);
    expect(withoutActivities(rows.slice(0, 10))).toEqual(withoutActivities(made));
    const listed = of('course').map(({ activities }) => (activities as unknown[]).length);
    expect(listed).toEqual([12, 42, 20, 35, 15, 52, 30]);
  });

  test('gives each kind of row its stated fields and no others', () => {
    const match = (pattern: RegExp): unknown => expect.stringMatching(pattern);
    const learner = match(/^\d+$/);
    const course = match(/^[A-G]{3}$/);
    const midnight = match(/^\d{4}-\d{2}-\d{2}T00:00:00Z$/);
    for (const row of of('learner'))
      expect(row).toEqual({ kind: 'learner', source: 'oulad', row: `learner-${row.learner}`, learner });
    const dates = { enrolment: 'enrolledAt', withdrawal: 'withdrawnAt', completion: 'completedAt' };
    for (const [kind, date] of Object.entries(dates))
      for (const { honours, ...row } of of(kind)) {
        expect([undefined, kind === 'completion' ? 'Distinction' : undefined]).toContain(honours);
        const id = match(new RegExp(`^${kind}-${row.course}-\\d{4}[BJ]-${row.learner}$`));
        const presentation = String(row.row).split('-')[2];
        expect(row).toEqual({ kind, source: 'oulad', row: id, learner, course, presentation, [date]: midnight });
      }
    for (const { score, carriedOver, ...row } of of('activity')) {
      expect([undefined, match(/^\d{1,3}$/)]).toContainEqual(score);
      expect([undefined, true]).toContain(carriedOver);
      expect(row).toEqual({
        kind: 'activity',
        source: 'oulad',
        row: `activity-${row.activity}-${row.learner}`,
        learner,
        course,
        presentation: match(/^\d{4}[BJ]$/),
        activity: learner,
        activityKind: 'assessment',
        reportedAt: midnight,
      });
    }
  });

  test('has of each kind as many rows as its README says, some of them carried over', () => {
    const kinds = ['learner', 'enrolment', 'activity', 'completion', 'withdrawal'];
    expect(kinds.map((kind) => of(kind).length)).toEqual([40, 58, 308, 38, 15]);
    expect(of('activity').filter(({ carriedOver }) => carriedOver === true)).toHaveLength(4);
  });

  test("keeps each learner's rows together, after the learner and in order of time", () => {
    let current: unknown;
    let last = '';
    for (const row of rows.slice(10)) {
      if (row.kind === 'learner') {
        current = row.learner;
        last = '';
        continue;
      }
      expect(row.learner).toBe(current);
      const at = String(row.enrolledAt ?? row.reportedAt ?? row.completedAt ?? row.withdrawnAt);
      if (row.carriedOver === true) continue;
      expect(at >= last).toBe(true);
      last = at;
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
    expect(csv.split('\n')[0]).toBe(
      'kind,source,row,learner,course,presentation,enrolledAt,activity,activityKind,score,reportedAt,carriedOver,completedAt,honours,withdrawnAt',
    );
    const records: Record<string, string>[] = parse(csv, { columns: true });
    expect(records.filter((record) => record.kind === 'learner')).toHaveLength(12);
    expect(records.some((record) => record.honours === 'Distinction')).toBe(true);
    for (const record of records) {
      const filled = Object.entries(record).filter(([, value]) => value !== '');
      // Cells are texts; this is the one column of the extract that holds JSON.
      const typed = filled.map(([name, value]) => [name, name === 'carriedOver' ? (JSON.parse(value) as unknown) : value]);
      expect(rows).toContainEqual(Object.fromEntries(typed));
    }
  });

  test('is what extract.mjs makes of its own rows', () => {
    expect(run('extract.mjs', join(example, 'extract/rows.ndjson'), folder).status).toBe(0);
    for (const name of ['rows.ndjson', 'rows.csv']) {
      expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(join(example, 'extract', name), 'utf8'));
    }
  });
});
