import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import type { NewEvent } from '../../src/ledger/envelope.js';
import { LedgerError } from '../../src/ledger/errors.js';
import type { AppendResult, ExpectedRevision } from '../../src/ledger/ports/event-store.js';
import { RECORDS_PER_KEY_CHECK } from '../../src/record/commands/confirm-revocations.js';
import { REVOCATIONS_SHOWN } from '../../src/record/commands/preview-revocations.js';
import { REVOCATIONS_PER_BATCH_MAX } from '../../src/record/domain/revocation-batch.js';
import { keyFor } from '../support/access.js';
import {
  course,
  eventually,
  memoryEngines,
  newKey,
  scheme,
  Service,
  type Asked,
  type ProblemAnswer,
} from '../support/service.js';

const REASON = { code: 'issued-in-error', text: 'The exam of Mr. Żółty was void.' };

interface Row {
  readonly learner?: string;
  readonly cycle: number;
  readonly outcome: string;
  readonly step?: string;
  readonly code?: string;
  readonly changed?: true;
}
interface Preview {
  readonly digest: string;
  readonly position: string;
  readonly counts: { readonly matching: number; readonly revoke: number; readonly propose: number; readonly refused: number };
  readonly rows: readonly Row[];
  readonly refused: readonly Row[];
  readonly gone?: readonly string[];
}
interface Batch {
  readonly counts: { readonly revoked: number; readonly proposed: number; readonly refused: number };
  readonly rows: readonly Row[];
}

/** Tells the test of each confirmation and of each revocation just before it is stored. */
class WatchedEventStore extends MemoryEventStore {
  confirmed: (() => Promise<void>) | undefined;
  revoked: (() => Promise<void>) | undefined;

  override async append(
    stream: string,
    events: readonly NewEvent[],
    options: { expected: ExpectedRevision },
  ): Promise<AppendResult> {
    if (events[0]?.type === 'RevocationsConfirmed') await this.confirmed?.();
    if (events.some(({ type }) => type === 'CertificationRevoked')) await this.revoked?.();
    return super.append(stream, events, options);
  }
}

const store = new WatchedEventStore();
let service: Service;
let second: string;
beforeAll(async () => {
  service = await Service.start({ ...memoryEngines(), store });
  second = (await keyFor(service, 'second', ['admin'])).token;
  await service.write('/v1/groups', { group: 'north', title: 'North' });
}, 60_000);
afterAll(() => service.stop());
afterEach(() => {
  store.revoked = undefined;
  store.confirmed = undefined;
});
const byLearner = <Item extends { readonly learner?: string }>(rows: readonly Item[]): readonly Item[] =>
  [...rows].sort((one, other) => (one.learner! < other.learner! ? -1 : 1));

const BATCH_ROWS = 250;
/** Imports learners who complete the course of a scheme of this name, and so are certified; each in a batch of the import. */
async function certified(
  name: string,
  learners: number,
  more: { batch?: string; from?: number; scheme?: object } = {},
): Promise<void> {
  const { batch = name, from = 0 } = more;
  if (from === 0) {
    await service.write('/v1/courses', course(name));
    await service.write('/v1/schemes', scheme(name, { course: name }, more.scheme));
  }
  const rows = Array.from({ length: learners }, (_, index) => `${name}-${from + index}`).flatMap((learner, index) => [
    {
      kind: 'learner',
      source: 'lms',
      row: `${learner} itself`,
      learner,
      ...((from + index) % 2 === 0 ? { groups: ['north'] } : {}),
    },
    { kind: 'completion', source: 'lms', row: learner, learner, course: name, completedOn: `2024-0${1 + (index % 3)}-15` },
  ]);
  for (let sent = 0; sent < rows.length; sent += BATCH_ROWS * 2) {
    const answer = await service.request('POST', `/v1/imports/${batch}/rows`, {
      body: { rows: rows.slice(sent, sent + BATCH_ROWS * 2) },
    });
    expect([answer.status, answer.text.includes('refused')]).toEqual([200, false]);
  }
}
async function preview(filter: object, asked: Asked = {}, since?: string): Promise<Preview> {
  const answer = await service.request('POST', '/v1/revocations/preview', {
    body: { filter, ...(since === undefined ? {} : { since }) },
    ...asked,
  });
  expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' });
  return answer.json<Preview>();
}
const confirming = (filter: object, { digest, position }: Preview, asked: Asked = {}) =>
  service.post('/v1/revocations', { filter, digest, position, reason: REASON }, asked);
async function confirmed(filter: object, previewed: Preview, asked: Asked = {}): Promise<Batch> {
  const answer = await confirming(filter, previewed, asked);
  expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' });
  return answer.json<Batch>();
}
async function refused(url: string, body: unknown, asked: Asked = {}) {
  const { status, code, pointer, errors } = (await service.post(url, body, asked)).json<ProblemAnswer>();
  return { status, code, places: errors?.map((place) => place.pointer) ?? [pointer] };
}
const revocations = async (name: string): Promise<number> =>
  (await service.events()).filter(({ type, data }) => type === 'CertificationRevoked' && data['scheme'] === name).length;
const statusOf = async (learner: string, of: string) =>
  (await service.get(`/v1/learners/${learner}/schemes/${of}?minPosition=${await service.end()}`)).json<{ status: string }>()
    .status;
const write = (learner: string, path: string, body: object, asked: Asked = {}) =>
  service.write(`/v1/learners/${learner}/${path}`, body, asked);

describe('a preview', () => {
  beforeAll(() => certified('seen', 6));

  it('counts, shows the first, writes nothing, and gives the same digest again', async () => {
    const before = await service.lastFact();
    const first = await preview({ scheme: 'seen' });
    expect(first.counts).toEqual({ matching: 6, revoke: 6, propose: 0, refused: 0 });
    expect(first.rows).toHaveLength(6);
    expect(byLearner(first.rows)[0]).toMatchObject({
      learner: 'seen-0',
      cycle: 1,
      outcome: 'revoke',
      effective: { date: '2024-01-15' },
    });
    expect((await preview({ scheme: 'seen' })).digest).toBe(first.digest);
    expect(await service.lastFact()).toBe(before);
  });

  it('finds by edition, group, days of the award, instants of its recording, and the import that made it', async () => {
    service.clock.set('2024-06-01T13:00:00.000Z');
    await certified('seen', 3, { from: 6, batch: 'late-batch' });
    const matching = async (more: object) => (await preview({ scheme: 'seen', ...more })).counts.matching;
    const noon = '2024-06-01T12:00:00.000Z';
    const one = '2024-06-01T13:00:00.000Z';
    expect(await matching({})).toBe(9);
    expect([await matching({ edition: 1 }), await matching({ edition: 2 })]).toEqual([9, 0]);
    expect(await matching({ group: 'north' })).toBe(5);
    expect(await matching({ awardedFrom: '2024-02-15', awardedUntil: '2024-02-15' })).toBe(3);
    expect([await matching({ awardedFrom: '2024-02-16' }), await matching({ awardedUntil: '2024-02-14' })]).toEqual([3, 3]);
    expect([await matching({ recordedFrom: noon, recordedUntil: one }), await matching({ recordedFrom: one })]).toEqual([6, 3]);
    expect((await preview({ import: { batch: 'late-batch' } })).counts.matching).toBe(3);
    expect((await preview({ import: { batch: 'late-batch', source: 'lms' } })).counts.matching).toBe(3);
    expect((await preview({ import: { batch: 'late-batch', source: 'hr' } })).counts.matching).toBe(0);
    expect((await preview({ import: { batch: 'seen' }, scheme: 'seen' })).counts.matching).toBe(6);
  });

  it('says of each that would be refused why, and leaves out whom the caller does not answer for', async () => {
    await write('seen-1', 'schemes/seen/revocations', { reason: REASON });
    const all = await preview({ scheme: 'seen' });
    expect(all.counts).toEqual({ matching: 9, revoke: 8, propose: 0, refused: 1 });
    expect(all.refused).toEqual([
      expect.objectContaining({
        learner: 'seen-1',
        outcome: 'refused',
        code: 'ALREADY_REVOKED',
        reason: expect.stringMatching(/\w/),
      }),
    ]);
    const { token } = await keyFor(service, 'of-the-north', ['admin'], { responsibility: ['north'] });
    expect((await preview({ scheme: 'seen' }, { token })).counts.matching).toBe(5);
  });

  it.each([
    ['everything at once', { filter: {} }, 400, 'INVALID_REQUEST', ['/filter']],
    ['an edition of no scheme', { filter: { edition: 1, import: { batch: 'b' } } }, 400, 'INVALID_REQUEST', ['/filter/scheme']],
    [
      'a day that does not exist',
      { filter: { scheme: 'seen', awardedFrom: '2024-02-30' } },
      400,
      'INVALID_REQUEST',
      ['/filter/awardedFrom'],
    ],
    ['an unknown scheme', { filter: { scheme: 'none' } }, 404, 'SCHEME_UNKNOWN', ['/filter/scheme']],
    ['an unknown group', { filter: { scheme: 'seen', group: 'none' } }, 404, 'GROUP_UNKNOWN', ['/filter/group']],
    ['no position', { filter: { scheme: 'seen' }, since: 'yesterday' }, 400, 'INVALID_POSITION', [undefined]],
  ])('%s is refused', async (_, body, status, code, places) => {
    expect(await refused('/v1/revocations/preview', body)).toEqual({ status, code, places });
  });
});

describe('a confirmation', () => {
  it('revokes exactly what was previewed, with an outcome for each, once, however often it is sent', async () => {
    await certified('done', 4);
    await write('done-3', 'schemes/done/revocations', { reason: REASON });
    const previewed = await preview({ scheme: 'done' });
    const key = newKey();
    const first = await confirmed({ scheme: 'done' }, previewed, { key });
    expect(first.counts).toEqual({ revoked: 3, proposed: 0, refused: 0 });
    expect(byLearner(first.rows).map(({ learner, outcome, step }) => [learner, outcome, step])).toEqual(
      ['done-0', 'done-1', 'done-2'].map((learner) => [learner, 'recorded', 'revoked']),
    );
    const again = await confirmed({ scheme: 'done' }, previewed, { key });
    expect(again.rows.map(({ outcome, step }) => [outcome, step])).toEqual(first.rows.map(() => ['replayed', 'revoked']));
    expect([await revocations('done'), await statusOf('done-0', 'done')]).toEqual([4, 'revoked']);
    // Another confirmation of the same preview finds it changed by the first one.
    const other = { filter: { scheme: 'done' }, ...previewed, reason: REASON };
    const { filter, digest, position, reason } = other;
    expect(await refused('/v1/revocations', { filter, digest, position, reason })).toMatchObject({
      status: 409,
      code: 'PREVIEW_STALE',
    });
    expect(
      await refused('/v1/revocations', { filter: { ...filter, edition: 1 }, digest, position, reason }, { key }),
    ).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    const confirmations = (await service.events()).filter(({ type }) => type === 'RevocationsConfirmed');
    expect(confirmations.map(({ data }) => (data['rows'] as unknown[]).length)).toEqual([3]);
    expect(JSON.stringify(await service.events())).not.toContain('Żółty');
  });

  it('is refused when the preview has gone stale, and a new preview marks what changed', async () => {
    await certified('stale', 5);
    const filter = { scheme: 'stale', group: 'north' };
    const old = await preview(filter);
    expect(old.counts.matching).toBe(3);
    await write('stale-0', 'corrections', { name: 'Ada' });
    await write('stale-2', 'groups', { groups: [] });
    const answer = await confirming(filter, old);
    expect(answer.status).toBe(409);
    expect(answer.json<ProblemAnswer>()).toMatchObject({
      code: 'PREVIEW_STALE',
      detail: expect.stringMatching(/^2 of the records in question were written to/),
      pointer: '/digest',
    });
    expect(await revocations('stale')).toBe(0);
    const anew = await preview(filter, {}, old.position);
    expect(byLearner(anew.rows).map(({ learner, changed }) => [learner, changed])).toEqual([
      ['stale-0', true],
      ['stale-4', undefined],
    ]);
    expect(anew.gone).toEqual(['stale-2']);
    // A learner who was not there before makes it stale, too, and so do rules that ask for a second person.
    await certified('stale', 2, { from: 6 });
    expect((await confirming(filter, anew)).json<ProblemAnswer>().code).toBe('PREVIEW_STALE');
    const whole = await preview(filter);
    await service.write('/v1/organization/rules', { learnersCorrectOwnNames: false, secondApprover: true });
    const byRules = (await confirming(filter, whole)).json<ProblemAnswer>();
    expect([byRules.code, byRules.detail]).toEqual(['PREVIEW_STALE', expect.stringMatching(/the rules/)]);
    await service.write('/v1/organization/rules', { learnersCorrectOwnNames: false, secondApprover: false });
    expect((await confirmed(filter, await preview(filter))).counts.revoked).toBe(3);
  });

  it('a record that changes between the confirmation and its turn is refused, and the others are revoked', async () => {
    await certified('raced', 2);
    const previewed = await preview({ scheme: 'raced' });
    store.confirmed = async () => void (await write('raced-0', 'corrections', { name: 'Ada' }));
    const { counts, rows } = await confirmed({ scheme: 'raced' }, previewed);
    expect(counts).toEqual({ revoked: 1, proposed: 0, refused: 1 });
    expect(byLearner(rows).map(({ code, step }) => code ?? step)).toEqual(['PRECONDITION_FAILED', 'revoked']);
  });

  it('goes on after a crash in the middle when it is sent again, and revokes nothing twice', async () => {
    const learners = 120;
    await certified('crashed', learners);
    const previewed = await preview({ scheme: 'crashed' });
    const key = newKey();
    let stored = 0;
    store.revoked = async () => {
      if ((stored += 1) > 70) throw new LedgerError('STORE_UNAVAILABLE', 'The test pulled the plug.');
    };
    expect((await confirming({ scheme: 'crashed' }, previewed, { key })).status).toBe(503);
    store.revoked = undefined;
    const before = await revocations('crashed');
    expect(before).toBe(70);
    const again = await confirmed({ scheme: 'crashed' }, previewed, { key });
    expect(again.counts).toEqual({ revoked: learners, proposed: 0, refused: 0 });
    expect(again.rows.filter(({ outcome }) => outcome === 'replayed')).toHaveLength(before);
    expect(await revocations('crashed')).toBe(learners);
  }, 30_000);

  it('proposes where two persons revoke, and the second person’s batch revokes', async () => {
    await certified('paired', 3, { scheme: { secondApprover: true } });
    const filter = { scheme: 'paired' };
    const mine = await preview(filter);
    expect([mine.counts.propose, mine.rows[0]!.outcome]).toEqual([3, 'propose']);
    const proposed = await confirmed(filter, mine);
    expect(proposed.counts).toEqual({ revoked: 0, proposed: 3, refused: 0 });
    expect([await revocations('paired'), await statusOf('paired-0', 'paired')]).toEqual([0, 'certified']);
    expect((await preview(filter)).refused.map(({ code }) => code)).toEqual(['FOUR_EYES', 'FOUR_EYES', 'FOUR_EYES']);
    const theirs = await preview(filter, { token: second });
    expect((await confirmed(filter, theirs, { token: second })).counts).toEqual({ revoked: 3, proposed: 0, refused: 0 });
    expect(await statusOf('paired-0', 'paired')).toBe('revoked');
  });

  it('a key that falls in the middle revokes nothing more, and the rest goes under a key that stands', async () => {
    const learners = RECORDS_PER_KEY_CHECK + 10;
    await certified('leaving', learners);
    const { key, token } = await keyFor(service, 'leaver', ['admin']);
    const previewed = await preview({ scheme: 'leaving' }, { token });
    let revoked = 0;
    store.revoked = async () => {
      if ((revoked += 1) === 7)
        await service.write(`/v1/keys/${key}/revocation`, { reason: { code: 'left-us', text: 'Went away.' } });
    };
    const { counts, rows } = await confirmed({ scheme: 'leaving' }, previewed, { token });
    expect(counts).toEqual({ revoked: RECORDS_PER_KEY_CHECK, proposed: 0, refused: 10 });
    expect(rows.slice(RECORDS_PER_KEY_CHECK).map(({ code }) => code)).toEqual(Array.from({ length: 10 }, () => 'KEY_REVOKED'));
    expect((await confirmed({ scheme: 'leaving' }, await preview({ scheme: 'leaving' }))).counts.revoked).toBe(10);
  }, 30_000);

  it(`takes ${REVOCATIONS_PER_BATCH_MAX} and not one more`, async () => {
    await certified('full', REVOCATIONS_PER_BATCH_MAX);
    const previewed = await preview({ scheme: 'full' });
    expect([previewed.counts.revoke, previewed.rows.length]).toEqual([REVOCATIONS_PER_BATCH_MAX, REVOCATIONS_SHOWN]);
    await certified('full', 1, { from: REVOCATIONS_PER_BATCH_MAX });
    const tooMany = { status: 422, code: 'TOO_MANY_REVOCATIONS', places: ['/filter'] };
    expect(await refused('/v1/revocations/preview', { filter: { scheme: 'full' } })).toEqual(tooMany);
    const { digest, position } = previewed;
    expect(await refused('/v1/revocations', { filter: { scheme: 'full' }, digest, position, reason: REASON })).toEqual(tooMany);
    const narrowed = { scheme: 'full', import: { batch: 'full' }, awardedUntil: '2024-02-29' };
    expect((await preview(narrowed)).counts.revoke).toBeLessThan(REVOCATIONS_PER_BATCH_MAX);
    const filter = { scheme: 'full', awardedUntil: '2024-02-29' };
    const { counts } = await confirmed(filter, await preview(filter));
    expect(counts).toEqual({ revoked: await revocations('full'), proposed: 0, refused: 0 });
  }, 120_000);

  it('needs a person, a digest of the right form, a reason, and something to revoke', async () => {
    await certified('bare', 1);
    const previewed = await preview({ scheme: 'bare' });
    const { digest, position } = previewed;
    const body = { filter: { scheme: 'bare' }, digest, position, reason: REASON };
    const answer = await service.post('/v1/keys', { service: 'lms', roles: ['admin'] });
    const { token } = answer.json<{ token: string }>();
    expect(await refused('/v1/revocations', body, { token })).toMatchObject({ status: 403, code: 'PERSON_REQUIRED' });
    expect(await refused('/v1/revocations', { ...body, digest: 'abc' })).toMatchObject({ status: 400, places: ['/digest'] });
    const { reason: _, ...silent } = body;
    expect(await refused('/v1/revocations', silent)).toMatchObject({ status: 400, places: ['/reason'] });
    expect(await refused('/v1/revocations', body, { ifMatch: '"1"' })).toMatchObject({ code: 'INVALID_IF_MATCH' });
    const nothing = { scheme: 'bare', edition: 7 };
    const empty = await preview(nothing);
    expect(
      await refused('/v1/revocations', { ...body, filter: nothing, digest: empty.digest, position: empty.position }),
    ).toMatchObject({
      status: 409,
      code: 'NOT_CERTIFIED',
    });
  });
});

it('what a policy observes between the preview and the confirmation makes neither of them stale', async () => {
  const aging = await Service.memory();
  await aging.write('/v1/courses', course('C1'));
  await aging.write('/v1/schemes', scheme('S1', { course: 'C1' }));
  await aging.write('/v1/learners', { learner: 'ada' });
  await aging.write('/v1/learners/ada/completions', { course: 'C1', effective: { date: '2024-03-01' } });
  const body = { filter: { scheme: 'S1' } };
  const { digest, position } = (await aging.request('POST', '/v1/revocations/preview', { body })).json<Preview>();
  aging.clock.set('2025-03-02T00:00:00.000Z');
  const observed = async () => (await aging.events()).some(({ type }) => type === 'CertificationExpired');
  await eventually(async () => ((await observed()) ? true : undefined));
  const answer = await aging.post('/v1/revocations', { ...body, digest, position, reason: REASON });
  expect([answer.status, answer.json<Batch>().counts]).toEqual([200, { revoked: 1, proposed: 0, refused: 0 }]);
  await aging.stop();
});
