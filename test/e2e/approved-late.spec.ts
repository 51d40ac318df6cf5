import { keyFor } from '../support/access.js';
import { scheme, Service, TestClock } from '../support/service.js';

/** ◆ Handed in before the due instant and approved after it: in time, and visible as such wherever the item is shown (domain.md). */
const LABEL = 'Trade licence';

let service: Service;
let clock: TestClock;
let reviewer: string;

beforeAll(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
  reviewer = (await keyFor(service, 'reviewer', ['reviewer'])).token;
});
afterAll(() => service.stop());

async function read<Answer>(path: string): Promise<Answer> {
  return (await service.get(`/v1/${path}?minPosition=${await service.end()}`)).json<Answer>();
}
/** Assigned with a due instant, submitted and approved at these instants. */
async function proved(learner: string, id: string, { submitted, approved }: { submitted: string; approved: string }) {
  clock.set('2024-06-01T12:00:00Z');
  await service.write('/v1/learners', { learner });
  const due = { instant: '2024-06-30T22:00:00Z' };
  await service.write(`/v1/learners/${learner}/schemes/${id}/assignments`, { effective: { date: '2024-06-01' }, due });
  clock.set(submitted);
  const body = { scheme: id, label: LABEL, kind: 'external-training', effective: { date: '2024-06-10' } };
  await service.write(`/v1/learners/${learner}/submissions`, body);
  clock.set(approved);
  const waiting = await read<{ status: string }>(`learners/${learner}/schemes/${id}`);
  await service.write(`/v1/learners/${learner}/submissions/1/approval`, {}, { token: reviewer });
  const status = await read<{ status: string; checklist: object[] }>(`learners/${learner}/schemes/${id}`);
  const report = await read<{ items: object[]; completed: object }>(`learners/${learner}/schemes/${id}/report`);
  return {
    waiting: waiting.status,
    status: status.status,
    line: status.checklist[0],
    item: report.items[0],
    completed: report.completed,
  };
}

describe.each(['refuse', 'accept-late'] as const)('where late evidence is dealt with by "%s"', (lateEvidence) => {
  const id = `trade-${lateEvidence}`;
  beforeAll(() => service.write('/v1/schemes', scheme(id, { submission: LABEL }, { timeToFulfil: { lateEvidence } })));

  test('submitted just before the due instant and approved long after it, it is in time and says so', async () => {
    const seen = await proved(`late-${id}`, id, { submitted: '2024-06-30T21:59:59Z', approved: '2024-08-15T08:00:00Z' });
    expect(seen).toMatchObject({
      waiting: 'awaiting-review',
      status: 'certified',
      line: { submission: LABEL, satisfied: true, approvedLate: true },
      item: { submission: LABEL, state: 'done', approvedLate: true },
      completed: { effective: { date: '2024-06-10' } },
    });
    expect(seen.completed).not.toHaveProperty('late');
  });

  test('approved before the due instant, it is not marked', async () => {
    const seen = await proved(`early-${id}`, id, { submitted: '2024-06-20T08:00:00Z', approved: '2024-06-30T21:59:59Z' });
    expect(seen).toMatchObject({ status: 'certified', line: { satisfied: true }, item: { state: 'done' } });
    for (const shown of [seen.line, seen.item]) expect(shown).not.toHaveProperty('approvedLate');
  });
});
