import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { EventStoreProcess } from '../eventstoredb/event-store-process.js';
import { databaseUrl, newName } from '../places.js';
import { temporaryFolder, type TemporaryFolder } from '../service.js';
import { SpawnedService } from '../spawned-service.js';

/** So short that every instance finds the leases free whenever it looks, as if there were none. */
const FORGET_MILLISECONDS = 100;

/** Two processes of the service on one ledger: over one EventStoreDB double in a process of its own, and one MongoDB database. */
export class TwoServices {
  readonly services: [SpawnedService, SpawnedService];
  private forgetting: NodeJS.Timeout | undefined;
  private mongo: MongoClient | undefined;

  private constructor(
    readonly store: EventStoreProcess,
    private readonly database: string,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly folder: TemporaryFolder,
    first: SpawnedService,
  ) {
    this.services = [first, first];
  }

  static async start(): Promise<TwoServices> {
    const folder = temporaryFolder();
    const store = await EventStoreProcess.start(join(folder.path, 'events.ndjson'));
    const database = newName();
    const settings = {
      CERTLEDGER_EVENTSTORE_URL: store.url,
      CERTLEDGER_MONGODB_URL: databaseUrl(database),
      CERTLEDGER_MASTER_KEY: randomBytes(32).toString('hex'),
      // Whatever is then on standard error is a crash.
      CERTLEDGER_LOG_LEVEL: 'fatal',
    };
    const first = await SpawnedService.start(folder.path, { settings });
    const two = new TwoServices(store, database, settings, folder, first);
    await two.startAgain(1);
    return two;
  }

  /** Starts one of them, again after its process has ended. */
  async startAgain(at: number): Promise<void> {
    const cwd = join(this.folder.path, `service-${at}`);
    mkdirSync(cwd, { recursive: true });
    this.services[at] = await SpawnedService.start(cwd, { token: this.services[0].token, settings: this.settings });
  }

  /** Which of the two keeps a projection, as the asked one sees it. */
  async keeperOf(projection: string, asked: SpawnedService): Promise<number> {
    const answer = await asked.get('/v1/projections');
    const { projections } = answer.json<{ projections: { name: string; instance: string | null }[] }>();
    const holder = projections.find(({ name }) => name === projection)?.instance?.split('/')[1];
    return this.services.findIndex(({ pid }) => String(pid) === holder);
  }

  /** From now on nobody is kept from any work by a lease of somebody else. */
  async switchLeasesOff(): Promise<void> {
    this.mongo = await MongoClient.connect(this.settings['CERTLEDGER_MONGODB_URL']!);
    const leases = this.mongo.db(this.database).collection('leases');
    this.forgetting = setInterval(() => void leases.deleteMany({}).catch(() => undefined), FORGET_MILLISECONDS);
  }

  async stop(): Promise<void> {
    clearInterval(this.forgetting);
    await this.mongo?.close();
    for (const service of this.services) await service.end('SIGKILL');
    await this.store.kill();
    this.folder.remove();
  }
}
