import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { MongoConnection } from '../../src/adapters/mongodb/client.js';
import { warningsOf } from '../../src/adapters/mongodb/inspection.js';
import { MongoLeases } from '../../src/adapters/mongodb/leases.js';
import { openCluster } from '../../src/app/cluster.js';
import { namesCluster, type ClusterSettings } from '../../src/app/cluster-settings.js';
import { readConfiguration, type Configuration } from '../../src/app/configuration.js';
import { examine } from '../../src/app/doctor/examine.js';
import { leaseNames } from '../../src/app/doctor/leases.js';
import { readModels } from '../../src/app/kernel.js';
import { CLOCK_DIFFERENCE_MILLISECONDS_MAX, type Finding } from '../../src/operations/findings.js';
import { leaseOf } from '../../src/projections/projections.js';
import { EventStoreDouble } from '../support/eventstoredb/event-store-double.js';
import { dropAndClose, newDatabase, urlOf } from '../support/mongodb/opening.js';
import { MongoProxy } from '../support/mongodb/proxy.js';
import { eventually, Service, temporaryFolder, TestClock, type TemporaryFolder } from '../support/service.js';
import { runProgram } from '../support/spawned-service.js';

/** What the doctor says of a whole cluster: MongoDB with its keys, read models and leases beside the double of EventStoreDB. */
describe('doctor on the cluster profile', () => {
  let folder: TemporaryFolder;
  let server: EventStoreDouble;
  let settings: Readonly<Record<string, string>>;
  let configuration: Configuration & ClusterSettings;
  beforeEach(async () => {
    folder = temporaryFolder();
    server = await EventStoreDouble.start();
    settings = {
      CERTLEDGER_DATA: join(folder.path, 'data'),
      CERTLEDGER_EVENTSTORE_URL: server.url,
      CERTLEDGER_MONGODB_URL: urlOf({ database: newDatabase() }),
    };
    configuration = configurationOf(settings);
  });
  afterEach(async () => {
    await dropAndClose(await connected());
    await server.stop('kill');
    folder.remove();
  });

  function configurationOf(given: Readonly<Record<string, string>>): Configuration & ClusterSettings {
    const read = readConfiguration(given, join(folder.path, '.env'));
    if (!namesCluster(read)) throw new Error('both engines are named');
    return read;
  }
  const connected = (): Promise<MongoConnection> => MongoConnection.open(settings['CERTLEDGER_MONGODB_URL']!);
  const now = (): TestClock => new TestClock(Date.now());
  const started = async (): Promise<Service> => Service.start(await openCluster(configuration), now());
  /** Every finding but those of a standalone server, which this one always is. */
  const examined = async (of: Configuration = configuration, clock = now()): Promise<readonly Finding[]> =>
    (await examine(of, clock)).findings.filter(({ check }) => check !== 'MongoDB topology');
  const unhealthy = (findings: readonly Finding[]): readonly Finding[] => findings.filter(({ result }) => result !== 'ok');
  const found = (findings: readonly Finding[], check: string): string => findings.find((one) => one.check === check)!.found;

  it('finds a running service in order, with every lease, and writes nothing', async () => {
    const service = await started();
    await service.post('/v1/courses', { course: 'ladder', title: 'Ladder' });
    const instance = service.started.kernel.instance;
    const end = await service.end();
    await eventually(async () => {
      const statuses = await service.started.kernel.projections.status();
      return statuses.every(({ current }) => current) ? true : undefined;
    });
    const before = server.stored().length;
    const findings = await examined();
    expect(unhealthy(findings)).toEqual([]);
    // Nobody scans here, as no scanner is named.
    const taken = leaseNames.filter((name) => name !== 'policy:scan-attachments');
    expect(found(findings, 'leases')).toBe(`${instance} holds ${taken.length}`);
    expect(found(findings, 'read models')).toBe(`${readModels.length} of ${readModels.length} stand at the end of the log`);
    expect(found(findings, 'MongoDB indexes')).toMatch(/^\d+ declared, all there$/);
    expect([await service.end(), server.stored().length]).toEqual([end, before]);
    await service.stop();
    expect(found(await examined(), 'leases')).toContain('no instance runs');
  });

  it('says of empty engines that nothing was begun, begins nothing, and warns of a server that stands alone', async () => {
    const before = server.stored().length;
    const report = await runProgram(['doctor', '--json'], { cwd: folder.path, settings });
    const { findings, ...sums } = JSON.parse(report.out) as { findings: readonly Finding[] };
    expect({ ...sums, code: report.code }).toEqual({ profile: 'cluster', warnings: 2, failures: 0, code: 0 });
    expect(unhealthy(findings).map(({ check }) => check)).toEqual(['EventStoreDB ledger', 'MongoDB topology']);
    expect(found(findings, 'master key')).toContain('none yet');
    const connection = await connected();
    expect(await connection.models.listCollections().toArray()).toEqual([]);
    expect(await connection.keys.listCollections().toArray()).toEqual([]);
    await connection.close();
    expect(server.stored()).toHaveLength(before);
  });

  it('warns of a lease whose holder is gone', async () => {
    await (await started()).stop();
    const connection = await connected();
    const leases = new MongoLeases(connection);
    const standing = (await leases.get(leaseOf(readModels[0]!)))!;
    expect(await leases.put({ ...standing, holder: 'gone/1/x', beat: standing.beat + 1 })).toBe(true);
    expect(unhealthy(await examined())).toEqual([
      expect.objectContaining({ check: 'leases', result: 'warning', found: 'shows no life: gone/1/x holds 1' }),
    ]);
    await connection.close();
  });

  it('warns of indexes that are missing, and fails on read models ahead of the log', async () => {
    await (await started()).stop();
    const connection = await connected();
    // As if it had been declared and then lost; not every server of the tests can drop an index.
    await connection.models.collection('models').updateOne({ name: 'scheme-standings' }, { $set: { 'indexes.lost': ['lost'] } });
    expect(unhealthy(await examined())).toEqual([
      expect.objectContaining({
        check: 'MongoDB indexes',
        result: 'warning',
        found: expect.stringMatching(/scheme-standings [\d.]+ lost/),
      }),
    ]);
    const [entry] = await connection.models.collection<{ checkpoint: string }>('models').find({ name: 'drafts' }).toArray();
    const ahead = `${entry!.checkpoint.slice(0, 9)}${'f'.repeat(16)}`;
    await connection.models.collection('models').updateOne({ name: 'drafts' }, { $set: { checkpoint: ahead } });
    expect(unhealthy(await examined())).toContainEqual(
      expect.objectContaining({
        check: 'read models',
        result: 'failure',
        found: expect.stringMatching(/^drafts: ahead of the log/),
      }),
    );
    await connection.close();
  });

  it('fails where the master key is not the one of the ledger, lost, or of another organization, and warns where others read it', async () => {
    await (await started()).stop();
    const judged = async (given: Readonly<Record<string, string>>): Promise<readonly Finding[]> =>
      unhealthy(await examined(configurationOf({ ...settings, ...given })));
    const failed = (text: RegExp) => [
      expect.objectContaining({ check: 'master key', result: 'failure', found: expect.stringMatching(text) }),
    ];
    expect(await judged({ CERTLEDGER_MASTER_KEY: 'ab'.repeat(32) })).toEqual(failed(/does not open/));
    expect(await judged({ CERTLEDGER_DATA: join(folder.path, 'elsewhere') })).toEqual(failed(/no .*master\.key/));
    expect(await judged({ CERTLEDGER_ORGANIZATION: 'other' })).toEqual(failed(/no key of the organization other/));
    chmodSync(join(settings['CERTLEDGER_DATA']!, 'master.key'), 0o640);
    expect(await judged({})).toEqual([expect.objectContaining({ check: 'master key', result: 'warning' })]);
  });

  it('fails where the keys are gone and the log is not', async () => {
    await (await started()).stop();
    const connection = await connected();
    await connection.keys.collection('keys').deleteMany({});
    await connection.close();
    expect(unhealthy(await examined())).toContainEqual(expect.objectContaining({ check: 'master key', result: 'failure' }));
  });

  it('warns of a clock that differs', async () => {
    const late = new TestClock(Date.now() - CLOCK_DIFFERENCE_MILLISECONDS_MAX - 2_000);
    expect(unhealthy(await examined(configuration, late))).toContainEqual(
      expect.objectContaining({ check: 'MongoDB clock', result: 'warning', found: expect.stringContaining('ahead of') }),
    );
  });

  it('warns, as the start does, of hosts beyond this machine that are spoken to without TLS, and names them', async () => {
    const connection = await connected();
    expect(warningsOf(connection)).toEqual([]);
    const elsewhere = (hosts: readonly string[], tls: boolean): MongoConnection =>
      ({ client: { options: { tls, hosts: hosts.map((host) => ({ host, toString: () => `${host}:27017` })) } } }) as never;
    const [warning, ...others] = warningsOf(elsewhere(['127.0.0.1', 'db.example', '::1'], false));
    expect([warning, others]).toEqual([expect.stringContaining('MongoDB at db.example:27017 is not encrypted'), []]);
    expect(warningsOf(elsewhere(['db.example'], true))).toEqual([]);
    await connection.close();
  });

  it('a start warns of a connection to MongoDB that others may listen to', async () => {
    const proxy = await MongoProxy.start();
    // It leads to this machine, but is no name of the loopback.
    const url = urlOf({ database: newDatabase(), port: proxy.port }).replace('127.0.0.1', '0.0.0.0');
    const engines = await openCluster({ ...configuration, CERTLEDGER_MONGODB_URL: url });
    expect(engines.warnings).toEqual([expect.stringContaining(`MongoDB at 0.0.0.0:${proxy.port} is not encrypted`)]);
    await engines.close();
    await proxy.stop();
  });
});
