import { ClamAvScanner } from '../../src/adapters/clamav/scanner.js';
import type { Engines } from '../../src/app/engines.js';
import { SCAN_PAUSE_MILLISECONDS_MAX } from '../../src/record/policies/scan-attachments.js';
import { MemoryLeases } from '../../src/adapters/memory/leases.js';
import { keyFor } from '../support/access.js';
import { CLEAN, FakeClamd, found, VERSION } from '../support/fake-clamd.js';
import { eicarInPages, PACKED_EICAR } from '../support/hostile-files.js';
import { newPlace, type Place } from '../support/places.js';
import { eventually, newKey, scheme, Service, TestClock, type ProblemAnswer } from '../support/service.js';
import { pdfOf, uploadOf, type SentFile } from '../support/uploads.js';

/** Approval waits for a clean verdict where a scanner is configured (issue 7), over HTTP and against a double of clamd. */
const LABEL = 'Trade licence';
const REASON = { code: 'virus', text: 'Scan your computer.' };

let place: Place;
let clock: TestClock;
let clamd: FakeClamd;
let service: Service;
let reviewer: string;

const started = (engines: Engines, token?: string, scans = true): Promise<Service> =>
  Service.start(engines, clock, token, undefined, [], scans ? { scanner: new ClamAvScanner(clamd.address) } : {});

beforeEach(async () => {
  clock = new TestClock();
  clamd = await FakeClamd.start();
  place = newPlace();
  service = await started(await place.open());
  reviewer = (await keyFor(service, 'reviewer', ['reviewer'])).token;
  await service.write('/v1/schemes', scheme('trade', { submission: LABEL }));
});
afterEach(async () => {
  await service.stop();
  await clamd.stop();
});

async function submitted(learner: string, file: SentFile = pdfOf(4_000)): Promise<string> {
  await service.write('/v1/learners', { learner });
  const answer = await service.request('POST', `/v1/learners/${learner}/attachments`, uploadOf(file, { key: newKey() }));
  expect(answer.status).toBe(200);
  const { attachment } = answer.json<{ attachment: string }>();
  await service.write(`/v1/learners/${learner}/submissions`, {
    scheme: 'trade',
    label: LABEL,
    kind: 'credential-document',
    effective: { date: '2024-05-02' },
    attachment,
  });
  return attachment;
}
const approve = async (learner: string) => {
  const answer = await service.post(`/v1/learners/${learner}/submissions/1/approval`, {}, { token: reviewer });
  const { code, detail } = answer.json<Partial<ProblemAnswer>>();
  return answer.status === 200 ? 'approved' : `${answer.status} ${code}: ${detail}`;
};
interface Detail {
  state: string;
  scan?: string;
  scanFound?: string;
}
async function read<Answer>(path: string): Promise<Answer> {
  return (await service.get(`/v1/${path}?minPosition=${await service.end()}`)).json<Answer>();
}
const detailOf = (learner: string): Promise<Detail> => read(`learners/${learner}/submissions/1`);
const scanned = (learner: string, verdict: string): Promise<Detail> =>
  eventually(async () => {
    const detail = await detailOf(learner);
    return detail.scan === verdict ? detail : undefined;
  });
const queued = async (): Promise<readonly { learner: string; scan?: string }[]> =>
  (await read<{ items: { learner: string; scan?: string }[] }>('reviews')).items
    .map(({ learner, scan }) => ({ learner, ...(scan === undefined ? {} : { scan }) }))
    // The clock stands still, so that they wait equally long.
    .sort((one, other) => one.learner.localeCompare(other.learner));
const facts = async (from = service) => (await from.events()).filter(({ type }) => type === 'AttachmentScanned');
const later = (): void => clock.set(new Date(Date.parse(clock.now()) + SCAN_PAUSE_MILLISECONDS_MAX).toISOString());
/** Long enough for a policy that did more than it should to have done it. */
const someRounds = (): Promise<unknown> => new Promise((pass) => setTimeout(pass, 300));

test('a clean attachment: the scanner gets the plain file, the fact names it, and the document is approved and awards', async () => {
  const file = pdfOf(200_000);
  const attachment = await submitted('ada', file);
  await scanned('ada', 'clean');
  expect(clamd.files.map((bytes) => bytes.equals(file.bytes))).toEqual([true]);
  expect((await facts()).map(({ data }) => data)).toEqual([
    {
      scheme: 'trade',
      submission: 1,
      attachment,
      verdict: 'clean',
      scanner: VERSION,
      effective: { instant: clock.now() },
    },
  ]);
  expect(await queued()).toEqual([{ learner: 'ada', scan: 'clean' }]);
  expect(await approve('ada')).toBe('approved');
  expect(await read('learners/ada/schemes/trade')).toMatchObject({ status: 'certified' });
  // What is decided is not looked at again.
  later();
  await someRounds();
  expect([clamd.files.length, (await facts()).length]).toEqual([1, 1]);
});

test('EICAR passes the upload where it is packed, is found by the scanner, and is never approved', async () => {
  clamd.judge = (file) => (file.includes(PACKED_EICAR) ? found('Win.Test.EICAR_HDB-1') : CLEAN);
  await submitted('eve', eicarInPages);
  await submitted('ada');
  expect(await scanned('eve', 'infected')).toMatchObject({ state: 'submitted', scanFound: 'Win.Test.EICAR_HDB-1' });
  await scanned('ada', 'clean');
  const refusal = /^409 ATTACHMENT_NOT_CLEAN: .*infected, Win\.Test\.EICAR_HDB-1/;
  expect(await approve('eve')).toMatch(refusal);
  // Not even where the scanner forgets what it knew.
  clamd.judge = () => CLEAN;
  later();
  await someRounds();
  expect(await approve('eve')).toMatch(refusal);
  expect(await read('learners/eve/schemes/trade')).toMatchObject({ status: 'awaiting-review' });
  await service.write('/v1/learners/eve/submissions/1/decline', { reason: REASON }, { token: reviewer });
  expect(await queued()).toEqual([{ learner: 'ada', scan: 'clean' }]);
  expect((await read<{ items: { what: string }[] }>('learners/eve/history')).items.map(({ what }) => what)).toEqual([
    'LearnerRegistered',
    'EvidenceSubmitted',
    'AttachmentScanned',
    'SubmissionDeclined',
  ]);
});

test('scanner down: what is submitted waits visibly and is refused with what it waits for; when it is back, approval works', async () => {
  const { port } = clamd;
  await clamd.stop();
  await submitted('ada');
  await someRounds();
  expect(await detailOf('ada')).toMatchObject({ state: 'submitted', scan: 'awaited' });
  expect(await queued()).toEqual([{ learner: 'ada', scan: 'awaited' }]);
  expect(await approve('ada')).toMatch(/^409 ATTACHMENT_NOT_CLEAN: .*not scanned yet/);
  // Nobody said anything, so that there is no fact.
  expect(await facts()).toEqual([]);
  clamd = await FakeClamd.start({ port });
  later();
  await scanned('ada', 'clean');
  expect(await approve('ada')).toBe('approved');
});

test.each([
  ['limit-exceeded', found('Heuristics.Limits.Exceeded.MaxFileSize'), 'Heuristics.Limits.Exceeded.MaxFileSize'],
  ['failed', { say: ["stream: Can't open file or directory ERROR\0"] }, undefined],
] as const)('%s is not clean; once that is mended, the file is scanned again and approved', async (verdict, reply, signature) => {
  clamd.judge = () => reply;
  await submitted('ada');
  expect((await scanned('ada', verdict)).scanFound).toBe(signature);
  expect(await approve('ada')).toContain(
    `ATTACHMENT_NOT_CLEAN: Approval waits until the attachment is known to be clean. The scanner said: ${verdict}`,
  );
  later();
  await someRounds();
  // Said again it is no news.
  expect(await facts()).toHaveLength(1);
  clamd.judge = () => CLEAN;
  later();
  await scanned('ada', 'clean');
  expect(await approve('ada')).toBe('approved');
});

test.each(['silence', 'cut'] as const)('a scanner that answers a file with %s has said nothing', async (reply) => {
  clamd.judge = () => reply;
  await submitted('ada');
  await eventually(async () => (clamd.files.length > 0 ? true : undefined));
  await someRounds();
  expect([await detailOf('ada'), await facts()]).toMatchObject([{ scan: 'awaited' }, []]);
  expect(await approve('ada')).toContain('ATTACHMENT_NOT_CLEAN');
});

test('what was submitted before there was a scanner is scanned when there is one', async () => {
  await service.stop();
  service = await started(await place.open(), service.token, false);
  await submitted('ada');
  await submitted('bea');
  expect(await detailOf('ada')).not.toHaveProperty('scan');
  expect(await queued()).toEqual([{ learner: 'ada' }, { learner: 'bea' }]);
  expect(await approve('bea')).toBe('approved');
  await service.stop();
  service = await started(await place.open(), service.token);
  await scanned('ada', 'clean');
  expect(await approve('ada')).toBe('approved');
  // What was approved before stays so and is not looked at.
  expect([await detailOf('bea'), clamd.files.length]).toMatchObject([{ state: 'approved' }, 1]);
});

test('what was submitted under a scanner stays unapproved without one', async () => {
  clamd.judge = () => 'cut';
  await submitted('ada');
  await service.stop();
  service = await started(await place.open(), service.token, false);
  expect(await detailOf('ada')).toMatchObject({ scan: 'awaited' });
  expect(await approve('ada')).toContain('ATTACHMENT_NOT_CLEAN');
});

test('several instances, even where each believes that it is alone, record one verdict for each file', async () => {
  const others = await Promise.all(
    [1, 2].map(async () => started({ ...(await place.open()), leases: new MemoryLeases() }, service.token)),
  );
  try {
    const learners = Array.from({ length: 6 }, (_, number) => `emp-${number}`);
    for (const learner of learners) await submitted(learner);
    for (const learner of learners) await scanned(learner, 'clean');
    await someRounds();
    const recorded = (await facts(others[0])).map(({ stream }) => stream);
    expect([recorded.length, new Set(recorded).size]).toEqual([6, 6]);
    for (const learner of learners) expect(await approve(learner)).toBe('approved');
  } finally {
    for (const other of others) await other.stop();
  }
});
