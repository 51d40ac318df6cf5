import { inspectMongo } from '../../src/adapters/mongodb/inspection.js';
import { MongoConnection } from '../../src/adapters/mongodb/client.js';
import { MongoKeys } from '../../src/adapters/mongodb/keys.js';
import { MongoLeases } from '../../src/adapters/mongodb/leases.js';
import { MongoReadModelStore } from '../../src/adapters/mongodb/read-models.js';
import type { ReadModel } from '../../src/projections/ports/read-model-store.js';
import type { JsonObject } from '../../src/shared/json.js';
import { newDatabase, openMongo, urlOf } from '../support/mongodb/opening.js';

/** What MongoDB could do otherwise than the other engines, and what several processes can do to one database. */
const RACERS = 50;
const model = (version: string, indexes: ReadModel['indexes'] = { byName: ['name'] }): ReadModel => ({
  name: 'names',
  version,
  indexes,
});
const position = (step: number): string => `0000abcd-${step.toString(16).padStart(16, '0')}`;
const change = (key: string, step: number, body: JsonObject = { name: key }) => ({ key, position: position(step), body });

describe('mongodb', () => {
  let connection: MongoConnection;
  let store: MongoReadModelStore;
  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ connection, close } = await openMongo());
    store = new MongoReadModelStore(connection);
  });
  afterEach(() => close());

  const commit = (version: string, step: number, keys: readonly string[], other = store) =>
    other.commit({
      model: model(version),
      from: step === 1 ? undefined : position(step - 1),
      to: position(step),
      changes: keys.map((key) => change(key, step)),
    });

  it('gives every JSON back as it was, names and numbers and depth', async () => {
    const deep = Array.from({ length: 300 }).reduce<JsonObject>((inner) => ({ inner }), { end: true });
    const bodies: Record<string, JsonObject> = {
      names: {
        '': 1,
        $set: 2,
        'a.b': 3,
        '$a.$b': 4,
        'a\u0000b': 5,
        _id: 6,
        constructor: 7,
        _bsontype: 'ObjectId',
        z: 8,
        a: 9,
        '10': 10,
      },
      reference: { at: { $ref: 'a', $id: 'b', $db: 'c' }, $numberLong: '5', $date: 'x', toBSON: 'no function' },
      numbers: { all: [0, -1, 1.5, 1e-7, 2 ** 31, -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1e308] },
      texts: { all: ['', '\u0000', '\ud800', '\u{1f600}', 'e\u0301', 'é'] },
      deep,
      own: JSON.parse('{"__proto__":{"a":1}}') as JsonObject,
    };
    await store.prepare(model('1.1'));
    const changes = Object.entries(bodies).map(([key, body]) => change(key, 1, body));
    await store.commit({ model: model('1.1'), from: undefined, to: position(1), changes });
    const found = await store.getMany(model('1.1'), Object.keys(bodies));
    const texts = Object.fromEntries(found.map(({ key, body }) => [key, JSON.stringify(body)]));
    expect(texts).toEqual(Object.fromEntries(Object.entries(bodies).map(([key, body]) => [key, JSON.stringify(body)])));
  });

  it(`lets one of ${RACERS} racers move a checkpoint, enter a version and take a lease`, async () => {
    const racers = Array.from({ length: RACERS }, () => new MongoReadModelStore(connection));
    await Promise.all(racers.map((racer, at) => racer.prepare(model(`1.${at % 5}`))));
    expect([...(await store.versions('names'))].sort()).toEqual(['1.0', '1.1', '1.2', '1.3', '1.4']);
    for (let step = 1; step <= 3; step += 1) {
      const outcomes = await Promise.all(racers.map((racer) => commit('1.0', step, ['a', 'b'], racer)));
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect(await store.getMany(model('1.0'), ['a'])).toEqual([change('a', step)]);
    }
    const leases = racers.map(() => new MongoLeases(connection));
    for (const beat of [0, 1]) {
      const put = leases.map((each, at) => each.put({ name: 'projection:names', holder: `${at}`, beat, note: {} }));
      expect((await Promise.all(put)).filter((written) => written)).toHaveLength(1);
    }
  });

  it('keeps the order in which versions were made, whatever they are called', async () => {
    for (const version of ['2.1', '1.10', '1.9']) await store.prepare(model(version));
    expect(await store.versions('names')).toEqual(['2.1', '1.10', '1.9']);
    await store.discard('names', '2.1');
    await store.prepare(model('2.1'));
    expect(await store.versions('names')).toEqual(['1.10', '1.9', '2.1']);
  });

  it('does not take what another process removed for an empty list, nor a version made anew for the old one', async () => {
    await store.prepare(model('1.1'));
    await commit('1.1', 1, ['a']);
    const other = new MongoReadModelStore(connection);
    expect(await other.getMany(model('1.1'), ['a'])).toHaveLength(1);
    await store.discard('names', '1.1');
    const gone = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('not held') as string };
    await expect(other.getMany(model('1.1'), ['a'])).rejects.toMatchObject(gone);
    await expect(other.find(model('1.1'), { index: 'byName', equals: [], limit: 1 })).rejects.toMatchObject(gone);
    expect(await commit('1.1', 2, ['late'], other)).toBe('fenced');
    await store.prepare(model('1.1'));
    expect(await other.getMany(model('1.1'), ['a', 'late'])).toEqual([]);
    await commit('1.1', 1, ['b']);
    const { documents } = await other.find(model('1.1'), { index: 'byName', equals: [], limit: 10 });
    expect(documents).toEqual([change('b', 1)]);
  });

  it('drops the documents of removals that a crash cut short, and no others', async () => {
    await store.prepare(model('1.1'));
    await commit('1.1', 1, ['a']);
    await connection.models.collection('documents.77.names.0.9').insertOne({ position: position(1) });
    await connection.models.collection('not-ours').insertOne({ position: position(1) });
    await store.prepare(model('1.2'));
    await store.discard('names', '1.2');
    const names = (await connection.models.listCollections().toArray()).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('documents.'))).toEqual(['documents.1.names.1.1']);
    expect(names).toContain('not-ours');
  });

  it('refuses a version whose declared indexes have changed, as its documents are not sorted by the new ones', async () => {
    await store.prepare(model('1.1', { byName: ['name'], byAge: ['age', 'name'] }));
    await store.prepare(model('1.1', { byAge: ['age', 'name'], byName: ['name'] }));
    for (const indexes of [{ byName: ['name'] }, { byName: ['name'], byAge: ['name', 'age'] }])
      await expect(store.prepare(model('1.1', indexes))).rejects.toThrow('raise its version');
    await expect(store.prepare(model('1.2', { 'by.name': ['name'] }))).rejects.toThrow('plain names');
  });

  it('tells damage from absence', async () => {
    await store.prepare(model('1.1'));
    await commit('1.1', 1, ['text', 'position']);
    const documents = connection.models.collection<{ _id: string }>('documents.1.names.1.1');
    await documents.updateOne({ _id: 'text' }, { $set: { body: '{' } });
    await documents.updateOne({ _id: 'position' }, { $set: { position: 7 } });
    for (const key of ['text', 'position'])
      await expect(store.getMany(model('1.1'), [key])).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    await connection.models.collection<{ _id: string }>('models').updateOne({ _id: 'names@1.1' }, { $set: { checkpoint: 7 } });
    await expect(store.checkpoint(model('1.1'))).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
    const keys = new MongoKeys(connection);
    await keys.putIfAbsent({ id: 'a', wrapped: 'first' });
    await connection.keys.collection<{ _id: string }>('keys').updateOne({ _id: 'a' }, { $set: { wrapped: 7 } });
    await expect(keys.get('a')).rejects.toMatchObject({ code: 'HISTORY_DAMAGED' });
  });

  it('keeps keys in a database of their own, and of a destroyed one only that it was', async () => {
    const keys = new MongoKeys(connection);
    await keys.putIfAbsent({ id: 'a', wrapped: 'secret' });
    await keys.destroy('a');
    expect(connection.keys.databaseName).toBe(`${connection.models.databaseName}-keys`);
    expect(await connection.keys.collection('keys').find().toArray()).toEqual([{ _id: 'a', wrapped: null }]);
  });

  it('lets no URL weaken what is confirmed, or make a call wait for ever', async () => {
    const options =
      'w=1&journal=false&readConcernLevel=local&readPreference=secondaryPreferred&retryWrites=true&socketTimeoutMS=0';
    const other = await MongoConnection.open(`${urlOf({ database: newDatabase() })}?${options}`);
    for (const database of [other.models, other.keys]) {
      expect(database.writeConcern).toMatchObject({ w: 'majority', journal: true });
      expect(database.readConcern).toMatchObject({ level: 'majority' });
      expect(database.readPreference).toMatchObject({ mode: 'primary' });
    }
    const { retryReads, retryWrites, socketTimeoutMS, serverSelectionTimeoutMS } = other.client.options;
    expect({ retryReads, retryWrites }).toEqual({ retryReads: false, retryWrites: false });
    expect(Math.min(socketTimeoutMS, serverSelectionTimeoutMS)).toBeGreaterThan(0);
    await other.close();
    await expect(new MongoKeys(other).get('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('inspects the server, its clock and the indexes that are missing, and changes nothing', async () => {
    await store.prepare(model('1.1', { byName: ['name'], byAge: ['age'] }));
    await store.commit({
      model: model('1.1', { byName: ['name'], byAge: ['age'] }),
      from: undefined,
      to: position(1),
      changes: [],
    });
    await connection.models.collection('documents.1.names.1.1').dropIndex('byAge');
    const before = await connection.models.listCollections().toArray();
    const ahead = 3_600_000;
    const { clockDifferenceMilliseconds, roundTripMilliseconds, ...found } = await inspectMongo(
      connection,
      () => Date.now() - ahead,
    );
    expect(found).toEqual({
      address: connection.address,
      version: expect.stringMatching(/^\d+\./) as string,
      topology: expect.stringMatching(/^(standalone|replica-set|sharded)$/) as string,
      refusals: [],
      models: [{ name: 'names', version: '1.1', checkpoint: position(1), indexes: ['byName'], missingIndexes: ['byAge'] }],
    });
    expect(Math.abs(clockDifferenceMilliseconds - ahead)).toBeLessThan(600_000);
    expect(roundTripMilliseconds).toBeGreaterThanOrEqual(0);
    expect(await connection.models.listCollections().toArray()).toEqual(before);
    await store.prepare(model('1.1', { byName: ['name'], byAge: ['age'] }));
    expect((await inspectMongo(connection, () => Date.now())).models[0]?.missingIndexes).toEqual([]);
  });
});
