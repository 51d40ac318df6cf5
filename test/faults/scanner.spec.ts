import { pino } from 'pino';
import type { AttachmentScan, AttachmentScans } from '../../src/record/evidence-files.js';
import {
  SCAN_PAUSE_MILLISECONDS_MAX,
  SCAN_PAUSE_MILLISECONDS_MIN,
  ScanAttachments,
  SCANS_AT_ONCE_MAX,
  SCANS_PER_ROUND_MAX,
} from '../../src/record/policies/scan-attachments.js';
import { newKey, scheme, Service, TestClock } from '../support/service.js';
import { pdfOf, uploadOf } from '../support/uploads.js';

const LABEL = 'Trade licence';
const NEVER = new AbortController().signal;

/** What a scanner says of files as the test chooses, without a scanner. */
class Scans implements AttachmentScans {
  isThere = true;
  asked = 0;
  readonly scanned: string[] = [];
  atOnce = 0;
  mostAtOnce = 0;
  says: (address: string) => AttachmentScan | Promise<AttachmentScan> = () => ({ verdict: 'clean' });

  async version(): Promise<string | undefined> {
    this.asked += 1;
    return this.isThere ? 'Test 1.0' : undefined;
  }

  async scan(address: string): Promise<AttachmentScan> {
    this.scanned.push(address);
    this.mostAtOnce = Math.max(this.mostAtOnce, (this.atOnce += 1));
    await new Promise((turn) => setImmediate(turn));
    this.atOnce -= 1;
    return this.says(address);
  }
}

/** The policy alone, round by round: the service itself knows no scanner, so that nothing runs beside the test. */
describe('the policy that scans', () => {
  let clock: TestClock;
  let service: Service;
  let scans: Scans;
  let policy: ScanAttachments;
  const newPolicy = (): ScanAttachments => {
    const { ledger, records, projections } = service.started.kernel;
    return new ScanAttachments(ledger, records, projections, scans, pino({ level: 'silent' }));
  };
  beforeEach(async () => {
    clock = new TestClock();
    service = await Service.memory(clock);
    await service.write('/v1/schemes', scheme('trade', { submission: LABEL }));
    scans = new Scans();
    policy = newPolicy();
    learners = 0;
  });
  afterEach(() => service.stop());

  let learners = 0;
  /** Each a second later than the one before, so that they have an order. */
  async function submitted(): Promise<string> {
    const learner = `emp-${(learners += 1)}`;
    pass(1_000);
    await service.write('/v1/learners', { learner });
    const file = uploadOf(pdfOf(2_000, learners), { key: newKey() });
    const answer = await service.request('POST', `/v1/learners/${learner}/attachments`, file);
    const { attachment } = answer.json<{ attachment: string }>();
    const body = { scheme: 'trade', label: LABEL, kind: 'credential-document', effective: { date: '2024-05-02' }, attachment };
    const { position } = await service.write(`/v1/learners/${learner}/submissions`, body);
    await service.started.kernel.projections.awaitPosition('reviews', position!);
    return attachment;
  }
  async function many(count: number): Promise<readonly string[]> {
    const addresses: string[] = [];
    for (let number = 0; number < count; number += 1) addresses.push(await submitted());
    return addresses;
  }
  const pass = (milliseconds: number): void => clock.set(new Date(Date.parse(clock.now()) + milliseconds).toISOString());
  const verdicts = async (): Promise<readonly string[]> =>
    (await service.events())
      .filter(({ type }) => type === 'AttachmentScanned')
      .map(({ data }) => `${String(data['attachment'])} ${String(data['verdict'])}`);
  const seen = (): readonly string[] => scans.scanned.splice(0);

  it('asks nobody where nothing waits', async () => {
    expect(await policy.round(NEVER)).toBe('done');
    expect([scans.asked, scans.scanned]).toEqual([0, []]);
  });

  it('tries no file while the scanner is away, asks for it at growing intervals up to a bound, and then at once goes on', async () => {
    const address = await submitted();
    scans.isThere = false;
    for (let pause = SCAN_PAUSE_MILLISECONDS_MIN, rounds = 1; rounds < 12; rounds += 1) {
      await policy.round(NEVER);
      expect([rounds, scans.asked]).toEqual([rounds, rounds]);
      pass(pause - 1);
      await policy.round(NEVER);
      expect([rounds, scans.asked]).toEqual([rounds, rounds]);
      pass(1);
      pause = Math.min(2 * pause, SCAN_PAUSE_MILLISECONDS_MAX);
    }
    expect([scans.scanned, await verdicts()]).toEqual([[], []]);
    scans.isThere = true;
    await policy.round(NEVER);
    expect(await verdicts()).toEqual([`${address} clean`]);
    // The next time that it is away, it is asked for as soon as the first time.
    await submitted();
    scans.isThere = false;
    scans.asked = 0;
    await policy.round(NEVER);
    pass(SCAN_PAUSE_MILLISECONDS_MIN);
    await policy.round(NEVER);
    expect(scans.asked).toBe(2);
  });

  it('is held up by no file that cannot be scanned, neither those that wait nor those that come; it tries it again', async () => {
    const addresses = await many(SCANS_PER_ROUND_MAX + 5);
    const bad = new Set(addresses.slice(0, SCANS_PER_ROUND_MAX));
    scans.says = (address) => (bad.has(address) ? { verdict: 'none', why: 'it fell silent' } : { verdict: 'clean' });
    expect(await policy.round(NEVER)).toBe('more');
    expect(seen()).toEqual(addresses.slice(0, SCANS_PER_ROUND_MAX));
    expect(await policy.round(NEVER)).toBe('done');
    expect(seen()).toEqual(addresses.slice(SCANS_PER_ROUND_MAX));
    expect(scans.mostAtOnce).toBe(SCANS_AT_ONCE_MAX);
    const later = await submitted();
    await policy.round(NEVER);
    expect(seen()).toEqual([later]);
    expect(await verdicts()).toHaveLength(6);
    pass(SCAN_PAUSE_MILLISECONDS_MIN);
    bad.clear();
    expect(await policy.round(NEVER)).toBe('more');
    expect(seen()).toEqual(addresses.slice(0, SCANS_PER_ROUND_MAX));
    expect(await policy.round(NEVER)).toBe('done');
    expect([seen(), (await verdicts()).length]).toEqual([[], SCANS_PER_ROUND_MAX + 6]);
  });

  it('goes on where reading a file fails, and finds what was submitted with an earlier time, too', async () => {
    const [damaged, sound] = await many(2);
    scans.says = (address) => (address === damaged ? Promise.reject(new Error('damaged')) : { verdict: 'clean' });
    await policy.round(NEVER);
    expect(await verdicts()).toEqual([`${sound} clean`]);
    scans.says = () => ({ verdict: 'clean' });
    pass(SCAN_PAUSE_MILLISECONDS_MIN);
    await policy.round(NEVER);
    expect(await verdicts()).toHaveLength(2);
    seen();
    // The clock of another instance is behind.
    pass(-30_000);
    const early = await submitted();
    await policy.round(NEVER);
    await policy.round(NEVER);
    expect([seen(), (await verdicts()).length]).toEqual([[early], 3]);
  });

  it('asks again after an error or a limit, which may be mended, and never of what is decided or withdrawn', async () => {
    const [limited, failed, infected, withdrawn] = await many(4);
    await service.post('/v1/learners/emp-4/submissions/1/withdrawal', {});
    const said = new Map<string, AttachmentScan>([
      [limited!, { verdict: 'limit-exceeded', signature: 'StreamMaxLength' }],
      [failed!, { verdict: 'failed' }],
      [infected!, { verdict: 'infected', signature: 'Eicar' }],
    ]);
    scans.says = (address) => said.get(address)!;
    await service.started.kernel.projections.awaitPosition('reviews', await service.end());
    await policy.round(NEVER);
    expect(new Set(seen())).toEqual(new Set([limited, failed, infected]));
    scans.says = () => ({ verdict: 'clean' });
    await policy.round(NEVER);
    expect(seen()).toEqual([]);
    pass(SCAN_PAUSE_MILLISECONDS_MIN);
    await policy.round(NEVER);
    expect(new Set(seen())).toEqual(new Set([limited, failed]));
    expect((await verdicts()).filter((line) => line.startsWith(infected!))).toEqual([`${infected} infected`]);
    expect((await verdicts()).filter((line) => line.startsWith(withdrawn!))).toEqual([]);
    expect(await verdicts()).toHaveLength(5);
  });

  it('leaves in the middle when it is told to stop, and another one goes on', async () => {
    const addresses = await many(SCANS_AT_ONCE_MAX + 2);
    const stopping = new AbortController();
    scans.says = () => {
      stopping.abort();
      return { verdict: 'none', why: 'it was left' };
    };
    await expect(policy.round(stopping.signal)).rejects.toThrow('abort');
    expect(seen()).toHaveLength(SCANS_AT_ONCE_MAX);
    scans.says = () => ({ verdict: 'clean' });
    await newPolicy().round(NEVER);
    expect(new Set(await verdicts())).toEqual(new Set(addresses.map((address) => `${address} clean`)));
  });

  it('records one fact where several scan the same files at once, and never takes back what one of them found', async () => {
    const addresses = await many(6);
    let answers = 0;
    scans.says = () => ((answers += 1) % 3 === 0 ? { verdict: 'infected', signature: 'New' } : { verdict: 'clean' });
    await Promise.all([newPolicy(), newPolicy(), newPolicy()].map((one) => one.round(NEVER)));
    const recorded = await verdicts();
    expect(new Set(recorded).size).toBe(recorded.length);
    for (const address of addresses) {
      const ofFile = recorded.filter((line) => line.startsWith(address));
      const first = ofFile.findIndex((line) => line.endsWith('infected'));
      if (first !== -1) expect(ofFile.slice(first)).toHaveLength(1);
    }
    expect(recorded.filter((line) => line.endsWith('infected')).length).toBeGreaterThan(0);
  });
});
