import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runProgram, SpawnedService } from '../support/spawned-service.js';
import { temporaryFolder } from '../support/service.js';

const EXTRACT = resolve(__dirname, '../../examples/oulad/extract');

interface Summary {
  readonly rows: number;
  readonly recorded: number;
  readonly replayed: number;
  readonly unchanged: number;
  readonly refused: number;
}

/** The example data through the command line, as a newcomer would import them. */
describe('the extract of the example data', () => {
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

  async function run(file: string): Promise<{ code: number | null; summary: Summary; outcomes: string[] }> {
    const results = path('results.ndjson');
    const { code, out } = await runProgram(['import', file, '--json', '--results', results], {
      cwd: folder.path,
      settings: { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: service.token },
    });
    const lines = readFileSync(results, 'utf8').trimEnd().split('\n');
    const outcomes = lines.map((line) => JSON.parse(line) as { outcome: string; code?: string });
    return { code, summary: JSON.parse(out) as Summary, outcomes: outcomes.map(({ outcome, code: why }) => why ?? outcome) };
  }

  it('is recorded to the last row, and its CSV holds the same rows', async () => {
    const whole = await run(join(EXTRACT, 'rows.ndjson'));
    expect(whole.summary).toMatchObject({ rows: 469, recorded: 469, replayed: 0, unchanged: 0, refused: 0 });
    expect(whole.code).toBe(0);
    const csv = await run(join(EXTRACT, 'rows.csv'));
    expect(csv.summary).toMatchObject({ rows: 159, recorded: 0, replayed: 159, unchanged: 0, refused: 0 });
  }, 180_000);

  it('certifies whom count.mjs says', async () => {
    const replayed = await runProgram(['replay', '--json'], {
      cwd: folder.path,
      settings: { CERTLEDGER_URL: service.url, CERTLEDGER_KEY: service.token },
    });
    const { byType } = JSON.parse(replayed.out) as { byType: Record<string, number> };
    expect(byType).toMatchObject({
      LearnerRegistered: 40,
      LearnerEnrolled: 58,
      ActivityReported: 308,
      CourseCompleted: 38,
      EnrolmentWithdrawn: 15,
      CertificationAwarded: 26 + 12 + 4,
    });
  }, 180_000);

  it('keeps two presentations of one module apart that a learner was in side by side', async () => {
    const { enrolments } = (await service.get('/v1/learners/25629/courses/BBB')).json<{ enrolments: object[] }>();
    expect(enrolments).toMatchObject([
      { number: 1, presentation: '2014B', closed: { how: 'withdrawn', effective: { instant: '2014-05-20T00:00:00Z' } } },
      { number: 2, presentation: '2013J', closed: { how: 'withdrawn', effective: { instant: '2013-09-01T00:00:00Z' } } },
    ]);
  }, 180_000);

  it('CSV: lists, trees, counts and yes or no stand in their cells as JSON, all else as text', async () => {
    const header =
      'kind,source,row,learner,groups,group,title,course,activities,criteria,activity,activityKind,count,carriedOver,reportedOn';
    const cells = (...given: [column: string, text: string][]): string =>
      header
        .split(',')
        .map((name) => {
          const text = new Map(given).get(name) ?? '';
          return `"${text.replaceAll('"', '""')}"`;
        })
        .join(',');
    const csv = (kind: string, id: string, ...given: [column: string, text: string][]): string =>
      cells(['kind', kind], ['source', 'csv'], ['row', id], ...given);
    const visit = (id: string, count: string, carriedOver: string): string =>
      csv(
        'activity',
        id,
        ['learner', '007'],
        ['course', 'X1'],
        ['activity', '12'],
        ['activityKind', 'attendance'],
        ['count', count],
        ['carriedOver', carriedOver],
        ['reportedOn', '2024-02-01'],
      );
    const rows = [
      csv('group', '1', ['group', 'night'], ['title', 'Night shift']),
      csv(
        'course',
        '2',
        ['course', 'X1'],
        ['title', 'Rounds'],
        ['activities', '[{"activity":"12","kind":"attendance"}]'],
        ['criteria', '{"attendance":"12","minCount":5}'],
      ),
      csv('learner', '3', ['learner', '007'], ['groups', '["night"]']),
      csv('learner', '4', ['learner', '008'], ['groups', 'night']),
      visit('5', '3', ''),
      visit('6', 'three', ''),
      visit('7', '2', 'true'),
      visit('8', '1', 'yes'),
    ];
    writeFileSync(path('cells.csv'), [header, ...rows].join('\n'));
    const { code, outcomes } = await run(path('cells.csv'));
    expect(outcomes).toEqual([
      'recorded',
      'recorded',
      'recorded',
      'ROW_INVALID',
      'recorded',
      'ROW_INVALID',
      'recorded',
      'ROW_INVALID',
    ]);
    expect(code).toBe(2);
    // Five visits, two of them carried over: the course is completed by its own criteria.
    expect((await service.get('/v1/learners/007/history')).text).toContain('CourseCompleted');
  }, 180_000);
});
