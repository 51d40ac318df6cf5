import { ATTEMPTS_MAX, MONGO_TIMES, MongoConnection, type MongoTimes } from '../../src/adapters/mongodb/client.js';
import { MongoKeys } from '../../src/adapters/mongodb/keys.js';
import { MongoLeases } from '../../src/adapters/mongodb/leases.js';
import { MongoReadModelStore } from '../../src/adapters/mongodb/read-models.js';
import { isLedgerError } from '../../src/ledger/errors.js';
import type { ReadModel } from '../../src/projections/ports/read-model-store.js';
import { dropAndClose, newDatabase, urlOf } from '../support/mongodb/opening.js';
import { MongoProxy, PASSING_WIRE_FAULTS, type WireFault } from '../support/mongodb/proxy.js';

/**
 * Whatever happens to any one command, or to so many in a row that the adapter gives up and its caller tries again, the
 * stores hold in the end what they hold without faults: nothing lost, nothing done twice. The documents count the steps
 * that were folded into them, so that a step that is lost or doubled shows.
 */
const STEPS = 4;
/** A sweep makes hundreds of connections, on a machine that may have other work. */
const SWEEP_MILLISECONDS = 180_000;
const model = (version: string): ReadModel => ({ name: 'counts', version, indexes: { byCount: ['count'] } });
const position = (step: number): string => `0000abcd-${step.toString(16).padStart(16, '0')}`;

/** The bounds of production, but hardly a pause, so that a late command arrives after its own repetition. */
const FAST: MongoTimes = { ...MONGO_TIMES, pauseMilliseconds: 1 };

interface Stores {
  readonly models: MongoReadModelStore;
  readonly keys: MongoKeys;
  readonly leases: MongoLeases;
}
const storesOf = (connection: MongoConnection): Stores => ({
  models: new MongoReadModelStore(connection),
  keys: new MongoKeys(connection),
  leases: new MongoLeases(connection),
});

/** As every caller does: a failure that says so is tried again. */
async function persist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === 10 || !isLedgerError(error, 'STORE_UNAVAILABLE')) throw error;
    }
  }
}

/** As a runner does: from the stored checkpoint on, whatever became of the last commit. Answers how many commits it won. */
async function fold(models: MongoReadModelStore, version: string): Promise<number> {
  const built = model(version);
  await models.prepare(built);
  let won = 0;
  for (;;) {
    const from = await models.checkpoint(built);
    const step = from === undefined ? 1 : Number.parseInt(from.slice(9), 16) + 1;
    if (step > STEPS) return won;
    const keys = ['all', `step-${step}`];
    const standing = new Map((await models.getMany(built, keys)).map((document) => [document.key, document]));
    const changes = keys.flatMap((key) => {
      const document = standing.get(key);
      const count = (document?.body['count'] as number | undefined) ?? 0;
      const isFolded = document !== undefined && document.position >= position(step);
      return isFolded ? [] : [{ key, position: position(step), body: { count: count + 1, step } }];
    });
    if ((await models.commit({ model: built, from, to: position(step), changes })) === 'committed') won += 1;
  }
}

/** Everything that the ports can be asked to do, in an order in which each step needs the one before. */
async function work({ models, keys, leases }: Stores): Promise<{ won: number; leases: number }> {
  let won = 0;
  let leasesWon = 0;
  await persist(() => keys.putIfAbsent({ id: 'kept', wrapped: 'first' }));
  await persist(() => keys.putIfAbsent({ id: 'kept', wrapped: 'second' }));
  await persist(() => keys.putIfAbsent({ id: 'gone', wrapped: 'first' }));
  await persist(() => keys.destroy('gone'));
  for (let beat = 0; beat < 3; beat += 1) {
    const written = await persist(() => leases.put({ name: 'projection:counts', holder: 'one', beat, note: { beat } }));
    if (written) leasesWon += 1;
  }
  await persist(async () => (won += await fold(models, '1.1')));
  await persist(() => models.serve('counts', 1, '1.1'));
  await persist(async () => (won += await fold(models, '1.2')));
  await persist(() => models.serve('counts', 1, '1.2'));
  await persist(() => models.discard('counts', '1.1'));
  await persist(() => models.find(model('1.2'), { index: 'byCount', equals: [], limit: 10 }));
  return { won, leases: leasesWon };
}

/** All that is stored, as the ports answer it. */
async function held({ models, keys, leases }: Stores): Promise<object> {
  return {
    versions: await models.versions('counts'),
    served: await models.served('counts', 1),
    checkpoint: await models.checkpoint(model('1.2')),
    documents: await models.find(model('1.2'), { index: 'byCount', equals: [], limit: 100 }),
    keys: await keys.page(undefined, 100),
    lease: await leases.get('projection:counts'),
  };
}

describe('mongodb under faults', () => {
  let proxy: MongoProxy;
  const unhandled: unknown[] = [];
  const note = (reason: unknown): unknown => unhandled.push(reason);

  beforeAll(async () => {
    proxy = await MongoProxy.start();
    process.on('unhandledRejection', note);
  });
  afterAll(async () => {
    await proxy.stop();
    process.off('unhandledRejection', note);
  });

  /** Runs the whole of the work through the proxy, and looks at what is held past it. */
  async function run(faultAt: MongoProxy['faultAt'], times: MongoTimes = FAST) {
    const database = newDatabase();
    const direct = await MongoConnection.open(urlOf({ database }));
    const faulty = await MongoConnection.open(urlOf({ database, port: proxy.port }), times);
    proxy.commands = 0;
    proxy.faultAt = faultAt;
    try {
      const outcome = await work(storesOf(faulty));
      return { outcome, commands: proxy.commands, held: await held(storesOf(direct)) };
    } finally {
      proxy.faultAt = () => undefined;
      await faulty.close();
      await dropAndClose(direct);
    }
  }

  const counted = (step: number, count: number) => ({
    key: step === 0 ? 'all' : `step-${step}`,
    position: position(step === 0 ? STEPS : step),
    body: { count, step: step === 0 ? STEPS : step },
  });
  const expected = {
    versions: ['1.2'],
    served: '1.2',
    checkpoint: position(STEPS),
    documents: { documents: [1, 2, 3, 4, 0].map((step) => counted(step, step === 0 ? STEPS : 1)) },
    keys: [
      { id: 'gone', wrapped: null },
      { id: 'kept', wrapped: 'first' },
    ],
    lease: { name: 'projection:counts', holder: 'one', beat: 2, note: { beat: 2 } },
  };

  it('without faults', async () => {
    const { outcome, commands, held: found } = await run(() => undefined);
    expect(found).toEqual(expected);
    expect(outcome).toEqual({ won: 2 * STEPS, leases: 3 });
    expect(commands).toBeGreaterThan(50);
  });

  it.each(PASSING_WIRE_FAULTS)(
    '%s at each command: the adapter mends it, and knows its own writes again',
    async (kind) => {
      const { commands } = await run(() => undefined);
      for (let point = 1; point <= commands; point += 1) {
        const { outcome, held: found } = await run((number) => (number === point ? { kind } : undefined));
        expect({ point, ...outcome }).toEqual({ point, won: 2 * STEPS, leases: 3 });
        expect(found).toEqual(expected);
      }
      process.stderr.write(`${kind}: ${commands} points tried\n`);
      expect(unhandled).toEqual([]);
    },
    SWEEP_MILLISECONDS,
  );

  it.each(['error', 'disconnect', 'answer-lost'] as const)(
    '%s until the adapter gives up, from each command on',
    async (kind) => {
      const { commands } = await run(() => undefined);
      for (let point = 1; point <= commands; point += 1) {
        const { held: found } = await run((number) => (number >= point && number < point + ATTEMPTS_MAX ? { kind } : undefined));
        expect(found).toEqual(expected);
      }
      process.stderr.write(`${kind}, ${ATTEMPTS_MAX} times in a row: ${commands} points tried\n`);
      expect(unhandled).toEqual([]);
    },
    SWEEP_MILLISECONDS,
  );

  it('a server that is silent is given up within the bounds of the connection', async () => {
    const times = { ...FAST, serverMilliseconds: 100, socketMilliseconds: 150, retryMilliseconds: 300 };
    const silent = (point: number) => (number: number) => (number === point ? ({ kind: 'silence' } as const) : undefined);
    const { commands } = await run(() => undefined);
    for (let point = 1; point <= commands; point += 7) expect((await run(silent(point), times)).held).toEqual(expected);
    const connection = await MongoConnection.open(urlOf({ database: newDatabase(), port: proxy.port }), times);
    proxy.faultAt = () => ({ kind: 'silence' });
    await expect(new MongoKeys(connection).get('any')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryable: true });
    proxy.faultAt = () => undefined;
    await dropAndClose(connection);
    expect(unhandled).toEqual([]);
  });

  it('a choice of the served version that arrives after the next choice changes nothing', async () => {
    const direct = await MongoConnection.open(urlOf({ database: newDatabase() }));
    const { databaseName: database } = direct.models;
    const faulty = await MongoConnection.open(urlOf({ database, port: proxy.port }), FAST);
    const [models, served] = [new MongoReadModelStore(faulty), direct.models.collection<{ _id: string }>('served')];
    for (const version of ['1.1', '1.2', '1.3']) await models.prepare(model(version));
    await models.serve('counts', 1, '1.1');
    let sent: Buffer | undefined;
    proxy.faultAt = (_, command, message): WireFault | undefined => {
      if (command !== 'update' || sent !== undefined) return undefined;
      sent = Buffer.from(message);
      return { kind: 'disconnect' };
    };
    await models.serve('counts', 1, '1.2');
    proxy.faultAt = () => undefined;
    await models.serve('counts', 1, '1.3');
    const chosen = await served.find().toArray();
    await proxy.send(sent!);
    expect(await served.find().toArray()).toEqual(chosen);
    expect(await models.served('counts', 1)).toBe('1.3');
    await faulty.close();
    await dropAndClose(direct);
  });

  it('an upsert that lost the race to insert its document to an older one is written after all', async () => {
    const database = newDatabase();
    const connection = await MongoConnection.open(urlOf({ database, port: proxy.port }));
    const models = new MongoReadModelStore(connection);
    await models.prepare(model('1.1'));
    const change = (step: number) => ({ key: 'all', position: position(step), body: { step } });
    await models.commit({ model: model('1.1'), from: undefined, to: position(1), changes: [change(1)] });
    const raced = { ok: 1, n: 0, nModified: 0, writeErrors: [{ index: 0, code: 11_000, errmsg: 'E11000 duplicate key' }] };
    let left = 1;
    proxy.faultAt = (_, command): WireFault | undefined =>
      command === 'update' && left-- > 0 ? { kind: 'foreign', answer: raced } : undefined;
    expect(await models.commit({ model: model('1.1'), from: position(1), to: position(2), changes: [change(2)] })).toBe(
      'committed',
    );
    expect(left).toBeLessThan(0);
    expect(await models.getMany(model('1.1'), ['all'])).toEqual([change(2)]);
    await dropAndClose(connection);
  });
});
