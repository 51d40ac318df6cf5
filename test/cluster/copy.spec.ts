import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { allCurrent, logOf } from '../support/cluster/answers.js';
import { EventStoreProcess } from '../support/eventstoredb/event-store-process.js';
import { databaseUrl, newName } from '../support/places.js';
import { SEED, seededRandom } from '../support/seeded-random.js';
import { course, eventually, scheme, temporaryFolder } from '../support/service.js';
import { runProgram, SpawnedService, startProgram, type Ended } from '../support/spawned-service.js';

jest.setTimeout(180_000);

const LEARNERS = 60;
const AT = '2026-01-01T00:00:00Z';
const MASTER_KEY = '5a'.repeat(32);

interface Cluster {
  readonly store: EventStoreProcess;
  readonly file: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** A ledger in a folder goes to a cluster by the built command line, which is cut short twice on the way. */
describe('certledger copy', () => {
  const random = seededRandom();
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const clusters: Cluster[] = [];
  let token: string;
  let events: number;
  let answers: readonly string[];

  async function newCluster(): Promise<Cluster> {
    const file = join(folder.path, `events-${clusters.length}.ndjson`);
    const store = await EventStoreProcess.start(file);
    const settings = {
      CERTLEDGER_EVENTSTORE_URL: store.url,
      CERTLEDGER_MONGODB_URL: databaseUrl(newName()),
      CERTLEDGER_MASTER_KEY: MASTER_KEY,
    };
    clusters.push({ store, file, settings });
    return clusters.at(-1)!;
  }

  const WORDS = ['copy', '--from', data, '--to', 'cluster', '--json'];
  const copy = ({ settings }: Cluster): Promise<Ended> => runProgram(WORDS, { cwd: folder.path, settings });
  const appendsIn = ({ file }: Cluster): number => readFileSync(file, 'utf8').split('\n').length - 1;

  /** Stops the store after some appends, so that the copy is in the middle of the next when the signal comes. */
  async function cutShort(cluster: Cluster, appends: number, signal: NodeJS.Signals): Promise<Ended> {
    const before = appendsIn(cluster);
    const copying = startProgram(WORDS, { cwd: folder.path, settings: cluster.settings });
    await eventually(async () => (appendsIn(cluster) >= before + appends ? true : undefined), 60_000);
    cluster.store.freeze();
    copying.child.kill(signal);
    // Only then may an append that was on its way be answered.
    await new Promise((sent) => setTimeout(sent, 200));
    cluster.store.thaw();
    return copying.ended;
  }

  /** What the service answers about every learner, without its position, which is another in each log. */
  async function answersOf(service: SpawnedService): Promise<string[]> {
    await allCurrent(service);
    const found: string[] = [];
    for (let number = 0; number < LEARNERS; number += 1) {
      for (const part of [`?at=${AT}`, `/schemes/S1?at=${AT}`, '/history']) {
        const { status, text } = await service.get(`/v1/learners/emp-${number}${part}`);
        found.push(`${status} ${text.replace(/"position":"[^"]+"/g, '')}`);
      }
    }
    return found;
  }

  beforeAll(async () => {
    const service = await SpawnedService.start(data, { cwd: folder.path, settings: { CERTLEDGER_MASTER_KEY: MASTER_KEY } });
    ({ token } = service);
    const write = async (path: string, body: object) => expect((await service.post(path, body)).status).toBe(200);
    await write('/v1/courses', course('C1'));
    await write('/v1/schemes', scheme('S1', { course: 'C1' }));
    for (let number = 0; number < LEARNERS; number += 1) {
      await write('/v1/learners', { learner: `emp-${number}`, name: `Name ${number}` });
      await write(`/v1/learners/emp-${number}/completions`, { course: 'C1', effective: { date: '2024-05-01' } });
    }
    const expired = async () => (await logOf(service)).filter(({ type }) => type === 'CertificationExpired').length;
    await eventually(async () => ((await expired()) >= LEARNERS ? true : undefined), 60_000);
    answers = await answersOf(service);
    events = (await logOf(service)).length + 1;
    expect((await service.end()).code).toBe(0);
  });
  afterAll(async () => {
    for (const { store } of clusters) await store.kill();
    folder.remove();
  });

  it('goes on after an interruption and after a kill, and the cluster then answers as the folder did', async () => {
    const cluster = await newCluster();
    const [first, second] = [20 + Math.floor(random() * 40), 20 + Math.floor(random() * 40)];
    process.stderr.write(`copy: interrupted after ${first} appends, killed after ${second} more; SEED=${SEED}\n`);
    const interrupted = await cutShort(cluster, first, 'SIGINT');
    expect(interrupted).toMatchObject({ code: 130, out: '', err: expect.stringMatching(/interrupted at event \d+; the same/) });
    expect(await cutShort(cluster, second, 'SIGKILL')).toMatchObject({ signal: 'SIGKILL', out: '' });
    const done = await copy(cluster);
    expect(done.code).toBe(0);
    const report = JSON.parse(done.out) as { events: number };
    expect(report).toMatchObject({ events, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(events).toBeGreaterThan(4 * LEARNERS);
    const written = appendsIn(cluster);
    expect(JSON.parse((await copy(cluster)).out)).toEqual(report);
    expect(appendsIn(cluster)).toBe(written);

    const service = await SpawnedService.start(join(folder.path, 'service'), {
      token,
      cwd: folder.path,
      settings: cluster.settings,
    });
    expect(await answersOf(service)).toEqual(answers);
    expect((await service.post('/v1/learners', { learner: 'emp-new', name: 'Bo' })).status).toBe(200);
    await service.end();
    const late = await copy(cluster);
    expect(late).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/is not that of the source\. Copy into an empty/),
    });
  });

  it('is refused where the cluster holds another ledger, and nothing is written there', async () => {
    const cluster = await newCluster();
    const other = await SpawnedService.start(join(folder.path, 'other'), { cwd: folder.path, settings: cluster.settings });
    await other.end();
    const [appends, keys] = [appendsIn(cluster), await keysIn(cluster)];
    expect(await copy(cluster)).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/The target's key \S+ is not that of the source/),
    });
    expect([appendsIn(cluster), await keysIn(cluster)]).toEqual([appends, keys]);
  });

  async function keysIn({ settings }: Cluster): Promise<number> {
    const url = new URL(settings['CERTLEDGER_MONGODB_URL']!);
    const client = await MongoClient.connect(url.href);
    const count = await client
      .db(`${url.pathname.slice(1)}-keys`)
      .collection('keys')
      .countDocuments();
    await client.close();
    return count;
  }
});
