import { MemoryLeases } from '../../src/adapters/memory/leases.js';
import { keyFor } from '../support/access.js';
import { newPlace } from '../support/places.js';
import { course, eventually, scheme, Service, TestClock, type ProblemAnswer } from '../support/service.js';

interface Page<Item> {
  items: Item[];
  next?: string;
}
interface Ending {
  learner: string;
  scheme: string;
  cycle: number;
  lastValidDay: string;
  expired: boolean;
  renewal?: { opensAt: string; closesAt?: string; open: boolean };
}
interface Within {
  days: number;
  to: string;
  certifications: number;
  renewing: number;
  courses: { course: string; title: string; seats: { least: number; most: number } }[];
}
interface Forecast {
  from: string;
  schemes: { scheme: string; renewable: boolean; within: Within[]; groups: { group: string; within: Within[] }[] }[];
}
interface Lapsed {
  learner: string;
  scheme: string;
  lapses: { cycle: number; lastValidDay: string; since: string; until?: string; days: number }[];
}
interface Certification {
  scheme: string;
  status: string;
  valid: boolean;
  held: boolean;
  pending: boolean;
  renewNow: boolean;
  renewal?: { opensAt: string; closesAt?: string; open: boolean };
  cycles: { number: number; kind: string; status: string }[];
  lapses: Lapsed['lapses'];
}

const reason = { code: 'wrong-date', text: 'The list said otherwise.' };
/** Renewed by C2, and by either C3 or C4. */
const RENEWAL = {
  opensBefore: 'P30D',
  closesAfter: 'P20D',
  criteria: { all: [{ course: 'C2' }, { any: [{ course: 'C3' }, { course: 'C4' }] }] },
};
const OBSERVATIONS = ['BoundaryObserved', 'CertificationExpired', 'ObservationWithdrawn'];

async function define(service: Service): Promise<void> {
  for (const id of ['C1', 'C2', 'C3', 'C4']) await service.write('/v1/courses', course(id));
  for (const group of ['NORTH', 'SOUTH']) await service.write('/v1/groups', { group, title: group });
  await service.write('/v1/schemes', scheme('S', { course: 'C1' }, { published: '2020-01-01', renewal: RENEWAL }));
  await service.write('/v1/schemes', scheme('T', { course: 'C4' }, { published: '2020-01-01' }));
}

async function certified(
  service: Service,
  learner: string,
  date: string,
  id = 'C1',
  groups: readonly string[] = [],
): Promise<void> {
  await service.post('/v1/learners', { learner, groups });
  await service.write(`/v1/learners/${learner}/completions`, { course: id, effective: { date } });
}

/** What the policies recorded of time, in the order of the log: of whom, which boundary, and when it was. */
async function observed(service: Service): Promise<readonly string[]> {
  return (await service.events())
    .filter(({ type }) => OBSERVATIONS.includes(type))
    .map(({ type, data, stream }) => {
      const { boundary = type, effective } = data as { boundary?: string; effective: { instant: string } };
      const withdrawal = type === 'ObservationWithdrawn' ? 'withdrawn ' : '';
      return `${stream.slice(-4)} ${withdrawal}${boundary}${withdrawal === '' ? ` ${effective.instant}` : ''}`;
    });
}

const settled = async (service: Service, count: number): Promise<readonly string[]> => {
  await eventually(async () => ((await observed(service)).length >= count ? true : undefined));
  // A policy that doubled would do so in one of the rounds that follow.
  await new Promise((resolve) => setTimeout(resolve, 300));
  return observed(service);
};

describe('what time brings about is recorded', () => {
  it('exactly once and in order by two instances, after an outage of a week', async () => {
    const place = newPlace();
    const clock = new TestClock(Date.parse('2024-12-20T12:00:00Z'));
    let one = await Service.start(await place.open(), clock);
    await define(one);
    for (let number = 0; number < 12; number += 1) await certified(one, `emp-${number}`, '2024-01-10');
    const expiring = await settled(one, 24);
    expect(expiring).toHaveLength(24);
    await one.stop();
    clock.set('2025-01-12T12:00:00Z');
    // Each of the two believes that it is alone, so that their policies race.
    const alone = async () => ({ ...(await place.open()), leases: new MemoryLeases() });
    one = await Service.start(await alone(), clock, one.token);
    const two = await Service.start(await alone(), clock, one.token);
    const all = await settled(one, 36);
    expect(all).toHaveLength(36);
    expect(new Set(all).size).toBe(36);
    for (const learner of new Set(all.map((known) => known.slice(0, 4)))) {
      expect(all.filter((known) => known.startsWith(learner)).map((known) => known.slice(5))).toEqual([
        'expiring 2024-12-12T00:00:00+01:00',
        'renewal-opens 2024-12-12T00:00:00+01:00',
        'CertificationExpired 2025-01-11T00:00:00+01:00',
      ]);
    }
    await Promise.all([one.stop(), two.stop()]);
  });

  it('once more, where a boundary moved later: its observation is withdrawn and made again when it comes', async () => {
    const clock = new TestClock(Date.parse('2025-01-12T12:00:00Z'));
    const service = await Service.memory(clock);
    await define(service);
    await certified(service, 'emp-1', '2024-01-10');
    expect((await settled(service, 3)).map((known) => known.slice(5))).toContain(
      'CertificationExpired 2025-01-11T00:00:00+01:00',
    );
    const { token } = await keyFor(service, 'corrector', ['admin']);
    const body = { corrects: { course: 'C1' }, to: { effective: { date: '2024-02-10' } }, reason };
    await service.write('/v1/learners/emp-1/fact-corrections', body, { token });
    const withdrawn = (await settled(service, 6)).slice(3).map((known) => known.slice(5));
    expect(withdrawn).toEqual(expect.arrayContaining(['withdrawn expired', 'withdrawn expiring', 'withdrawn renewal-opens']));
    const before = (await observed(service)).filter((known) => known.includes('CertificationExpired'));
    expect(before).toHaveLength(1);
    clock.set('2025-02-11T12:00:00Z');
    await eventually(async () => {
      const all = await observed(service);
      return all.some((known) => known.endsWith('CertificationExpired 2025-02-11T00:00:00+01:00')) ? true : undefined;
    });
    await service.stop();
  });
});

describe('what ends, and what it takes to renew it', () => {
  const clock = new TestClock(Date.parse('2024-12-15T12:00:00Z'));
  let service: Service;
  const LEARNERS = 330;

  beforeAll(async () => {
    service = await Service.memory(clock);
    await define(service);
    const rows = Array.from({ length: LEARNERS }, (_, number) => {
      const learner = `emp-${String(number).padStart(3, '0')}`;
      const groups = [['NORTH'], ['SOUTH'], ['NORTH', 'SOUTH'], []][number % 4];
      // One more day for each: their certifications end from 16 November 2024 on.
      const completedOn = new Date(Date.UTC(2023, 10, 15 + (number % 165))).toISOString().slice(0, 10);
      const done = { learner, kind: 'completion', course: number % 5 === 0 ? 'C4' : 'C1', completedOn };
      return [{ learner, kind: 'learner', groups }, done].map((row, index) => ({
        source: 'hr',
        row: `${number}-${index}`,
        ...row,
      }));
    }).flat();
    for (let from = 0; from < rows.length; from += 500) {
      const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows: rows.slice(from, from + 500) } });
      expect([answer.status, answer.text.includes('refused')]).toEqual([200, false]);
    }
    await service.end();
  });
  afterAll(() => service.stop());

  async function list<Item>(path: string, token = service.token): Promise<readonly Item[]> {
    const items: Item[] = [];
    let cursor = '';
    do {
      const answer = await service.get(`/v1/${path}${cursor}`, { token });
      expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.anything()]);
      const page = answer.json<Page<Item>>();
      items.push(...page.items);
      cursor = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== '');
    return items;
  }
  const forecast = async (query = '', token = service.token): Promise<Forecast> =>
    (await service.get(`/v1/expiry-forecast?${query}`, { token })).json<Forecast>();

  it.each(['', 'at=2025-01-20T00:00:00Z', 'at=2030-01-01T00:00:00Z'])(
    'the forecast counts what the list lists (%s)',
    async (at) => {
      const { schemes } = await forecast(at);
      expect(schemes.map(({ scheme: id }) => id)).toEqual(at.includes('2030') ? [] : ['S', 'T']);
      for (const { scheme: id, within, groups } of schemes) {
        expect(within.map(({ days }) => days)).toEqual([7, 30, 60, 90]);
        for (const { days, certifications, to } of within) {
          const listed = await list<Ending>(`expiry-dates?scheme=${id}&days=${days}&limit=200&${at}`);
          expect(listed).toHaveLength(certifications);
          expect(listed.every(({ lastValidDay }) => lastValidDay <= to)).toBe(true);
        }
        for (const { group, within: counted } of groups) {
          const days = counted.at(-1)!;
          const listed = await list<Ending>(`expiry-dates?scheme=${id}&group=${group}&days=${days.days}&limit=50&${at}`);
          expect(listed).toHaveLength(days.certifications);
          const [alone] = (await forecast(`group=${group}&scheme=${id}&${at}`)).schemes;
          expect(alone!.within).toEqual(counted);
        }
      }
    },
  );

  it('says how many seats the renewals need: at least where there is no other way, at most where there is', async () => {
    const { schemes } = await forecast();
    const [first, second] = schemes;
    const { certifications: all, courses } = first!.within.at(-1)!;
    expect(all).toBeGreaterThan(50);
    expect(courses).toEqual([
      { course: 'C2', title: 'Course C2', seats: { least: all, most: all } },
      { course: 'C3', title: 'Course C3', seats: { least: 0, most: all } },
      { course: 'C4', title: 'Course C4', seats: { least: 0, most: all } },
    ]);
    expect([second!.renewable, second!.within.flatMap((known) => known.courses)]).toEqual([false, []]);
  });

  it('what a learner chose among the alternatives is what is needed, and what is renewed ends later', async () => {
    const [soon] = await list<Ending>('expiry-dates?scheme=S&days=7');
    const { learner } = soon!;
    const before = (await forecast('scheme=S')).schemes[0]!.within[0]!;
    await service.write(`/v1/learners/${learner}/schemes/S/renewals`, {});
    const position = await service.end();
    const open = (await forecast(`scheme=S&minPosition=${position}`)).schemes[0]!.within[0]!;
    expect([open.certifications, open.renewing]).toEqual([before.certifications, 1]);
    for (const id of ['C2', 'C3'])
      await service.write(`/v1/learners/${learner}/completions`, { course: id, effective: { instant: clock.now() } });
    const after = (await forecast(`scheme=S&minPosition=${await service.end()}`)).schemes[0]!.within[0]!;
    expect([after.certifications, after.renewing]).toEqual([before.certifications - 1, 0]);
    expect((await list<Ending>('expiry-dates?scheme=S&limit=200')).filter((known) => known.learner === learner)).toMatchObject([
      { cycle: 2, expired: false },
    ]);
  });

  it('the list shows the renewal window of each, where it can be renewed, and whether it is open', async () => {
    const listed = await list<Ending>('expiry-dates?days=90&limit=200');
    expect(new Set(listed.filter(({ scheme: id }) => id === 'T').map(({ renewal }) => renewal))).toEqual(new Set([undefined]));
    const renewable = listed.filter(({ scheme: id }) => id === 'S');
    expect(new Set(renewable.map(({ renewal }) => renewal?.open))).toEqual(new Set([true, false]));
    for (const { lastValidDay, renewal } of renewable)
      expect(renewal!.open).toBe(Date.parse(renewal!.opensAt) <= Date.parse(clock.now()) && lastValidDay >= '2024-12-15');
  });

  it('who lapsed is listed from the latest on with the days since, and nobody else', async () => {
    const lapsed = await list<Lapsed>('lapses?scheme=T&limit=3');
    const ended = (await list<Ending>('expiry-dates?scheme=T&limit=200')).filter(({ expired }) => expired);
    expect(lapsed.map(({ learner }) => learner).sort()).toEqual(ended.map(({ learner }) => learner).sort());
    expect(lapsed.length).toBeGreaterThan(5);
    const days = lapsed.map(({ lapses }) => lapses[0]!.days);
    expect(days).toEqual([...days].sort((a, b) => a - b));
    for (const { lapses } of lapsed) {
      const [{ lastValidDay, days: count, until }] = lapses as [Lapsed['lapses'][number]];
      expect(count).toBe(Math.round((Date.parse('2024-12-15') - Date.parse(lastValidDay)) / 86_400_000) - 1);
      expect(until).toBeUndefined();
    }
  });

  it('a lapse that is over is listed with its length, and no longer among the open ones', async () => {
    const [lapsed] = (await list<Lapsed>('lapses?scheme=T&limit=200')).slice(-1);
    const { learner, lapses } = lapsed!;
    await service.write(`/v1/learners/${learner}/schemes/T/awards`, { effective: { date: '2024-12-10' }, reason });
    await service.end();
    expect((await list<Lapsed>('lapses?scheme=T&limit=200')).map((known) => known.learner)).not.toContain(learner);
    const since = lapses[0]!.since;
    const days = Math.round((Date.parse('2024-12-10') - Date.parse(since.slice(0, 10))) / 86_400_000);
    expect(await list<Lapsed>('lapses?state=closed&scheme=T')).toMatchObject([
      { learner, lapses: [{ cycle: 1, since, until: '2024-12-10T00:00:00+01:00', days }] },
    ]);
  });

  it('the learner sees all that was ever held, what is pending, and Renew Now when it is time', async () => {
    await certified(service, 'own', '2024-01-10');
    const at = async (instant: string): Promise<readonly Certification[]> =>
      (await service.get(`/v1/learners/own/certifications?at=${instant}`)).json<Page<Certification>>().items;
    await service.write('/v1/learners/own/schemes/T/assignments', { due: { date: '2025-03-01' } });
    await service.end();
    expect(await at('2024-12-11T22:59:59Z')).toMatchObject([
      { scheme: 'S', status: 'certified', held: true, pending: false, renewNow: false, renewal: { open: false } },
    ]);
    expect(await at('2024-12-15T12:00:00Z')).toMatchObject([
      { scheme: 'S', status: 'expiring', held: true, pending: true, renewNow: true, renewal: { open: true } },
      { scheme: 'T', status: 'assigned', held: false, pending: true, renewNow: false, cycles: [] },
    ]);
    const [first] = await at('2025-02-01T12:00:00Z');
    expect(first).toMatchObject({ status: expect.stringMatching(/lapsed|assigned/), renewNow: false });
    const lapsed = (await at('2025-02-01T12:00:00Z')).find(({ scheme: id }) => id === 'S')!;
    expect(lapsed).toMatchObject({
      status: 'lapsed',
      valid: false,
      cycles: [{ number: 1, status: 'expired' }],
      lapses: [{ days: 21 }],
    });
    const held = (await service.get('/v1/learners/own/certifications?include=held')).json<Page<Certification>>().items;
    expect(held.map(({ scheme: id }) => id)).toEqual(['S']);
    await service.write('/v1/learners/own/schemes/S/renewals', {});
    await service.end();
    expect((await at(clock.now()))[0]).toMatchObject({ status: 'renewing', pending: true, renewNow: false });
  });

  it('pages of a learner list go on where they ended', async () => {
    const first = (await service.get('/v1/learners/own/certifications?limit=1')).json<Page<Certification>>();
    const second = (await service.get(`/v1/learners/own/certifications?limit=1&cursor=${first.next}`)).json<
      Page<Certification>
    >();
    expect([first.items.length, second.items.length, second.next]).toEqual([1, 1, undefined]);
    expect(first.items[0]!.scheme).not.toBe(second.items[0]!.scheme);
  });

  it('an administrator for one group sees that group alone', async () => {
    const { token } = await keyFor(service, 'of-north', ['admin'], { responsibility: ['NORTH'] });
    const whole = await forecast('group=NORTH&scheme=S');
    const [own] = (await forecast('scheme=S', token)).schemes;
    expect(own!.within).toEqual(whole.schemes[0]!.within);
    const mine = await list<Lapsed>('lapses?limit=200', token);
    expect(mine).toEqual(await list<Lapsed>('lapses?group=NORTH&limit=200'));
    expect(mine.length).toBeGreaterThan(0);
  });

  it.each([
    ['expiry-dates?days=0', 'INVALID_REQUEST'],
    ['expiry-dates?days=3661', 'INVALID_REQUEST'],
    ['expiry-dates?days=7&from=2024-01-01', 'INVALID_REQUEST'],
    ['expiry-dates?group=EAST', 'GROUP_UNKNOWN'],
    ['expiry-forecast?group=EAST', 'GROUP_UNKNOWN'],
    ['expiry-forecast?days=7', 'INVALID_REQUEST'],
    ['lapses?group=EAST', 'GROUP_UNKNOWN'],
    ['lapses?state=ended', 'INVALID_REQUEST'],
    ['lapses?cursor=other', 'INVALID_CURSOR'],
    ['learners/nobody/certifications', 'LEARNER_UNKNOWN'],
    ['learners/own/certifications?cursor=other', 'INVALID_CURSOR'],
  ])('%s is answered %s', async (path, code) => {
    expect((await service.get(`/v1/${path}`)).json<ProblemAnswer>()).toMatchObject({ code });
  });

  it('3,660 days are the most that a list looks ahead', async () => {
    expect((await service.get('/v1/expiry-dates?days=3660')).status).toBe(200);
  });
});
