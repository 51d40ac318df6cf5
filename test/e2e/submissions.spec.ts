import { keyFor } from '../support/access.js';
import { benign, uploadOf } from '../support/uploads.js';
import {
  eventually,
  newKey,
  scheme,
  Service,
  TestClock,
  type Asked,
  type ProblemAnswer,
  type ReceiptAnswer,
} from '../support/service.js';

/** Submissions and their review, over HTTP (issue 7; rules 001-12 to 001-17, 002-4, 002-9). */
const LABEL = 'Trade licence';
const REASON = { code: 'unreadable', text: 'Page two is cut off.' };

let service: Service;
let clock: TestClock;
let learnerToken: string;
let reviewer: string;
let second: string;
let auditor: string;

beforeAll(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
  reviewer = (await keyFor(service, 'reviewer', ['reviewer'])).token;
  second = (await keyFor(service, 'second-reviewer', ['reviewer'])).token;
  auditor = (await keyFor(service, 'auditor', ['auditor'])).token;
  learnerToken = (await keyFor(service, 'E-7', ['learner'])).token;
  await service.write('/v1/groups', { group: 'north', title: 'North' });
  await service.write('/v1/schemes', scheme('trade', { submission: LABEL }));
  await service.write(
    '/v1/schemes',
    scheme('checked', { submission: LABEL, kind: 'credential-document', sourceCheck: 'required' }, { secondApprover: true }),
  );
  await service.write('/v1/schemes', scheme('trusting', { submission: 'Course elsewhere', review: 'none' }));
});
afterAll(() => service.stop());

let learners = 0;
async function learner(more: object = {}): Promise<string> {
  const id = `emp-${(learners += 1)}`;
  await service.write('/v1/learners', { learner: id, ...more });
  return id;
}
const training = (more: object = {}) => ({
  scheme: 'trade',
  label: LABEL,
  kind: 'external-training',
  effective: { date: '2024-05-02' },
  ...more,
});
const submit = (id: string, body: object = training(), asked: Asked = {}): Promise<ReceiptAnswer> =>
  service.write(`/v1/learners/${id}/submissions`, body, asked);
const upload = async (id: string, token = service.token) =>
  service.request('POST', `/v1/learners/${id}/attachments`, uploadOf(benign('pdfkit.pdf'), { key: newKey(), token }));
const on = (id: string, submission: number, act: string): string => `/v1/learners/${id}/submissions/${submission}/${act}`;
async function refused(url: string, body: unknown, asked: Asked = {}) {
  const { status, code, pointer, errors } = (await service.post(url, body, asked)).json<ProblemAnswer>();
  const place = pointer ?? errors?.[0]?.pointer;
  return { status, code, ...(place === undefined ? {} : { pointer: place }) };
}
async function read<Answer>(path: string, query = '', token = service.token): Promise<Answer> {
  const answer = await service.get(`/v1/${path}?minPosition=${await service.end()}${query}`, { token });
  if (answer.status !== 200) throw new Error(`GET ${path} was answered ${answer.status}: ${answer.text}`);
  return answer.json<Answer>();
}
interface Queue {
  items: { learner: string; submission: number; age: string; claim?: { until: string } }[];
  counts?: { waiting: number; aged: number; escalated: number; claimed: number };
  next?: string;
}

test('rules 001-12 to 001-17: the task says what to hand in, the document waits, is approved by another, and awards', async () => {
  const id = await learner();
  await service.write(`/v1/learners/${id}/person`, { person: 'E-7' });
  const tasks = await read<{ items: { scheme: string; items: { submit?: object; missing?: string }[] }[] }>(
    `learners/${id}/tasks`,
    '&include=all',
    learnerToken,
  );
  const { submit: prefilled } = tasks.items.find(({ scheme: of }) => of === 'trade')!.items[0]!;
  expect(prefilled).toEqual({
    scheme: 'trade',
    label: LABEL,
    title: 'Scheme trade',
    kinds: ['external-training', 'credential-document'],
  });
  const { kinds: _, ...task } = prefilled as { kinds: string[] };
  const { attachment } = (await upload(id, learnerToken)).json<{ attachment: string }>();
  const body = {
    ...task,
    kind: 'credential-document',
    effective: { date: '2024-05-02' },
    validUntil: '2025-12-31',
    attachment,
    note: 'See stamp.',
  };
  const key = newKey();
  const receipt = await submit(id, body, { token: learnerToken, key });
  expect(await submit(id, body, { token: learnerToken, key })).toMatchObject({ outcome: 'replayed', eventIds: receipt.eventIds });
  expect(await read(`learners/${id}/schemes/trade`)).toMatchObject({
    status: 'awaiting-review',
    progress: { left: [{ submission: LABEL, missing: 'awaiting-review' }] },
    submissions: [{ submission: 1, state: 'submitted', label: LABEL }],
  });
  expect(await refused(on(id, 1, 'approval'), {}, { token: learnerToken })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  await service.write(on(id, 1, 'claim'), undefined, { token: reviewer });
  expect(await refused(on(id, 1, 'approval'), {}, { token: second })).toMatchObject({ status: 409, code: 'REVIEW_CLAIMED' });
  await service.write(on(id, 1, 'release'), undefined, { token: reviewer });
  await service.write(on(id, 1, 'approval'), { reason: { code: 'seen', text: 'Compared.' } }, { token: second });
  expect(await read(`learners/${id}/schemes/trade/report`, '', learnerToken)).toMatchObject({
    status: 'certified',
    completed: { effective: { date: '2024-05-02' } },
    items: [{ submission: LABEL, state: 'done' }],
    submissions: [{ state: 'approved', approvalsGiven: 1 }],
  });
  const detail = await read(`learners/${id}/submissions/1`, '', learnerToken);
  expect(detail).toMatchObject({
    note: 'See stamp.',
    reason: 'Compared.',
    reasonCode: 'seen',
    attachment: { address: attachment, name: expect.stringMatching(/\.pdf$/), digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  const history = await read<{ items: { what: string; facts: { note?: string }; who: { meaning?: string } }[] }>(
    `learners/${id}/history`,
    '',
    auditor,
  );
  expect(history.items.map(({ what }) => what)).toEqual([
    'LearnerRegistered',
    'LearnerBoundToPerson',
    'EvidenceSubmitted',
    'ReviewClaimed',
    'ReviewReleased',
    'SubmissionApproved',
    'CertificationAwarded',
  ]);
  expect(history.items[2]!.facts.note).toBe('See stamp.');
  expect(history.items[5]!.who.meaning).toBe('approved');
});

test('a decline leaves the task open, and what comes next is linked to it', async () => {
  const id = await learner();
  await submit(id);
  await service.write(on(id, 1, 'decline'), { reason: REASON }, { token: reviewer });
  expect(await read(`learners/${id}/schemes/trade`)).toMatchObject({ progress: { left: [{ missing: 'declined' }] } });
  await submit(id);
  await service.write(on(id, 2, 'withdrawal'), {});
  const { items } = await read<{ items: { submission: number; state: string; resubmits?: number }[] }>(
    `learners/${id}/submissions`,
  );
  expect(items.map(({ submission, state, resubmits }) => [submission, state, resubmits])).toEqual([
    [2, 'withdrawn', 1],
    [1, 'declined', undefined],
  ]);
  expect(await read(`learners/${id}/submissions/1`)).toMatchObject({ reason: REASON.text, resubmittedAs: 2 });
  const page = await read<{ items: object[]; next: string }>(`learners/${id}/submissions`, '&limit=1');
  expect(page).toMatchObject({ items: [{ submission: 2 }], next: '2' });
  expect(await read(`learners/${id}/submissions`, `&limit=1&cursor=${page.next}`)).toMatchObject({ items: [{ submission: 1 }] });
});

test('what is wrong is refused, and says where', async () => {
  const id = await learner();
  const other = await learner();
  const { attachment } = (await upload(other)).json<{ attachment: string }>();
  const url = `/v1/learners/${id}/submissions`;
  const document = (more: object = {}) => training({ kind: 'credential-document', ...more });
  for (const [body, expected] of [
    [training({ label: 'trade licence' }), { status: 422, code: 'LABEL_UNKNOWN', pointer: '/label' }],
    [training({ title: 'Another title' }), { status: 422, code: 'TITLE_ALTERED', pointer: '/title' }],
    [training({ effective: undefined }), { status: 400, code: 'INVALID_REQUEST', pointer: '/effective' }],
    [training({ scheme: 'nothing' }), { status: 404, code: 'SCHEME_UNKNOWN', pointer: '/scheme' }],
    [training({ scheme: 'checked' }), { status: 422, code: 'KIND_NOT_TAKEN', pointer: '/kind' }],
    [training({ effective: { date: '2024-06-03' } }), { status: 422, code: 'EFFECTIVE_IN_FUTURE', pointer: '/effective' }],
    [training({ validUntil: '2024-05-01' }), { status: 422, code: 'VALID_UNTIL_BEFORE_ISSUE', pointer: '/validUntil' }],
    [document(), { status: 422, code: 'ATTACHMENT_REQUIRED', pointer: '/attachment' }],
    // Of another learner it is as little there as one that nobody uploaded.
    [document({ attachment }), { status: 404, code: 'ATTACHMENT_UNKNOWN', pointer: '/attachment' }],
    [document({ attachment: '00'.repeat(32) }), { status: 404, code: 'ATTACHMENT_UNKNOWN', pointer: '/attachment' }],
    [document({ attachment: 'licence.pdf' }), { status: 400, code: 'INVALID_REQUEST', pointer: '/attachment' }],
    [training({ submitted: { date: '2024-01-01' } }), { status: 400, code: 'INVALID_REQUEST', pointer: '' }],
  ] as const)
    expect(await refused(url, body)).toEqual(expected);
  await submit(id);
  expect(await refused(url, training())).toEqual({ status: 409, code: 'SUBMISSION_OPEN', pointer: '/label' });
  for (const act of ['approval', 'claim'])
    expect(await refused(on(id, 2, act), act === 'claim' ? undefined : {}, { token: reviewer })).toMatchObject({
      status: 404,
      code: 'SUBMISSION_UNKNOWN',
    });
  expect(await refused(on(id, 1, 'decline'), {}, { token: reviewer })).toMatchObject({
    code: 'INVALID_REQUEST',
    pointer: '/reason',
  });
  expect(await refused('/v1/learners/nobody/submissions', document({ attachment }))).toMatchObject({
    status: 404,
    code: 'LEARNER_UNKNOWN',
  });
  expect((await service.get(`/v1/learners/${id}/submissions/x`)).status).toBe(400);
});

test('approval by the submitter, the subject, or the same person under another key; and after a decision', async () => {
  const id = await learner();
  await service.write(`/v1/learners/${id}/person`, { person: 'E-8' });
  const subject = (await keyFor(service, 'E-8', ['reviewer'])).token;
  const submitter = (await keyFor(service, 'clerk', ['admin'])).token;
  const submitterAgain = (await keyFor(service, 'clerk', ['reviewer'])).token;
  await submit(id, training(), { token: submitter });
  for (const token of [subject, submitter, submitterAgain])
    for (const act of ['approval', 'decline'])
      expect(await refused(on(id, 1, act), { reason: REASON }, { token })).toMatchObject({ status: 403, code: 'FOUR_EYES' });
  const outcomes = await Promise.all(
    [reviewer, second].flatMap((token) => [
      service.post(on(id, 1, 'approval'), {}, { token }),
      service.post(on(id, 1, 'decline'), { reason: REASON }, { token }),
    ]),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  const late = outcomes.find(({ status }) => status === 409)!.json<ProblemAnswer>();
  expect(late).toMatchObject({
    code: 'SUBMISSION_DECIDED',
    detail: expect.stringMatching(/was (approved|declined) on 2024-06-01T12:00:00.000Z by the person [0-9a-f]{64}/),
  });
  expect(await refused(on(id, 1, 'withdrawal'), {})).toMatchObject({ code: 'SUBMISSION_DECIDED' });
});

test('a trusted report counts at once; one’s own does not', async () => {
  const body = { scheme: 'trusting', label: 'Course elsewhere', kind: 'external-training', effective: { date: '2024-05-02' } };
  const id = await learner();
  await service.write(`/v1/learners/${id}/person`, { person: 'E-9' });
  const { token } = await keyFor(service, 'E-9', ['learner', 'admin']);
  expect((await submit(id, body, { token })).eventIds).toHaveLength(1);
  await service.write(on(id, 1, 'withdrawal'), {}, { token });
  expect((await submit(id, body)).eventIds).toHaveLength(2);
  expect(await read(`learners/${id}/schemes/trusting`)).toMatchObject({
    status: 'certified',
    submissions: [
      { review: 'none', state: 'approved' },
      { review: 'required', state: 'withdrawn' },
    ],
  });
});

test('checked at the source, approved by two, due again', async () => {
  const id = await learner();
  const { attachment } = (await upload(id)).json<{ attachment: string }>();
  await submit(id, { ...training({ scheme: 'checked', kind: 'credential-document' }), attachment });
  expect(await refused(on(id, 1, 'approval'), {}, { token: reviewer })).toMatchObject({
    status: 409,
    code: 'SOURCE_CHECK_REQUIRED',
  });
  const check = {
    authority: 'Chamber of Crafts',
    how: 'register',
    effective: { date: '2024-05-31' },
    dueAgain: '2024-06-20',
    reference: 'HWK 4711',
  };
  expect(await refused(on(id, 1, 'source-checks'), { ...check, dueAgain: '2024-05-31' }, { token: reviewer })).toMatchObject({
    code: 'CHECK_DUE_BEFORE_CHECK',
    pointer: '/dueAgain',
  });
  await service.write(on(id, 1, 'source-checks'), check, { token: reviewer });
  await service.write(on(id, 1, 'approval'), {}, { token: reviewer });
  expect(await refused(on(id, 1, 'approval'), {}, { token: reviewer })).toMatchObject({ code: 'FOUR_EYES' });
  expect((await service.write(on(id, 1, 'approval'), {}, { token: second })).eventIds).toHaveLength(2);
  expect(await read(`learners/${id}/submissions/1`)).toMatchObject({
    sourceCheck: 'required',
    checks: [{ reference: 'HWK 4711' }],
  });
  expect(await read('source-checks', '&due=2024-06-19')).toEqual({ items: [] });
  expect(await read('source-checks', '&due=2024-06-20')).toEqual({
    items: [
      { learner: id, submission: 1, scheme: 'checked', label: LABEL, authority: 'Chamber of Crafts', dueAgain: '2024-06-20' },
    ],
  });
});

test('rule 001-16: the queue, oldest first, by group, scheme, kind, age and claim, with counts; ages are facts of the feed', async () => {
  const own = await Service.memory(new TestClock());
  await own.write('/v1/groups', { group: 'north', title: 'North' });
  const write = (url: string, body: unknown, token = own.token) => own.write(url, body, { token });
  const [one, two] = [(await keyFor(own, 'one', ['reviewer'])).token, (await keyFor(own, 'two', ['reviewer'])).token];
  const limited = (await keyFor(own, 'three', ['reviewer'], { responsibility: ['north'] })).token;
  const queue = async (query = '', token = one): Promise<Queue> =>
    (await own.get(`/v1/reviews?minPosition=${await own.end()}${query}`, { token })).json<Queue>();
  const shown = async (query = '', token = one) => (await queue(query, token)).items.map(({ learner: id }) => id);
  try {
    for (const id of ['trade', 'other']) await write('/v1/schemes', scheme(id, { submission: LABEL }));
    for (const [at, id] of ['a', 'b', 'c'].entries()) {
      own.clock.set(`2024-06-01T12:0${at}:00Z`);
      await write('/v1/learners', { learner: id, groups: id === 'b' ? ['north'] : [] });
      await write(`/v1/learners/${id}/submissions`, training({ scheme: id === 'c' ? 'other' : 'trade' }));
    }
    expect(await queue()).toMatchObject({
      items: [{ learner: 'a', age: 'new' }, { learner: 'b' }, { learner: 'c' }],
      counts: { waiting: 3, claimed: 0 },
    });
    expect(await shown('', limited)).toEqual(['b']);
    expect(await shown('&group=north')).toEqual(['b']);
    expect(await shown('&scheme=other')).toEqual(['c']);
    expect(await shown('&kind=credential-document')).toEqual([]);
    expect(await shown('&olderThan=2024-06-01T12:02:00Z')).toEqual(['a', 'b']);
    const page = await queue('&limit=2');
    const next = await queue(`&limit=2&cursor=${page.next!}`);
    expect([page.items.length, next.items[0]!.learner, next.counts]).toEqual([2, 'c', undefined]);
    await write(on('a', 1, 'claim'), undefined, one);
    expect([await shown('&claimed=by-me'), await shown('&claimed=by-others', two), await shown('&claimed=by-nobody')]).toEqual([
      ['a'],
      ['a'],
      ['b', 'c'],
    ]);
    await write(on('b', 1, 'decline'), { reason: REASON }, two);
    own.clock.set('2024-06-09T00:00:00Z');
    const { items, counts } = await queue();
    expect(items.map(({ learner: id, age, claim }) => [id, age, claim])).toEqual([
      ['a', 'escalated', undefined],
      ['c', 'escalated', undefined],
    ]);
    expect(counts).toEqual({ waiting: 2, aged: 0, escalated: 2, claimed: 0 });
    const observed = await eventually(async () => {
      const events = (await own.events()).filter(({ type }) => type === 'ReviewAged' || type === 'ReviewEscalated');
      return events.length === 4 ? events : undefined;
    });
    expect(observed.map(({ type, data }) => [type, data['effective']])).toEqual(
      expect.arrayContaining([
        ['ReviewAged', { instant: '2024-06-04T14:00:00+02:00' }],
        ['ReviewEscalated', { instant: '2024-06-08T14:02:00+02:00' }],
      ]),
    );
    // The policy comes again and finds nothing left.
    await write('/v1/learners', { learner: 'd' });
    expect((await own.events()).filter(({ type }) => type.startsWith('ReviewA') || type === 'ReviewEscalated')).toHaveLength(4);
  } finally {
    await own.stop();
  }
});

test('who answers for some groups reviews and submits for their learners only', async () => {
  const [inside, outside] = [await learner({ groups: ['north'] }), await learner()];
  const limited = (await keyFor(service, 'limited', ['admin'], { responsibility: ['north'] })).token;
  expect((await submit(inside, training(), { token: limited })).outcome).toBe('recorded');
  const url = `/v1/learners/${outside}/submissions`;
  for (const body of [training(), training({ attachment: 'ab'.repeat(32) })])
    expect(await refused(url, body, { token: limited })).toMatchObject({ status: 403, code: 'OUTSIDE_RESPONSIBILITY' });
  await submit(outside);
  expect(await refused(on(outside, 1, 'approval'), {}, { token: limited })).toMatchObject({ code: 'OUTSIDE_RESPONSIBILITY' });
  for (const path of ['submissions', 'submissions/1'])
    expect((await service.get(`/v1/learners/${outside}/${path}`, { token: limited })).json()).toMatchObject({
      code: 'LEARNER_UNKNOWN',
    });
  expect((await service.get(`/v1/learners/${outside}/submissions`, { token: learnerToken })).json()).toMatchObject({
    code: 'LEARNER_UNKNOWN',
  });
});
