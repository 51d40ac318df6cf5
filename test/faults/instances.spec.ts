import { randomUUID } from 'node:crypto';
import { MemoryLeases } from '../../src/adapters/memory/leases.js';
import type { Engines } from '../../src/app/engines.js';
import { readModels } from '../../src/app/kernel.js';
import type { Projection } from '../../src/projections/define-projection.js';
import { leaseOf, Projections, type ProjectionStatus } from '../../src/projections/projections.js';
import { newPlace, type Place } from '../support/places.js';
import { course, eventually, newKey, scheme, Service, TestClock, type ReceiptAnswer } from '../support/service.js';

/**
 * Several instances of the service over the same engines, each with connections of its own. The lease decides only who does the work: every test runs with
 * the lease and with the lease switched off, where each instance believes that it is alone.
 */
describe.each([
  ['the lease', (engines: Engines): Engines => engines],
  ['no lease', (engines: Engines): Engines => ({ ...engines, leases: new MemoryLeases() })],
])('two instances with %s', (_, own) => {
  let place: Place;
  let clock: TestClock;
  let one: Service;
  let two: Service;

  beforeEach(async () => {
    place = newPlace();
    clock = new TestClock();
    one = await Service.start(own(await place.open()), clock);
    two = await Service.start(own(await place.open()), clock, one.token);
  });
  afterEach(async () => {
    await one.stop();
    await two.stop();
  });

  it('end as one would when the same request reaches both at once', async () => {
    await one.write('/v1/courses', course('C1'));
    for (let round = 0; round < 20; round += 1) {
      const body = { learner: `emp-${round}`, name: 'Ada' };
      const key = newKey();
      const answers = await Promise.all([one, two].map((service) => service.post('/v1/learners', body, { key })));
      const receipts = answers.map((answer) => answer.json<ReceiptAnswer>());
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(receipts.map(({ outcome }) => outcome).sort()).toEqual(['recorded', 'replayed']);
      expect(receipts[0]!.eventIds).toEqual(receipts[1]!.eventIds);
    }
    expect((await one.events()).filter(({ type }) => type === 'LearnerRegistered')).toHaveLength(20);
  });

  it('end as one would when they race on one learner, and each reads what the other wrote', async () => {
    for (let number = 0; number < 24; number += 1) await one.write('/v1/courses', course(`C${number}`));
    await two.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    const answers = await Promise.all(
      Array.from({ length: 24 }, (__, number) =>
        [one, two][number % 2]!.post('/v1/learners/emp-1/completions', {
          course: `C${number}`,
          effective: { date: '2024-05-01' },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const last = answers
      .map((answer) => answer.json<ReceiptAnswer>().position!)
      .sort()
      .at(-1)!;
    const completed = (await one.events()).filter(({ type }) => type === 'CourseCompleted');
    expect(new Set(completed.map(({ data }) => data['course'])).size).toBe(24);
    expect(completed).toHaveLength(24);
    const read = await Promise.all([one, two].map((service) => service.get(`/v1/learners/emp-1?minPosition=${last}`)));
    expect(read.map(({ status }) => status)).toEqual([200, 200]);
    expect(read[0]!.text).toBe(read[1]!.text);
  });

  it('record an expiry once, and apply a publication once', async () => {
    await one.write('/v1/courses', course('C1'));
    await one.write('/v1/schemes', scheme('S1', { course: 'C1' }));
    for (let number = 0; number < 10; number += 1) {
      await two.write('/v1/learners', { learner: `emp-${number}`, name: 'Ada' });
      await two.write(`/v1/learners/emp-${number}/completions`, { course: 'C1', effective: { date: '2024-05-01' } });
    }
    clock.set('2025-09-01T12:00:00.000Z');
    const expired = async () => (await one.events()).filter(({ type }) => type === 'CertificationExpired').length;
    await eventually(async () => ((await expired()) >= 10 ? true : undefined));
    // A policy that doubled would do so in one of the rounds that follow.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await expired()).toBe(10);
    expect((await two.events()).filter(({ type }) => type === 'PublicationApplied')).toHaveLength(1);
  });

  it('swap a rebuilt read model in for both, whichever was asked', async () => {
    await one.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    const served = async (service: Service) => {
      const { projections } = (await service.get('/v1/projections')).json<{ projections: ProjectionStatus[] }>();
      return projections.find(({ name }) => name === 'learner-status')!.served;
    };
    const before = await served(one);
    for (const [asked, generation] of [
      [two, 2],
      [one, 3],
    ] as const) {
      expect((await asked.request('POST', '/v1/projections/learner-status/rebuild')).status).toBe(200);
      const expected = before!.replace(/\d+$/, String(generation));
      for (const service of [one, two]) await eventually(async () => ((await served(service)) === expected ? true : undefined));
      for (const service of [one, two])
        expect((await service.get('/v1/learners/emp-1')).json()).toMatchObject({ learner: 'emp-1', name: 'Ada' });
    }
  });

  it('go on when either of them stops', async () => {
    await one.write('/v1/courses', course('C1'));
    await one.write('/v1/schemes', scheme('S1', { course: 'C1' }));
    await one.stop();
    await two.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    const { position } = await two.write('/v1/learners/emp-1/completions', { course: 'C1', effective: { date: '2024-05-01' } });
    const answer = await two.get(`/v1/learners/emp-1?minPosition=${position}`);
    expect(answer.status).toBe(200);
    clock.set('2025-09-01T12:00:00.000Z');
    await eventually(async () => ((await two.events()).some(({ type }) => type === 'CertificationExpired') ? true : undefined));
    one = await Service.start(own(await place.open()), clock, two.token);
  });
});

describe('two instances that start on an empty ledger at once', () => {
  it('make one organization and one first key', async () => {
    for (let round = 0; round < 5; round += 1) {
      const place = newPlace();
      const clock = new TestClock();
      const engines = await Promise.all([place.open(), place.open()]);
      const services = await Promise.all(engines.map((own) => Service.start(own, clock)));
      const opened = await Promise.all(services.map((service) => service.get('/v1/me')));
      expect(opened.map(({ status }) => status).sort()).toEqual([200, 401]);
      const events = await services[0]!.events();
      for (const type of ['OrganizationCreated', 'PersonRegistered', 'KeyIssued'])
        expect(events.filter((event) => event.type === type)).toHaveLength(1);
      const other = services[opened.findIndex(({ status }) => status === 401)]!;
      expect(other.started.firstToken).toBeUndefined();
      await Promise.all(services.map((service) => service.stop()));
    }
  });
});

describe('an instance that sees nobody keep the read models', () => {
  it('is ready all the same, because it serves them', async () => {
    const place = newPlace();
    const first = await Service.start(await place.open(), new TestClock());
    await first.stop();
    const engines = await place.open();
    for (const { name, version } of readModels) {
      const lease = leaseOf({ name, version });
      const { beat } = (await engines.leases.get(lease))!;
      await engines.leases.put({ name: lease, holder: 'another', beat: beat + 1, note: {} });
    }
    const second = await Service.start(engines, new TestClock(), first.token);
    const ready = await second.get('/health/ready', { token: null });
    expect(ready.status).toBe(200);
    const { projections } = ready.json<{ projections: { state: string }[] }>();
    expect(projections.map(({ state }) => state)).toEqual(readModels.map(() => 'detached'));
    await second.stop();
  });
});

describe('a projection that stopped on one instance', () => {
  it('is seen so by the other, which takes over when it is told to resume', async () => {
    const service = await Service.memory();
    await service.write('/v1/learners', { learner: 'emp-1', name: 'Ada' });
    const end = await service.end();
    let broken = true;
    const [first] = readModels as [Projection];
    const fussy: Projection = {
      ...first,
      fold(document, event) {
        if (broken) throw new Error('This cannot be.');
        return first.fold(document, event);
      },
    };
    const { store: feed } = service.engines;
    const { codec } = service.started.kernel.ledger;
    const engines = await newPlace().open();
    const shared = { ...engines, feed, codec, times: { beatMilliseconds: 50, leaseMilliseconds: 2_000 } };
    const projectionsOf = (projection: Projection) =>
      new Projections(
        { ...shared, store: shared.readModels, instance: randomUUID(), warn: () => undefined, discardAfterMilliseconds: 0 },
        [projection],
      );
    const [one, two] = [projectionsOf(fussy), projectionsOf(first)];
    await one.start();
    await two.start();
    const faulted = await eventually(async () => {
      const [status] = await two.status();
      return status!.runners.some(({ state }) => state === 'faulted') ? status : undefined;
    });
    expect(faulted).toMatchObject({ current: false, runners: [{ state: 'faulted', fault: { message: 'This cannot be.' } }] });
    expect(faulted.instance).toBe((await one.status())[0]!.instance);
    expect(await two.awaitPosition(first.name, end, 100)).toBe('behind');
    broken = false;
    await two.resume(first.name);
    expect(await two.awaitPosition(first.name, end)).toBe('ready');
    expect(await one.awaitPosition(first.name, end)).toBe('ready');
    await eventually(async () => ((await one.status())[0]!.instance === (await two.status())[0]!.instance ? true : undefined));
    await one.stop();
    await two.stop();
    await engines.close();
    await service.stop();
  });
});
