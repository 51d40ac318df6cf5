import { pino } from 'pino';
import { RemoveUnreferred } from '../../src/attachments/policies/remove-unreferred.js';
import { UNREFERRED_MILLISECONDS_MAX } from '../../src/attachments/domain/bounds.js';
import type { UploadedAttachment } from '../../src/attachments/uploads.js';
import type { Engines } from '../../src/app/engines.js';
import { startApplication, type Started } from '../../src/app/process.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import { ReferredFiles } from '../../src/record/referred-files.js';
import { memoryEngines, ORGANIZATION, scheme, TestClock } from '../support/service.js';
import { StruckEngines, type Strike } from '../support/struck-engines.js';
import { pdfOf, uploadOf } from '../support/uploads.js';

const LABEL = 'Licence';
const logger = pino({ level: 'silent' });
const NEVER = new AbortController().signal;
/** An upload and a submission make fewer calls than this. */
const POINTS_MAX = 100;
const file = pdfOf(150_000);

/** A service whose policies look once and then rest, so that every call on its stores is one of the request that is tried. */
class Trial {
  private constructor(
    readonly clock: TestClock,
    readonly struck: StruckEngines,
    private readonly inner: Engines,
    private readonly started: Started,
  ) {}

  static async start(): Promise<Trial> {
    const clock = new TestClock();
    const inner = memoryEngines();
    const struck = new StruckEngines(inner);
    const options = { clock, logger, organization: ORGANIZATION, policyIntervalMilliseconds: 86_400_000 };
    const trial = new Trial(clock, struck, inner, await startApplication(struck.engines, options));
    await trial.send('GET', '/v1/me');
    await trial.started.kernel.keyUses.settle();
    await trial.write('/v1/schemes', scheme('trade', { submission: LABEL }));
    return trial;
  }

  stop(): Promise<void> {
    return this.started.stop();
  }

  async send(method: 'GET' | 'POST', url: string, key?: string, body?: object): Promise<{ status: number; bytes: Buffer }> {
    const upload = url.endsWith('/attachments') ? uploadOf(file) : undefined;
    const answer = await this.started.app.inject({
      method,
      url,
      headers: {
        authorization: `Bearer ${this.started.firstToken!}`,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(method === 'GET' ? {} : { 'content-type': upload?.contentType ?? 'application/json' }),
      },
      ...(method === 'GET' ? {} : { payload: upload?.raw ?? JSON.stringify(body) }),
    });
    return { status: answer.statusCode, bytes: answer.rawPayload };
  }

  async write(url: string, body: object): Promise<void> {
    expect((await this.send('POST', url, url + JSON.stringify(body), body)).status).toBe(200);
  }

  /** Uploads and submits as a client does that repeats nothing by itself. The answer of each step, as far as it came. */
  async prove(learner: string, between: () => void = () => undefined): Promise<readonly number[]> {
    const uploaded = await this.send('POST', `/v1/learners/${learner}/attachments`, `upload ${learner}`);
    if (uploaded.status !== 200) return [uploaded.status];
    between();
    const { attachment } = JSON.parse(uploaded.bytes.toString()) as UploadedAttachment;
    const about = { scheme: 'trade', label: LABEL, kind: 'credential-document', effective: { date: '2024-05-02' } };
    const submitted = await this.send('POST', `/v1/learners/${learner}/submissions`, `submit ${learner}`, {
      ...about,
      attachment,
    });
    return [uploaded.status, submitted.status];
  }

  /** One round of the collector over the true stores, as another instance runs it. */
  async collect(): Promise<void> {
    const referred = new ReferredFiles(this.started.kernel.projections, this.inner.store);
    await new RemoveUnreferred(this.inner.files, this.clock, logger, (one) => referred.isReferred(one)).round(NEVER);
  }

  later(milliseconds: number): void {
    this.clock.set(new Date(Date.parse(this.clock.now()) + milliseconds).toISOString());
  }

  /** Every event that refers to a file, and whether that file is there, whole, and kept. */
  async referring(learner: string): Promise<readonly string[]> {
    const submissions = (await this.events()).filter(({ type }) => type === 'EvidenceSubmitted');
    for (const { data } of submissions) {
      const { address } = data['attachment'] as { address: string };
      expect(await this.inner.files.get(address)).toMatchObject({ state: 'pinned' });
    }
    const own = await this.started.kernel.records.stream(ORGANIZATION, learner);
    const addresses = submissions
      .filter(({ stream }) => stream === own)
      .map(({ data }) => (data['attachment'] as { address: string }).address);
    for (const address of addresses) {
      const got = await this.send('GET', `/v1/learners/${learner}/attachments/${address}`);
      expect([got.status, got.bytes.equals(file.bytes)]).toEqual([200, true]);
    }
    return addresses;
  }

  private async events(): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    for await (const item of this.inner.store.open({ signal: NEVER })) {
      if (item.kind === 'caught-up') break;
      if (item.kind === 'event') events.push(item.event);
    }
    return events;
  }
}

describe('no event ever points at bytes that are not there', () => {
  let trial: Trial;
  beforeEach(async () => {
    trial = await Trial.start();
  });
  afterEach(() => trial.stop());

  /** Strikes at each call in turn until there is none left, each time for a learner of its own. */
  async function atEachCall(
    strike: Strike,
    tried: (learner: string) => Promise<void>,
  ): Promise<{ points: number; calls: readonly string[] }> {
    const calls: string[] = [];
    for (let point = 1; point < POINTS_MAX; point += 1) {
      const learner = `emp-${point}`;
      await trial.write('/v1/learners', { learner });
      const struck = await trial.struck.at(point, strike, () => tried(learner));
      if (struck === undefined) return { points: point - 1, calls };
      calls.push(struck);
      // Whatever was struck: what an event refers to outlasts the collector, and a repeat ends as if nothing had been.
      await trial.referring(learner);
      trial.later(2 * UNREFERRED_MILLISECONDS_MAX);
      await trial.collect();
      await trial.referring(learner);
      expect([point, struck, await trial.prove(learner)]).toEqual([point, struck, [200, 200]]);
      expect([point, struck, (await trial.referring(learner)).length]).toEqual([point, struck, 1]);
      trial.later(2 * UNREFERRED_MILLISECONDS_MAX);
      await trial.collect();
      expect(await trial.referring(learner)).toHaveLength(1);
    }
    throw new Error(`There is no end after ${POINTS_MAX} points.`);
  }
  const told = (what: string, { points, calls }: { points: number; calls: readonly string[] }): void => {
    process.stderr.write(`upload and submission, ${what}: ${points} points: ${[...new Set(calls)].join(', ')}\n`);
  };

  it.each(['before', 'after'] as const)(
    'whichever call on files or log fails %s its effect, from the first byte to the event',
    async (when) => {
      let failed = 0;
      const outcome = await atEachCall(when, async (learner) => {
        const statuses = await trial.prove(learner);
        // The log's own repetition may have mended it.
        if (statuses.at(-1) !== 200) failed += 1;
        for (const status of statuses) expect([200, 503]).toContain(status);
      });
      told(`failing ${when} the effect`, outcome);
      expect(outcome.calls).toEqual(expect.arrayContaining(['finish', 'change', 'append', 'read of the log']));
      expect(failed).toBeGreaterThan(5);
    },
    120_000,
  );

  it('whichever call it is before which the collector takes what nothing referred to for too long', async () => {
    let refused = 0;
    const outcome = await atEachCall(
      () => trial.collect(),
      async (learner) => {
        const statuses = await trial.prove(learner, () => trial.later(UNREFERRED_MILLISECONDS_MAX + 1));
        if (statuses.at(-1) === 404) refused += 1;
        else expect(statuses).toEqual([200, 200]);
      },
    );
    told('with the collector beside it', outcome);
    // Where the collector came first the address is unknown, and where the pin came first the file stays.
    expect([refused > 0, refused < outcome.points]).toEqual([true, true]);
  }, 120_000);
});
