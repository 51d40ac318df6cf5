import { once } from 'node:events';
import { createServer } from 'node:net';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import type { RowOutcome } from '../../src/imports/rows.js';
import { runProgram, SpawnedService, startProgram, type Ended } from '../support/spawned-service.js';
import { eventually, temporaryFolder } from '../support/service.js';

type Row = Readonly<Record<string, unknown>>;
type ResultLine = RowOutcome & { readonly line: number };
interface Summary {
  readonly rows: number;
  readonly recorded: number;
  readonly replayed: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly dryRun: boolean;
}

const row = (id: string, more: Row): Row => ({ source: 'hr', row: id, ...more });
const definitions: readonly Row[] = [
  row('c1', { kind: 'course', course: 'C1', title: 'Course 1', responsibleParty: 'Dr. Noor' }),
  row('c2', { kind: 'course', course: 'C2', title: 'Course 2' }),
  row('s1', {
    kind: 'scheme',
    scheme: 'S1',
    title: 'Both',
    published: '2024-01-01',
    timeZone: 'UTC',
    validity: 'P50Y',
    criteria: { all: [{ course: 'C1' }, { course: 'C2' }] },
  }),
];
const learner = (number: number): readonly Row[] => [
  row(`l${number}`, { kind: 'learner', learner: `emp-${number}`, name: `Name ${number}` }),
  row(`a${number}`, { kind: 'completion', learner: `emp-${number}`, course: 'C1', completedOn: '2023-05-31' }),
  row(`b${number}`, {
    kind: 'completion',
    learner: `emp-${number}`,
    course: 'C2',
    completedAt: '2024-02-29T10:00:00+02:00',
    grade: 'Pass',
  }),
];
const learners = (count: number): readonly Row[] => Array.from({ length: count }, (_, number) => learner(number)).flat();

/** An address at which nobody listens any more. */
async function closedAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return `http://127.0.0.1:${port}`;
}

describe('certledger import', () => {
  const folder = temporaryFolder();
  const path = (name: string): string => join(folder.path, name);
  let service: SpawnedService;
  beforeAll(async () => {
    service = await SpawnedService.start(path('data'), { cwd: folder.path, settings: { CERTLEDGER_LOG_LEVEL: 'error' } });
  });
  afterAll(async () => {
    await service.end();
    folder.remove();
  });

  const write = (name: string, rows: readonly Row[]): string => {
    writeFileSync(path(name), rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return path(name);
  };
  const settings = () => ({ CERTLEDGER_URL: service.url, CERTLEDGER_KEY: service.token });
  const command = (...words: string[]): Promise<Ended> =>
    runProgram(['import', ...words], { cwd: folder.path, settings: settings() });
  const resultsOf = (file: string): ResultLine[] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ResultLine);
  /** Imports with --json and answers the exit code, the summary and each row's outcome. */
  async function run(file: string, ...words: string[]): Promise<{ code: number | null; summary: Summary; lines: ResultLine[] }> {
    const { code, out, err } = await command(file, '--json', ...words);
    // A slow machine shows progress on standard error; nothing else belongs there.
    expect(err.replace(/^\d+ rows, \d+ rows\/s\n/gm, '')).toBe('');
    return { code, summary: JSON.parse(out) as Summary, lines: resultsOf(`${file}.results.ndjson`) };
  }
  /** How many events the log holds that neither the door nor a policy recorded by itself. */
  const facts = async (): Promise<number> => {
    const ofTheDoor = ['AttemptRefused', 'RecordRead', 'KeyUsed'];
    let count = 0;
    for (let after = ''; ;) {
      const page = await service.get(`/v1/events${after}`);
      const lines = page.text.split('\n').filter((text) => text !== '');
      const events = lines.map((text) => JSON.parse(text) as StoredEvent);
      count += events.filter(({ type, metadata }) => !ofTheDoor.includes(type) && metadata.origin.kind !== 'policy').length;
      if (page.headers['certledger-end'] === 'true') return count;
      after = `?after=${page.headers['certledger-next']}`;
    }
  };
  const outcomes = (lines: readonly ResultLine[]): string[] => lines.map(({ outcome, code }) => code ?? outcome);

  it('a dry run writes nothing and predicts what the run then does; the same file again is replayed', async () => {
    const wrong = [
      row('w1', { kind: 'completion', learner: 'nobody', course: 'C1', completedOn: '2024-01-01' }),
      row('w2', { kind: 'completion', learner: 'emp-0', course: 'none', completedOn: '2024-01-01' }),
      row('w3', { kind: 'completion', learner: 'emp-0', course: 'C1', completedOn: '2024-02-31' }),
      row('w4', { kind: 'learner', learner: 'emp-0' }),
      row('w5', { kind: 'learner', learner: 'emp-9', colour: 'red' }),
      row('w6', { kind: 'nonsense' }),
      row('c9', { kind: 'course', course: 'C1', title: 'Again' }),
    ];
    const rows = [...definitions, ...learners(3), ...wrong, ...learner(7)];
    const file = write('first.ndjson', rows);
    const before = await facts();
    const rehearsed = await run(file, '--dry-run', '--batch', 'B1');
    expect(await facts()).toBe(before);
    expect(rehearsed.summary).toMatchObject({ rows: rows.length, refused: wrong.length, dryRun: true });
    expect((await service.get('/v1/learners/emp-0')).status).toBe(404);

    const real = await run(file, '--batch', 'B1');
    expect(real.lines).toEqual(rehearsed.lines);
    expect(real.code).toBe(2);
    expect(outcomes(real.lines).slice(12, 19)).toEqual([
      'LEARNER_UNKNOWN',
      'COURSE_UNKNOWN',
      'ROW_INVALID',
      'LEARNER_EXISTS',
      'ROW_INVALID',
      'ROW_INVALID',
      'COURSE_EXISTS',
    ]);
    expect(real.lines.filter(({ outcome }) => outcome === 'refused').every(({ reason }) => /\S/.test(reason!))).toBe(true);
    expect(real.lines.map(({ line }) => line)).toEqual(rows.map((_, at) => at + 1));

    const after = await facts();
    const again = await run(file, '--batch', 'B2');
    expect(again.summary).toMatchObject({ recorded: 0, replayed: rows.length - wrong.length, refused: wrong.length });
    expect(await facts()).toBe(after);
  });

  it('imported facts keep their effective time and say their source and batch', async () => {
    const answer = await service.get('/v1/learners/emp-7/history');
    const { items } = answer.json<{ items: { what: string; effective?: object; origin: object }[] }>();
    for (const { origin } of items) expect(origin).toEqual({ kind: 'import', source: 'hr', batch: 'B1' });
    const effectiveOf = (what: string) => items.filter((item) => item.what === what).map(({ effective }) => effective);
    expect(effectiveOf('CourseCompleted')).toEqual([{ date: '2023-05-31' }, { instant: '2024-02-29T10:00:00+02:00' }]);
    expect(effectiveOf('CertificationAwarded')).toEqual([{ instant: '2024-02-29T10:00:00+02:00' }]);
  });

  it('a row changed under a known id is refused with advice, the same id under another learner is another row', async () => {
    const changed = [
      { ...learner(0)[0], name: 'Another' },
      { ...learner(0)[2], grade: 'Distinction' },
      { ...learner(0)[2], completedAt: '2024-02-28T10:00:00+02:00' },
      { ...definitions[1], title: 'Another' },
    ];
    const before = await facts();
    const first = await run(write('changed.ndjson', changed));
    expect(outcomes(first.lines)).toEqual(changed.map(() => 'IDEMPOTENCY_KEY_REUSED'));
    expect(first.lines[0]!.reason).toMatch(/correct/i);
    expect(await facts()).toBe(before);
    const other = await run(
      write('other.ndjson', [
        { ...learner(0)[0], learner: 'emp-new' },
        { ...learner(0)[1], learner: 'emp-new' },
      ]),
    );
    expect([other.code, outcomes(other.lines)]).toEqual([0, ['recorded', 'recorded']]);
    const elsewhere = await run(write('elsewhere.ndjson', [{ ...learner(0)[1], source: 'other' }]));
    expect(outcomes(elsewhere.lines)).toEqual(['recorded']);
  });

  it('CSV: empty cells are absent, criteria stand in their cell as JSON, bad rows do not stop the others', async () => {
    const header =
      'kind,source,row,learner,name,contact,course,title,completedOn,completedAt,grade,scheme,published,timeZone,validity,criteria';
    const csv = [
      `\ufeff${header}`,
      'course,csv,1,,,,X1,"A title, with ""quotes""",,,,,,,,',
      'scheme,csv,2,,,,,Scheme X,,,,SX,2024-01-01,Europe/Berlin,perpetual,"{""course"":""X1""}"',
      'scheme,csv,3,,,,,Scheme Y,,,,SY,2024-01-01,Europe/Berlin,perpetual,{not json}',
      'learner,csv,4,csv-1,"Ada\nLovelace",,,,,,,,,,,',
      'completion,csv,5,csv-1,,,X1,,2024-03-01,,Pass,,,,,',
      'completion,csv,6,csv-1,,,X1,,2024-03-01,2024-03-01T00:00:00Z,,,,,,',
      'completion,csv,7,csv-1,,,X1,,01.03.2024,,,,,,,',
      'learner,csv,8,csv-2,Bo,,,,,,,,,,,',
    ].join('\r\n');
    writeFileSync(path('rows.csv'), csv);
    const first = await run(path('rows.csv'));
    expect(first.code).toBe(2);
    expect(outcomes(first.lines)).toEqual([
      'recorded',
      'recorded',
      'ROW_INVALID',
      'recorded',
      'recorded',
      'ROW_INVALID',
      'ROW_INVALID',
      'recorded',
    ]);
    const shown = await eventually(async () => {
      const answer = await service.get('/v1/learners/csv-1/schemes/SX');
      return answer.status === 200 && answer.text.includes('"certified"') ? answer : undefined;
    });
    expect(shown.json()).toMatchObject({ status: 'certified', valid: true });
    expect((await service.get('/v1/courses/X1')).json()).toMatchObject({ editions: [{ title: 'A title, with "quotes"' }] });
    expect(outcomes((await run(path('rows.csv'))).lines).filter((outcome) => outcome === 'replayed')).toHaveLength(5);
  });

  it('lines that are no rows are refused one by one', async () => {
    const line = (more: Row): string => JSON.stringify({ ...learner(8)[0], ...more });
    const latin1 = Buffer.from(line({ name: 'M\u00fcller' }), 'latin1').toString('binary');
    const odd = [
      'not json',
      '[]',
      'null',
      '7',
      '{"kind":"learner","__proto__":1}',
      '{"kind":"learner","constructor":1}',
      '{"kind":"learner","learner":"a","learner":"b"}',
      '{"kind":"learner","\\ud800":"b"}',
      `{"kind":"learner","learner":${'['.repeat(31)}${']'.repeat(31)}}`,
      line({ name: 'x'.repeat(1_500_000) }),
      latin1,
      line({ name: 'a\ud800' }),
    ];
    writeFileSync(path('odd.ndjson'), Buffer.from([...odd, '', line({})].join('\n'), 'latin1'));
    const { code, lines } = await run(path('odd.ndjson'));
    expect(code).toBe(2);
    expect(outcomes(lines)).toEqual([...odd.map(() => 'ROW_INVALID'), 'recorded']);
    writeFileSync(
      path('odd.csv'),
      'kind,source,row,learner,name\nlearner,csv,20,csv-20,Ada\nlearner,csv,21,csv-21,Ada,more\nlearner,csv,22,csv-22,Bo\n',
    );
    expect(outcomes((await run(path('odd.csv'))).lines)).toEqual(['recorded', 'ROW_INVALID', 'recorded']);
    writeFileSync(path('quote.csv'), 'kind,source,row,learner,name\nlearner,csv,30,csv-30,Ada\nlearner,csv,31,csv-31,"Bo\n');
    expect(await command(path('quote.csv'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/CSV cannot be read from line \d/),
    });
  });

  it('what was killed half-way is completed by the same command, nothing doubled', async () => {
    const count = 1_200;
    const rows = Array.from({ length: count }, (_, number) => learner(1_000 + number)).flat();
    const file = write('large.ndjson', rows);
    const before = await facts();
    const results = `${file}.results.ndjson`;
    const killed = startProgram(['import', file], { cwd: folder.path, settings: settings() });
    await eventually(async () => (existsSync(results) && resultsOfPartial(results) > 0 ? true : undefined));
    killed.child.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    const { code, summary } = await run(file);
    expect(code).toBe(0);
    expect(summary).toMatchObject({ rows: rows.length, refused: 0, unchanged: 0 });
    expect(summary.recorded).toBeGreaterThan(0);
    expect(summary.replayed).toBeGreaterThan(0);
    expect(summary.recorded + summary.replayed).toBe(rows.length);
    expect((await run(file)).summary).toMatchObject({ recorded: 0, replayed: rows.length });
    // One registration, and two enrolments with their completions, of which the second awards.
    expect((await facts()) - before).toBe(count * 6);
  }, 180_000);
  const resultsOfPartial = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1;

  it('an interrupted import says so, exits 130 and goes on', async () => {
    const rows = Array.from({ length: 1_200 }, (_, number) => learner(10_000 + number)).flat();
    const file = write('interrupted.ndjson', rows);
    const results = `${file}.results.ndjson`;
    const stopped = startProgram(['import', file], { cwd: folder.path, settings: settings() });
    await eventually(async () => (existsSync(results) && resultsOfPartial(results) > 0 ? true : undefined));
    stopped.child.kill('SIGINT');
    expect(await stopped.ended).toMatchObject({ code: 130, out: expect.stringContaining('same command again') });
    expect((await run(file)).summary.replayed).toBeGreaterThan(0);
  }, 180_000);

  it('each way to fail has its exit code and one message', async () => {
    const file = write('one.ndjson', [learner(9)[0]!]);
    const failures: readonly [number, RegExp, Promise<Ended>][] = [
      [1, /cannot be read/, command(path('missing.ndjson'))],
      [1, /csv or ndjson/, command(file, '--format', 'xml')],
      [1, /--results/, command(file, '--results', path('no/such/folder.ndjson'))],
      [64, /unknown option/, command(file, '--colour')],
      [64, /missing required argument/, command()],
      [1, /400 INVALID_REQUEST/, command(file, '--batch', 'not a batch')],
      [1, /CERTLEDGER_KEY/, runProgram(['import', file], { cwd: folder.path })],
      [
        1,
        /401 UNAUTHENTICATED/,
        runProgram(['import', file], { cwd: folder.path, settings: { ...settings(), CERTLEDGER_KEY: 'x' } }),
      ],
      [
        1,
        /Is it running/,
        runProgram(['import', file], { cwd: folder.path, settings: { ...settings(), CERTLEDGER_URL: await closedAddress() } }),
      ],
      [1, /holds no ledger/, command(file, '--data', path('nowhere'))],
    ];
    for (const [code, message, ending] of failures) {
      const ended = await ending;
      expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(message)]);
      expect(ended.err).not.toMatch(/^\s+at /m);
    }
    expect((await service.get('/v1/learners/emp-9')).status).toBe(404);
    expect(await command(file)).toMatchObject({ code: 0, out: expect.stringMatching(/^1 rows: 1 recorded/) });
  }, 180_000);
});
