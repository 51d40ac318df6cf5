import { keyFor, tenant } from '../support/access.js';
import {
  course,
  newKey,
  scheme,
  Service,
  TestClock,
  type Asked,
  type ProblemAnswer,
  type ReceiptAnswer,
} from '../support/service.js';

/** A certification is renewed over HTTP: rules 000-6 to 000-10, traps 2, 3 and 14 (issue 8, Renewal). */
const REASON = { code: 'asked-by-mail', text: 'She wrote before the course.' };
const C1 = { course: 'C1' };
const C2 = { course: 'C2' };
/** The certifications below are valid from 15 March 2024 to 15 March 2025. */
const FIRST = '2024-03-15';
const WINDOW = { opensBefore: 'P3M', closesAfter: 'P1M' };
const IN_WINDOW = '2025-03-01T09:00:00.000Z';

let service: Service;
let clock: TestClock;
let ann: string;
let bob: string;
beforeAll(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
  for (const id of ['C1', 'C2', 'C3']) await service.write('/v1/courses', course(id));
  await service.write('/v1/schemes', scheme('plain', C1, { renewal: WINDOW }));
  await service.write('/v1/schemes', scheme('whole', { all: [C1, C2] }, { renewal: WINDOW }));
  await service.write('/v1/schemes', scheme('choice', { any: [C1, { all: [C2, { course: 'C3' }] }] }, { renewal: WINDOW }));
  await service.write('/v1/schemes', scheme('never', C1));
  ann = (await keyFor(service, 'ann', ['learner'])).token;
  bob = (await keyFor(service, 'bob', ['learner'])).token;
});
afterAll(() => service.stop());
beforeEach(() => clock.set(IN_WINDOW));

let learners = 0;
async function learner(completed: readonly string[] = ['C1', 'C2', 'C3'], person?: string): Promise<string> {
  const id = `emp-${(learners += 1)}`;
  await service.write('/v1/learners', { learner: id });
  if (person !== undefined) await service.write(`/v1/learners/${id}/person`, { person });
  for (const named of completed) await complete(id, named, FIRST);
  return id;
}
const complete = (id: string, named: string, date: string): Promise<ReceiptAnswer> =>
  service.write(`/v1/learners/${id}/completions`, { course: named, effective: { date } });
const at = (id: string, named: string): string => `/v1/learners/${id}/schemes/${named}`;
const renew = (id: string, named: string, body: object = {}, asked: Asked = {}) =>
  service.post(`${at(id, named)}/renewals`, body, asked);
const codeOf = async (answer: ReturnType<typeof renew>): Promise<string> => (await answer).json<ProblemAnswer>().code;

interface Status {
  status: string;
  valid: boolean;
  lastValidDay?: string;
  criteriaMet: boolean;
  checklist: { path: string; course: string; satisfied: boolean }[];
  cycles: {
    number: number;
    kind: string;
    edition: number;
    status: string;
    renews?: number;
    renewal?: number;
    lastValidDay?: string;
  }[];
  renewal?: {
    opensOn: string;
    closesAt?: string;
    words: string;
    open?: { number: number; edition: number; how: string; alternative?: string; attributed?: number[] };
    alternatives: { alternative: string; words: string; courses: string[] }[];
  };
  uncountedEvidence?: { revision: number; course?: string; reason: string; attributable: boolean }[];
  continuouslyCertifiedSince?: string;
  gaps: { from: string; until?: string }[];
}
async function status(id: string, named: string, instant?: string): Promise<Status> {
  const asked = instant === undefined ? '' : `&at=${encodeURIComponent(instant)}`;
  const answer = await service.get(`${at(id, named)}?minPosition=${await service.end()}${asked}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json<Status>();
}

describe('000-7: Renew Now', () => {
  it('shows when, how and by what a certification is renewed, and what is done then renews it', async () => {
    const id = await learner();
    expect((await status(id, 'choice')).renewal).toEqual({
      opensOn: '2024-12-16',
      opensAt: '2024-12-16T00:00:00+01:00',
      closesAt: '2025-04-16T00:00:00+02:00',
      words: 'Course C1 or (Course C2 and Course C3)',
      courses: ['C1', 'C2', 'C3'],
      alternatives: [
        { alternative: '/any/0', words: 'Course C1', courses: ['C1'] },
        { alternative: '/any/1', words: 'Course C2 and Course C3', courses: ['C2', 'C3'] },
      ],
    });
    expect((await renew(id, 'choice', { alternative: '/any/1' })).status).toBe(200);
    expect(await status(id, 'choice')).toMatchObject({
      status: 'renewing',
      valid: true,
      criteriaMet: false,
      checklist: [
        { path: '/any/1/all/0', course: 'C2', satisfied: false },
        { path: '/any/1/all/1', course: 'C3', satisfied: false },
      ],
      renewal: { open: { number: 1, how: 'renew-now', alternative: '/any/1' } },
    });
    await complete(id, 'C2', '2025-03-01');
    await complete(id, 'C3', '2025-03-01');
    expect(await status(id, 'choice')).toMatchObject({
      status: 'certified',
      lastValidDay: '2026-03-01',
      criteriaMet: true,
      cycles: [
        { number: 1, kind: 'initial', status: 'superseded', lastValidDay: '2025-03-15' },
        { number: 2, kind: 'renewal', status: 'current', renews: 1, renewal: 1, lastValidDay: '2026-03-01' },
      ],
      continuouslyCertifiedSince: '2024-03-14T23:00:00.000Z',
      gaps: [],
    });
  });

  it('is the learner’s own, too, for the own record only', async () => {
    const id = await learner(undefined, 'ann');
    expect((await renew(id, 'plain', {}, { token: bob })).status).toBe(404);
    expect((await renew(id, 'plain', {}, { token: ann })).status).toBe(200);
    expect(await codeOf(renew(id, 'whole', { effective: { date: '2025-02-01' } }, { token: ann }))).toBe('RENEWAL_BACKDATED');
    expect(await codeOf(renew(id, 'whole', { reason: REASON }, { token: ann }))).toBe('FOUR_EYES');
    const withdrawn = await service.post(`${at(id, 'plain')}/renewals/withdrawal`, { reason: REASON }, { token: ann });
    expect(withdrawn.status).toBe(200);
    expect(
      (await service.post(`${at(id, 'plain')}/renewals/evidence`, { evidence: [1], reason: REASON }, { token: ann })).status,
    ).toBe(403);
  });

  it('twice at once is one renewal', async () => {
    const id = await learner();
    const answers = await Promise.all([renew(id, 'plain'), renew(id, 'plain'), renew(id, 'plain')]);
    expect(answers.map((answer) => answer.json<ReceiptAnswer>().outcome).sort()).toEqual(['recorded', 'unchanged', 'unchanged']);
    const choices = await Promise.all(['/any/0', '/any/1'].map((alternative) => renew(id, 'choice', { alternative })));
    expect(choices.map((answer) => answer.status).sort()).toEqual([200, 409]);
    const opened = (await service.events()).filter(({ type }) => type === 'RenewalOpened');
    expect(opened.filter(({ stream }) => stream === answers[0].json<ReceiptAnswer>().stream)).toHaveLength(2);
  });

  it('goes on as it was opened when a new edition is published', async () => {
    await service.write('/v1/schemes', scheme('moving', C1, { renewal: WINDOW }));
    const [opened, other] = [await learner(['C1']), await learner(['C1'])];
    await renew(opened, 'moving');
    const { scheme: _, ...revised } = scheme('moving', C2, { published: '2025-02-01', renewal: WINDOW });
    await service.write('/v1/schemes/moving/editions', revised);
    expect((await status(opened, 'moving')).renewal).toMatchObject({ words: 'Course C1', open: { number: 1, edition: 1 } });
    expect((await status(other, 'moving')).renewal).toMatchObject({ words: 'Course C2' });
    await complete(opened, 'C1', '2025-03-01');
    expect((await status(opened, 'moving')).cycles[1]).toMatchObject({ kind: 'renewal', edition: 1 });
  });

  it('its repeat under one key is one renewal, answered by the first receipt', async () => {
    const id = await learner();
    const key = newKey();
    const [first, again] = [await renew(id, 'plain', {}, { key }), await renew(id, 'plain', {}, { key })];
    expect(again.json<ReceiptAnswer>()).toEqual({ ...first.json<ReceiptAnswer>(), outcome: 'replayed' });
  });
});

describe('what is refused', () => {
  const refused = async (named: string, body: object = {}, now = IN_WINDOW): Promise<ProblemAnswer> => {
    const id = await learner();
    clock.set(now);
    return (await renew(id, named, body)).json<ProblemAnswer>();
  };

  it('before the window, with the date from which it is possible (000-10), and after it', async () => {
    expect(await refused('plain', {}, '2024-12-15T22:59:59.999Z')).toMatchObject({
      status: 409,
      code: 'RENEWAL_TOO_EARLY',
      detail: expect.stringContaining('2024-12-16') as string,
    });
    expect(await refused('plain', {}, '2025-04-15T22:00:00.000Z')).toMatchObject({ status: 409, code: 'RENEWAL_CLOSED' });
  });

  it('what is not allowed, and what was never held', async () => {
    expect(await refused('never')).toMatchObject({ status: 409, code: 'NOT_RENEWABLE' });
    expect(await refused('unheard-of')).toMatchObject({ status: 404, code: 'SCHEME_UNKNOWN' });
    expect(await codeOf(renew(await learner([]), 'plain'))).toBe('NOT_CERTIFIED');
  });

  it('of a revoked one, and of a suspended one', async () => {
    const id = await learner();
    await service.write(`${at(id, 'plain')}/revocations`, { reason: REASON });
    expect(await codeOf(renew(id, 'plain'))).toBe('ALREADY_REVOKED');
    await service.write(`${at(id, 'whole')}/suspensions`, { reason: REASON });
    expect(await codeOf(renew(id, 'whole'))).toBe('CERTIFICATION_SUSPENDED');
  });

  it('another way than the one that is open, and what is no way at all', async () => {
    const id = await learner();
    await renew(id, 'choice', { alternative: '/any/0' });
    expect(await codeOf(renew(id, 'choice', { alternative: '/any/1' }))).toBe('RENEWAL_OPEN');
    expect(await refused('choice', { alternative: '/any/1/all/0' })).toMatchObject({
      status: 422,
      code: 'ALTERNATIVE_UNKNOWN',
      pointer: '/alternative',
    });
  });

  it.each([
    ['a choice that is no text', { alternative: 1 }, '/alternative'],
    ['a notice and a reason at once', { notice: 'x', reason: REASON }, '/reason'],
    ['a notice with a time', { notice: 'x', effective: { date: FIRST } }, '/effective'],
    ['a reason without a code', { reason: { text: 'x' } }, '/reason/code'],
    ['a field that there is not', { cycle: 1 }, ''],
  ])('%s', async (_, body, pointer) => {
    const problem = await refused('plain', body);
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    expect(problem.errors!.map((error) => error.pointer)).toEqual([pointer]);
  });
});

describe('000-9: training without an intent', () => {
  it('is shown as not counted, with its reason, and may be attributed; both versions stay visible', async () => {
    const id = await learner();
    const before = (await complete(id, 'C1', '2025-02-20')).revision;
    const shown = await status(id, 'plain');
    expect(shown).toMatchObject({ status: 'expiring', lastValidDay: '2025-03-15' });
    expect(shown.uncountedEvidence).toEqual([
      { revision: before, effective: { date: '2025-02-20' }, course: 'C1', reason: 'no-renewal-intent', attributable: true },
    ]);
    await service.write(`${at(id, 'plain')}/renewals/evidence`, { evidence: [before], reason: REASON });
    const after = await status(id, 'plain');
    expect(after).toMatchObject({
      status: 'certified',
      lastValidDay: '2026-02-20',
      cycles: [{}, { kind: 'renewal', renews: 1 }],
    });
    expect(after.uncountedEvidence).toBeUndefined();
    const history = await service.events();
    const types = history.filter(({ stream }) => stream.startsWith('record-')).map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['RenewalOpened', 'EvidenceAttributed', 'CertificationAwarded']);
  });

  it('from before the opening and from outside the window is told apart', async () => {
    const id = await learner();
    await renew(id, 'plain');
    const early = (await complete(id, 'C1', '2025-02-20')).revision;
    const outside = (await complete(id, 'C1', '2024-11-01')).revision;
    expect((await status(id, 'plain')).uncountedEvidence).toMatchObject([
      { revision: outside, reason: 'before-renewal-opened', attributable: false },
      { revision: early, reason: 'before-renewal-opened', attributable: true },
    ]);
    const attributed = await service.post(`${at(id, 'plain')}/renewals/evidence`, { evidence: [early, outside], reason: REASON });
    expect(attributed.json<ProblemAnswer>()).toMatchObject({ code: 'EVIDENCE_UNFIT', pointer: '/evidence/1' });
  });

  it('trap 14: one item passed again does not extend the whole', async () => {
    const id = await learner();
    await renew(id, 'whole');
    await complete(id, 'C1', '2025-03-01');
    expect(await status(id, 'whole')).toMatchObject({ status: 'renewing', lastValidDay: '2025-03-15', cycles: [{ number: 1 }] });
  });

  it('evidence back-dated into an expired cycle renews and earns nothing', async () => {
    const id = await learner();
    clock.set('2025-07-01T00:00:00.000Z');
    await complete(id, 'C1', '2024-12-20');
    expect(await status(id, 'plain')).toMatchObject({
      status: 'lapsed',
      criteriaMet: false,
      cycles: [{ number: 1 }],
      uncountedEvidence: [{ reason: 'no-renewal-intent', attributable: true }],
      gaps: [{ from: '2025-03-15T23:00:00.000Z' }],
    });
    await complete(id, 'C1', '2025-06-01');
    expect(await status(id, 'plain')).toMatchObject({
      status: 'certified',
      cycles: [{}, { kind: 'initial' }],
      continuouslyCertifiedSince: '2025-05-31T22:00:00.000Z',
      gaps: [{ from: '2025-03-15T23:00:00.000Z', until: '2025-05-31T22:00:00.000Z' }],
    });
  });
});

describe('the link of a notice', () => {
  const made = async (
    id: string,
    named = 'plain',
    body: object = {},
  ): Promise<{ token: string; cycle: number; expires: string }> => {
    const answer = await service.post(`${at(id, named)}/notice-tokens`, body);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.json();
  };

  it('opens the renewal for the learner, and the opening says so', async () => {
    const id = await learner();
    const { token, cycle, expires } = await made(id);
    expect({ cycle, expires }).toEqual({ cycle: 1, expires: '2025-05-30T09:00:00.000Z' });
    expect((await renew(id, 'plain', { notice: token })).status).toBe(200);
    const opened = (await service.events()).findLast(({ type }) => type === 'RenewalOpened')!;
    expect(opened.data).toMatchObject({ how: 'notice', cycle: 1 });
    expect(JSON.stringify(opened)).not.toContain(token);
  });

  it('is spent once, also under a race and when the renewal was withdrawn', async () => {
    const id = await learner();
    const { token } = await made(id);
    const answers = await Promise.all(Array.from({ length: 4 }, () => renew(id, 'plain', { notice: token })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409, 409, 409]);
    await service.write(`${at(id, 'plain')}/renewals/withdrawal`, { reason: REASON });
    expect(await codeOf(renew(id, 'plain', { notice: token }))).toBe('NOTICE_SPENT');
    expect((await renew(id, 'plain', { notice: (await made(id)).token })).status).toBe(200);
  });

  it('is of no use to another learner, for another certification, or when a character of it was changed', async () => {
    const id = await learner();
    const { token } = await made(id);
    expect(await codeOf(renew(await learner(), 'plain', { notice: token }))).toBe('NOTICE_INVALID');
    expect(await codeOf(renew(id, 'whole', { notice: token }))).toBe('NOTICE_INVALID');
    const changes = [0, 20, 21, 60, token.length - 65, token.length - 64, token.length - 1];
    const forged = changes.map((index) => token.slice(0, index) + (token[index] === 'a' ? 'b' : 'a') + token.slice(index + 1));
    for (const notice of [...forged, `${token}=`, token.toUpperCase(), token.slice(0, -1), ''])
      expect([notice, await codeOf(renew(id, 'plain', { notice }))]).toEqual([notice, 'NOTICE_INVALID']);
    expect((await renew(id, 'plain', { notice: token })).status).toBe(200);
  });

  it('is of no use in another organization, whose learners have the same ids', async () => {
    const id = await learner();
    const { token } = await made(id);
    const other = await tenant(service, `other${learners}`);
    const asked = { token: other.token };
    await service.write('/v1/courses', course('C1'), asked);
    await service.write('/v1/schemes', scheme('plain', C1, { renewal: WINDOW }), asked);
    await service.write('/v1/learners', { learner: id }, asked);
    await service.write(`/v1/learners/${id}/completions`, { course: 'C1', effective: { date: FIRST } }, asked);
    expect(await codeOf(renew(id, 'plain', { notice: token }, asked))).toBe('NOTICE_INVALID');
    expect((await renew(id, 'plain', {}, asked)).status).toBe(200);
  });

  it('is refused from its expiry on, and for an older cycle', async () => {
    const id = await learner();
    const short = await made(id, 'plain', { days: 1 });
    clock.set('2025-03-02T09:00:00.000Z');
    expect(await codeOf(renew(id, 'plain', { notice: short.token }))).toBe('NOTICE_EXPIRED');
    const { token } = await made(id, 'plain', { days: 400 });
    await renew(id, 'plain');
    await complete(id, 'C1', '2025-03-02');
    clock.set('2026-02-20T00:00:00.000Z');
    expect(await codeOf(renew(id, 'plain', { notice: token }))).toBe('NOTICE_OUTDATED');
  });

  it('is made only for what can be renewed, for no longer than it may be used, and not by a learner', async () => {
    const id = await learner(undefined, 'bob');
    const ask = async (named: string, body: object = {}, asked: Asked = {}) =>
      (await service.post(`${at(id, named)}/notice-tokens`, body, asked)).json<ProblemAnswer>().code;
    expect(await ask('never')).toBe('NOT_RENEWABLE');
    expect(await ask('plain', { days: 401 })).toBe('INVALID_REQUEST');
    expect(await ask('plain', { days: 0 })).toBe('INVALID_REQUEST');
    expect(await ask('plain', {}, { token: bob })).toBe('FORBIDDEN');
    clock.set('2025-04-15T21:59:59.999Z');
    expect(await ask('plain')).toBeUndefined();
    clock.set('2025-04-15T22:00:00.000Z');
    expect(await ask('plain')).toBe('RENEWAL_CLOSED');
  });
});
