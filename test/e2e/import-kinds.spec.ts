import { CommandBus } from '@nestjs/cqrs';
import { ImportRows, ROWS_PER_KEY_CHECK } from '../../src/imports/import-rows.js';
import { ROWS_PER_REQUEST_MAX, type RowOutcome } from '../../src/imports/rows.js';
import { newPlace } from '../support/places.js';
import { ORGANIZATION, Service } from '../support/service.js';

type Row = Readonly<Record<string, unknown>>;
const row = (id: string, kind: string, more: Row): Row => ({ source: 'hr', row: id, kind, ...more });
const ada = (id: string, kind: string, more: Row = {}): Row => row(id, kind, { learner: 'ada', ...more });

const definitions: readonly Row[] = [
  row('g1', 'group', { group: 'G1', title: 'Nurses' }),
  row('c1', 'course', {
    course: 'C1',
    title: 'Course',
    activities: [
      { activity: 'A1', kind: 'assessment', maxScore: '20' },
      { activity: 'A2', kind: 'assessment' },
      { activity: 'L1', kind: 'lesson' },
      { activity: 'T1', kind: 'attendance' },
    ],
  }),
  row('c2', 'course', {
    course: 'C2',
    title: 'Course with criteria',
    activities: [{ activity: 'Q1', kind: 'quiz' }],
    criteria: { quiz: 'Q1', minScore: '60' },
  }),
  row('p1', 'learning-plan', { learningPlan: 'P1', title: 'Plan', criteria: { course: 'C1' }, acceptReportedCompletion: true }),
  row('s1', 'scheme', {
    scheme: 'S1',
    title: 'Scheme',
    published: '2024-01-01',
    timeZone: 'UTC',
    validity: 'perpetual',
    schemeKind: 'external',
    criteria: { course: 'C2' },
    items: [{ course: 'C2' }, { course: 'C1' }],
  }),
];

/** The append to a record at which the key is revoked. */
const HALF = 240;

describe('every kind of row', () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.memory();
    expect(await codes(definitions)).toEqual(definitions.map(() => 'recorded'));
  });
  afterAll(() => service.stop());

  async function send(rows: readonly Row[]): Promise<readonly RowOutcome[]> {
    const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows } });
    expect(answer.status).toBe(200);
    return answer.json<{ rows: RowOutcome[] }>().rows;
  }
  const codes = async (rows: readonly Row[]): Promise<string[]> => (await send(rows)).map(({ outcome, code }) => code ?? outcome);
  /** The data of the events of one type that were recorded since. */
  async function since(count: number, type: string): Promise<readonly object[]> {
    return (await recorded()).slice(count).flatMap((event) => (event.type === type ? [event.data] : []));
  }
  const count = async (): Promise<number> => (await recorded()).length;
  /** What the rows themselves recorded: that some were refused is the audit's to remember. */
  const recorded = async () => (await service.events()).filter(({ type }) => type !== 'AttemptRefused');

  it('definitions come whole: a plan, a group, a scheme with its items and kind', async () => {
    expect(await since(0, 'GroupDefined')).toEqual([{ group: 'G1', title: 'Nurses' }]);
    expect(await since(0, 'LearningPlanPublished')).toEqual([expect.objectContaining({ learningPlan: 'P1', edition: 1 })]);
    const [scheme] = await since(0, 'SchemePublished');
    expect(scheme).toMatchObject({
      kind: 'external',
      items: [{ course: 'C2' }, { course: 'C1' }],
      validity: { perpetual: true },
    });
    expect(await codes(definitions)).toEqual(definitions.map(() => 'replayed'));
  });

  it('rules 001-10, 003-1: a learner is enrolled, does things, leaves and comes back', async () => {
    const before = await count();
    const rows = [
      ada('l', 'learner', { groups: ['G1'] }),
      ada('e1', 'enrolment', { course: 'C1', enrolledOn: '2024-01-01' }),
      ada('e2', 'enrolment', { course: 'C1', enrolledOn: '2024-01-02' }),
      ada('a1', 'activity', { course: 'C1', activity: 'A1', activityKind: 'assessment', score: '20', reportedOn: '2024-01-03' }),
      ada('a2', 'activity', { course: 'C1', activity: 'L1', activityKind: 'lesson', percent: 40, reportedOn: '2024-01-03' }),
      ada('a3', 'activity', { course: 'C1', activity: 'T1', activityKind: 'attendance', count: 2, reportedOn: '2024-01-03' }),
      ada('w1', 'withdrawal', { course: 'C1', withdrawnOn: '2024-02-01', reasonCode: 'left', reason: 'Left the ward.' }),
      ada('a4', 'activity', { course: 'C1', activity: 'A2', activityKind: 'assessment', score: '70', reportedOn: '2024-02-02' }),
      ada('e3', 'enrolment', { course: 'C1', enrolledAt: '2024-03-01T00:00:00Z' }),
      ada('a5', 'activity', {
        course: 'C1',
        activity: 'A1',
        activityKind: 'assessment',
        score: '15',
        carriedOver: true,
        reportedOn: '2024-01-03',
      }),
    ];
    const expected = ['recorded', 'recorded', 'unchanged', ...Array<string>(7).fill('recorded')];
    expect(await codes(rows)).toEqual(expected);
    expect(await since(before, 'LearnerEnrolled')).toMatchObject([
      { enrolment: 1, effective: { date: '2024-01-01' } },
      { enrolment: 2, effective: { instant: '2024-03-01T00:00:00Z' } },
    ]);
    const reports = await since(before, 'ActivityReported');
    expect(reports).toMatchObject([
      { activity: 'A1', enrolment: 1, score: '20' },
      { activity: 'L1', percent: 40 },
      { activity: 'T1', count: 2 },
      { activity: 'A2', enrolment: 1, notCounted: 'after-withdrawal' },
      { activity: 'A1', enrolment: 2, carriedOver: true },
    ]);
    expect(reports.filter((report) => 'notCounted' in report)).toHaveLength(1);
    expect(reports.filter((report) => 'carriedOver' in report)).toHaveLength(1);
    const [withdrawn] = await since(before, 'EnrolmentWithdrawn');
    expect(withdrawn).toMatchObject({ enrolment: 1, reasonCode: 'left' });
    expect(JSON.stringify(withdrawn)).not.toContain('ward');
    const after = await count();
    // What changed nothing is not remembered and is decided again.
    expect(await codes(rows)).toEqual(expected.map((outcome) => (outcome === 'unchanged' ? outcome : 'replayed')));
    expect(await count()).toBe(after);
  });

  it('rules 001-4, 000-2: an assignment is fulfilled by what the learner did, reported without a score or with one', async () => {
    const before = await count();
    const quiz = (id: string, more: Row): Row =>
      ada(id, 'activity', { course: 'C2', activity: 'Q1', activityKind: 'quiz', ...more });
    const rows = [
      ada('s', 'assignment', { scheme: 'S1', assignedOn: '2024-01-01', due: '2030-01-01' }),
      quiz('q1', { reportedOn: '2024-04-01' }),
      quiz('q2', { reportedOn: '2024-04-02', score: '59.9' }),
    ];
    expect(await codes(rows)).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await since(before, 'SchemeAssigned')).toMatchObject([{ scheme: 'S1', due: { date: '2030-01-01' } }]);
    expect(await since(before, 'CourseCompleted')).toEqual([]);
    expect(await codes([quiz('q3', { reportedOn: '2024-04-03', score: '60' })])).toEqual(['recorded']);
    expect(await since(before, 'CourseCompleted')).toMatchObject([{ course: 'C2', how: 'criteria' }]);
    expect(await since(before, 'CertificationAwarded')).toMatchObject([{ scheme: 'S1', how: 'automatic' }]);
    expect(await codes([ada('pc', 'plan-completion', { learningPlan: 'P1', completedOn: '2024-05-01' })])).toEqual(['recorded']);
    expect(await since(before, 'LearningPlanCompleted')).toMatchObject([{ learningPlan: 'P1', how: 'reported' }]);
  });

  it('what lacks its date is refused with a code of its own and changes nothing', async () => {
    const before = await count();
    const rows = [
      ada('d1', 'enrolment', { course: 'C1' }),
      ada('d2', 'withdrawal', { course: 'C1' }),
      ada('d3', 'activity', { course: 'C1', activity: 'A1', activityKind: 'assessment' }),
      ada('d4', 'completion', { course: 'C1' }),
      ada('d5', 'plan-completion', { learningPlan: 'P1' }),
    ];
    const outcomes = await send(rows);
    expect(outcomes.map(({ row: id, code }) => [id, code])).toEqual(rows.map(({ row: id }) => [id, 'DATE_MISSING']));
    const names = ['enrolled', 'withdrawn', 'reported', 'completed', 'completed'];
    expect(outcomes.map(({ reason }) => reason)).toEqual(names.map((name) => expect.stringMatching(`${name}At .* ${name}On`)));
    expect(await count()).toBe(before);
  });

  it('bad rows are refused one by one, each with what, where and how to mend it', async () => {
    const before = await count();
    const activity = (id: string, more: Row): Row =>
      ada(id, 'activity', { course: 'C1', activity: 'A1', activityKind: 'assessment', reportedOn: '2024-03-04', ...more });
    const bad: readonly [Row, code: string, pointer: string | undefined][] = [
      [activity('b1', { score: 'NaN' }), 'ROW_INVALID', '/score'],
      [activity('b2', { score: '20.1' }), 'SCORE_OUT_OF_RANGE', '/score'],
      [activity('b3', { activity: 'none' }), 'ACTIVITY_UNKNOWN', '/activity'],
      [activity('b4', { reportedOn: '2023-01-01' }), 'ACTIVITY_BEFORE_ENROLMENT', '/reportedOn'],
      [activity('b5', { reportedOn: '2999-01-01' }), 'EFFECTIVE_IN_FUTURE', '/reportedOn'],
      [activity('b6', { percent: 50 }), 'ACTIVITY_RESULT_UNFIT', '/percent'],
      [ada('b7', 'withdrawal', { course: 'C2', withdrawnOn: '2024-05-01' }), 'NOT_ENROLLED', '/course'],
      [ada('b8', 'completion', { course: 'C2', completedOn: '2024-05-01' }), 'COMPLETED_BY_CRITERIA', undefined],
      [ada('b9', 'learner', { groups: 'G1' }), 'ROW_INVALID', '/groups'],
      [
        row('b10', 'scheme', {
          ...definitions[4],
          row: 'b10',
          scheme: 'S2',
          criteria: { all: [{ course: 'C1' }, { course: 'C9' }] },
        }),
        'COURSE_UNKNOWN',
        '/criteria/all/1',
      ],
      [
        row('b11', 'course', { course: 'C3', title: 'Course', criteria: { all: [{ lesson: 'L9' }] } }),
        'ACTIVITY_UNKNOWN',
        '/criteria/all/0',
      ],
    ];
    const outcomes = await send(bad.map(([one]) => one));
    expect(outcomes.map(({ code, pointer }) => [code, pointer])).toEqual(bad.map(([, code, pointer]) => [code, pointer]));
    expect(outcomes.every(({ outcome, reason }) => outcome === 'refused' && /\S/.test(reason!))).toBe(true);
    expect(await count()).toBe(before);
  });

  it('the key of a batch is asked for again after so many rows, and once it has fallen no row is sent', async () => {
    const rows = Array.from({ length: 3 * ROWS_PER_KEY_CHECK }, (_, at) => row(`k${at}`, 'learner', { learner: `key-${at}` }));
    let asked = 0;
    const principal = {
      organization: ORGANIZATION,
      actor: { key: 'test', role: 'admin' },
      stands: async () => (asked += 1) < 3,
    };
    const command = new ImportRows(principal, 'B1', '0190a1b2-0000-4000-8000-0000000000c1', { rows: [...rows] });
    const { rows: outcomes } = await service.started.app.get(CommandBus).execute(command);
    const codesOf = outcomes.map(({ outcome, code }) => code ?? outcome);
    expect(codesOf.slice(0, 2 * ROWS_PER_KEY_CHECK)).toEqual(Array(2 * ROWS_PER_KEY_CHECK).fill('recorded'));
    expect(codesOf.slice(2 * ROWS_PER_KEY_CHECK)).toEqual(Array(ROWS_PER_KEY_CHECK).fill('KEY_REVOKED'));
    expect(outcomes.at(-1)).toMatchObject({
      row: `k${3 * ROWS_PER_KEY_CHECK - 1}`,
      reason: expect.stringMatching(/key that stands/),
    });
    expect(asked).toBe(3);
    // With a key that stands the same rows are completed, nothing doubled.
    expect(await codes(rows)).toEqual([
      ...Array<string>(2 * ROWS_PER_KEY_CHECK).fill('replayed'),
      ...Array<string>(ROWS_PER_KEY_CHECK).fill('recorded'),
    ]);
  });
});

describe('a key that is revoked in the middle of a batch', () => {
  it('records nothing from the next look at it on; another key completes the batch', async () => {
    const engines = await newPlace().open();
    const { store } = engines;
    const append = store.append.bind(store);
    let records = 0;
    let atHalf = async (): Promise<void> => undefined;
    store.append = async (stream, events, options) => {
      if (stream.startsWith('record-') && (records += 1) === HALF) await atHalf();
      return append(stream, events, options);
    };
    const service = await Service.start(engines);
    const issued = await service.post('/v1/keys', { service: 'hr-export', roles: ['admin'] });
    const { key, token } = issued.json<{ key: string; token: string }>();
    atHalf = async () => {
      await service.write(`/v1/keys/${key}/revocation`, { reason: { code: 'lost', text: 'Left in a train.' } });
    };
    // One learner, so that the rows go one after the other.
    const visits = Array.from({ length: ROWS_PER_REQUEST_MAX - 2 }, (_, at) =>
      ada(`a${at}`, 'activity', { course: 'C1', activity: 'T1', activityKind: 'attendance', reportedOn: '2024-01-03' }),
    );
    const rows = [definitions[1]!, ada('l', 'learner'), ...visits];
    const send = async (by?: string): Promise<string[]> => {
      const answer = await service.request('POST', '/v1/imports/B1/rows', {
        body: { rows },
        ...(by === undefined ? {} : { token: by }),
      });
      expect(answer.status).toBe(200);
      return answer.json<{ rows: RowOutcome[] }>().rows.map(({ outcome, code }) => code ?? outcome);
    };
    const first = await send(token);
    const recorded = first.indexOf('KEY_REVOKED');
    expect(recorded).toBeGreaterThanOrEqual(HALF);
    expect(recorded).toBeLessThanOrEqual(HALF + ROWS_PER_KEY_CHECK + 1);
    expect(new Set(first.slice(0, recorded))).toEqual(new Set(['recorded']));
    expect(new Set(first.slice(recorded))).toEqual(new Set(['KEY_REVOKED']));
    const next = await service.request('POST', '/v1/imports/B1/rows', { body: { rows }, token });
    expect([next.status, next.json<{ code: string }>().code]).toEqual([401, 'UNAUTHENTICATED']);
    const again = await send();
    expect(new Set(again.slice(0, recorded))).toEqual(new Set(['replayed']));
    expect(new Set(again.slice(recorded))).toEqual(new Set(['recorded']));
    await service.stop();
  });
});
