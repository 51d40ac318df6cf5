import { keyFor } from '../support/access.js';
import { course, scheme, Service, type ProblemAnswer } from '../support/service.js';

const REASON = { code: 'under-inquiry', text: 'A ladder was left on the road by Frida.' };
const LETTER = 'A letter of Dr. Sørensen.';

interface Status {
  readonly status: string | null;
  readonly valid: boolean;
  readonly suspension?: { readonly cycle: number; readonly since: object; readonly reasonCode: string };
  readonly waiver?: { readonly waiver: number; readonly lastDay: string; readonly endsAt: string };
  readonly cycles: readonly { readonly suspensions?: readonly object[] }[];
  readonly decisions?: readonly { readonly revision: number; readonly type: string }[];
  readonly scopes?: readonly { readonly covers: string }[];
  readonly waivers?: readonly { readonly evidence?: string; readonly ended?: object }[];
  readonly appeals?: readonly {
    readonly appeal: number;
    readonly reason?: string;
    readonly decided?: { readonly outcome: string; readonly remedy?: string };
  }[];
}
interface OpenAppeals {
  readonly items: readonly {
    readonly learner: string;
    readonly appeal: number;
    readonly reason: string;
    readonly against: { readonly type: string };
    readonly undecidable?: true;
  }[];
  readonly next?: string;
}

let service: Service;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  service = await Service.memory();
  await service.write('/v1/groups', { group: 'north', title: 'North' });
  await service.write('/v1/courses', course('C1'));
  await service.write('/v1/schemes', scheme('guard', { course: 'C1' }));
  for (const [person, roles, more] of [
    ['second', ['admin'], {}],
    ['frida', ['learner'], {}],
    ['reporter', ['reporter'], {}],
    ['auditor', ['auditor'], {}],
    ['of-the-north', ['admin'], { responsibility: ['north'] }],
  ] as const)
    tokens[person] = (await keyFor(service, person, roles, more)).token;
}, 60_000);
afterAll(() => service.stop());

let learners = 0;
/** A learner who is certified, and who is the person of a key where one is named. */
async function certified(more: object = {}, person?: string): Promise<string> {
  const learner = `learner-${(learners += 1)}`;
  await service.write('/v1/learners', { learner, ...more });
  await service.write(`/v1/learners/${learner}/completions`, { course: 'C1', effective: { date: '2024-03-01' } });
  if (person !== undefined) await service.write(`/v1/learners/${learner}/person`, { person });
  return learner;
}
const at = (learner: string, path: string): string => `/v1/learners/${learner}/schemes/guard/${path}`;
const shown = async (learner: string, token = service.token, more = ''): Promise<Status> =>
  (
    await service.get(`/v1/learners/${learner}/schemes/guard?minPosition=${await service.end()}${more}`, { token })
  ).json<Status>();
async function refusal(url: string, body: unknown, token = service.token) {
  const { status, code, pointer, errors } = (await service.post(url, body, { token })).json<ProblemAnswer>();
  return { status, code, places: errors?.map((place) => place.pointer) ?? [pointer] };
}

describe('suspending, reinstating, reducing', () => {
  it('is shown by the status at each instant, and in the report', async () => {
    const learner = await certified();
    await service.write(at(learner, 'suspensions'), { reason: REASON });
    const suspended = await shown(learner);
    expect(suspended).toMatchObject({
      status: 'suspended',
      valid: false,
      suspension: { cycle: 1, since: { instant: service.clock.now() }, reasonCode: REASON.code },
    });
    expect(await shown(learner, service.token, '&at=2024-05-01T00:00:00Z')).not.toHaveProperty('suspension');
    service.clock.set('2024-06-10T12:00:00.000Z');
    await service.write(at(learner, 'reinstatements'), { reason: REASON });
    await service.write(at(learner, 'scope-reductions'), { covers: 'Ladders up to 3 m.', reason: REASON });
    const after = await shown(learner);
    expect(after).toMatchObject({ status: 'certified', valid: true, scopes: [{ cycle: 1, covers: 'Ladders up to 3 m.' }] });
    expect(after.cycles[0]!.suspensions).toEqual([
      { from: { instant: '2024-06-01T12:00:00.000Z' }, until: { instant: '2024-06-10T12:00:00.000Z' }, reasonCode: REASON.code },
    ]);
    expect(after.decisions!.map(({ type }) => type)).toEqual(['ScopeReduced', 'CertificationSuspended']);
    const report = (await service.get(at(learner, 'report'), { token: tokens['reporter']! })).json<Status>();
    expect(report).toMatchObject({ status: 'certified', scopes: [{ covers: 'Ladders up to 3 m.' }] });
  });

  it('refuses what is not so, with the place and a code of its own', async () => {
    const learner = await certified();
    expect(await refusal(at(learner, 'reinstatements'), { reason: REASON })).toMatchObject({
      status: 409,
      code: 'NOT_SUSPENDED',
    });
    await service.write(at(learner, 'suspensions'), { reason: REASON });
    expect(await refusal(at(learner, 'suspensions'), { reason: REASON })).toMatchObject({
      status: 409,
      code: 'ALREADY_SUSPENDED',
    });
    expect(await refusal(at(learner, 'suspensions'), {})).toMatchObject({ status: 400, places: ['/reason'] });
    expect(await refusal(at(learner, 'scope-reductions'), { reason: REASON })).toMatchObject({ places: ['/covers'] });
    expect(await refusal(at(learner, 'suspensions'), { reason: REASON }, tokens['of-the-north'])).toMatchObject({
      status: 403,
      code: 'OUTSIDE_RESPONSIBILITY',
    });
  });

  it('answers a repeat with the first receipt, and a stale ETag with a refusal', async () => {
    const learner = await certified();
    const first = await service.write(at(learner, 'suspensions'), { reason: REASON }, { key: 'suspend once' });
    const again = await service.write(at(learner, 'suspensions'), { reason: REASON }, { key: 'suspend once' });
    expect(again).toEqual({ ...first, outcome: 'replayed' });
    const stale = await service.post(at(learner, 'reinstatements'), { reason: REASON }, { ifMatch: `"${first.etag - 1}"` });
    expect(stale.status).toBe(412);
  });
});

describe('waivers', () => {
  it('have an end and evidence, and are seen with it by whom it concerns', async () => {
    const learner = 'waived';
    await service.write('/v1/learners', { learner });
    const waiver = { lastDay: '2024-12-31', evidence: LETTER, reason: REASON };
    const { lastDay: _, ...endless } = waiver;
    expect(await refusal(at(learner, 'waivers'), endless)).toMatchObject({ code: 'INVALID_REQUEST', places: ['/lastDay'] });
    const { evidence: __, ...unproven } = waiver;
    expect(await refusal(at(learner, 'waivers'), unproven)).toMatchObject({ code: 'INVALID_REQUEST', places: ['/evidence'] });
    for (const lastDay of ['2024-06-09', '2026-01-01'])
      expect(await refusal(at(learner, 'waivers'), { ...waiver, lastDay })).toEqual({
        status: 422,
        code: 'WAIVER_OUT_OF_RANGE',
        places: ['/lastDay'],
      });
    await service.write(at(learner, 'waivers'), waiver);
    expect(await refusal(at(learner, 'waivers'), waiver)).toMatchObject({ status: 409, code: 'WAIVER_STANDS' });
    const ends = { waiver: 1, lastDay: '2024-12-31', endsAt: '2025-01-01T00:00:00+01:00' };
    expect(await shown(learner)).toMatchObject({
      status: 'waived',
      valid: false,
      waiver: ends,
      cycles: [],
      waivers: [{ evidence: LETTER }],
    });
    expect((await shown(learner, tokens['auditor'])).waivers![0]!.evidence).toBe(LETTER);
    expect((await shown(learner, tokens['reporter'])).waivers![0]).not.toHaveProperty('evidence');
    await service.write(at(learner, 'waivers/end'), { reason: REASON });
    const ended = await shown(learner);
    expect([ended.status, ended.waiver, ended.waivers![0]!.ended]).toEqual([null, undefined, expect.anything()]);
    expect(await refusal(at(learner, 'waivers/end'), { reason: REASON })).toMatchObject({ status: 409, code: 'NO_WAIVER' });
  });
});

describe('appeals', () => {
  const said = { code: 'not-so', text: 'I was on leave, says Frida.' };

  it('go from the learner over the list to a third person, and undo nothing', async () => {
    const learner = await certified({ groups: ['north'] }, 'frida');
    await service.write(at(learner, 'suspensions'), { reason: REASON });
    const against = (await shown(learner, tokens['frida'])).decisions![0]!.revision;
    const frida = { token: tokens['frida']! };
    await service.write(at(learner, 'appeals'), { kind: 'appeal', against, reason: said }, frida);
    const listed = async (token = service.token): Promise<OpenAppeals> =>
      (await service.get(`/v1/appeals?minPosition=${await service.end()}`, { token })).json<OpenAppeals>();
    const item = { learner, appeal: 1, kind: 'appeal', reason: said.text, against: { type: 'CertificationSuspended' } };
    // Who took the decision sees that another person must decide.
    expect((await listed()).items).toEqual([expect.objectContaining({ ...item, against: expect.anything(), undecidable: true })]);
    expect((await listed(tokens['second'])).items[0]).not.toHaveProperty('undecidable');
    expect((await listed(tokens['of-the-north'])).items).toHaveLength(1);

    const decision = { outcome: 'upheld', remedy: 'Reinstate.', reason: said };
    expect(await refusal(at(learner, 'appeals/1/decision'), decision)).toMatchObject({ status: 403, code: 'FOUR_EYES' });
    const otherKey = await keyFor(service, 'first-administrator', ['admin']);
    expect(await refusal(at(learner, 'appeals/1/decision'), decision, otherKey.token)).toMatchObject({ code: 'FOUR_EYES' });
    expect(await refusal(at(learner, 'appeals/1/decision'), decision, tokens['frida'])).toMatchObject({ code: 'FORBIDDEN' });
    const { remedy: _, ...empty } = decision;
    const second = tokens['second'];
    expect(await refusal(at(learner, 'appeals/1/decision'), empty, second)).toMatchObject({ status: 400, places: ['/remedy'] });
    await service.write(at(learner, 'appeals/1/decision'), decision, { token: second! });
    expect(await refusal(at(learner, 'appeals/1/decision'), decision, second)).toMatchObject({
      status: 409,
      code: 'APPEAL_DECIDED',
    });
    expect(await shown(learner, tokens['frida'])).toMatchObject({
      status: 'suspended',
      appeals: [{ appeal: 1, reason: said.text, decided: { outcome: 'upheld', remedy: 'Reinstate.' } }],
    });
    const reported = (await shown(learner, tokens['reporter'])).appeals![0]!;
    expect([reported.reason, reported.decided!.remedy, reported.decided!.outcome]).toEqual([undefined, undefined, 'upheld']);
    expect((await listed()).items).toEqual([]);
  });

  it('are refused against what is no decision, of another learner, and of an unknown number', async () => {
    const learner = await certified();
    const open = { kind: 'complaint', against: 1, reason: said };
    expect(await refusal(at(learner, 'appeals'), open)).toEqual({ status: 422, code: 'NOT_A_DECISION', places: ['/against'] });
    expect(await refusal(at(learner, 'appeals'), open, tokens['frida'])).toMatchObject({ status: 404, code: 'LEARNER_UNKNOWN' });
    const decision = { outcome: 'dismissed', reason: said };
    expect(await refusal(at(learner, 'appeals/1/decision'), decision)).toMatchObject({ status: 404, code: 'APPEAL_UNKNOWN' });
    expect(await refusal(at(learner, 'appeals/none/decision'), decision)).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });

  it('are listed the longest waiting first, page by page', async () => {
    const waiting: string[] = [];
    for (let day = 11; day < 16; day += 1) {
      service.clock.set(`2024-06-${day}T12:00:00.000Z`);
      const learner = await certified();
      const { revision } = await service.write(at(learner, 'suspensions'), { reason: REASON });
      await service.write(at(learner, 'appeals'), { kind: 'complaint', against: revision, reason: said });
      waiting.push(learner);
    }
    const seen: string[] = [];
    let cursor = '';
    for (;;) {
      const page = (await service.get(`/v1/appeals?limit=2${cursor}&minPosition=${await service.end()}`)).json<OpenAppeals>();
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ learner }) => learner));
      if (page.next === undefined) break;
      cursor = `&cursor=${encodeURIComponent(page.next)}`;
    }
    expect(seen).toEqual(waiting);
  });
});

it('nothing that somebody said stands readable in the log', async () => {
  const log = JSON.stringify(await service.events());
  for (const word of ['Sørensen', 'Frida', 'Ladders up to', 'Reinstate.']) expect(log).not.toContain(word);
  expect(log).toContain('AppealDecided');
});
