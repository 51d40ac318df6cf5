import { startApplication } from '../../src/app/process.js';
import { createLogger } from '../../src/app/logger.js';
import type { Engines } from '../../src/app/engines.js';
import type { KeyPages, Keys } from '../../src/ledger/ports/keys.js';
import { course, newKey, scheme, Service, TestClock } from '../support/service.js';

/** Starts on engines that may have been used before, as a further start of the same service would. */
const startOn = (engines: Engines, organization = 'main') =>
  startApplication(engines, {
    clock: new TestClock(),
    logger: createLogger('silent'),
    organization,
    policyIntervalMilliseconds: 60_000,
  });

/** The same keys, but those that `isLost` names are not there any more; what is put is kept apart and counted. */
function losing(keys: Keys & KeyPages, isLost: (id: string) => boolean): { keys: Keys & KeyPages; put: string[] } {
  const put: string[] = [];
  const lossy: Keys & KeyPages = {
    get: async (id) => (isLost(id) ? undefined : keys.get(id)),
    putIfAbsent: async (key) => {
      const standing = isLost(key.id) ? undefined : await keys.get(key.id);
      if (standing === undefined) put.push(key.id);
      return standing ?? key;
    },
    destroy: (id) => keys.destroy(id),
    page: (after, limit) => keys.page(after, limit),
  };
  return { keys: lossy, put };
}

describe('what was lost is never replaced in silence', () => {
  let service: Service;
  beforeEach(async () => {
    service = await Service.memory();
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/learners', { learner: 'ann', name: 'Ann' });
  });
  afterEach(() => service.stop());

  it('a ledger is not started for another organization, and nothing is written', async () => {
    const before = await service.end();
    await expect(startOn(service.engines, 'other')).rejects.toMatchObject({
      code: 'FOREIGN_FILE',
      message: expect.stringContaining('CERTLEDGER_ORGANIZATION=main'),
    });
    expect(await service.end()).toBe(before);
  });

  it('a ledger is not started without its organization’s key', async () => {
    const { keys, put } = losing(service.engines.keys, () => true);
    await expect(startOn({ ...service.engines, keys })).rejects.toMatchObject({ code: 'KEY_UNUSABLE' });
    expect(put).toEqual([]);
  });

  it('a write to a learner whose key is missing is refused and makes no new key', async () => {
    const registered = (await service.events()).find(({ type }) => type === 'LearnerRegistered')!;
    const subject = registered.data['subject'] as string;
    const { keys, put } = losing(service.engines.keys, (id) => id === subject);
    const started = await startOn({ ...service.engines, keys });
    const before = await service.end();
    const token = service.token;
    const answer = await started.app.inject({
      method: 'POST',
      url: '/v1/learners/ann/completions',
      headers: { authorization: `Bearer ${token}`, 'idempotency-key': newKey() },
      payload: { course: 'C1', effective: { date: '2024-03-15' } },
    });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([503, 'HISTORY_DAMAGED']);
    expect(await service.end()).toBe(before);
    expect(put).toEqual([]);
    await started.kernel.projections.stop();
  });
});

describe('bounds at definition', () => {
  it('a course stands in so many schemes only that one completion always fits one commit', async () => {
    const service = await Service.memory(new TestClock());
    await service.write('/v1/courses', course('C1'));
    for (let number = 1; number <= 100; number += 1) await service.write('/v1/schemes', scheme(`S${number}`, { course: 'C1' }));
    const refused = await service.post('/v1/schemes', scheme('S101', { course: 'C1' }));
    expect([refused.status, refused.json<{ code: string }>().code]).toEqual([422, 'COURSE_IN_TOO_MANY_SCHEMES']);
    await service.write('/v1/learners', { learner: 'ann' });
    const receipt = await service.write('/v1/learners/ann/completions', { course: 'C1', effective: { date: '2024-03-15' } });
    expect(receipt.eventIds).toHaveLength(102);
    await service.stop();
  });
});

describe('a cycle is counted in the zone of the edition that it began under', () => {
  it('a later edition in another zone changes no earlier answer', async () => {
    const service = await Service.memory();
    await service.write('/v1/courses', course('C1'));
    await service.write('/v1/schemes', scheme('S1', { course: 'C1' }, { timeZone: 'UTC' }));
    await service.write('/v1/learners', { learner: 'ann' });
    const { position } = await service.write('/v1/learners/ann/completions', { course: 'C1', effective: { date: '2024-03-15' } });
    const ask = async () =>
      (await service.get(`/v1/learners/ann/schemes/S1?at=2024-03-14T18:00:00Z&minPosition=${position}`)).json<{
        status: unknown;
      }>().status;
    expect(await ask()).toBeNull();
    const { scheme: _, ...edition } = scheme('S1', { course: 'C1' }, { timeZone: 'Asia/Tokyo' });
    await service.write('/v1/schemes/S1/editions', edition);
    expect(await ask()).toBeNull();
    await service.stop();
  });
});

describe('a dry run stands alone', () => {
  it('two runs see nothing of each other; the requests of one do', async () => {
    const service = await Service.memory();
    const rows = [{ kind: 'learner', source: 'hr', row: '1', learner: 'ann' }];
    const uuid = (digit: string) => `00000000-0000-4000-8000-00000000000${digit}`;
    const rehearse = async (run: string) => {
      const answer = await service.post('/v1/imports/b1/rows', { rows, dryRun: uuid(run) });
      return answer.json<{ rows: { outcome: string }[] }>().rows[0]?.outcome;
    };
    const before = await service.end();
    expect([await rehearse('1'), await rehearse('2'), await rehearse('1')]).toEqual(['recorded', 'recorded', 'replayed']);
    expect(await service.end()).toBe(before);
    await service.stop();
  });
});

describe('the API description', () => {
  it('refers to nothing that it does not hold, and says what every refusal looks like', async () => {
    const service = await Service.memory();
    const text = (await service.get('/openapi.json', { token: null })).text;
    const document = JSON.parse(text) as {
      openapi: string;
      paths: Record<string, Record<string, { responses: object }>>;
      [name: string]: unknown;
    };
    expect(document.openapi).toBe('3.1.0');
    for (const [, pointer] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = pointer!
        .split('/')
        .reduce<unknown>((node, step) => (node as Record<string, unknown> | undefined)?.[step], document);
      expect([pointer, typeof found]).toEqual([pointer, 'object']);
    }
    for (const operations of Object.values(document.paths)) {
      for (const { responses } of Object.values(operations)) expect(responses).toHaveProperty('default');
    }
    await service.stop();
  });
});
