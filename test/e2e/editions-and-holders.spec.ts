import type { StoredEvent } from '../../src/ledger/envelope.js';
import { BOTH, HeldSchemes, HOLDERS, MUST_UPDATE, numbers, OLD_END, ofType, second, VOID } from '../support/held-schemes.js';
import { eventually, Service } from '../support/service.js';

const REASON = { code: 'checked', text: 'Looked at the papers.' };

const held = new HeldSchemes();
const { store } = held;
const streamsOf = (events: readonly StoredEvent[]) => events.map(({ stream }) => stream).sort();
const statusOf = async (learner: string, id: string, at?: string) => {
  const query = new URLSearchParams({ minPosition: await held.service.end(), ...(at === undefined ? {} : { at }) });
  return (await held.service.get(`/v1/learners/${learner}/schemes/${id}?${query}`)).json<Record<string, unknown>>();
};
const countsOf = async (id: string, at: string) => {
  const query = new URLSearchParams({ at, minPosition: await held.service.end() });
  return (await held.service.get(`/v1/schemes/${id}/population?${query}`)).json<{
    counts: object;
    items: Record<string, unknown>[];
  }>();
};

beforeAll(() => held.start(), 60_000);
afterAll(() => held.service.stop());
afterEach(() => (store.appending = undefined));

describe('a new edition and who holds the one before', () => {
  it('003-10: keep until expiry changes nothing for anybody', async () => {
    await held.define('K');
    expect(ofType(await held.applied('K', 1), 'CertificationAwarded', 'K')).toHaveLength(HOLDERS);
    await held.service.write('/v1/schemes/K/editions', second({ kind: 'keep' }));
    const events = await held.applied('K', 2);
    expect(ofType(events, 'EditionApplied', 'K')).toEqual([]);
    expect(ofType(events, 'CertificationAwarded', 'K')).toHaveLength(HOLDERS);
    expect((await countsOf('K', '2025-12-01T12:00:00Z')).counts).toEqual({ certified: HOLDERS });
  });

  it('003-10: must update by a date reaches every holder once, though the policy is stopped in the middle', async () => {
    await held.define('M');
    await held.applied('M', 1);
    let reached = 0;
    let stopping: Promise<void> | undefined;
    store.appending = ([event]) => {
      if (event?.type === 'EditionApplied' && (reached += 1) === 20) stopping = held.service.stop();
    };
    await held.service.write('/v1/schemes/M/editions', second(MUST_UPDATE));
    await eventually(async () => (stopping === undefined ? undefined : true));
    await stopping;
    const cut = ofType(await store.readAll(), 'EditionApplied', 'M').length;
    expect(cut).toBeGreaterThanOrEqual(20);
    held.service = await Service.start(held.engines, held.service.clock, held.service.token);
    const events = await held.applied('M', 2);
    const effects = ofType(events, 'EditionApplied', 'M');
    const records = await Promise.all(numbers.map((number) => held.record(`emp-${number}`)));
    expect(streamsOf(effects)).toEqual(records.sort());
    for (const { data, metadata } of effects) {
      expect(data).toEqual({
        scheme: 'M',
        edition: 2,
        cycle: 1,
        effect: 'must-update',
        effective: { date: '2024-05-01' },
        by: { date: '2024-09-01' },
        endsAt: '2024-09-01T00:00:00+02:00',
      });
      expect(metadata.origin).toEqual({ kind: 'policy', policy: 'reevaluate-after-publication' });
    }
    // Whoever has done it all is updated in the commit of the effect.
    const updates = ofType(events, 'CertificationAwarded', 'M').filter(({ data }) => data['kind'] === 'update');
    expect(updates).toHaveLength(BOTH);
    for (const { stream, metadata } of updates)
      expect(effects.find((effect) => effect.stream === stream)!.metadata.commandId).toBe(metadata.commandId);
  });

  it('whoever must update is seen with the date, in the list of all and alone, and has expired from then on', async () => {
    const asked = await countsOf('M', '2024-08-31T12:00:00Z');
    expect(asked.counts).toEqual({ certified: BOTH, 'update-required': HOLDERS - BOTH });
    const required = asked.items.filter(({ status }) => status === 'update-required');
    expect(required.length).toBeGreaterThan(0);
    for (const item of required)
      expect(item).toMatchObject({ valid: true, lastValidDay: '2024-08-31', updateBy: '2024-09-01T00:00:00+02:00' });
    expect((await countsOf('M', '2024-09-01T12:00:00Z')).counts).toEqual({ certified: BOTH, expired: HOLDERS - BOTH });
    expect(await statusOf('emp-1', 'M')).toMatchObject({
      status: 'update-required',
      valid: true,
      updateBy: '2024-09-01T00:00:00+02:00',
      // What is left to do is what the new edition asks for.
      edition: 2,
      criteriaMet: false,
      progress: { percent: 50, left: [{ course: 'C2', missing: 'not-completed' }] },
      cycles: [{ number: 1, laterEditions: [{ edition: 2, effect: 'must-update', by: { date: '2024-09-01' } }] }],
    });
  });

  it('an update makes a cycle with the old end in the commit of the evidence', async () => {
    const receipt = await held.complete('emp-1', 'C2', '2024-05-20');
    const commit = (await held.service.events()).filter(({ id }) => receipt.eventIds.includes(id));
    const update = ofType(commit, 'CertificationAwarded', 'M');
    expect(update.map(({ data }) => data)).toMatchObject([
      { kind: 'update', renews: 1, cycle: 2, edition: 2, validity: { from: { date: '2024-05-20' }, ...OLD_END } },
    ]);
    expect(await statusOf('emp-1', 'M')).toMatchObject({
      status: 'certified',
      edition: 2,
      ...OLD_END,
      cycles: [
        { number: 1, kind: 'initial', status: 'superseded' },
        { number: 2, kind: 'update', status: 'current' },
      ],
    });
  });

  it('003-10: void at a date ends it there, and it is earned afresh by what is done since the edition came into force', async () => {
    await held.define('V');
    await held.applied('V', 1);
    await held.service.write('/v1/schemes/V/editions', second(VOID));
    const events = await held.applied('V', 2);
    expect(new Set(streamsOf(ofType(events, 'EditionApplied', 'V'))).size).toBe(HOLDERS);
    expect(ofType(events, 'EditionApplied', 'V')).toHaveLength(HOLDERS);
    expect((await countsOf('V', '2024-08-31T12:00:00Z')).counts).toEqual({ certified: HOLDERS });
    expect((await countsOf('V', '2024-09-01T12:00:00Z')).counts).toEqual({ expired: HOLDERS });
    await held.complete('emp-2', 'C1', '2024-05-21');
    await held.complete('emp-2', 'C2', '2024-05-22');
    expect(await statusOf('emp-2', 'V', '2024-09-01T12:00:00Z')).toMatchObject({
      status: 'certified',
      edition: 2,
      lastValidDay: '2026-05-22',
    });
  });
});

describe('who comes later under an earlier edition', () => {
  it('assigned before and certified after: the effect stands in the commit of the award', async () => {
    await held.define('L');
    await held.service.write('/v1/learners', { learner: 'late' });
    await held.service.write('/v1/learners/late/schemes/L/assignments', {});
    await held.service.write('/v1/schemes/L/editions', second(MUST_UPDATE));
    await held.applied('L', 2);
    const receipt = await held.complete('late', 'C1', '2024-06-01');
    const commit = (await held.service.events()).filter(
      ({ id, data }) => receipt.eventIds.includes(id) && data['scheme'] === 'L',
    );
    expect(commit.map(({ type, data }) => [type, data['edition']])).toEqual([
      ['CertificationAwarded', 1],
      ['EditionApplied', 2],
    ]);
    expect(await statusOf('late', 'L')).toMatchObject({ status: 'update-required', valid: true, cycles: [{ edition: 1 }] });
  });

  it('the rules change between completion and approval: what was completed is approved under the edition that it was proposed under', async () => {
    await held.define('A', { award: 'on-approval' });
    expect(ofType(await held.applied('A', 1), 'AwardProposed', 'A')).toHaveLength(HOLDERS + 1);
    await held.service.write('/v1/schemes/A/editions', second(MUST_UPDATE, { award: 'on-approval' }));
    expect(ofType(await held.applied('A', 2), 'EditionApplied', 'A')).toEqual([]);
    await held.service.write('/v1/learners/emp-3/schemes/A/awards/approval', { reason: REASON });
    expect(await statusOf('emp-3', 'A')).toMatchObject({
      status: 'update-required',
      updateBy: '2024-09-01T00:00:00+02:00',
      cycles: [{ kind: 'initial', edition: 1, how: 'on-approval', from: { date: '2024-02-01' } }],
    });
    // Who has done what the new edition asks for as well is proposed for its update at once, which a person approves, too.
    await held.service.write('/v1/learners/emp-5/schemes/A/awards/approval', { reason: REASON });
    expect(await statusOf('emp-5', 'A')).toMatchObject({ status: 'update-required', proposal: { how: 'on-approval' } });
    await held.service.write('/v1/learners/emp-5/schemes/A/awards/approval', { reason: REASON });
    expect(await statusOf('emp-5', 'A')).toMatchObject({ status: 'certified', edition: 2, ...OLD_END });
  });
});
