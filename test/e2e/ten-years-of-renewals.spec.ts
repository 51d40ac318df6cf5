import { eventDigest } from '../../src/ledger/canonical-json.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import { seededRandom } from '../support/seeded-random.js';
import { course, newKey, scheme, Service, TestClock, type Answered, type ReceiptAnswer } from '../support/service.js';

/**
 * 000-10, the disease that this product cures: in other systems a renewal loses the records before it. A hundred learners renew, or fail
 * to, for ten years; whatever was ever answered of them is remembered outside, and at the end all of it must still be there.
 */
const LEARNERS = 100;
const YEARS = 10;
const FIRST_YEAR = 2010;
/** How often everything that is shown is compared with what was shown before. */
const YEARS_BETWEEN_LOOKS = 3;
const TEN_YEARS_MILLISECONDS_MAX = 600_000;
const WHY = { reason: { code: 'no-link', text: 'The link did not open.' } };

interface Write {
  readonly url: string;
  readonly body: object;
  readonly key: string;
  readonly receipt: ReceiptAnswer;
}
type Cycle = Readonly<Record<string, unknown>> & { readonly number: number; readonly kind: string; readonly status: string };
interface Learner {
  readonly id: string;
  readonly writes: Write[];
  /** What was last shown. */
  cycles: readonly Cycle[];
  completions: readonly object[];
}
interface Shown {
  completions: object[];
  certifications: { cycles: Cycle[]; gaps: object[] }[];
}

let service: Service;
const clock = new TestClock();
const random = seededRandom();
const chance = (probability: number): boolean => random() < probability;
const day = (year: number, month: number, from: number, to: number): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(from + Math.floor(random() * (to - from + 1))).padStart(2, '0')}`;

beforeAll(async () => {
  clock.set(`${FIRST_YEAR}-01-01T00:00:00Z`);
  service = await Service.memory(clock);
  await service.write('/v1/courses', course('C1'));
  await service.write('/v1/courses', course('C2'));
  const renewal = { opensBefore: 'P2M', closesAfter: 'P1M', basis: { kind: 'from-prior-expiry' } };
  const published = `${FIRST_YEAR}-01-01`;
  await service.write('/v1/schemes', scheme('S', { any: [{ course: 'C1' }, { course: 'C2' }] }, { published, renewal }));
});
afterAll(() => service.stop());

async function write(learner: Learner, url: string, body: object): Promise<Answered> {
  const key = newKey();
  const answer = await service.post(url, body, { key });
  if (answer.status !== 200) return answer;
  const receipt = answer.json<ReceiptAnswer>();
  // Only what was recorded is remembered by its key.
  if (receipt.outcome === 'recorded') learner.writes.push({ url, body, key, receipt });
  return answer;
}
const complete = (learner: Learner, date: string) =>
  write(learner, `/v1/learners/${learner.id}/completions`, { course: chance(0.5) ? 'C1' : 'C2', effective: { date } });

/** One year of a learner: further training without an intent, a renewal in time, late or none, or evidence that is attributed. */
async function live(learner: Learner, year: number): Promise<void> {
  const at = `/v1/learners/${learner.id}/schemes/S`;
  if (chance(0.4)) await complete(learner, day(year, 1, 5, 28));
  const turn = random();
  if (turn < 0.6) {
    await write(learner, `${at}/renewals`, { effective: { date: day(year, 2, 20, 28) } });
    if (chance(0.9)) await complete(learner, day(year, 3, 1, 28));
  } else if (turn < 0.75) {
    const uncounted = (await complete(learner, day(year, 3, 1, 14))).json<ReceiptAnswer>().revision;
    await write(learner, `${at}/renewals/evidence`, { evidence: [uncounted], ...WHY });
  } else if (turn < 0.9) {
    await complete(learner, day(year, 8, 1, 28));
  }
}

async function shown({ id }: Learner, minPosition: string): Promise<Shown> {
  const answer = await service.get(`/v1/learners/${id}?minPosition=${minPosition}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json<Shown>();
}
/** What became of a cycle is new each year; the cycle itself is not. */
const withoutStatus = ({ status: _, ...cycle }: Cycle): object => cycle;

it(
  'every earlier receipt, cycle and piece of evidence of a hundred learners is there after ten years of renewals',
  async () => {
    const learners = Array.from({ length: LEARNERS }, (_, number): Learner => {
      return { id: `emp-${number}`, writes: [], cycles: [], completions: [] };
    });
    for (let year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year += 1) {
      clock.set(`${year}-12-01T00:00:00Z`);
      for (const learner of learners) {
        if (year > FIRST_YEAR) await live(learner, year);
        else {
          await write(learner, '/v1/learners', { learner: learner.id });
          await complete(learner, day(year, 3, 1, 28));
        }
      }
      if ((year - FIRST_YEAR + 1) % YEARS_BETWEEN_LOOKS !== 0 && year !== FIRST_YEAR + YEARS - 1) continue;
      const end = await service.end();
      for (const learner of learners) {
        const { completions, certifications } = await shown(learner, end);
        const { cycles } = certifications[0]!;
        expect(cycles.slice(0, learner.cycles.length).map(withoutStatus)).toEqual(learner.cycles.map(withoutStatus));
        expect(completions.slice(0, learner.completions.length)).toEqual(learner.completions);
        expect(cycles.map(({ number }) => number)).toEqual(cycles.map((_, index) => index + 1));
        learner.cycles = cycles;
        learner.completions = completions;
      }
    }
    const all = learners.flatMap(({ cycles }) => cycles);
    // A property over nothing would prove nothing.
    expect(all.filter(({ kind }) => kind === 'renewal').length).toBeGreaterThan(LEARNERS);
    expect(all.filter(({ kind, number }) => kind === 'initial' && number > 1).length).toBeGreaterThan(LEARNERS / 2);
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['current', 'superseded', 'expired']));
    await everyReceiptIsThere(learners);
  },
  TEN_YEARS_MILLISECONDS_MAX,
);

async function everyReceiptIsThere(learners: readonly Learner[]): Promise<void> {
  const stored = new Map((await service.events()).map((event) => [event.id, event]));
  const writes = learners.flatMap((learner) => learner.writes);
  expect(writes.length).toBeGreaterThan(LEARNERS * YEARS);
  for (const { url, body, key, receipt } of writes) {
    const again = (await service.post(url, body, { key })).json<ReceiptAnswer>();
    expect(again).toEqual({ ...receipt, outcome: 'replayed' });
    for (const id of receipt.eventIds) expect(stored.get(id)).toMatchObject({ stream: receipt.stream });
  }
  const digestOf = ({ id, type, data, metadata }: StoredEvent): string => eventDigest({ id, type, data, metadata });
  const digests = [...stored.values()].map(digestOf);
  // Asking again changed nothing that was written, and what is new is no caller's.
  const after = await service.events();
  expect(after.slice(0, digests.length).map(digestOf)).toEqual(digests);
  expect(after.slice(digests.length).filter(({ metadata }) => metadata.origin.kind !== 'policy')).toEqual([]);
}
