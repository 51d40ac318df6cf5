import { createServer } from 'node:net';
import { once } from 'node:events';
import { EventStoreDbEventStore } from '../../src/adapters/eventstoredb/event-store.js';
import { inspectEventStoreDb } from '../../src/adapters/eventstoredb/inspection.js';
import { examineEventStoreDb, type ExaminedLog } from '../../src/app/doctor/eventstoredb.js';
import type { NewEvent } from '../../src/ledger/envelope.js';
import { CLOCK_DIFFERENCE_MILLISECONDS_MAX, type Finding } from '../../src/operations/findings.js';
import { sampleEvent } from '../contract/sample-events.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { temporaryFolder, TestClock } from '../support/service.js';
import { runProgram } from '../support/spawned-service.js';

/** What the doctor says of EventStoreDB, against the double; it must not write, not even the beginning of a ledger. */
describe('doctor on EventStoreDB', () => {
  let server: EventStoreDouble;
  beforeEach(async () => {
    server = await EventStoreDouble.start();
  });
  afterEach(() => server.stop('kill'));

  const now = (): TestClock => new TestClock(Date.now());
  const unhealthy = ({ findings }: ExaminedLog): readonly Finding[] => findings.filter(({ result }) => result !== 'ok');
  /** A ledger of some events; the names of its streams. */
  async function ledger(streams: readonly string[], recordedAt = new Date().toISOString()): Promise<void> {
    const store = await EventStoreDbEventStore.open(server.url);
    for (const stream of streams) {
      const event = sampleEvent({});
      const events: NewEvent[] = [{ ...event, metadata: { ...event.metadata, recordedAt } }];
      await store.append(stream, events, { expected: 'none' });
    }
    await store.close();
  }

  it('finds a ledger in order, tells where it ends, and writes nothing', async () => {
    await ledger(['catalogue-main', 'record-main-1']);
    const before = server.stored().length;
    const examined = await examineEventStoreDb(server.url, now());
    expect(unhealthy(examined)).toEqual([]);
    expect(examined.findings.map(({ check }) => check)).toEqual([
      'EventStoreDB encryption',
      'EventStoreDB connection',
      'EventStoreDB rights',
      'EventStoreDB version',
      'EventStoreDB ledger',
      'EventStoreDB streams',
      'EventStoreDB foreign streams',
      'EventStoreDB clock',
      'clock',
      'EventStoreDB space',
    ]);
    expect(server.stored()).toHaveLength(before);
    const store = await EventStoreDbEventStore.open(server.url);
    expect(examined.end).toBe(await store.end());
    await store.close();
  });

  it('begins no ledger where there is none', async () => {
    const before = server.stored().length;
    const examined = await examineEventStoreDb(server.url, now());
    expect(unhealthy(examined)).toEqual([expect.objectContaining({ check: 'EventStoreDB ledger', result: 'warning' })]);
    expect([examined.end, server.stored().length]).toEqual([undefined, before]);
  });

  it('fails where the user may read and not append, or where the server takes no appends, and has not tried it by one', async () => {
    await ledger(['catalogue-main']);
    const before = server.stored().length;
    const rights = async (): Promise<readonly Finding[]> => unhealthy(await examineEventStoreDb(server.url, now()));
    server.faults.readOnly = true;
    expect(await rights()).toEqual([
      expect.objectContaining({
        check: 'EventStoreDB rights',
        result: 'failure',
        found: expect.stringContaining('EventStoreDB refuses this user'),
      }),
    ]);
    server.faults.readOnly = false;
    server.faults.at('append', 1, 'not-ready');
    expect(await rights()).toEqual([expect.objectContaining({ check: 'EventStoreDB rights', result: 'failure' })]);
    expect([await rights(), server.stored().length]).toEqual([[], before]);
  });

  it.each([{ maxCount: 3 }, { maxAge: 60 }, { truncateBefore: 1 }])(
    'fails on metadata that hides events: %j',
    async (metadata) => {
      await ledger(['catalogue-main', 'record-main-1']);
      await server.setMetadata('record-main-1', metadata);
      // What belongs to nobody of ours may have what it likes.
      await server.setMetadata('$stats-x', metadata);
      const found = expect.objectContaining({
        check: 'EventStoreDB streams',
        result: 'failure',
        found: 'metadata hides events of record-main-1',
      });
      expect(unhealthy(await examineEventStoreDb(server.url, now()))).toEqual([found]);
      await server.setMetadata('record-main-1', {});
      expect(unhealthy(await examineEventStoreDb(server.url, now()))).toEqual([]);
    },
  );

  it('fails on streams that were deleted, softly or for good', async () => {
    await ledger(['catalogue-main', 'record-main-1', 'record-main-2']);
    await server.softDelete('record-main-1');
    await server.tombstone('record-main-2');
    const [finding, ...others] = unhealthy(await examineEventStoreDb(server.url, now()));
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ check: 'EventStoreDB streams', result: 'failure', mend: expect.stringContaining('backup') });
    expect(finding!.found.split(/[:,] /).slice(1).sort()).toEqual(['record-main-1', 'record-main-2']);
  });

  it('fails on streams of others in the same database', async () => {
    await ledger(['catalogue-main', 'orders-4711', 'record-main-1']);
    await server.systemEvents(5);
    expect(unhealthy(await examineEventStoreDb(server.url, now()))).toEqual([
      expect.objectContaining({ check: 'EventStoreDB foreign streams', result: 'failure', found: 'orders-4711' }),
    ]);
  });

  it('warns where the server wrote in the future, and fails where an instance recorded there', async () => {
    await ledger(['catalogue-main']);
    const late = new TestClock(Date.now() - CLOCK_DIFFERENCE_MILLISECONDS_MAX - 2_000);
    expect(unhealthy(await examineEventStoreDb(server.url, late))).toEqual([
      expect.objectContaining({ check: 'EventStoreDB clock', result: 'warning', found: expect.stringContaining('ahead of') }),
    ]);
    await ledger(['record-main-1'], '2999-01-01T00:00:00.000Z');
    expect(unhealthy(await examineEventStoreDb(server.url, now()))).toEqual([
      expect.objectContaining({ check: 'clock', result: 'failure', found: expect.stringContaining('2999') }),
    ]);
  });

  it('looks at no more records than the bound, the newest first, and says so', async () => {
    await ledger(['catalogue-main', 'orders-4711', 'record-main-1', 'record-main-2']);
    const look = (recordsMax: number) =>
      inspectEventStoreDb(server.url, { isOfLedger: (stream) => !stream.startsWith('orders'), now: Date.now, recordsMax });
    expect(await look(2)).toMatchObject({ records: 2, isWhole: false, foreign: [] });
    expect(await look(3)).toMatchObject({ records: 3, isWhole: false, foreign: ['orders-4711'] });
    expect(await look(server.stored().length + 1)).toMatchObject({ records: server.stored().length, isWhole: true });
  });

  it.each([
    ['5.0.11', 'failure'],
    ['23.10.8', 'ok'],
    ['99.0.0', 'warning'],
  ])('judges version %s: %s', async (version, result) => {
    const other = await EventStoreDouble.start({ version });
    const { findings } = await examineEventStoreDb(other.url, now());
    expect(findings.find(({ check }) => check === 'EventStoreDB version')).toMatchObject({ result });
    await other.stop('kill');
  });

  it('warns of a connection beyond this machine without TLS, and fails where nobody answers', async () => {
    const { findings, end } = await examineEventStoreDb(
      'esdb://user:sekrit@db.invalid:2113?tls=false&maxDiscoverAttempts=1',
      now(),
    );
    expect(findings).toEqual([
      expect.objectContaining({ check: 'EventStoreDB encryption', result: 'warning' }),
      expect.objectContaining({ check: 'EventStoreDB connection', result: 'failure' }),
    ]);
    expect([end, JSON.stringify(findings)]).toEqual([undefined, expect.not.stringContaining('sekrit')]);
  });

  it('goes on with one engine where the other is away: the command says all of it and ends with 1', async () => {
    await ledger(['catalogue-main']);
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    const folder = temporaryFolder();
    const { code, out, err } = await runProgram(['doctor', '--json'], {
      cwd: folder.path,
      settings: { CERTLEDGER_EVENTSTORE_URL: server.url, CERTLEDGER_MONGODB_URL: `mongodb://127.0.0.1:${port}/certledger` },
    });
    folder.remove();
    const report = JSON.parse(out) as { profile: string; failures: number; findings: readonly Finding[] };
    expect([code, err, report.profile, report.failures]).toEqual([1, '', 'cluster', 1]);
    expect(report.findings.filter(({ result }) => result !== 'ok')).toEqual([
      expect.objectContaining({ check: 'MongoDB connection', mend: expect.stringContaining('CERTLEDGER_MONGODB_URL') }),
    ]);
  });
});
