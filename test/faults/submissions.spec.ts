import type { Engines } from '../../src/app/engines.js';
import { FaultyFiles, type FileFault } from '../support/faulty-files.js';
import { eventually, memoryEngines, newKey, scheme, Service, TestClock, type ProblemAnswer } from '../support/service.js';
import { pdfOf, uploadOf } from '../support/uploads.js';

const LABEL = 'Licence';
const body = (attachment: string, label = LABEL) => ({
  scheme: 'trade',
  label,
  kind: 'credential-document',
  effective: { date: '2024-05-02' },
  attachment,
});

async function prepared(engines: Engines): Promise<{ service: Service; attachment: string }> {
  const service = await Service.start(engines, new TestClock());
  await service.write('/v1/schemes', scheme('trade', { submission: LABEL }));
  await service.write('/v1/learners', { learner: 'ada' });
  return { service, attachment: await uploaded(service, 0) };
}
async function uploaded(service: Service, number: number): Promise<string> {
  const answer = await service.request('POST', '/v1/learners/ada/attachments', uploadOf(pdfOf(4_000, number), { key: newKey() }));
  return answer.json<{ attachment: string }>().attachment;
}
const submittedOf = async (service: Service) => (await service.events()).filter(({ type }) => type === 'EvidenceSubmitted');
const download = async (service: Service, attachment: string): Promise<number> =>
  (await service.get(`/v1/learners/ada/attachments/${attachment}`)).status;

describe('no event ever points at bytes that are not there', () => {
  it.each(['error', 'answer-lost'] as const)(
    'whichever call on the files fails while one is pinned (%s)',
    async (fault: FileFault) => {
      let points = 0;
      for (let point = 1; ; point += 1) {
        const engines = memoryEngines();
        let [armed, from] = [false, 0];
        const files: FaultyFiles = new FaultyFiles(engines.files, (number) =>
          armed && number - from === point ? fault : undefined,
        );
        const { service, attachment } = await prepared({ ...engines, files });
        // The policy that collects makes calls of its own, which may take the fault in its place; what must hold, holds all the same.
        [armed, from] = [true, files.calls];
        const key = newKey();
        const first = await service.post('/v1/learners/ada/submissions', body(attachment), { key });
        armed = false;
        if (first.status !== 200) {
          points += 1;
          expect(first.json<ProblemAnswer>().status).toBeGreaterThanOrEqual(500);
          expect(await submittedOf(service)).toEqual([]);
        }
        const again = await service.post('/v1/learners/ada/submissions', body(attachment), { key });
        expect([again.status, (await submittedOf(service)).length, await download(service, attachment)]).toEqual([200, 1, 200]);
        await service.stop();
        if (point > 8) break;
      }
      expect(points).toBeGreaterThan(0);
    },
    60_000,
  );
});

test('the collector keeps what an event refers to, and takes what was pinned for a submission that was refused', async () => {
  const { service, attachment } = await prepared(memoryEngines());
  try {
    const orphan = await uploaded(service, 1);
    expect((await service.post('/v1/learners/ada/submissions', body(orphan, 'Other'))).json<ProblemAnswer>().code).toBe(
      'LABEL_UNKNOWN',
    );
    await service.write('/v1/learners/ada/submissions', body(attachment));
    expect([await download(service, attachment), await download(service, orphan)]).toEqual([200, 200]);
    service.clock.set('2024-06-04T12:00:00Z');
    await eventually(async () => ((await download(service, orphan)) === 404 ? true : undefined));
    expect(await download(service, attachment)).toBe(200);
  } finally {
    await service.stop();
  }
}, 60_000);
