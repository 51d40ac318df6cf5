import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ObjectId } from 'mongodb';
import { ATTEMPTS_MAX, MONGO_TIMES, MongoConnection, type MongoTimes } from '../../src/adapters/mongodb/client.js';
import { MongoFiles } from '../../src/adapters/mongodb/files.js';
import { FILE_STATES, type FileRecord, type Files } from '../../src/attachments/ports/files.js';
import { isLedgerError } from '../../src/ledger/errors.js';
import { bytesOf, sampleRecord } from '../contract/files.contract.js';
import { dropAndClose, newDatabase, urlOf } from '../support/mongodb/opening.js';
import { DELAY_MILLISECONDS, MongoProxy, PASSING_WIRE_FAULTS } from '../support/mongodb/proxy.js';

/**
 * Whatever happens to any one command of an upload, of its use and of its removal, or to so many in a row that the adapter
 * gives up: whoever looks past the fault never finds a file that lacks a byte, a repeat succeeds, and after the sweep there
 * is no chunk that belongs to no file.
 */
const SWEEP_MILLISECONDS = 180_000;
const FAST: MongoTimes = { ...MONGO_TIMES, pauseMilliseconds: 1 };
const [BEGUN, PINNED, REMOVED, LATER] = ['2024-06-01', '2024-06-02', '2024-06-03', '9999-01-01'].map(
  (day) => `${day}T12:00:00.000Z`,
) as [string, string, string, string];
/** Somewhat more than one chunk, beginning with a word of its own, as each attempt encrypts anew. */
const bytesFor = (word: string): Buffer => Buffer.concat([Buffer.from(word), Buffer.alloc(300_000, word)]);

describe('files in mongodb under faults', () => {
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

  async function recordsOf(files: Files): Promise<readonly FileRecord[]> {
    const pages = await Promise.all(FILE_STATES.map((state) => files.page({ state, before: LATER, limit: 100 })));
    return pages.flat();
  }

  /** Every file that can be read is whole: its address is the hash of its bytes. */
  async function expectWholeFiles(files: Files): Promise<void> {
    for (const { address, state, size } of await recordsOf(files)) {
      // What is being removed is read by nobody any more.
      if (state === 'removing') continue;
      const bytes = await bytesOf(files, address, 0, size);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(address);
    }
  }

  /** As every caller does: a failure that says so is tried again, and somebody looks in between. */
  async function persist<Result>(work: (attempt: number) => Promise<Result>, direct: Files): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work(attempt);
      } catch (error) {
        if (attempt === 10 || !isLedgerError(error, 'STORE_UNAVAILABLE')) throw error;
        await expectWholeFiles(direct);
      }
    }
  }

  async function uploaded(files: Files, direct: Files, name: string): Promise<FileRecord> {
    return persist(async (attempt) => {
      const bytes = bytesFor(`${name}${attempt}`);
      const writing = await files.begin(BEGUN);
      try {
        await writing.write(bytes);
        return await writing.finish(sampleRecord(bytes, { id: name, size: bytes.length, uploadedAt: BEGUN, since: BEGUN }));
      } catch (error) {
        await writing.abandon();
        throw error;
      }
    }, direct);
  }

  /** Everything that the port can be asked to do; answers whether each change of a standing was told that it was made. */
  async function work(files: Files, direct: Files): Promise<readonly boolean[]> {
    const kept = await uploaded(files, direct, 'kept');
    const pinned = await persist(() => files.change(kept.address, kept, { state: 'pinned', since: PINNED }), direct);
    // A repeat of the same upload answers the file that is there, and leaves nothing of its own.
    const again = await uploaded(files, direct, 'kept');
    const gone = await uploaded(files, direct, 'gone');
    await persist(async () => {
      const writing = await files.begin(BEGUN);
      try {
        await writing.write(bytesFor('left'));
      } finally {
        await writing.abandon();
      }
    }, direct);
    const removing = await persist(() => files.change(gone.address, gone, { state: 'removing', since: REMOVED }), direct);
    // A file is removed a day after its upload at the earliest, when no command of the upload is on its way any more.
    await pause(2 * DELAY_MILLISECONDS);
    await persist(() => files.remove(gone.address), direct);
    await persist(() => files.sweep(LATER), direct);
    const read = await persist(() => bytesOf(files, kept.address, 0, kept.size), direct);
    expect(createHash('sha256').update(read).digest('hex')).toBe(kept.address);
    const found = await persist(() => files.uploadedBy('kept'), direct);
    expect([again.address, found?.address, found?.state]).toEqual([kept.address, kept.address, 'pinned']);
    return [pinned, removing];
  }

  /** Runs the whole of the work through the proxy and looks past it at what is there in the end. */
  async function run(faultAt: MongoProxy['faultAt']): Promise<{ commands: number; changed: readonly boolean[] }> {
    const database = newDatabase();
    const direct = await MongoConnection.open(urlOf({ database }));
    const faulty = await MongoConnection.open(urlOf({ database, port: proxy.port }), FAST);
    const files = new MongoFiles(direct);
    proxy.commands = 0;
    proxy.faultAt = faultAt;
    try {
      const changed = await work(new MongoFiles(faulty), files);
      const { commands } = proxy;
      proxy.faultAt = () => undefined;
      await pause(2 * DELAY_MILLISECONDS);
      await expectWholeFiles(files);
      await files.sweep(LATER);
      const [standing, ...others] = await recordsOf(files);
      expect([standing?.id, others]).toEqual(['kept', []]);
      const held = direct.files.collection<{ files_id: ObjectId; n: number }>('attachments.chunks');
      const owners = await direct.files.collection('attachments.files').find().toArray();
      const chunks = await held.find({}, { projection: { data: 0 } }).toArray();
      expect(owners).toHaveLength(1);
      expect(chunks.map(({ files_id, n }) => `${files_id.toHexString()} ${n}`).sort()).toEqual(
        [0, 1].map((n) => `${(owners[0]!._id as ObjectId).toHexString()} ${n}`),
      );
      expect(await direct.files.collection('attachments.uploads').countDocuments()).toBe(0);
      return { commands, changed };
    } finally {
      proxy.faultAt = () => undefined;
      await faulty.close();
      await dropAndClose(direct);
    }
  }

  it.each(PASSING_WIRE_FAULTS)(
    '%s at each command',
    async (kind) => {
      const { commands } = await run(() => undefined);
      expect(commands).toBeGreaterThan(30);
      for (let point = 1; point <= commands; point += 1) {
        const { changed } = await run((number) => (number === point ? { kind } : undefined));
        expect([point, ...changed]).toEqual([point, true, true]);
      }
      process.stderr.write(`files, ${kind}: ${commands} points tried\n`);
      expect(unhandled).toEqual([]);
    },
    SWEEP_MILLISECONDS,
  );

  it.each(['error', 'disconnect', 'answer-lost', 'late'] as const)(
    '%s until the adapter gives up, from each command on',
    async (kind) => {
      const { commands } = await run(() => undefined);
      for (let point = 1; point <= commands; point += 1)
        await run((number) => (number >= point && number < point + ATTEMPTS_MAX ? { kind } : undefined));
      process.stderr.write(`files, ${kind}, ${ATTEMPTS_MAX} times in a row: ${commands} points tried\n`);
      expect(unhandled).toEqual([]);
    },
    SWEEP_MILLISECONDS,
  );
});
