import { course, scheme, Service, TestClock } from '../support/service.js';

/** The golden dates of renewals as a caller sees them: defined, awarded, renewed and shown over HTTP. */
const REASON = { code: 'kept-on-paper', text: 'Renewed before the ledger.' };
const C1 = { course: 'C1' };
/** Certified by this for a year. */
const FIRST = '2024-03-15';

let service: Service;
beforeAll(async () => {
  service = await Service.memory(new TestClock(Date.parse('2025-04-01T00:00:00.000Z')));
  await service.write('/v1/courses', course('C1'));
});
afterAll(() => service.stop());

let learners = 0;
/** Renewed on a day that has passed, as an administrator records it. */
async function renewedOn(done: string, named: string): Promise<{ kind: string; renews?: number; lastValidDay?: string }[]> {
  const learner = `/v1/learners/emp-${(learners += 1)}`;
  const complete = (date: string) => service.write(`${learner}/completions`, { course: 'C1', effective: { date } });
  await service.write('/v1/learners', { learner: `emp-${learners}` });
  await complete(FIRST);
  await service.write(`${learner}/schemes/${named}/renewals`, { reason: REASON, effective: { date: done } });
  await complete(done);
  const answer = await service.get(`${learner}/schemes/${named}?minPosition=${await service.end()}`);
  return answer.json<{ cycles: { kind: string; renews?: number; lastValidDay?: string }[] }>().cycles;
}

describe('section 6: the golden vectors through the ledger', () => {
  const BASES = {
    'from-completion': { basis: { kind: 'from-completion' } },
    'from-prior-expiry': { basis: { kind: 'from-prior-expiry' } },
    'fixed-anchor': { basis: { kind: 'fixed-anchor', day: '03-15', minimumActive: 'P6M' } },
    'anniversary-window': { basis: { kind: 'keep-anniversary-window', within: 'P3M' } },
    'base-month': { basis: { kind: 'base-month' } },
    grace: { basis: { kind: 'from-prior-expiry' }, anniversaryGrace: 'P30D' },
  } as const;
  beforeAll(async () => {
    for (const [id, policy] of Object.entries(BASES))
      await service.write('/v1/schemes', scheme(id, C1, { renewal: { ...policy, early: 'accept' } }));
  });

  it.each([
    ['from-completion', ['2025-11-20', '2026-01-10', '2026-03-30']],
    ['from-prior-expiry', ['2026-03-15', '2026-03-15', '2026-03-30']],
    ['fixed-anchor', ['2026-03-15', '2026-03-15', '2026-03-15']],
    ['anniversary-window', ['2025-11-30', '2026-03-15', '2026-03-31']],
    ['base-month', ['2025-11-30', '2026-01-31', '2026-03-31']],
    ['grace', ['2026-03-15', '2026-03-15', '2026-03-15']],
  ])('%s, done on 20 November, 10 January and 30 March: valid to %j', async (named, expected) => {
    const cycles = await Promise.all(['2024-11-20', '2025-01-10', '2025-03-30'].map((done) => renewedOn(done, named)));
    expect(cycles).toMatchObject(
      expected.map((lastValidDay) => [{ kind: 'initial' }, { kind: 'renewal', renews: 1, lastValidDay }]),
    );
  });
});
