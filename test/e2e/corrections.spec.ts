import { issued, keyFor } from '../support/access.js';
import { at } from '../support/learner-views.js';
import { course, scheme, Service, TestClock, type ProblemAnswer } from '../support/service.js';

const REASON = { code: 'misread', text: 'The list of Ms. Åkerblom was misread.' };

interface Interval {
  readonly from?: object;
  readonly lastValidDay?: string;
}
interface Status {
  readonly status: string | null;
  readonly valid: boolean;
  readonly edition: number;
  readonly lastValidDay?: string;
  readonly at: string;
  readonly etag: number;
  readonly checklist: readonly { readonly satisfied: boolean; readonly by?: number }[];
  readonly cycles: readonly {
    readonly lastValidDay?: string;
    readonly reassessments?: readonly {
      readonly before: Interval;
      readonly after?: Interval;
      readonly ground: number;
      readonly recordedAt: string;
    }[];
  }[];
}
interface Learner {
  readonly completions: readonly {
    readonly revision: number;
    readonly effective: object;
    readonly corrected?: readonly { readonly before: object; readonly reasonCode: string; readonly revision: number }[];
  }[];
  readonly corrections: readonly {
    readonly corrects: number;
    readonly fact: string;
    readonly to?: object;
    readonly ground?: number;
  }[];
  readonly certifications: readonly { readonly scheme: string }[];
}

const clock = new TestClock();
let service: Service;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  service = await Service.memory(clock);
  await service.write('/v1/groups', { group: 'north', title: 'North' });
  for (const id of ['C1', 'C2', 'C3']) await service.write('/v1/courses', course(id));
  await service.write('/v1/schemes', scheme('guard', { course: 'C1' }));
  await service.write('/v1/schemes', scheme('licensed', { submission: 'Trade licence' }));
  for (const [person, roles, more] of [
    ['second', ['admin'], {}],
    ['frida', ['admin'], {}],
    ['reviewer', ['reviewer'], {}],
    ['auditor', ['auditor'], {}],
    ['reporter', ['reporter'], {}],
    ['of-the-north', ['admin'], { responsibility: ['north'] }],
    ['auditor-of-the-north', ['auditor'], { responsibility: ['north'] }],
  ] as const)
    tokens[person] = (await keyFor(service, person, roles, more)).token;
}, 60_000);
afterAll(() => service.stop());

let learners = 0;
async function certified(more: object = {}): Promise<{ learner: string; completion: number }> {
  const learner = `learner-${(learners += 1)}`;
  await service.write('/v1/learners', { learner, ...more });
  const { revision } = await service.write(`/v1/learners/${learner}/completions`, {
    course: 'C1',
    effective: { date: '2024-05-20' },
  });
  // The enrolment before it, the award behind it.
  return { learner, completion: revision - 1 };
}
const correct = (learner: string, body: object, token = service.token) =>
  service.write(`/v1/learners/${learner}/fact-corrections`, { reason: REASON, ...body }, { token });
async function read<Answer>(path: string, query = '', token = service.token): Promise<Answer> {
  const answer = await service.get(`/v1/${path}?minPosition=${await service.end()}${query}`, { token });
  if (answer.status !== 200) throw new Error(`GET ${path} was answered ${answer.status}: ${answer.text}`);
  return answer.json<Answer>();
}
const status = (learner: string, query = ''): Promise<Status> => read(`learners/${learner}/schemes/guard`, query);
const knownAt = (instant: string): string => `&knownAt=${encodeURIComponent(instant)}`;

describe('a corrected fact', () => {
  it('is shown with what stood before, and so is the award that rests on it', async () => {
    const { learner, completion } = await certified();
    const receipt = await correct(learner, { corrects: completion, to: { effective: { date: '2024-05-21' } } });
    expect(receipt).toMatchObject({ outcome: 'recorded', eventIds: [expect.any(String), expect.any(String)] });
    const correction = receipt.revision - 1;
    const before = { effective: { date: '2024-05-20' } };
    const shown = await read<Learner>(`learners/${learner}`);
    expect(shown.completions).toMatchObject([
      {
        revision: completion,
        effective: { date: '2024-05-21' },
        corrected: [{ revision: correction, before, reasonCode: REASON.code }],
      },
    ]);
    expect(shown.corrections).toMatchObject([
      { corrects: completion, fact: 'CourseCompleted', course: 'C1', before, to: { effective: { date: '2024-05-21' } } },
    ]);
    expect(await read(`learners/${learner}/courses/C1`)).toMatchObject({ completions: [{ corrected: [{ before }] }] });
    const [cycle] = (await status(learner)).cycles;
    expect(cycle).toMatchObject({
      lastValidDay: '2025-05-21',
      reassessments: [
        {
          before: { lastValidDay: '2025-05-20' },
          after: { lastValidDay: '2025-05-21' },
          ground: correction,
          recordedAt: clock.now(),
        },
      ],
    });
    const { items } = await read<{ items: { what: string; why?: object }[] }>(
      `learners/${learner}/history`,
      '',
      tokens['auditor'],
    );
    expect(items.map(({ what }) => what)).toEqual(expect.arrayContaining(['FactCorrected', 'CertificationReassessed']));
    expect(items.find(({ what }) => what === 'FactCorrected')!.why).toEqual({ code: REASON.code, text: REASON.text });
  });

  it('is recorded once, signed by who corrected it', async () => {
    const { learner, completion } = await certified();
    const body = { corrects: completion, withdraw: true, reason: REASON };
    const path = `/v1/learners/${learner}/fact-corrections`;
    const first = await service.write(path, body, { key: `once-${learner}` });
    expect(await service.write(path, body, { key: `once-${learner}` })).toMatchObject({
      outcome: 'replayed',
      eventIds: first.eventIds,
    });
    const event = (await service.events()).find(({ id }) => id === first.eventIds[0])!;
    expect(event.metadata.actor).toMatchObject({ role: 'admin', meaning: 'corrected', person: expect.any(String) });
    expect(JSON.stringify(event)).not.toContain('Åkerblom');
  });

  it('may be named by what was completed; taken back it stands among the corrections', async () => {
    const { learner } = await certified();
    await correct(learner, { corrects: { course: 'C1' }, withdraw: true });
    const shown = await read<Learner>(`learners/${learner}`);
    expect(shown.completions).toEqual([]);
    expect(shown.corrections).toMatchObject([{ fact: 'CourseCompleted', before: { effective: { date: '2024-05-20' } } }]);
    expect(shown.corrections[0]).not.toHaveProperty('to');
    expect(await status(learner)).toMatchObject({
      status: 'revoked',
      valid: false,
      cycles: [{ reassessments: [{ before: { lastValidDay: '2025-05-20' } }] }],
    });
  });

  it('may be an approved submission', async () => {
    const { learner } = await certified();
    const path = `/v1/learners/${learner}/submissions`;
    const training = { scheme: 'licensed', label: 'Trade licence', kind: 'external-training', effective: { date: '2024-05-02' } };
    const { revision } = await service.write(path, training);
    await service.write(`${path}/1/approval`, {}, { token: tokens['second']! });
    await correct(learner, { corrects: revision, to: { effective: { date: '2024-05-04' }, validUntil: '2024-12-31' } });
    const shown = {
      effective: { date: '2024-05-04' },
      validUntil: '2024-12-31',
      corrected: [{ before: { effective: { date: '2024-05-02' } } }],
    };
    expect(await read(path.slice(4))).toMatchObject({ items: [shown] });
    expect(await read(`${path.slice(4)}/1`)).toMatchObject(shown);
    expect(await read(`learners/${learner}/schemes/licensed`)).toMatchObject({ lastValidDay: '2025-05-04' });
  });
});

describe('a submission that was checked at its source', () => {
  it('is checked again no more once it was taken back, and again when it is corrected', async () => {
    const { learner } = await certified();
    const path = `/v1/learners/${learner}/submissions`;
    const training = { scheme: 'licensed', label: 'Trade licence', kind: 'external-training', effective: { date: '2024-05-02' } };
    const { revision } = await service.write(path, training);
    const check = { authority: 'Chamber', how: 'register', effective: { date: '2024-05-20' }, dueAgain: '2024-05-25' };
    await service.write(`${path}/1/source-checks`, check, { token: tokens['second']! });
    await service.write(`${path}/1/approval`, {}, { token: tokens['second']! });
    const due = async (): Promise<readonly string[]> =>
      (await read<{ items: readonly { learner: string }[] }>('source-checks')).items.map((item) => item.learner);
    expect(await due()).toEqual([learner]);
    await correct(learner, { corrects: revision, withdraw: true });
    expect(await due()).toEqual([]);
    await correct(learner, { corrects: revision, to: { effective: { date: '2024-05-03' } } });
    expect(await due()).toEqual([learner]);
  });
});

describe('as it was known then', () => {
  const LATER = '2024-06-03T12:00:00.000Z';
  let learner: string;
  const KNOWN = '2024-06-02T12:00:00.000Z';
  beforeAll(async () => {
    ({ learner } = await certified({ name: 'Ada' }));
    clock.set(LATER);
    await correct(learner, { corrects: { course: 'C1' }, withdraw: true });
    await service.write('/v1/schemes/guard/editions', { ...scheme('guard', { course: 'C2' }), scheme: undefined, edition: 2 });
  });

  it('what stood before a correction is answered as it stood', async () => {
    expect(await status(learner)).toMatchObject({ at: LATER, status: 'revoked', cycles: [{ reassessments: [{}] }] });
    const then = await status(learner, knownAt(KNOWN));
    expect(then).toMatchObject({
      at: KNOWN,
      status: 'certified',
      valid: true,
      lastValidDay: '2025-05-20',
      checklist: [{ satisfied: true }],
    });
    expect(then.cycles[0]).not.toHaveProperty('reassessments');
    expect(await read<Learner>(`learners/${learner}`, knownAt(KNOWN))).toMatchObject({
      name: 'Ada',
      completions: [{}],
      corrections: [],
      certifications: [{}],
    });
    const report = await read(`learners/${learner}/schemes/guard/report`, knownAt(KNOWN));
    expect(report).toMatchObject({ status: 'certified', items: [{ state: 'done' }], validity: { lastValidDay: '2025-05-20' } });
  });

  it('at its very instant a correction was known, a millisecond before it was not', async () => {
    expect(await status(learner, knownAt(LATER))).toMatchObject({ status: 'revoked' });
    expect(await status(learner, knownAt('2024-06-03T11:59:59.999Z'))).toMatchObject({ status: 'certified' });
  });

  it('one asks of another time by what was known at one', async () => {
    const query = knownAt(KNOWN) + at('2025-06-01T00:00:00Z');
    expect(await status(learner, query)).toMatchObject({ at: '2025-06-01T00:00:00Z', status: 'expired' });
  });

  it('a definition that came later was not known either, nor a learner who was registered later', async () => {
    const fresh = `learner-${(learners += 1)}`;
    await service.write('/v1/learners', { learner: fresh });
    await service.write('/v1/schemes', scheme('later', { course: 'C1' }));
    expect(await status(fresh)).toMatchObject({ status: null, edition: 2 });
    const asked = async (path: string): Promise<string> =>
      (await service.get(`/v1/learners/${path}?minPosition=${await service.end()}${knownAt(KNOWN)}`)).json<ProblemAnswer>().code;
    expect(await asked(fresh)).toBe('LEARNER_UNKNOWN');
    expect(await asked(`${learner}/schemes/later`)).toBe('SCHEME_UNKNOWN');
    expect(await asked(`${learner}/schemes/later/report`)).toBe('SCHEME_UNKNOWN');
    // Nobody completed the first edition's course, so that the newest that was known is shown.
    await service.write('/v1/schemes', scheme('other', { course: 'C3' }));
    clock.set('2024-06-04T12:00:00.000Z');
    await service.write('/v1/schemes/other/editions', { ...scheme('other', { course: 'C2' }), scheme: undefined, edition: 2 });
    expect(await read(`learners/${learner}/schemes/other`, knownAt(LATER))).toMatchObject({
      edition: 1,
      checklist: [{ course: 'C3' }],
    });
    expect(await read(`learners/${learner}/schemes/other`)).toMatchObject({ edition: 2, checklist: [{ course: 'C2' }] });
  });

  it('an instant that is none is refused', async () => {
    const answer = await service.get(`/v1/learners/${learner}?knownAt=yesterday`);
    expect(answer.json<ProblemAnswer>()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });
});

describe('bad input', () => {
  let learner: string;
  let completion: number;
  let correction: number;
  beforeAll(async () => {
    ({ learner, completion } = await certified());
    const { revision } = await correct(learner, { corrects: completion, to: { effective: { date: '2024-05-19' } } });
    correction = revision - 1;
  });

  const TO = { to: { effective: { date: '2024-05-18' } } };
  it.each([
    ['neither what is true nor that it is taken back', () => ({ corrects: completion }), 400, 'INVALID_REQUEST'],
    ['both of it', () => ({ corrects: completion, ...TO, withdraw: true }), 400, 'INVALID_REQUEST'],
    ['nothing in what is true', () => ({ corrects: completion, to: {} }), 400, 'INVALID_REQUEST'],
    ['withdraw: false', () => ({ corrects: completion, withdraw: false }), 400, 'INVALID_REQUEST'],
    ['a time that is null', () => ({ corrects: completion, to: { effective: null } }), 400, 'INVALID_REQUEST'],
    ['a revision below zero', () => ({ corrects: -1, ...TO }), 400, 'INVALID_REQUEST'],
    ['no reason', () => ({ corrects: completion, ...TO, reason: undefined }), 400, 'INVALID_REQUEST'],
    ['an unknown revision', () => ({ corrects: 99, ...TO }), 404, 'FACT_UNKNOWN'],
    ['a course that was not completed', () => ({ corrects: { course: 'C2' }, ...TO }), 404, 'FACT_UNKNOWN'],
    ['what is no such fact', () => ({ corrects: 0, ...TO }), 422, 'FACT_NOT_CORRECTABLE'],
    ['a correction of a correction', () => ({ corrects: correction, ...TO }), 422, 'CORRECTION_OF_CORRECTION'],
    [
      'nothing that changes',
      () => ({ corrects: completion, to: { effective: { date: '2024-05-19' } } }),
      422,
      'NOTHING_CORRECTED',
    ],
    ['the future', () => ({ corrects: completion, to: { effective: { date: '2034-01-01' } } }), 422, 'EFFECTIVE_IN_FUTURE'],
    [
      'an end before the beginning',
      () => ({ corrects: completion, to: { validUntil: '2024-05-18' } }),
      422,
      'VALID_UNTIL_BEFORE_COMPLETION',
    ],
  ] as const)('%s is refused, and nothing is recorded', async (_, body, expected, code) => {
    const before = await service.lastFact();
    const answer = await service.post(`/v1/learners/${learner}/fact-corrections`, { reason: REASON, ...body() });
    const problem = answer.json<ProblemAnswer>();
    expect(problem).toMatchObject({ status: expected, code, detail: expect.stringMatching(/\w/) });
    expect(problem.pointer ?? problem.errors?.[0]?.pointer).toEqual(expect.any(String));
    expect(await service.lastFact()).toBe(before);
  });

  it('a person corrects it, of the right role, for a learner in reach, and never of themselves', async () => {
    const { token: ofService } = await issued(service, { service: 'lms', roles: ['admin'] });
    await service.write(`/v1/learners/${learner}/person`, { person: 'frida' });
    const refusal = async (token: string): Promise<string> =>
      (
        await service.post(`/v1/learners/${learner}/fact-corrections`, { corrects: completion, ...TO, reason: REASON }, { token })
      ).json<ProblemAnswer>().code;
    expect(await refusal(ofService)).toBe('PERSON_REQUIRED');
    expect(await refusal(tokens['frida']!)).toBe('FOUR_EYES');
    expect(await refusal(tokens['reviewer']!)).toBe('FORBIDDEN');
    expect(await refusal(tokens['of-the-north']!)).toBe('OUTSIDE_RESPONSIBILITY');
  });
});

describe('late and back-dated facts', () => {
  interface Late {
    readonly items: readonly {
      readonly learner: string;
      readonly fact: string;
      readonly course?: string;
      readonly scheme?: string;
      readonly lagDays: number;
    }[];
    readonly next?: string;
  }
  const late = (query = '', token = tokens['auditor']!): Promise<Late> => read('late-facts', query, token);
  const NOW = '2024-07-10T12:00:00.000Z';
  beforeAll(async () => {
    clock.set(NOW);
    await service.write('/v1/learners', { learner: 'late-1', groups: ['north'] });
    await service.write('/v1/learners', { learner: 'late-2' });
    const complete = (learner: string, id: string, effective: object) =>
      service.write(`/v1/learners/${learner}/completions`, { course: id, effective });
    await complete('late-1', 'C3', { date: '2024-06-30' });
    // A week is in time to the instant.
    await complete('late-1', 'C3', { instant: '2024-07-03T12:00:00.000Z' });
    clock.set('2024-07-11T12:00:00.000Z');
    await complete('late-2', 'C3', { instant: '2024-07-04T11:59:59.999Z' });
    await service.write('/v1/learners/late-2/schemes/licensed/awards', { effective: { date: '2024-06-01' }, reason: REASON });
    await correct('late-2', { corrects: { course: 'C3' }, to: { effective: { date: '2024-04-02' } } });
  });

  it('are listed with their lag, the newest first; what came within a week is in time', async () => {
    const { items } = await late('&course=C3');
    expect(items.map(({ learner, fact, lagDays }) => [learner, fact, lagDays])).toEqual([
      ['late-2', 'CourseCompleted', 7],
      ['late-2', 'LearnerEnrolled', 7],
      ['late-1', 'CourseCompleted', 10],
      ['late-1', 'LearnerEnrolled', 10],
    ]);
    const newest = (await late()).items.slice(0, 2).map(({ fact, scheme: id, lagDays }) => [fact, id, lagDays]);
    expect(newest).toContainEqual(['FactCorrected', undefined, 100]);
    expect(newest).toContainEqual(['CertificationAwarded', 'licensed', 40]);
  });

  it('are found by scheme, type and lag, page by page', async () => {
    const licensed = (await late('&scheme=licensed')).items;
    expect(licensed[0]).toMatchObject({ learner: 'late-2', fact: 'CertificationAwarded', lagDays: 40 });
    expect(licensed.map(({ fact }) => fact)).toEqual(expect.arrayContaining(['EvidenceSubmitted', 'SubmissionCorrected']));
    expect(licensed.every(({ scheme: id }) => id === 'licensed')).toBe(true);
    expect((await late('&fact=FactCorrected&minLag=100')).items).toMatchObject([{ learner: 'late-2', lagDays: 100 }]);
    expect((await late('&fact=FactCorrected&minLag=101')).items.filter(({ learner }) => learner === 'late-2')).toEqual([]);
    const whole = await late();
    const paged: unknown[] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const page: Late = await late(`&limit=2${next === '' ? '' : `&cursor=${encodeURIComponent(next)}`}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      paged.push(...page.items);
      next = page.next;
    }
    expect(paged).toEqual(whole.items);
    expect(paged.length).toBeGreaterThan(6);
  });

  it('for who audits, and of learners in reach only', async () => {
    expect((await late('', tokens['auditor-of-the-north'])).items.map(({ learner }) => learner)).toEqual(['late-1', 'late-1']);
    const refused = await service.get('/v1/late-facts', { token: tokens['reporter']! });
    expect(refused.json<ProblemAnswer>()).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    for (const query of ['minLag=-1', 'minLag=1.5', 'fact=Guessed', 'scheme=%20'])
      expect((await service.get(`/v1/late-facts?${query}`)).json<ProblemAnswer>()).toMatchObject({
        status: 400,
        code: 'INVALID_REQUEST',
      });
  });
});
