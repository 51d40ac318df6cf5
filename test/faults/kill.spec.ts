import { SEED, seededRandom } from '../support/seeded-random.js';
import { SpawnedService } from '../support/spawned-service.js';
import { course, scheme, temporaryFolder, type ReceiptAnswer } from '../support/service.js';

/**
 * The service is killed (SIGKILL) in the middle of concurrent writes, again and again, on one folder. A write counts as
 * acknowledged once its receipt has arrived. At the end the log itself is asked: every acknowledged event must stand in
 * it, no command may stand in it twice, and every write that was cut off must complete when it is repeated.
 */
const CYCLES = 12;
const WRITERS = 8;

interface Write {
  readonly key: string;
  readonly path: string;
  readonly body: object;
  receipt?: ReceiptAnswer;
}
interface ExportedEvent {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly metadata: { readonly commandId: string };
}

describe('kill -9 under load', () => {
  const random = seededRandom();
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  const writes: Write[] = [];
  let token: string;

  /** One writer: registers a learner and completes two courses, the second of which awards; then the next learner. */
  async function writeUntilKilled(service: SpawnedService, writer: string, dead: () => boolean): Promise<void> {
    for (let number = 1; !dead(); number += 1) {
      const learner = `${writer}-${number}`;
      const effective = { date: '2024-01-01' };
      for (const [path, body] of [
        ['/v1/learners', { learner, name: 'Ada' }],
        [`/v1/learners/${learner}/completions`, { course: 'C1', effective }],
        [`/v1/learners/${learner}/completions`, { course: 'C2', effective, grade: 'A' }],
      ] as const) {
        const write: Write = { key: `key-${writes.length}`, path, body };
        writes.push(write);
        if (!(await send(service, write))) return;
      }
    }
  }

  /** True when the write was acknowledged; a connection that broke says nothing about what happened. */
  async function send(service: SpawnedService, write: Write): Promise<boolean> {
    const answer = await service.post(write.path, write.body, { key: write.key }).catch(() => undefined);
    if (answer === undefined) return false;
    if (answer.status !== 200) throw new Error(`${write.path} was answered ${answer.status}: ${answer.text}`);
    const receipt = answer.json<ReceiptAnswer>();
    if (write.receipt !== undefined) expect({ ...receipt, outcome: '' }).toEqual({ ...write.receipt, outcome: '' });
    write.receipt = receipt;
    return true;
  }

  async function log(service: SpawnedService): Promise<ExportedEvent[]> {
    const events: ExportedEvent[] = [];
    for (let after = ''; ;) {
      const page = await service.get(`/v1/events${after}`);
      events.push(
        ...page.text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as ExportedEvent),
      );
      if (page.headers['certledger-end'] === 'true') return events;
      after = `?after=${page.headers['certledger-next']}`;
    }
  }

  it(`loses no acknowledged write in ${CYCLES} cycles, doubles none, and completes the interrupted ones`, async () => {
    const first = await SpawnedService.start(folder.path);
    token = first.token;
    for (const id of ['C1', 'C2']) expect((await first.post('/v1/courses', course(id))).status).toBe(200);
    const criteria = { all: [{ course: 'C1' }, { course: 'C2' }] };
    expect((await first.post('/v1/schemes', scheme('S1', criteria))).status).toBe(200);
    await first.end('SIGKILL');

    let interrupted = 0;
    let completed = 0;
    for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
      const service = await SpawnedService.start(folder.path, { token, settings: { CERTLEDGER_LOG_LEVEL: 'error' } });
      // What the last kill cut off is repeated with its own key, in the order in which it was sent.
      for (const write of writes.filter(({ receipt }) => receipt === undefined)) {
        expect(await send(service, write)).toBe(true);
        completed += 1;
      }
      let dead = false;
      const writers = Array.from({ length: WRITERS }, (_, at) => writeUntilKilled(service, `c${cycle}w${at}`, () => dead));
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.floor(random() * 400)));
      const ended = await service.end('SIGKILL');
      dead = true;
      await Promise.all(writers);
      expect(ended.signal).toBe('SIGKILL');
      interrupted += writes.filter(({ receipt }) => receipt === undefined).length;
    }
    const service = await SpawnedService.start(folder.path, { token });
    const cutOff = writes.filter(({ receipt }) => receipt === undefined);
    const events = await log(service);
    const ids = new Set(events.map(({ id }) => id));
    const acknowledged = writes.filter(({ receipt }) => receipt !== undefined);
    const lost = acknowledged.filter(({ receipt }) => !receipt!.eventIds.every((id) => ids.has(id)));
    for (const write of cutOff) expect(await send(service, write)).toBe(true);
    completed += cutOff.length;

    const after = await log(service);
    const places = new Set(after.map(({ stream, revision }) => `${stream} ${revision}`));
    // Each write is one command, and the events of one command stand side by side in one append.
    const runs = new Map<string, number[]>();
    for (const { stream, revision, metadata } of after)
      runs.set(`${stream} ${metadata.commandId}`, [...(runs.get(`${stream} ${metadata.commandId}`) ?? []), revision]);
    const scattered = [...runs.values()].filter((revisions) => revisions.at(-1)! - revisions[0]! !== revisions.length - 1);
    const counts = (type: string) => after.filter((event) => event.type === type).length;
    const sent = (suffix: string) => writes.filter(({ path }) => path.endsWith(suffix)).length;
    const doubled = after.length - places.size + scattered.length + (counts('CourseCompleted') - sent('/completions'));
    expect((await service.end('SIGTERM')).code).toBe(0);
    process.stdout.write(
      `kill -9: ${CYCLES} cycles, ${acknowledged.length} writes acknowledged, ${lost.length} lost, ${doubled} doubled; ` +
        `${interrupted} interrupted, ${completed} completed on repeat; ${after.length} events; SEED=${SEED}\n`,
    );
    expect(lost).toEqual([]);
    expect(doubled).toBe(0);
    expect(counts('LearnerRegistered')).toBe(sent('/learners'));
    expect(writes.every(({ receipt }) => receipt !== undefined)).toBe(true);
    expect(acknowledged.length).toBeGreaterThan(CYCLES);
    expect(interrupted).toBeGreaterThan(0);
    expect(completed).toBe(interrupted);
  }, 180_000);
});
