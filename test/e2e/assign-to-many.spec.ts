import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import type { NewEvent } from '../../src/ledger/envelope.js';
import type { AppendResult, ExpectedRevision } from '../../src/ledger/ports/event-store.js';
import { LEARNERS_PER_BATCH_MAX, LEARNERS_PER_KEY_CHECK } from '../../src/record/commands/assign-to-many.js';
import { keyFor } from '../support/access.js';
import { course, memoryEngines, newKey, scheme, Service, type Asked, type ProblemAnswer } from '../support/service.js';

interface Row {
  readonly learner: string;
  readonly outcome: string;
  readonly code?: string;
  readonly reason?: string;
}
interface Batch {
  readonly rows: readonly Row[];
  readonly next?: string;
}

/** Tells the test of each assignment just before it is stored. */
class WatchedEventStore extends MemoryEventStore {
  assigned: (() => Promise<void>) | undefined;

  override async append(
    stream: string,
    events: readonly NewEvent[],
    options: { expected: ExpectedRevision },
  ): Promise<AppendResult> {
    if (events[0]?.type === 'SchemeAssigned') await this.assigned?.();
    return super.append(stream, events, options);
  }
}

/** Everybody; every third is in the north. */
const EVERYBODY = Array.from({ length: 130 }, (_, number) => `emp-${number}`);
const NORTH = EVERYBODY.filter((_, number) => number % 3 === 0);
const store = new WatchedEventStore();
let service: Service;

beforeAll(async () => {
  service = await Service.start({ ...memoryEngines(), store });
  await service.write('/v1/groups', { group: 'north', title: 'North' });
  await service.write('/v1/groups', { group: 'empty', title: 'Nobody yet' });
  await service.write('/v1/courses', course('C1'));
  for (const id of ['listed', 'grouped', 'paged', 'reached', 'revoked', 'full'])
    await service.write('/v1/schemes', scheme(id, { course: 'C1' }));
  for (const learner of EVERYBODY)
    await service.write('/v1/learners', { learner, ...(NORTH.includes(learner) ? { groups: ['north'] } : {}) });
}, 60_000);
afterAll(() => service.stop());
afterEach(() => (store.assigned = undefined));

async function assign(of: string, body: object, asked: Asked = {}): Promise<Batch> {
  const answer = await service.post(`/v1/schemes/${of}/assignments`, body, asked);
  expect(answer.status).toBe(200);
  return answer.json<Batch>();
}
const outcomes = ({ rows }: Batch) => rows.map(({ outcome, code }) => code ?? outcome);
const refused = async (of: string, body: object, asked: Asked = {}) => {
  const answer = await service.post(`/v1/schemes/${of}/assignments`, body, asked);
  const { status, code, pointer, errors } = answer.json<ProblemAnswer>();
  return { status, code, places: errors?.map((place) => place.pointer) ?? [pointer] };
};

describe('assigning to many', () => {
  it('gives each learner of a list an outcome of its own, and the same again for the same key', async () => {
    const key = newKey();
    const body = { learners: ['emp-1', 'nobody', 'emp-2'], due: { date: '2025-01-01' } };
    const first = await assign('listed', body, { key });
    expect(first.rows).toEqual([
      { learner: 'emp-1', outcome: 'recorded' },
      { learner: 'nobody', outcome: 'refused', code: 'LEARNER_UNKNOWN', reason: expect.stringMatching(/Register/) },
      { learner: 'emp-2', outcome: 'recorded' },
    ]);
    expect(outcomes(await assign('listed', body, { key }))).toEqual(['replayed', 'LEARNER_UNKNOWN', 'replayed']);
    expect(outcomes(await assign('listed', body))).toEqual(['unchanged', 'LEARNER_UNKNOWN', 'unchanged']);
    // A longer list under the same key adds those who were not in it; other terms are another request.
    const longer = await assign('listed', { ...body, learners: ['emp-2', 'emp-3'] }, { key });
    expect(outcomes(longer)).toEqual(['replayed', 'recorded']);
    const other = await assign('listed', { ...body, due: { date: '2026-01-01' } }, { key });
    expect(outcomes(other)).toEqual(['IDEMPOTENCY_KEY_REUSED', 'LEARNER_UNKNOWN', 'IDEMPOTENCY_KEY_REUSED']);
    expect(outcomes(await assign('listed', { ...body, due: { date: '2026-01-01' } }))).toContain('ASSIGNMENT_OPEN');
  });

  it('finds the learners of a group', async () => {
    const { rows, next } = await assign('grouped', { matching: { group: 'north' } });
    expect(next).toBeUndefined();
    expect(rows.map(({ learner }) => learner).sort()).toEqual([...NORTH].sort());
    expect(new Set(rows.map(({ outcome }) => outcome))).toEqual(new Set(['recorded']));
    expect(await assign('grouped', { matching: { group: 'empty' } })).toEqual({ rows: [] });
  });

  it('finds everybody page by page, each once, whoever was registered a moment before', async () => {
    await service.write('/v1/learners', { learner: 'emp-late' });
    const seen: string[] = [];
    let page: Batch = await assign('paged', { matching: { everybody: true }, limit: 40 });
    for (;;) {
      expect(page.rows.length).toBeLessThanOrEqual(40);
      seen.push(...page.rows.map(({ learner }) => learner));
      if (page.next === undefined) break;
      page = await assign('paged', { matching: { everybody: true }, limit: 40, cursor: page.next });
    }
    expect(seen.sort()).toEqual([...EVERYBODY, 'emp-late'].sort());
  });

  it('reaches only those whom an administrator of some groups answers for', async () => {
    const { token } = await keyFor(service, 'head-of-north', ['admin'], { responsibility: ['north'] });
    const { rows } = await assign('reached', { matching: { everybody: true } }, { token });
    expect(rows.map(({ learner }) => learner).sort()).toEqual([...NORTH].sort());
    expect(outcomes(await assign('reached', { learners: ['emp-1'] }, { token }))).toEqual(['OUTSIDE_RESPONSIBILITY']);
  });

  it('a key that is revoked in the middle of a batch assigns nothing more', async () => {
    const { key, token } = await keyFor(service, 'leaver', ['admin']);
    let assigned = 0;
    store.assigned = async () => {
      if ((assigned += 1) === 7)
        await service.write(`/v1/keys/${key}/revocation`, { reason: { code: 'left-us', text: 'Went away.' } });
    };
    const learners = EVERYBODY.slice(0, 120);
    const rows = await assign('revoked', { learners }, { token });
    const expected = learners.map((_, index) => (index < LEARNERS_PER_KEY_CHECK ? 'recorded' : 'KEY_REVOKED'));
    expect(outcomes(rows)).toEqual(expected);
    expect(await refused('revoked', { learners }, { token })).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    // The rest goes under a key that stands.
    expect(new Set(outcomes(await assign('revoked', { learners })))).toEqual(new Set(['unchanged', 'recorded']));
  });

  it(`takes ${LEARNERS_PER_BATCH_MAX} learners and not one more`, async () => {
    const learners = Array.from({ length: LEARNERS_PER_BATCH_MAX }, (_, number) => `stranger-${number}`);
    const { rows } = await assign('full', { learners });
    expect(rows).toHaveLength(LEARNERS_PER_BATCH_MAX);
    const places = ['/learners'];
    expect(await refused('full', { learners: [...learners, 'one-more'] })).toEqual({
      status: 400,
      code: 'INVALID_REQUEST',
      places,
    });
    expect(await refused('full', { learners: [] })).toEqual({ status: 400, code: 'INVALID_REQUEST', places });
    const beyond = await refused('full', { matching: { everybody: true }, limit: LEARNERS_PER_BATCH_MAX + 1 });
    expect(beyond).toEqual({ status: 400, code: 'INVALID_REQUEST', places: ['/limit'] });
  });

  it.each([
    ['neither a list nor who matches', {}, 400, 'INVALID_REQUEST'],
    ['both', { learners: ['emp-1'], matching: { everybody: true } }, 400, 'INVALID_REQUEST'],
    ['a cursor with a list', { learners: ['emp-1'], cursor: 'x' }, 400, 'INVALID_REQUEST'],
    ['two due times', { learners: ['emp-1'], due: { date: '2025-01-01' }, completeWithin: 'P1D' }, 400, 'INVALID_REQUEST'],
    ['a group that nobody defined', { matching: { group: 'west' } }, 404, 'GROUP_UNKNOWN'],
    ['a cursor of another list', { matching: { everybody: true }, cursor: 'x' }, 400, 'INVALID_CURSOR'],
  ])('%s is refused as a whole', async (_, body, status, code) => {
    expect(await refused('full', body)).toMatchObject({ status, code });
  });

  it('has no single record to match, and needs a scheme', async () => {
    expect(await refused('full', { learners: ['emp-1'] }, { ifMatch: '"1"' })).toMatchObject({ code: 'INVALID_IF_MATCH' });
    expect(await refused('none', { learners: ['emp-1'] })).toMatchObject({ status: 404, code: 'SCHEME_UNKNOWN' });
  });
});
