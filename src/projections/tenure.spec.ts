import { MemoryLeases } from '../adapters/memory/leases.js';
import { eventually } from '../../test/support/service.js';
import { LedgerError } from '../ledger/errors.js';
import type { Lease, Leases } from './ports/leases.js';
import { TAKE_OVER_TRIES_MAX, Tenure } from './tenure.js';

const NAME = 'projection:tested';
const times = { beatMilliseconds: 5, leaseMilliseconds: 60 };

/** A store of leases in which the test can freeze one instance or make its calls fail. */
class OneInstance implements Leases {
  failing = false;
  frozen: Promise<void> | undefined;

  constructor(private readonly inner: Leases) {}

  get(name: string): Promise<Lease | undefined> {
    return this.call(() => this.inner.get(name));
  }

  put(lease: Lease): Promise<boolean> {
    return this.call(() => this.inner.put(lease));
  }

  private async call<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.frozen;
    if (this.failing) throw new LedgerError('STORE_UNAVAILABLE', 'The test made this call fail.');
    return work();
  }
}

describe('the tenure of a lease', () => {
  const leases = new MemoryLeases();
  let tenures: Tenure[];
  beforeEach(() => (tenures = []));
  afterEach(() => Promise.all(tenures.map((tenure) => tenure.stop())));

  async function instance(name: string, store: Leases = leases, warn: (error: unknown) => void = () => undefined) {
    const tenure = new Tenure(NAME, { leases: store, instance: name, warn, times }, () => ({ told: name }));
    tenures.push(tenure);
    await tenure.start();
    return tenure;
  }
  const holder = (tenure: Tenure) => eventually(async () => (tenure.holds ? true : undefined));

  it('is taken by one instance; the others see who holds it and what he tells; it is given back at once', async () => {
    const [one, two] = [await instance('one'), await instance('two')];
    expect([one.holds, two.holds]).toEqual([true, false]);
    await eventually(async () => (two.standing?.holder === 'one' ? true : undefined));
    expect(two.standing?.note).toEqual({ told: 'one' });
    await one.stop();
    expect(await holder(two)).toBe(true);
    expect(one.holds).toBe(false);
  });

  it('passes to another when its holder shows nothing for the time of a lease, and the old holder then knows', async () => {
    const frozen = new OneInstance(leases);
    const one = await instance('one', frozen);
    const two = await instance('two');
    let thaw = (): void => undefined;
    frozen.frozen = new Promise((resolve) => (thaw = resolve));
    expect(await holder(two)).toBe(true);
    // While it was frozen it could not see this, and still does not take itself for the holder.
    expect(one.holds).toBe(false);
    thaw();
    await eventually(async () => (one.standing?.holder === 'two' ? true : undefined));
    expect([one.holds, two.holds]).toEqual([false, true]);
  });

  it('is kept while the holder lives, however long another watches', async () => {
    const one = await instance('one');
    const two = await instance('two');
    const before = (await leases.get(NAME))!.beat;
    await eventually(async () => ((await leases.get(NAME))!.beat > before + 30 ? true : undefined));
    expect([one.holds, two.holds]).toEqual([true, false]);
  });

  it('can be taken over from a living holder', async () => {
    const one = await instance('one');
    const two = await instance('two');
    await eventually(async () => ((await two.takeOver()) ? true : undefined));
    await eventually(async () => (one.standing?.holder === 'two' ? true : undefined));
    expect([one.holds, two.holds]).toEqual([false, true]);
  });

  it.each([
    [TAKE_OVER_TRIES_MAX - 1, true],
    [TAKE_OVER_TRIES_MAX, false],
  ])('can be taken over while %d beats of its holder come in between: %s', async (beats, taken) => {
    const store = new MemoryLeases();
    const beat = async (number: number) => store.put({ name: NAME, holder: 'one', beat: number, note: {} });
    await beat(0);
    let beaten = 0;
    const slow: Leases = {
      async get(name) {
        const standing = await store.get(name);
        if (beaten < beats) await beat((beaten += 1));
        return standing;
      },
      put: (lease) => store.put(lease),
    };
    const two = new Tenure(NAME, { leases: slow, instance: 'two', warn: () => undefined, times });
    expect(await two.takeOver()).toBe(taken);
    expect((await store.get(NAME))!.holder).toBe(taken ? 'two' : 'one');
  });

  it('tells a beat that failed and tries again with the next one', async () => {
    const store = new OneInstance(leases);
    const warnings: unknown[] = [];
    const one = await instance('one', store, (error) => warnings.push(error));
    store.failing = true;
    await eventually(async () => (warnings.length > 2 ? true : undefined));
    store.failing = false;
    expect(await holder(one)).toBe(true);
    expect(warnings[0]).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});
