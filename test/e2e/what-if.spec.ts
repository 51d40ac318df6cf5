import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Drafts } from '../../src/catalogue/services.js';
import { ReferredFiles } from '../../src/record/referred-files.js';
import { WhatIfs } from '../../src/record/what-ifs.js';
import { isRejection } from '../../src/shared/result.js';
import {
  contentOf,
  didBoth,
  HeldSchemes,
  HOLDERS,
  MUST_UPDATE,
  NEWCOMERS,
  numbers,
  OLD_END,
  ofType,
  second,
  VOID,
} from '../support/held-schemes.js';
import { course, type ProblemAnswer } from '../support/service.js';

const held = new HeldSchemes();

beforeAll(() => held.start(), 60_000);
afterAll(() => held.service.stop());

describe('what a draft would change', () => {
  const createDraft = async (id: string, content: object): Promise<string> =>
    (await held.service.post('/v1/drafts', { kind: 'scheme', id, content })).json<{ draft: string }>().draft;
  const preview = async (draft: string, token = held.service.token) =>
    (await held.service.post(`/v1/drafts/${draft}/preview?minPosition=${await held.service.end()}`, {}, { token })).json<{
      whatIf: Record<string, unknown> & { readonly rows?: readonly object[] };
    }>();
  const withC2 = contentOf({ course: 'C2' }, { published: '2024-05-01', holders: MUST_UPDATE });
  const UPDATED = numbers.filter(didBoth).map((number) => `emp-${number}`);
  const holders = numbers.map((number) => `emp-${number}`);
  const COUNTS = {
    learners: HOLDERS + NEWCOMERS.length,
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
      ...NEWCOMERS.map(async (learner) => ({ record: await held.record(learner), change: 'gain' })),
      ...holders.map(async (learner) =>
        UPDATED.includes(learner)
          ? { record: await held.record(learner), change: 'updated', cycle: 1 }
          : { record: await held.record(learner), change: 'must-update', cycle: 1, until: '2024-09-01T00:00:00+02:00' },
      ),
    ]);
    rows.sort((a, b) => (a.record < b.record ? -1 : 1));
    return [{ scheme: 'W', edition: 2 }, ...rows].map((row) => `${canonicalize(row)}\n`).join('');
  }

  it('the preview counts who gains, who must update and who is updated, names the first, and writes nothing', async () => {
    await held.define('W');
    await held.applied('W', 1);
    const draft = await createDraft('W', withC2);
    const before = await held.service.end();
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
    expect(await held.service.end()).toBe(before);
  });

  it('the publication keeps the counts and the digest of the complete list, which a recomputation confirms', async () => {
    const draft = await createDraft('W', withC2);
    const list = await expectedList();
    await held.service.write(`/v1/drafts/${draft}/publication`, {});
    const published = ofType(await held.service.events(), 'SchemePublished', 'W').find(({ data }) => data['edition'] === 2)!;
    const { digest: kept, file: place, ...counts } = published.data['whatIf'] as { digest: string; file: typeof file };
    expect(counts).toEqual(COUNTS);
    expect(kept).toBe(createHash('sha256').update(list).digest('hex'));
    [digest, file] = [kept, place];
    // And so it came.
    const events = await held.applied('W', 2);
    const updates = ofType(events, 'CertificationAwarded', 'W').filter(({ data }) => data['kind'] === 'update');
    expect([ofType(events, 'EditionApplied', 'W').length, updates.length]).toEqual([holders.length, UPDATED.length]);
  });

  it('an auditor downloads the list, finds it to be of that digest, and the reading is recorded', async () => {
    await held.service.write('/v1/persons', { person: 'auditor' });
    const { token } = (await held.service.post('/v1/keys', { person: 'auditor', roles: ['auditor'] })).json<{ token: string }>();
    const answer = await held.service.get('/v1/schemes/W/editions/2/what-if', { token });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(answer.headers['etag']).toBe(`"${digest}"`);
    expect(answer.text).toBe(await expectedList());
    const { editions } = (await held.service.get('/v1/schemes/W')).json<{ editions: Record<string, unknown>[] }>();
    expect(editions[1]).toMatchObject({ holders: MUST_UPDATE, whatIf: { ...COUNTS, digest } });
    expect(editions[1]!['whatIf']).not.toHaveProperty('file');
    const reads = (await held.service.events()).filter(({ type }) => type === 'RecordRead');
    expect(reads.map(({ data }) => data['operation'])).toContain('GET /v1/schemes/:scheme/editions/:edition/what-if');
  });

  it('lies sealed beside the files of learners, and is never collected, as an event refers to it', async () => {
    const stored: Buffer[] = [];
    const found = await held.engines.files.get(file.address);
    expect(found).toMatchObject({ state: 'pinned', organization: 'main', mediaType: 'application/x-ndjson', size: file.size });
    for await (const bytes of held.engines.files.read(file.address, { from: 0, to: file.size })) stored.push(Buffer.from(bytes));
    expect(Buffer.concat(stored).toString('latin1')).not.toContain('must-update');
    const referred = new ReferredFiles(held.service.started.kernel.projections, held.store);
    expect(await referred.isReferred({ organization: 'main', address: file.address })).toBe(true);
    expect(await referred.isReferred({ organization: 'main', address: 'ab'.repeat(32) })).toBe(false);
  });

  it('counts whose certification would be void and by when, and whose renewal window comes or goes', async () => {
    await held.define('X');
    await held.applied('X', 1);
    // Who has done it all since the edition came into force has earned it afresh already.
    await held.complete('emp-2', 'C1', '2024-05-21');
    await held.complete('emp-2', 'C2', '2024-05-22');
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
    await held.service.write('/v1/persons', { person: 'author' });
    const { token } = (await held.service.post('/v1/keys', { person: 'author', roles: ['author'] })).json<{ token: string }>();
    const { whatIf } = await preview(await createDraft('X', second(VOID)), token);
    expect(whatIf).toMatchObject({ lose: HOLDERS - 1 });
    expect(whatIf).not.toHaveProperty('rows');
  });

  it('is not counted where the publication says so, nor for an edition that came from no draft', async () => {
    const draft = await createDraft('X', second({ kind: 'keep' }));
    await held.service.write(`/v1/drafts/${draft}/publication`, { whatIf: 'skip' });
    const [, published] = ofType(await held.service.events(), 'SchemePublished', 'X');
    expect(published!.data).not.toHaveProperty('whatIf');
    for (const edition of [1, 2, 3]) {
      const answer = await held.service.get(`/v1/schemes/X/editions/${edition}/what-if`);
      expect([answer.status, answer.json<ProblemAnswer>().code]).toEqual([404, 'WHAT_IF_UNKNOWN']);
    }
    expect((await held.service.get('/v1/schemes/none/editions/1/what-if')).json<ProblemAnswer>().code).toBe('SCHEME_UNKNOWN');
    expect((await held.service.get('/v1/schemes/X/editions/0/what-if')).json<ProblemAnswer>().code).toBe('INVALID_REQUEST');
  });

  it('a repeat is answered by its receipt, counted or not, and counts nothing again', async () => {
    const draft = await createDraft('Y', contentOf({ course: 'C2' }, { title: 'Y' }));
    const asked = { key: 'publish-Y' };
    const first = await held.service.write(`/v1/drafts/${draft}/publication`, {}, asked);
    const again = await held.service.write(`/v1/drafts/${draft}/publication`, {}, asked);
    expect(again).toMatchObject({ outcome: 'replayed', eventIds: first.eventIds });
    const other = await held.service.post(`/v1/drafts/${draft}/publication`, { whatIf: 'skip' }, asked);
    expect(other.json<ProblemAnswer>().code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is counted anew where the definitions move on meanwhile, and given up where they never stand still', async () => {
    const { ledger, definitions, whatIfs } = held.service.started.kernel;
    let [counted, disturbed] = [0, 1];
    const drafts = new Drafts(ledger, definitions, {
      sealed: async (planned, actor) => {
        counted += 1;
        const answer = await whatIfs.sealed(planned, actor);
        if (counted <= disturbed) await held.service.write('/v1/courses', course(`moved-on-${disturbed}-${counted}`));
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
    const [published] = ofType(await held.service.events(), 'SchemePublished', 'D1');
    expect(published!.data['whatIf']).toMatchObject({ gain: UPDATED.length + NEWCOMERS.length + 1 });
    [counted, disturbed] = [0, Infinity];
    await expect(publish('D2')).rejects.toMatchObject({ code: 'CONCURRENCY_CONFLICT' });
    expect(ofType(await held.service.events(), 'SchemePublished', 'D2')).toEqual([]);
  });

  it('is refused above the named number of learners, and nothing of the list is kept', async () => {
    const { kernel } = held.service.started;
    const draft = await createDraft('Z', contentOf({ course: 'C2' }, { title: 'Z' }));
    const candidate = await kernel.drafts.candidate('main', draft);
    if (isRejection(candidate) || candidate.edition === undefined) throw new Error('The draft has no fault.');
    const planned = { organization: 'main', scheme: 'Z', ...candidate, edition: candidate.edition };
    const filesBefore = await held.engines.files.page({ state: 'pinned', before: '9999', limit: 200 });
    const among = (max: number) => new WhatIfs(kernel.projections, held.store, held.service.clock, kernel.attachments.lists, max);
    const actor = { key: 'k', role: 'admin' };
    expect(await among(COUNTS.learners - 1).sealed(planned, actor)).toMatchObject({ code: 'WHAT_IF_TOO_LARGE' });
    expect(await held.engines.files.page({ state: 'pinned', before: '9999', limit: 200 })).toEqual(filesBefore);
    expect(await among(COUNTS.learners).sealed(planned, actor)).toMatchObject({ learners: COUNTS.learners });
  });
});
