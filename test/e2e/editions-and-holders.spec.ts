import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Drafts } from '../../src/catalogue/services.js';
import type { StoredEvent } from '../../src/ledger/envelope.js';
import { ReferredFiles } from '../../src/record/referred-files.js';
import { WhatIfs } from '../../src/record/what-ifs.js';
import { isRejection } from '../../src/shared/result.js';
import {
  course,
  eventually,
  memoryEngines,
  scheme,
  Service,
  temporaryFolder,
  TestClock,
  type ProblemAnswer,
} from '../support/service.js';
import { WatchedEventStore } from '../support/watched-event-store.js';

/** All of them did C1 on 1 February 2024 and hold what asks for it until 1 February 2026; every fifth did C2 as well. */
const HOLDERS = 50;
const numbers = Array.from({ length: HOLDERS }, (_, number) => number);
const didBoth = (number: number): boolean => number % 5 === 0;
const BOTH = numbers.filter(didBoth).length;
/** Who did C2 alone. */
const NEWCOMERS = ['new-0', 'new-1', 'new-2'];
const OLD_END = { lastValidDay: '2026-02-01', endsAt: '2026-02-02T00:00:00+01:00' };
const REASON = { code: 'checked', text: 'Looked at the papers.' };

const store = new WatchedEventStore();
const engines = { ...memoryEngines(), store };
let service: Service;

const contentOf = (criteria: unknown, more: object) => {
  const { scheme: _, ...content } = scheme('S', criteria, { validity: { duration: 'P2Y' }, ...more });
  return content;
};
const define = (id: string, more: object = {}) =>
  service.write('/v1/schemes', { scheme: id, ...contentOf({ course: 'C1' }, { title: id, ...more }) });
/** The second edition asks for C2, too. */
const second = (holders: object | undefined, more: object = {}) =>
  contentOf(
    { all: [{ course: 'C1' }, { course: 'C2' }] },
    { published: '2024-05-01', ...(holders === undefined ? {} : { holders }), ...more },
  );
const MUST_UPDATE = { kind: 'must-update', by: { date: '2024-09-01' } };
const VOID = { kind: 'void', at: { date: '2024-09-01' } };

/** The events once the publication of an edition is applied. */
const applied = (id: string, edition: number): Promise<readonly StoredEvent[]> =>
  eventually(async () => {
    const events = await store.readAll();
    const isOf = ({ type, data }: StoredEvent) =>
      type === 'PublicationApplied' && data['id'] === id && data['edition'] === edition;
    return events.some(isOf) ? events : undefined;
  });
const ofType = (events: readonly StoredEvent[], type: string, id: string) =>
  events.filter((event) => event.type === type && event.data['scheme'] === id);
const streamsOf = (events: readonly StoredEvent[]) => events.map(({ stream }) => stream).sort();
const complete = (learner: string, id: string, date: string) =>
  service.write(`/v1/learners/${learner}/completions`, { course: id, effective: { date } });
const statusOf = async (learner: string, id: string, at?: string) => {
  const query = new URLSearchParams({ minPosition: await service.end(), ...(at === undefined ? {} : { at }) });
  return (await service.get(`/v1/learners/${learner}/schemes/${id}?${query}`)).json<Record<string, unknown>>();
};
const countsOf = async (id: string, at: string) => {
  const query = new URLSearchParams({ at, minPosition: await service.end() });
  return (await service.get(`/v1/schemes/${id}/population?${query}`)).json<{
    counts: object;
    items: Record<string, unknown>[];
  }>();
};

beforeAll(async () => {
  service = await Service.start(engines, new TestClock());
  for (const id of ['C1', 'C2']) await service.write('/v1/courses', course(id));
  for (const number of numbers) {
    await service.write('/v1/learners', { learner: `emp-${number}` });
    await complete(`emp-${number}`, 'C1', '2024-02-01');
    if (didBoth(number)) await complete(`emp-${number}`, 'C2', '2024-03-01');
  }
  for (const learner of NEWCOMERS) {
    await service.write('/v1/learners', { learner });
    await complete(learner, 'C2', '2024-03-01');
  }
}, 60_000);
afterAll(() => service.stop());
afterEach(() => (store.appending = undefined));

describe('a new edition and who holds the one before', () => {
  it('003-10: keep until expiry changes nothing for anybody', async () => {
    await define('K');
    expect(ofType(await applied('K', 1), 'CertificationAwarded', 'K')).toHaveLength(HOLDERS);
    await service.write('/v1/schemes/K/editions', second({ kind: 'keep' }));
    const events = await applied('K', 2);
    expect(ofType(events, 'EditionApplied', 'K')).toEqual([]);
    expect(ofType(events, 'CertificationAwarded', 'K')).toHaveLength(HOLDERS);
    expect((await countsOf('K', '2025-12-01T12:00:00Z')).counts).toEqual({ certified: HOLDERS });
  });

  it('003-10: must update by a date reaches every holder once, though the policy is stopped in the middle', async () => {
    await define('M');
    await applied('M', 1);
    let reached = 0;
    let stopping: Promise<void> | undefined;
    store.appending = ([event]) => {
      if (event?.type === 'EditionApplied' && (reached += 1) === 20) stopping = service.stop();
    };
    await service.write('/v1/schemes/M/editions', second(MUST_UPDATE));
    await eventually(async () => (stopping === undefined ? undefined : true));
    await stopping;
    const cut = ofType(await store.readAll(), 'EditionApplied', 'M').length;
    expect(cut).toBeGreaterThanOrEqual(20);
    service = await Service.start(engines, service.clock, service.token);
    const events = await applied('M', 2);
    const effects = ofType(events, 'EditionApplied', 'M');
    const records = await Promise.all(numbers.map((number) => service.started.kernel.records.stream('main', `emp-${number}`)));
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
      cycles: [{ number: 1, laterEditions: [{ edition: 2, effect: 'must-update', by: { date: '2024-09-01' } }] }],
    });
  });

  it('an update makes a cycle with the old end in the commit of the evidence', async () => {
    const receipt = await complete('emp-1', 'C2', '2024-05-20');
    const commit = (await service.events()).filter(({ id }) => receipt.eventIds.includes(id));
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
    await define('V');
    await applied('V', 1);
    await service.write('/v1/schemes/V/editions', second(VOID));
    const events = await applied('V', 2);
    expect(new Set(streamsOf(ofType(events, 'EditionApplied', 'V'))).size).toBe(HOLDERS);
    expect(ofType(events, 'EditionApplied', 'V')).toHaveLength(HOLDERS);
    expect((await countsOf('V', '2024-08-31T12:00:00Z')).counts).toEqual({ certified: HOLDERS });
    expect((await countsOf('V', '2024-09-01T12:00:00Z')).counts).toEqual({ expired: HOLDERS });
    await complete('emp-2', 'C1', '2024-05-21');
    await complete('emp-2', 'C2', '2024-05-22');
    expect(await statusOf('emp-2', 'V', '2024-09-01T12:00:00Z')).toMatchObject({
      status: 'certified',
      edition: 2,
      lastValidDay: '2026-05-22',
    });
  });
});

describe('who comes later under an earlier edition', () => {
  it('assigned before and certified after: the effect stands in the commit of the award', async () => {
    await define('L');
    await service.write('/v1/learners', { learner: 'late' });
    await service.write('/v1/learners/late/schemes/L/assignments', {});
    await service.write('/v1/schemes/L/editions', second(MUST_UPDATE));
    await applied('L', 2);
    const receipt = await complete('late', 'C1', '2024-06-01');
    const commit = (await service.events()).filter(({ id, data }) => receipt.eventIds.includes(id) && data['scheme'] === 'L');
    expect(commit.map(({ type, data }) => [type, data['edition']])).toEqual([
      ['CertificationAwarded', 1],
      ['EditionApplied', 2],
    ]);
    expect(await statusOf('late', 'L')).toMatchObject({ status: 'update-required', valid: true, edition: 1 });
  });

  it('the rules change between completion and approval: what was completed is approved under the edition that it was proposed under', async () => {
    await define('A', { award: 'on-approval' });
    expect(ofType(await applied('A', 1), 'AwardProposed', 'A')).toHaveLength(HOLDERS + 1);
    await service.write('/v1/schemes/A/editions', second(MUST_UPDATE, { award: 'on-approval' }));
    expect(ofType(await applied('A', 2), 'EditionApplied', 'A')).toEqual([]);
    await service.write('/v1/learners/emp-3/schemes/A/awards/approval', { reason: REASON });
    expect(await statusOf('emp-3', 'A')).toMatchObject({
      status: 'update-required',
      edition: 1,
      updateBy: '2024-09-01T00:00:00+02:00',
      cycles: [{ kind: 'initial', how: 'on-approval', from: { date: '2024-02-01' } }],
    });
    // Who has done what the new edition asks for as well is proposed for its update at once, which a person approves, too.
    await service.write('/v1/learners/emp-5/schemes/A/awards/approval', { reason: REASON });
    expect(await statusOf('emp-5', 'A')).toMatchObject({ status: 'update-required', proposal: { how: 'on-approval' } });
    await service.write('/v1/learners/emp-5/schemes/A/awards/approval', { reason: REASON });
    expect(await statusOf('emp-5', 'A')).toMatchObject({ status: 'certified', edition: 2, ...OLD_END });
  });
});

describe('what a draft would change', () => {
  const createDraft = async (id: string, content: object): Promise<string> =>
    (await service.post('/v1/drafts', { kind: 'scheme', id, content })).json<{ draft: string }>().draft;
  const preview = async (draft: string, token = service.token) =>
    (await service.post(`/v1/drafts/${draft}/preview?minPosition=${await service.end()}`, {}, { token })).json<{
      whatIf: Record<string, unknown> & { readonly rows?: readonly object[] };
    }>();
  const record = (learner: string) => service.started.kernel.records.stream('main', learner);
  const withC2 = contentOf({ course: 'C2' }, { published: '2024-05-01', holders: MUST_UPDATE });
  const UPDATED = ['emp-1', 'emp-2', ...numbers.filter(didBoth).map((number) => `emp-${number}`)];
  const holders = [...numbers.map((number) => `emp-${number}`), 'late'];
  const COUNTS = {
    learners: HOLDERS + NEWCOMERS.length + 1,
    gain: NEWCOMERS.length,
    lose: 0,
    mustUpdate: holders.length - UPDATED.length,
    updated: UPDATED.length,
    moved: 0,
  };
  let digest: string;
  let file: { address: string; subject: string; size: number };

  /** The list as it must be, from what the test knows of its learners. */
  async function expectedList(): Promise<string> {
    const rows = await Promise.all([
      ...NEWCOMERS.map(async (learner) => ({ record: await record(learner), change: 'gain' })),
      ...holders.map(async (learner) =>
        UPDATED.includes(learner)
          ? { record: await record(learner), change: 'updated', cycle: 1 }
          : { record: await record(learner), change: 'must-update', cycle: 1, until: '2024-09-01T00:00:00+02:00' },
      ),
    ]);
    rows.sort((a, b) => (a.record < b.record ? -1 : 1));
    return [{ scheme: 'W', edition: 2 }, ...rows].map((row) => `${canonicalize(row)}\n`).join('');
  }

  it('the preview counts who gains, who must update and who is updated, names the first, and writes nothing', async () => {
    await define('W');
    await applied('W', 1);
    const draft = await createDraft('W', withC2);
    const before = await service.end();
    const { whatIf } = await preview(draft);
    expect(whatIf).toMatchObject(COUNTS);
    expect(whatIf.rows).toHaveLength(NEWCOMERS.length + holders.length);
    expect(whatIf.rows).toContainEqual({ learner: 'new-0', change: 'gain' });
    expect(whatIf.rows).toContainEqual({
      learner: 'emp-3',
      change: 'must-update',
      cycle: 1,
      until: '2024-09-01T00:00:00+02:00',
    });
    expect(whatIf.rows).toContainEqual({ learner: 'emp-5', change: 'updated', cycle: 1 });
    expect(whatIf['digest']).toBe(
      createHash('sha256')
        .update(await expectedList())
        .digest('hex'),
    );
    expect(await service.end()).toBe(before);
  });

  it('the publication keeps the counts and the digest of the complete list, which a recomputation confirms', async () => {
    const draft = await createDraft('W', withC2);
    const list = await expectedList();
    await service.write(`/v1/drafts/${draft}/publication`, {});
    const published = ofType(await service.events(), 'SchemePublished', 'W').find(({ data }) => data['edition'] === 2)!;
    const { digest: kept, file: place, ...counts } = published.data['whatIf'] as { digest: string; file: typeof file };
    expect(counts).toEqual(COUNTS);
    expect(kept).toBe(createHash('sha256').update(list).digest('hex'));
    [digest, file] = [kept, place];
    // And so it came.
    const events = await applied('W', 2);
    const updates = ofType(events, 'CertificationAwarded', 'W').filter(({ data }) => data['kind'] === 'update');
    expect([ofType(events, 'EditionApplied', 'W').length, updates.length]).toEqual([holders.length, UPDATED.length]);
  });

  it('an auditor downloads the list, finds it to be of that digest, and the reading is recorded', async () => {
    await service.write('/v1/persons', { person: 'auditor' });
    const { token } = (await service.post('/v1/keys', { person: 'auditor', roles: ['auditor'] })).json<{ token: string }>();
    const answer = await service.get('/v1/schemes/W/editions/2/what-if', { token });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(answer.headers['etag']).toBe(`"${digest}"`);
    expect(answer.text).toBe(await expectedList());
    const { editions } = (await service.get('/v1/schemes/W')).json<{ editions: Record<string, unknown>[] }>();
    expect(editions[1]).toMatchObject({ holders: MUST_UPDATE, whatIf: { ...COUNTS, digest } });
    expect(editions[1]!['whatIf']).not.toHaveProperty('file');
    const reads = (await service.events()).filter(({ type }) => type === 'RecordRead');
    expect(reads.map(({ data }) => data['operation'])).toContain('GET /v1/schemes/:scheme/editions/:edition/what-if');
  });

  it('lies sealed beside the files of learners, and is never collected, as an event refers to it', async () => {
    const stored: Buffer[] = [];
    const found = await engines.files.get(file.address);
    expect(found).toMatchObject({ state: 'pinned', organization: 'main', mediaType: 'application/x-ndjson', size: file.size });
    for await (const bytes of engines.files.read(file.address, { from: 0, to: file.size })) stored.push(Buffer.from(bytes));
    expect(Buffer.concat(stored).toString('latin1')).not.toContain('must-update');
    const referred = new ReferredFiles(service.started.kernel.projections, store);
    expect(await referred.isReferred({ organization: 'main', address: file.address })).toBe(true);
    expect(await referred.isReferred({ organization: 'main', address: 'ab'.repeat(32) })).toBe(false);
  });

  it('counts whose certification would be void and by when, and whose renewal window comes or goes', async () => {
    await define('X');
    await applied('X', 1);
    const voided = await createDraft('X', second(VOID));
    expect((await preview(voided)).whatIf).toMatchObject({
      gain: 0,
      lose: holders.length - 1,
      mustUpdate: 0,
      updated: 0,
      moved: 1,
    });
    const renewable = contentOf(
      { course: 'C1' },
      { published: '2024-05-01', renewal: { opensBefore: 'P1M', closesAfter: 'P1M' } },
    );
    const { whatIf } = await preview(await createDraft('X', renewable));
    expect(whatIf).toMatchObject({ gain: 0, lose: 0, mustUpdate: 0, updated: 0, moved: holders.length });
    expect(whatIf.rows).toContainEqual({
      learner: 'emp-3',
      change: 'moved',
      cycle: 1,
      before: { endsAt: OLD_END.endsAt },
      after: {
        endsAt: OLD_END.endsAt,
        renewalOpensAt: '2026-01-02T00:00:00+01:00',
        renewalClosesAt: '2026-03-02T00:00:00+01:00',
      },
    });
  });

  it('names no learner to an author', async () => {
    await service.write('/v1/persons', { person: 'author' });
    const { token } = (await service.post('/v1/keys', { person: 'author', roles: ['author'] })).json<{ token: string }>();
    const { whatIf } = await preview(await createDraft('X', second(VOID)), token);
    expect(whatIf).toMatchObject({ lose: holders.length - 1 });
    expect(whatIf).not.toHaveProperty('rows');
  });

  it('is not counted where the publication says so, nor for an edition that came from no draft', async () => {
    const draft = await createDraft('X', second({ kind: 'keep' }));
    await service.write(`/v1/drafts/${draft}/publication`, { whatIf: 'skip' });
    const [, published] = ofType(await service.events(), 'SchemePublished', 'X');
    expect(published!.data).not.toHaveProperty('whatIf');
    for (const edition of [1, 2, 3]) {
      const answer = await service.get(`/v1/schemes/X/editions/${edition}/what-if`);
      expect([answer.status, answer.json<ProblemAnswer>().code]).toEqual([404, 'WHAT_IF_UNKNOWN']);
    }
    expect((await service.get('/v1/schemes/none/editions/1/what-if')).json<ProblemAnswer>().code).toBe('SCHEME_UNKNOWN');
    expect((await service.get('/v1/schemes/X/editions/0/what-if')).json<ProblemAnswer>().code).toBe('INVALID_REQUEST');
  });

  it('a repeat is answered by its receipt, counted or not, and counts nothing again', async () => {
    const draft = await createDraft('Y', contentOf({ course: 'C2' }, { title: 'Y' }));
    const asked = { key: 'publish-Y' };
    const first = await service.write(`/v1/drafts/${draft}/publication`, {}, asked);
    const again = await service.write(`/v1/drafts/${draft}/publication`, {}, asked);
    expect(again).toMatchObject({ outcome: 'replayed', eventIds: first.eventIds });
    const other = await service.post(`/v1/drafts/${draft}/publication`, { whatIf: 'skip' }, asked);
    expect(other.json<ProblemAnswer>().code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is counted anew where the definitions move on meanwhile, and given up where they never stand still', async () => {
    const { ledger, definitions, whatIfs } = service.started.kernel;
    let [counted, disturbed] = [0, 1];
    const drafts = new Drafts(ledger, definitions, {
      sealed: async (planned, actor) => {
        counted += 1;
        const answer = await whatIfs.sealed(planned, actor);
        if (counted <= disturbed) await service.write('/v1/courses', course(`moved-on-${disturbed}-${counted}`));
        return answer;
      },
    });
    const publish = async (id: string) => {
      const principal = { organization: 'main', actor: { key: 'k', role: 'admin' } };
      const write = { principal, origin: { kind: 'api' }, idempotencyKey: id, correlationId: 'c'.repeat(36) } as const;
      return drafts.publish(write, await createDraft(id, contentOf({ course: 'C2' }, { title: id })));
    };
    expect(await publish('D1')).toMatchObject({ outcome: 'recorded' });
    expect(counted).toBe(2);
    const [published] = ofType(await service.events(), 'SchemePublished', 'D1');
    expect(published!.data['whatIf']).toMatchObject({ gain: UPDATED.length + NEWCOMERS.length });
    [counted, disturbed] = [0, Infinity];
    await expect(publish('D2')).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT' });
    expect(ofType(await service.events(), 'SchemePublished', 'D2')).toEqual([]);
  });

  it('is refused above the named number of learners, and nothing of the list is kept', async () => {
    const { kernel } = service.started;
    const draft = await createDraft('Z', contentOf({ course: 'C2' }, { title: 'Z' }));
    const candidate = await kernel.drafts.candidate('main', draft);
    if (isRejection(candidate) || candidate.edition === undefined) throw new Error('The draft has no fault.');
    const planned = { organization: 'main', scheme: 'Z', ...candidate, edition: candidate.edition };
    const filesBefore = await engines.files.page({ state: 'pinned', before: '9999', limit: 200 });
    const among = (max: number) => new WhatIfs(kernel.projections, store, service.clock, kernel.attachments.lists, max);
    const actor = { key: 'k', role: 'admin' };
    expect(await among(COUNTS.learners - 1).sealed(planned, actor)).toMatchObject({ code: 'WHAT_IF_TOO_LARGE' });
    expect(await engines.files.page({ state: 'pinned', before: '9999', limit: 200 })).toEqual(filesBefore);
    expect(await among(COUNTS.learners).sealed(planned, actor)).toMatchObject({ learners: COUNTS.learners });
  });
});

describe('the list of a what-if in a folder', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());

  it('is there after a restart, byte for byte', async () => {
    let embedded = await Service.embedded(folder.path);
    await embedded.write('/v1/courses', course('C1'));
    await embedded.write('/v1/learners', { learner: 'emp-1' });
    await embedded.write('/v1/learners/emp-1/completions', { course: 'C1', effective: { date: '2024-02-01' } });
    const content = contentOf({ course: 'C1' }, {});
    const { draft } = (await embedded.post('/v1/drafts', { kind: 'scheme', id: 'S', content })).json<{ draft: string }>();
    await embedded.write(`/v1/drafts/${draft}/publication`, {});
    const first = await embedded.get('/v1/schemes/S/editions/1/what-if');
    const { token, clock } = embedded;
    await embedded.stop();
    embedded = await Service.embedded(folder.path, clock, token);
    const again = await embedded.get('/v1/schemes/S/editions/1/what-if');
    const shown = (await embedded.get('/v1/schemes/S')).json<{ editions: { whatIf: { digest: string } }[] }>();
    await embedded.stop();
    expect(again.text).toBe(first.text);
    expect(again.text.split('\n')).toHaveLength(3);
    expect(shown.editions[0]!.whatIf.digest).toBe(createHash('sha256').update(again.text).digest('hex'));
  });
});
