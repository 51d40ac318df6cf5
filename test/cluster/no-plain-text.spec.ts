import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import { MongoConnection } from '../../src/adapters/mongodb/client.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { dropAndClose, newDatabase, urlOf } from '../support/mongodb/opening.js';
import { hits, plantByImport, Planted, plantOverHttp, type Haystack } from '../support/planted.js';
import { eventually, temporaryFolder } from '../support/service.js';
import { SpawnedService } from '../support/spawned-service.js';

/**
 * As `test/e2e/no-plain-text.spec.ts` does in the data folder: markers of a person are planted wherever a caller can put
 * something, the names and the bytes of documents among them. Then everything that EventStoreDB holds, its own records
 * too, and every document of every MongoDB database of the ledger, as the bytes that lie there, are searched for them.
 */
describe('no plain text of a person on the cluster', () => {
  const folder = temporaryFolder();
  const database = newDatabase();
  let server: EventStoreDouble;
  let service: SpawnedService;

  beforeAll(async () => {
    server = await EventStoreDouble.start();
    service = await SpawnedService.start(folder.path, {
      settings: {
        CERTLEDGER_EVENTSTORE_URL: server.url,
        CERTLEDGER_MONGODB_URL: urlOf({ database }),
        CERTLEDGER_MASTER_KEY: randomBytes(32).toString('hex'),
        CERTLEDGER_LOG_LEVEL: 'debug',
      },
    });
  }, 60_000);
  afterAll(async () => {
    await service.end('SIGKILL');
    await server.stop('kill');
    await dropAndClose(await MongoConnection.open(urlOf({ database })));
    folder.remove();
  });

  const events = (): Haystack[] =>
    server.stored().map(({ stream, type, id, data, metadata }) => ({
      name: `${type} ${id}`,
      bytes: Buffer.concat([Buffer.from(`${stream} ${type} `), data, metadata]),
    }));

  async function documents(): Promise<Haystack[]> {
    const client = await MongoClient.connect(urlOf({ database }));
    const found: Haystack[] = [];
    for (const name of [database, `${database}-keys`, `${database}-file`]) {
      for (const { name: collection } of await client.db(name).listCollections().toArray()) {
        const held = await client.db(name).collection(collection).find({}, { raw: true }).toArray();
        found.push(...held.map((bytes) => ({ name: `${name}.${collection}`, bytes: bytes as unknown as Buffer })));
      }
    }
    await client.close();
    return found;
  }

  it('stands in any event, document, file, key or line of the log', async () => {
    const planted = new Planted();
    await plantOverHttp(service, planted.plant);
    await plantByImport(service, folder.path, planted.plant);
    await eventually(async () => {
      const { projections } = (await service.get('/v1/projections')).json<{ projections: { current: boolean }[] }>();
      return projections.every(({ current }) => current) ? true : undefined;
    }, 30_000);
    const log: Haystack = { name: 'the log', bytes: Buffer.from(service.stderr) };
    const [inEvents, inDocuments] = [events(), await documents()];
    // The search finds what is meant to be readable, in each of the places.
    expect(hits(inEvents, ['CertificationRevoked', 'issued-in-error'])).not.toEqual([]);
    const collections = new Set(inDocuments.map(({ name }) => name));
    for (const home of ['-file.attachments.chunks', '-file.attachments.files', '-keys.keys', '.leases'])
      expect([...collections]).toContain(`${database}${home}`);
    expect(hits(inDocuments, ['issued-in-error', 'application/pdf']).join()).toContain('plain');
    expect(log.bytes.toString()).toContain('/v1/learners/:learner/completions');
    const secret = service.token.slice(service.token.lastIndexOf('_') + 1);
    expect(planted.texts.length).toBeGreaterThan(50);
    expect(hits([...inEvents, ...inDocuments, log], [...planted.texts, secret])).toEqual([]);
    expect((await service.end()).code).toBe(0);
    expect(hits([{ name: 'the log', bytes: Buffer.from(service.stderr) }], [...planted.texts, secret])).toEqual([]);
  }, 120_000);
});
