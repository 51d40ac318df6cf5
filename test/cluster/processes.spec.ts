import { allCurrent, answersOf, differing, logOf, rebuildAll, type ExportedEvent } from '../support/cluster/answers.js';
import { Load } from '../support/cluster/load.js';
import { TwoServices } from '../support/cluster/two-services.js';
import { SEED, seededRandom } from '../support/seeded-random.js';
import { course, eventually, scheme } from '../support/service.js';

/** Each is done under load from both services, and the load must go on after it. */
const FAULTS = [
  'kill a service',
  'kill a service',
  'kill both services',
  'kill the store',
  'kill the store',
  'stop the keeper',
] as const;
const WRITES_AFTER_A_FAULT = 12;
const LEARNERS_COMPARED = 25;
const KEPT = 'learner-status';
/** Longer than a lease (5 s) and a beat (1 s). */
const STOPPED_MILLISECONDS = 7_000;

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Two processes of the service over one store: killed (SIGKILL), stopped (SIGSTOP) and started again at random moments, the
 * store too, while both are written to. A write counts as acknowledged once its receipt has arrived.
 */
describe.each(['with the lease', 'without the lease'])('two services over one cluster, %s', (lease) => {
  const random = seededRandom();
  let two: TwoServices;
  let load: Load;

  beforeAll(async () => {
    two = await TwoServices.start();
    if (lease === 'without the lease') {
      await two.switchLeasesOff();
      const keepers = () => Promise.all(two.services.map((service) => two.keeperOf(KEPT, service)));
      // Each takes itself for the one that keeps it.
      await eventually(async () => ((await keepers()).join() === '0,1' ? true : undefined), 30_000);
    }
    const [service] = two.services;
    for (const id of ['C1', 'C2']) expect((await service.post('/v1/courses', course(id))).status).toBe(200);
    expect((await service.post('/v1/schemes', scheme('S1', { course: 'C1' }))).status).toBe(200);
    load = new Load(two.services);
  }, 60_000);
  afterAll(() => two.stop());

  const soon = (milliseconds: number): Promise<unknown> => wait(Math.floor(random() * milliseconds));
  const one = (): number => Math.floor(random() * 2);

  async function killService(at: number): Promise<void> {
    // One that had ended by itself would have said so.
    const { signal, err } = await two.services[at]!.end('SIGKILL');
    expect([signal, err]).toEqual(['SIGKILL', '']);
    await soon(500);
    await two.startAgain(at);
  }

  /** Stops who keeps a read model, until the other has taken over; then it comes back and believes that nothing happened. */
  async function stopKeeper(): Promise<void> {
    const at = await eventually(async () => {
      const keeper = await two.keeperOf(KEPT, two.services[one()]!);
      return keeper < 0 ? undefined : keeper;
    }, 30_000);
    const other = two.services[1 - at]!;
    process.kill(two.services[at]!.pid, 'SIGSTOP');
    await wait(STOPPED_MILLISECONDS);
    await eventually(async () => ((await two.keeperOf(KEPT, other)) === 1 - at ? true : undefined), 30_000);
    process.kill(two.services[at]!.pid, 'SIGCONT');
  }

  const meet: Readonly<Record<(typeof FAULTS)[number], () => Promise<void>>> = {
    'kill a service': () => killService(one()),
    'kill both services': async () => void (await Promise.all([killService(0), killService(1)])),
    'kill the store': async () => {
      await two.store.kill();
      await soon(1_000);
      await two.store.restart();
    },
    'stop the keeper': stopKeeper,
  };

  it('go on through every fault', async () => {
    load.start();
    await load.goesOn(WRITES_AFTER_A_FAULT);
    const left: string[] = [...FAULTS];
    while (left.length > 0) {
      const [fault] = left.splice(Math.floor(random() * left.length), 1);
      await soon(600);
      await meet[fault as (typeof FAULTS)[number]]();
      await load.goesOn(WRITES_AFTER_A_FAULT);
    }
    await load.end();
    // One of them may have been enough for the load; a connection to the store that was cut is made anew after a pause.
    for (const service of two.services)
      await eventually(async () => ((await service.get('/v1/me')).status === 200 ? true : undefined), 30_000);
    process.stderr.write(
      `${lease}: ${FAULTS.length} faults, ${load.writes.length} writes acknowledged after ${load.repeats} repeats; SEED=${SEED}\n`,
    );
    expect(load.repeats).toBeGreaterThan(0);
  }, 480_000);

  it('have lost no acknowledged write and doubled none', async () => {
    const log = await logOf(two.services[0]);
    const ids = log.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(log.map(({ stream, revision }) => `${stream} ${revision}`)).size).toBe(log.length);
    const known = new Set(ids);
    expect(load.writes.filter(({ receipt }) => !receipt!.eventIds.every((id) => known.has(id)))).toEqual([]);
    expect(new Set(load.writes.map(({ receipt }) => receipt!.eventIds[0])).size).toBe(load.writes.length);
    expect(scattered(log)).toEqual([]);
    const count = (type: string) => log.filter((event) => event.type === type).length;
    const sent = (ending: string) => load.writes.filter(({ path }) => path.endsWith(ending)).length;
    expect([count('LearnerRegistered'), count('CourseCompleted'), count('CertificationAwarded')]).toEqual([
      sent('/learners'),
      sent('/completions'),
      sent('/learners'),
    ]);
  }, 60_000);

  it('have recorded every expiry once', async () => {
    const expired = async () => (await logOf(two.services[1])).filter(({ type }) => type === 'CertificationExpired');
    const { length } = load.learners;
    await eventually(async () => ((await expired()).length >= length ? true : undefined), 60_000);
    // A policy that doubled would do so in one of the rounds that follow.
    await wait(2_000);
    const streams = (await expired()).map(({ stream }) => stream);
    expect([streams.length, new Set(streams).size]).toEqual([length, length]);
  }, 120_000);

  it('answer alike, and as read models that are built anew', async () => {
    const sample = [...load.learners].sort(() => random() - 0.5).slice(0, LEARNERS_COMPARED);
    const ask = async () => {
      await Promise.all(two.services.map((service) => allCurrent(service)));
      const [first, second] = await Promise.all(two.services.map((service) => answersOf(service, sample)));
      return [first!, second!] as const;
    };
    const [first, second] = await ask();
    expect(first.size).toBeGreaterThan(LEARNERS_COMPARED);
    expect(differing(first, second)).toEqual([]);
    await rebuildAll(two.services[0]);
    for (const rebuilt of await ask()) expect(differing(first, rebuilt)).toEqual([]);
  }, 300_000);

  it('are alive, and end when they are told to', async () => {
    for (const service of two.services) {
      expect((await service.get('/health/ready', { token: null })).json()).toMatchObject({ status: 'ready' });
      const { code, err } = await service.end('SIGTERM');
      expect([code, err]).toEqual([0, '']);
    }
  }, 60_000);
});

/** The commands whose events do not stand side by side: they would have been appended twice. */
function scattered(log: readonly ExportedEvent[]): string[] {
  const runs = new Map<string, number[]>();
  for (const { stream, revision, metadata } of log) {
    const command = `${stream} ${metadata.commandId}`;
    runs.set(command, [...(runs.get(command) ?? []), revision]);
  }
  return [...runs].flatMap(([command, at]) => (at.at(-1)! - at[0]! === at.length - 1 ? [] : [command]));
}
