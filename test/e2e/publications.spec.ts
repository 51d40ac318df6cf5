import type { StoredEvent } from '../../src/ledger/envelope.js';
import { LedgerError } from '../../src/ledger/errors.js';
import { tenant } from '../support/access.js';
import { course, eventually, memoryEngines, scheme, Service, TestClock, type ProblemAnswer } from '../support/service.js';
import { WatchedEventStore } from '../support/watched-event-store.js';

/** Several pages of learners, of whom every fourth has done nothing. */
const LEARNERS = 450;
const DONE = Array.from({ length: LEARNERS }, (_, number) => number).filter((number) => number % 4 !== 0).length;

const store = new WatchedEventStore();
const engines = { ...memoryEngines(), store };
let service: Service;

beforeAll(async () => {
  service = await Service.start(engines, new TestClock());
  for (const id of ['C1', 'C2']) await service.write('/v1/courses', course(id));
  const rows = Array.from({ length: LEARNERS }, (_, number) => [
    { kind: 'learner', source: 'hr', row: `l-${number}`, learner: `emp-${number}` },
    ...(number % 4 === 0
      ? []
      : [
          {
            kind: 'completion',
            source: 'hr',
            row: `c-${number}`,
            learner: `emp-${number}`,
            course: 'C1',
            completedOn: '2024-05-01',
          },
        ]),
  ]).flat();
  for (let from = 0; from < rows.length; from += 400) {
    const answer = await service.request('POST', '/v1/imports/B1/rows', { body: { rows: rows.slice(from, from + 400) } });
    if (answer.status !== 200 || answer.text.includes('refused')) throw new Error(answer.text);
  }
}, 60_000);
afterAll(() => service.stop());
afterEach(() => (store.appending = undefined));

/** The events of the whole log once the publication of a definition is applied. */
async function applied(id: string, edition = 1): Promise<readonly StoredEvent[]> {
  return eventually(async () => {
    const events = await service.events();
    const isOf = ({ type, data }: StoredEvent) =>
      type === 'PublicationApplied' && data['id'] === id && data['edition'] === edition;
    return events.some(isOf) ? events : undefined;
  });
}
const ofType = (events: readonly StoredEvent[], type: string, id: string) =>
  events.filter(
    (event) => event.type === type && [event.data['scheme'], event.data['learningPlan'], event.data['id']].includes(id),
  );
const streams = (events: readonly StoredEvent[]) => new Set(events.map(({ stream }) => stream)).size;

describe('after a publication', () => {
  it('whoever meets the criteria already holds the certification, each exactly once, by the policy', async () => {
    await service.write('/v1/schemes', scheme('S1', { course: 'C1' }));
    const events = await applied('S1');
    const awards = ofType(events, 'CertificationAwarded', 'S1');
    expect([awards.length, streams(awards)]).toEqual([DONE, DONE]);
    for (const { metadata } of awards) {
      expect(metadata.actor).toEqual({ key: 'policy', role: 'policy' });
      expect(metadata.origin).toEqual({ kind: 'policy', policy: 'reevaluate-after-publication' });
    }
    const [done, ...more] = ofType(events, 'PublicationApplied', 'S1');
    expect(more).toEqual([]);
    expect(done!.data).toEqual({ kind: 'scheme', id: 'S1', edition: 1, looked: LEARNERS, changed: DONE });
    const publication = events.find(({ type, data }) => type === 'SchemePublished' && data['scheme'] === 'S1')!;
    expect(done!.stream).toBe(`publication-main-${publication.id}`);
    const answer = await service.get(`/v1/learners/emp-1/schemes/S1?minPosition=${await service.end()}`);
    expect(answer.json()).toMatchObject({ status: 'certified', valid: true });
  });

  it('what is stopped in the middle goes on with the next start, and ends as if it had not been', async () => {
    let awarded = 0;
    let stopping: Promise<void> | undefined;
    store.appending = ([event]) => {
      if (event?.type === 'CertificationAwarded' && (awarded += 1) === 20) stopping = service.stop();
    };
    await service.write('/v1/schemes', scheme('S2', { course: 'C1' }));
    await eventually(async () => (stopping === undefined ? undefined : true));
    await stopping;
    const between = (await store.readAll()).filter(
      ({ type }) => type === 'CertificationAwarded' || type === 'PublicationApplied',
    );
    const cut = between.filter(({ data }) => [data['scheme'], data['id']].includes('S2'));
    expect(cut.length).toBeGreaterThanOrEqual(20);
    expect(cut.length).toBeLessThan(DONE);
    service = await Service.start(engines, service.clock, service.token);
    const events = await applied('S2');
    const awards = ofType(events, 'CertificationAwarded', 'S2');
    expect([awards.length, streams(awards)]).toEqual([DONE, DONE]);
    const done = ofType(events, 'PublicationApplied', 'S2').map(({ data }) => data);
    expect(done).toEqual([{ kind: 'scheme', id: 'S2', edition: 1, looked: LEARNERS, changed: DONE - cut.length }]);
  });

  it('a store that fails in the middle is met again with the next round', async () => {
    let awarded = 0;
    store.appending = ([event]) => {
      if (event?.type === 'CertificationAwarded' && (awarded += 1) % 100 === 0)
        throw new LedgerError('STORE_UNAVAILABLE', 'The test made this append fail.');
    };
    await service.write('/v1/schemes', scheme('S3', { course: 'C1' }));
    const events = await applied('S3');
    const awards = ofType(events, 'CertificationAwarded', 'S3');
    expect([awards.length, streams(awards)]).toEqual([DONE, DONE]);
    expect(ofType(events, 'PublicationApplied', 'S3')).toHaveLength(1);
  });

  it('a record that can take nothing more holds nobody else up', async () => {
    const full = await service.started.kernel.records.stream('main', 'emp-1');
    store.appending = (_, stream) => {
      if (stream === full) throw new LedgerError('STREAM_FULL', 'The test made this stream full.');
    };
    await service.write('/v1/schemes', scheme('S8', { course: 'C1' }));
    const events = await applied('S8');
    expect(ofType(events, 'CertificationAwarded', 'S8')).toHaveLength(DONE - 1);
    expect(ofType(events, 'PublicationApplied', 'S8').map(({ data }) => data['changed'])).toEqual([DONE - 1]);
  });

  it('one organization whose store fails holds no other one up', async () => {
    const { token } = await tenant(service, 'other');
    await service.write('/v1/courses', course('X1'), { token });
    await service.write('/v1/learners', { learner: 'one' }, { token });
    await service.write('/v1/learners/one/completions', { course: 'X1', effective: { date: '2024-05-01' } }, { token });
    store.appending = (_, stream) => {
      if (stream.startsWith('record-main-')) throw new LedgerError('STORE_UNAVAILABLE', 'The test made this append fail.');
    };
    await service.write('/v1/schemes', scheme('S9', { course: 'C1' }));
    await service.write('/v1/schemes', scheme('X9', { course: 'X1' }), { token });
    await eventually(async () => (ofType(await store.readAll(), 'PublicationApplied', 'X9').length === 1 ? true : undefined));
    expect(ofType(await store.readAll(), 'PublicationApplied', 'S9')).toEqual([]);
    store.appending = undefined;
    expect(ofType(await applied('S9'), 'CertificationAwarded', 'S9')).toHaveLength(DONE);
  });

  it('an award on approval is proposed, and a learning plan is completed, with what follows from it', async () => {
    await service.write('/v1/schemes', scheme('S4', { course: 'C1' }, { award: 'on-approval' }));
    expect(ofType(await applied('S4'), 'AwardProposed', 'S4')).toHaveLength(DONE);
    await service.write('/v1/learning-plans', { learningPlan: 'P1', title: 'P1', criteria: { course: 'C1' } });
    expect(ofType(await applied('P1'), 'LearningPlanCompleted', 'P1')).toHaveLength(DONE);
    await service.write('/v1/schemes', scheme('S5', { learningPlan: 'P1' }));
    expect(ofType(await applied('S5'), 'CertificationAwarded', 'S5')).toHaveLength(DONE);
  });

  it('what was assigned stays under the edition that it was assigned under', async () => {
    await service.write('/v1/schemes', scheme('S6', { all: [{ course: 'C1' }, { course: 'C2' }] }));
    await service.write('/v1/learners/emp-1/schemes/S6/assignments', {});
    const { scheme: _, ...content } = scheme('S6', { course: 'C1' }, { published: '2024-02-01' });
    await service.write('/v1/schemes/S6/editions', content);
    const awards = ofType(await applied('S6', 2), 'CertificationAwarded', 'S6');
    expect(awards).toHaveLength(DONE - 1);
    expect(awards.map(({ stream }) => stream)).not.toContain(await service.started.kernel.records.stream('main', 'emp-1'));
  });

  it('a publication that touches nobody is applied too', async () => {
    await service.write('/v1/schemes', scheme('S7', { course: 'C2' }));
    const [done] = ofType(await applied('S7'), 'PublicationApplied', 'S7');
    expect(done!.data).toMatchObject({ looked: LEARNERS, changed: 0 });
  });
});

describe('the preview of a draft', () => {
  const draft = async (kind: string, id: string, content: object): Promise<string> =>
    (await service.post('/v1/drafts', { kind, id, content })).json<{ draft: string }>().draft;
  const preview = async (id: string, token = service.token) => {
    const answer = await service.post(`/v1/drafts/${id}/preview?minPosition=${await service.end()}`, {}, { token });
    return answer.json<object>();
  };
  const content = (id: string, criteria: unknown, more: object = {}) => {
    const { scheme: _, ...rest } = scheme(id, criteria, more);
    return rest;
  };

  it('says what the publication would do, writes nothing, and the publication then does it', async () => {
    const id = await draft('scheme', 'D1', content('D1', { course: 'C1' }));
    const before = await service.end();
    const expected = { learners: LEARNERS, certifiedToday: DONE, proposedToday: 0, alreadyHold: 0 };
    const whatIf = { learners: LEARNERS, gain: DONE, lose: 0, mustUpdate: 0, updated: 0, moved: 0 };
    expect(await preview(id)).toMatchObject({ ...expected, whatIf });
    expect(await service.end()).toBe(before);
    await service.write(`/v1/drafts/${id}/publication`, {});
    expect(ofType(await applied('D1'), 'CertificationAwarded', 'D1')).toHaveLength(DONE);
    const next = await draft('scheme', 'D1', content('D1', { any: [{ course: 'C1' }, { course: 'C2' }] }));
    expect(await preview(next)).toMatchObject({
      ...expected,
      certifiedToday: 0,
      alreadyHold: DONE,
      whatIf: { gain: 0, rows: [] },
    });
  });

  it('counts proposals, learning plans, and nothing for a course', async () => {
    const asked = await draft('scheme', 'D2', content('D2', { course: 'C1' }, { award: 'on-approval' }));
    expect(await preview(asked)).toMatchObject({ certifiedToday: 0, proposedToday: DONE });
    const plan = await draft('learningPlan', 'P1', { title: 'P1', criteria: { any: [{ course: 'C1' }, { course: 'C2' }] } });
    expect(await preview(plan)).toMatchObject({ certifiedToday: 0, alreadyHold: DONE });
    const ofCourse = await draft('course', 'C1', { title: 'Course C1, mended' });
    expect(await preview(ofCourse)).toEqual({ learners: LEARNERS, certifiedToday: 0, proposedToday: 0, alreadyHold: 0 });
  });

  it('a draft with a fault is refused with its place, an unknown one is not found', async () => {
    const faulty = await draft('scheme', 'D3', content('D3', { course: 'none' }));
    expect(await preview(faulty)).toMatchObject({
      code: 'COURSE_UNKNOWN',
      pointer: '/criteria',
    } satisfies Partial<ProblemAnswer>);
    expect(await preview('0190a1b2-0000-4000-8000-000000000000')).toMatchObject({ status: 404, code: 'DRAFT_UNKNOWN' });
  });
});
