import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type Db, type DbOptions, MongoClient, type MongoClientOptions, ReadConcern } from 'mongodb';
import { LedgerError } from '../../ledger/errors.js';
import { isDuplicateKey, isPassing, translated } from './errors.js';

/** How long anything may take. The driver's own `timeoutMS` has no effect any more, so each kind of waiting has its bound. */
export interface MongoTimes {
  /** For a primary to be found, and for a free connection. */
  readonly selectionMilliseconds: number;
  /** For the server to answer, and for a majority to confirm; below the next, so that the server gives up first. */
  readonly serverMilliseconds: number;
  /** For a connection to be silent in the middle of a call. */
  readonly socketMilliseconds: number;
  /** After this time a call is not tried again. */
  readonly retryMilliseconds: number;
  /** Before the second attempt; each later pause is twice the one before. */
  readonly pauseMilliseconds: number;
}
export const MONGO_TIMES: MongoTimes = {
  selectionMilliseconds: 5_000,
  serverMilliseconds: 8_000,
  socketMilliseconds: 10_000,
  retryMilliseconds: 5_000,
  pauseMilliseconds: 50,
};

export const ATTEMPTS_MAX = 4;
const CONNECTIONS_MAX = 50;
const DEFAULT_DATABASE = 'certledger';
/** 63 bytes are the engine's bound for a database's name, and the names of the keys' and the files' databases are longer by their endings. */
const DATABASE = /^[A-Za-z0-9_-]{1,58}$/;
/** The oldest server whose commands are all that the adapters use. */
export const MONGODB_VERSION_MIN = 5;

/**
 * The one client of the process, shared by read models, keys, leases and files.
 *
 * Writes are confirmed by a majority and its journals (a server that stands alone is a majority of one), and reads take
 * from the primary what a majority has confirmed. So nothing that was answered is rolled back by an election, and a read
 * after an awaited position sees its documents: they were confirmed before the checkpoint was. A primary that was deposed
 * and does not know it yet may answer older for some seconds; it can confirm nothing, so it can move nothing.
 *
 * No session, transaction, change stream or pipeline update is used: every write is one command that is exact by itself.
 */
export class MongoConnection {
  readonly models: Db;
  readonly keys: Db;
  readonly files: Db;
  /** For messages: the hosts without the credentials. */
  readonly address: string;
  private closed = false;

  private constructor(
    readonly client: MongoClient,
    database: string,
    private readonly times: MongoTimes,
  ) {
    const options: DbOptions = {
      readPreference: 'primary',
      readConcern: new ReadConcern('majority'),
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: times.serverMilliseconds },
    };
    this.models = client.db(database, options);
    // Apart, so that the keys can be backed up, and their backups destroyed, apart.
    this.keys = client.db(`${database}-keys`, options);
    // Apart, because the read models may be dropped and built again, and files may not.
    this.files = client.db(`${database}-file`, options);
    this.address = client.options.srvHost ?? client.options.hosts.map(String).join(',');
  }

  /** Connects, or says why not; the database is the path of the URL. */
  static async open(url: string, times: MongoTimes = MONGO_TIMES): Promise<MongoConnection> {
    const { client, database } = clientOf(url, times);
    const connection = new MongoConnection(client, database, times);
    try {
      await connection.call(() => client.connect());
      await connection.refuseOldServer();
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** Bounds a read on the server. */
  get bounded(): { readonly maxTimeMS: number } {
    return { maxTimeMS: this.times.serverMilliseconds };
  }

  /**
   * Runs `work`, which must be harmless when repeated, and repeats it while its failure is a passing one. The driver's own
   * repeats are off: they need sessions for writes, and hide from `callOnce` that an answer was lost.
   */
  async call<Result>(work: (attempt: number) => Promise<Result>): Promise<Result> {
    const start = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      this.refuseWhenClosed();
      try {
        return await work(attempt);
      } catch (error) {
        const isLast = attempt === ATTEMPTS_MAX || performance.now() - start >= this.times.retryMilliseconds;
        if (isLast || !isPassing(error)) throw translated(error, this.address);
      }
      await setTimeout(this.times.pauseMilliseconds * 2 ** (attempt - 1));
    }
  }

  /**
   * Runs a compare-and-set and answers whether it was this call that wrote. A repeat after a lost answer finds its own
   * work and would take it for somebody else's, so each call leaves a mark by which it knows its own.
   */
  callOnce(write: (mark: string) => Promise<boolean>, isOwn: (mark: string) => Promise<boolean>): Promise<boolean> {
    const mark = randomUUID();
    return this.call(async (attempt) => (await write(mark)) || (attempt > 1 && (await isOwn(mark))));
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.client.close();
  }

  private async refuseOldServer(): Promise<void> {
    const { version } = await this.call(() => this.models.admin().command({ buildInfo: 1, ...this.bounded }));
    if (Number.parseInt(String(version), 10) >= MONGODB_VERSION_MIN) return;
    throw new LedgerError(
      'STORE_UNAVAILABLE',
      `MongoDB at ${this.address} is version ${version}; ${MONGODB_VERSION_MIN}.0 or newer is needed.`,
    );
  }

  /** The driver would connect again by itself. */
  private refuseWhenClosed(): void {
    if (this.closed) throw new LedgerError('STORE_UNAVAILABLE', `The connection to MongoDB at ${this.address} is closed.`);
  }
}

/** Of two upserts that race to insert one document, the loser may be told of the winner's instead of updating it. */
export async function onceMoreIfRaced<Result>(upsert: () => Promise<Result>): Promise<Result> {
  try {
    return await upsert();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return upsert();
  }
}

function clientOf(url: string, times: MongoTimes): { client: MongoClient; database: string } {
  const options: MongoClientOptions = {
    appName: 'certledger',
    retryReads: false,
    retryWrites: false,
    maxPoolSize: CONNECTIONS_MAX,
    serverSelectionTimeoutMS: times.selectionMilliseconds,
    waitQueueTimeoutMS: times.selectionMilliseconds,
    connectTimeoutMS: times.selectionMilliseconds,
    socketTimeoutMS: times.socketMilliseconds,
  };
  const path = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  const database = path === undefined ? DEFAULT_DATABASE : decoded(path);
  if (database === undefined || !DATABASE.test(database)) {
    throw new LedgerError(
      'STORE_UNAVAILABLE',
      'The database in the path of CERTLEDGER_MONGODB_URL must have 1 to 58 letters, digits, hyphens or underscores.',
    );
  }
  try {
    return { client: new MongoClient(url, options), database };
  } catch (error) {
    // The driver's own words may hold the password.
    const name = error instanceof Error ? error.name : 'unknown';
    throw new LedgerError(
      'STORE_UNAVAILABLE',
      `CERTLEDGER_MONGODB_URL cannot be read (${name}). Write mongodb://user:password@host:27017/database, with what is special in the password percent-encoded.`,
    );
  }
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
