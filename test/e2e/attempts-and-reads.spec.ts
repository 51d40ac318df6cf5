import { v4 as uuidv4 } from 'uuid';
import { ATTEMPTS_RECORDED_MAX } from '../../src/access/domain/attempts.js';
import type { Role } from '../../src/access/domain/roles.js';
import { RefusedAttempts } from '../../src/access/trail/refused-attempts.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import { STREAM_EVENTS_MAX } from '../../src/ledger/ledger.js';
import { EVENTS_PER_APPEND_MAX } from '../../src/ledger/ports/event-store.js';
import { issueKey, RefusingEventStore } from '../support/issue-key.js';
import { course, memoryEngines, ORGANIZATION, Service, TestClock } from '../support/service.js';

const clock = new TestClock();
const store = new RefusingEventStore();
let service: Service;

beforeAll(async () => {
  service = await Service.start({ ...memoryEngines(), store }, clock);
  await service.write('/v1/courses', course('C1'));
});
afterAll(() => service.stop());
afterEach(() => (store.refused = undefined));

/** A key of its own for each test, so that nobody's counts are in the way. */
const keyOf = (...roles: Role[]) => issueKey(service, roles);

const ofKey = async (kind: string, key: string): Promise<readonly StoredEvent[]> =>
  (await service.events()).filter(({ stream }) => stream.startsWith(`${kind}-${ORGANIZATION}-${key}-`));
const attemptsOf = (key: string) => ofKey('attempts', key);
const readsOf = (key: string) => ofKey('reads', key);
const learnerStream = (learner: string) => service.started.kernel.records.stream(ORGANIZATION, learner);

describe('refused attempts', () => {
  it('a missing right is recorded before it is answered: who, which operation, on what', async () => {
    const { key, token, person } = await keyOf('reporter');
    expect((await service.post('/v1/courses', course('C2'), { token })).status).toBe(403);
    const [event, ...more] = await attemptsOf(key);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: 'AttemptRefused',
      stream: `attempts-${ORGANIZATION}-${key}-2024-06-01`,
      data: { code: 'FORBIDDEN', operation: 'POST /v1/courses', target: 'C2', count: 1 },
      metadata: { actor: { key, person, role: 'reporter' }, origin: { kind: 'api' }, recordedAt: clock.now() },
    });
  });

  it('a refusal by the rules names the learner by the stream, and holds nothing of the payload', async () => {
    const { key, token } = await keyOf('admin');
    const learner = 'anna.mueller@example.org';
    const award = { effective: { date: '2024-04-01' }, reason: { code: 'recognised', text: 'Confided by her doctor.' } };
    const address = `/v1/learners/${encodeURIComponent(learner)}/schemes/NONE/awards`;
    expect((await service.post(address, award, { token })).status).toBe(404);
    await service.write('/v1/learners', { learner, name: 'Anna Müller' });
    expect((await service.post('/v1/learners', { learner, name: 'Anna Müller' }, { token })).json()).toMatchObject({
      code: 'LEARNER_EXISTS',
    });
    const events = await attemptsOf(key);
    const target = await learnerStream(learner);
    expect(events.map(({ data }) => data)).toEqual([
      {
        code: expect.stringMatching(/_UNKNOWN$/),
        operation: 'POST /v1/learners/:learner/schemes/:scheme/awards',
        target,
        count: 1,
      },
      { code: 'LEARNER_EXISTS', operation: 'POST /v1/learners', target, count: 2 },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/anna|müller|mueller|doctor|recognised/i);
  });

  it('an id that has not the form of one is left out, since a missing right is refused before all validation', async () => {
    const { key, token } = await keyOf('reporter');
    await service.post('/v1/courses/Anna%20M%C3%BCller/editions', {}, { token });
    await service.post('/v1/learners', { learner: ['Anna'], name: 'Anna' }, { token });
    await service.post('/v1/learners', { learner: 'x'.repeat(201) }, { token });
    expect((await attemptsOf(key)).map(({ data }) => data)).toEqual([
      { code: 'FORBIDDEN', operation: 'POST /v1/courses/:course/editions', count: 1 },
      { code: 'FORBIDDEN', operation: 'POST /v1/learners', count: 2 },
      { code: 'FORBIDDEN', operation: 'POST /v1/learners', count: 3 },
    ]);
  });

  it('what is malformed, unauthenticated or outdated is for the log only; a reused id is recorded', async () => {
    const { key, token } = await keyOf('admin', 'author');
    const before = await service.lastFact();
    expect((await service.post('/v1/courses', { course: 'C3' }, { token })).status).toBe(400);
    expect((await service.request('POST', '/v1/courses', { token, raw: '{', key: 'k' })).status).toBe(400);
    expect((await service.request('POST', '/v1/courses', { token, body: course('C3') })).status).toBe(400);
    expect((await service.get('/v1/audit/attempts?cursor=nonsense', { token })).status).toBe(400);
    expect((await service.get('/v1/nothing', { token })).status).toBe(404);
    expect((await service.get('/v1/courses', { token: null })).status).toBe(401);
    expect((await service.get('/v1/courses', { token: `${token.slice(0, -1)}0` })).status).toBe(401);
    expect((await service.post('/v1/courses', course('C3'), { token, ifMatch: '"999"' })).status).toBe(412);
    expect(await service.lastFact()).toBe(before);
    expect(await attemptsOf(key)).toEqual([]);
    await service.write('/v1/courses', course('C3'), { token, key: 'once' });
    expect((await service.post('/v1/courses', course('C4'), { token, key: 'once' })).status).toBe(422);
    expect((await attemptsOf(key)).map(({ data }) => data['code'])).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  it('5,000 refusals of one actor on one day make 39 events; another day and another actor begin anew', async () => {
    const { key, token } = await keyOf('admin');
    const refuse = async (times: number): Promise<void> => {
      for (let left = times; left > 0; left -= 50) {
        const answers = Array.from({ length: Math.min(left, 50) }, () => service.get('/v1/courses/NONE', { token }));
        expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([404]));
      }
    };
    await refuse(ATTEMPTS_RECORDED_MAX);
    expect(await attemptsOf(key)).toHaveLength(ATTEMPTS_RECORDED_MAX);
    await refuse(1);
    expect(await attemptsOf(key)).toHaveLength(ATTEMPTS_RECORDED_MAX);
    await refuse(5_000 - ATTEMPTS_RECORDED_MAX - 1);
    const counts = (await attemptsOf(key)).map(({ data }) => data['count'] as number).sort((a, b) => a - b);
    expect(counts).toHaveLength(ATTEMPTS_RECORDED_MAX + 7);
    expect(counts.slice(ATTEMPTS_RECORDED_MAX)).toEqual([64, 128, 256, 512, 1_024, 2_048, 4_096]);
    const today = clock.now();
    clock.set('2024-06-02T00:00:00.000Z');
    await refuse(1);
    clock.set(today);
    expect((await attemptsOf(key)).at(-1)).toMatchObject({
      stream: `attempts-${ORGANIZATION}-${key}-2024-06-02`,
      data: { count: 1 },
    });
    const other = await keyOf('admin');
    await service.get('/v1/courses/NONE', { token: other.token });
    expect(await attemptsOf(other.key)).toMatchObject([{ data: { count: 1 } }]);
  }, 120_000);

  it('after a restart the count goes on from the last recorded one, and four eyes are never folded into the doubling', async () => {
    const { key, person } = await keyOf('reviewer');
    const principal = { organization: ORGANIZATION, actor: { key, person, role: 'reviewer' } };
    const refuse = async (process: RefusedAttempts, code: string, times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1)
        await process.record({ principal, request: uuidv4(), what: { code, operation: 'POST /v1/approvals' } });
    };
    const first = new RefusedAttempts(service.started.kernel.ledger);
    await refuse(first, 'LEARNER_UNKNOWN', 40);
    await refuse(first, 'FOUR_EYES', 2);
    await refuse(first, 'LEARNER_UNKNOWN', 5);
    const restarted = new RefusedAttempts(service.started.kernel.ledger);
    await refuse(restarted, 'LEARNER_UNKNOWN', 64 - 42);
    const recorded = (await attemptsOf(key)).map(({ data }) => [data['code'], data['count']]).slice(ATTEMPTS_RECORDED_MAX);
    expect(recorded).toEqual([
      ['FOUR_EYES', 41],
      ['FOUR_EYES', 42],
      ['LEARNER_UNKNOWN', 64],
    ]);
  });

  it('an actor whose count was dropped from memory goes on from the last recorded one', async () => {
    const [first, second, third] = [await keyOf('admin'), await keyOf('admin'), await keyOf('admin')];
    const attempts = new RefusedAttempts(service.started.kernel.ledger, 2);
    const refuse = async ({ key, person }: typeof first, times: number): Promise<void> => {
      const principal = { organization: ORGANIZATION, actor: { key, person, role: 'admin' } };
      for (let time = 0; time < times; time += 1)
        await attempts.record({
          principal,
          request: uuidv4(),
          what: { code: 'COURSE_UNKNOWN', operation: 'GET /v1/courses/:course' },
        });
    };
    await refuse(first, ATTEMPTS_RECORDED_MAX + 10);
    await refuse(second, 1);
    await refuse(first, 1);
    await refuse(second, ATTEMPTS_RECORDED_MAX);
    await refuse(third, 1);
    // The first one is counted no more, and eleven that made no event are forgotten.
    await refuse(first, ATTEMPTS_RECORDED_MAX - 1);
    expect(await attemptsOf(first.key)).toHaveLength(ATTEMPTS_RECORDED_MAX);
    await refuse(first, 1);
    expect((await attemptsOf(first.key)).at(-1)).toMatchObject({ data: { count: 2 * ATTEMPTS_RECORDED_MAX } });
  });

  it('an import writes one summary, however many rows it refuses; a dry run writes nothing', async () => {
    const { key, token } = await keyOf('admin');
    const completion = (row: number, courseId: string) => ({
      kind: 'completion',
      source: 'lms',
      row: `${key} ${row}`,
      learner: `learner-${row}`,
      course: courseId,
      completedOn: '2024-03-15',
    });
    const learner = `learner ${key}`;
    const unknown = Array.from({ length: 400 }, (_, row) => completion(row, 'C1'));
    const rows = [
      ...unknown,
      { kind: 'learner', source: 'lms', row: `${key} learner`, learner },
      { ...completion(400, 'NONE'), learner },
      { kind: 'completion' },
    ];
    const path = '/v1/imports/batch-1/rows';
    const dry = await service.request('POST', path, { token, body: { rows, dryRun: uuidv4() } });
    expect(dry.json<{ rows: { outcome: string }[] }>().rows.filter(({ outcome }) => outcome === 'refused')).toHaveLength(402);
    expect(await attemptsOf(key)).toEqual([]);
    expect((await service.request('POST', path, { token, body: { rows } })).status).toBe(200);
    expect((await attemptsOf(key)).map(({ data }) => data)).toEqual([
      {
        code: 'LEARNER_UNKNOWN',
        operation: 'POST /v1/imports/:batch/rows',
        count: 1,
        rows: { LEARNER_UNKNOWN: 400, COURSE_UNKNOWN: 1, ROW_INVALID: 1 },
      },
    ]);
  });

  it('a refusal that cannot be recorded stays the refusal that it is', async () => {
    const { key, token } = await keyOf('reporter');
    store.refused = /^attempts-/;
    expect((await service.post('/v1/courses', course('C5'), { token })).json()).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await service.get('/v1/learners/nobody', { token })).json()).toMatchObject({ status: 404, code: 'LEARNER_UNKNOWN' });
    store.refused = undefined;
    await service.get('/v1/learners/nobody', { token });
    expect((await attemptsOf(key)).map(({ data }) => data['count'])).toEqual([3]);
  });
});

describe('recorded reads', () => {
  it('each query of an auditor is recorded when it is answered, with the learner as a stream', async () => {
    const { key, token, person } = await keyOf('auditor');
    await service.write('/v1/learners', { learner: 'emp 7' });
    const url = `/v1/learners/emp%207?minPosition=${await service.end()}`;
    for (const times of [1, 2]) {
      expect((await service.get(url, { token })).status).toBe(200);
      expect(await readsOf(key)).toHaveLength(times);
    }
    await service.get('/v1/courses/C1', { token });
    await service.get('/v1/schemes', { token });
    const events = await readsOf(key);
    expect(events.map(({ data }) => data).slice(1)).toEqual([
      { operation: 'GET /v1/learners/:learner', target: await learnerStream('emp 7') },
      { operation: 'GET /v1/courses/:course', target: 'C1' },
      { operation: 'GET /v1/schemes' },
    ]);
    expect(events[0]).toMatchObject({
      type: 'RecordRead',
      stream: `reads-${ORGANIZATION}-${key}-2024-06-01`,
      metadata: { actor: { key, person, role: 'auditor' }, recordedAt: clock.now() },
    });
    expect(JSON.stringify(events)).not.toContain('emp 7');
  });

  it('nothing is recorded as read that was not answered, nor what others than auditors read', async () => {
    const auditor = await keyOf('auditor');
    expect((await service.get('/v1/learners/nobody', { token: auditor.token })).status).toBe(404);
    expect((await service.get('/v1/courses?limit=0', { token: auditor.token })).status).toBe(400);
    expect((await service.post('/v1/courses', course('C6'), { token: auditor.token })).status).toBe(403);
    expect(await readsOf(auditor.key)).toEqual([]);
    expect((await attemptsOf(auditor.key)).map(({ data }) => data['code'])).toEqual(['LEARNER_UNKNOWN', 'FORBIDDEN']);
    const reporter = await keyOf('reporter');
    expect((await service.get('/v1/courses', { token: reporter.token })).status).toBe(200);
    expect((await service.get('/health/ready', { token: null })).status).toBe(200);
    expect(await readsOf(reporter.key)).toEqual([]);
  });

  it('a read that cannot be recorded is refused, and nothing of the answer leaves, nor a header of it', async () => {
    const { key, token } = await keyOf('auditor');
    store.refused = /^reads-/;
    for (const url of ['/v1/courses/C1', '/v1/events']) {
      const answer = await service.get(url, { token });
      expect(answer.json()).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
      expect(answer.headers).not.toHaveProperty('etag');
      expect(answer.headers).not.toHaveProperty('certledger-next');
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
    store.refused = undefined;
    expect((await service.get('/v1/courses/C1', { token })).headers).toHaveProperty('etag');
    expect(await readsOf(key)).toHaveLength(1);
  });

  it(`a day holds ${STREAM_EVENTS_MAX} reads of an auditor; the next one is refused`, async () => {
    const { key, token } = await keyOf('auditor');
    await service.get('/v1/courses', { token });
    const [sample] = await readsOf(key);
    const { type, data, metadata, stream } = sample!;
    for (let revision = 0; revision < STREAM_EVENTS_MAX - 2;) {
      const events = Array.from({ length: Math.min(EVENTS_PER_APPEND_MAX, STREAM_EVENTS_MAX - 2 - revision) }, () => ({
        id: uuidv4(),
        type,
        data,
        metadata: { ...metadata, commandId: uuidv4() },
      }));
      revision = (await store.append(stream, events, { expected: revision })).revision;
    }
    expect((await service.get('/v1/courses', { token })).status).toBe(200);
    expect((await service.get('/v1/courses', { token })).json()).toMatchObject({ status: 409, code: 'STREAM_FULL' });
  }, 60_000);

  it('an export is recorded whoever asks, one read a page, and ends though each page adds to the log', async () => {
    const { key, token } = await keyOf('reporter');
    let pages = 0;
    let lines = 0;
    for (let after = ''; ; pages += 1) {
      const page = await service.get(`/v1/events${after}`, { token });
      expect(page.status).toBe(200);
      expect(await readsOf(key)).toHaveLength(pages + 1);
      lines += page.text.split('\n').length - 1;
      after = `?after=${page.headers['certledger-next']}`;
      if (page.headers['certledger-end'] === 'true') break;
    }
    expect(pages).toBeGreaterThan(1);
    // Only the read of the last page is not in it.
    expect(lines).toBe((await service.events()).length - 1);
    expect((await readsOf(key))[0]!.data).toEqual({ operation: 'GET /v1/events' });
  }, 60_000);
});
