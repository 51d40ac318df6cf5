import type { AccountCommand } from '../../src/credits/published.js';
import type { Json } from '../../src/shared/json.js';
import { balance, provenBalance, type StatementAnswer } from '../support/credits.js';
import { asking, keyFor, tenant, type Tenant } from '../support/access.js';
import { newKey, Service, TestClock, type ProblemAnswer } from '../support/service.js';

const WHY = { reason: { code: 'sold-twice', text: 'The invoice was entered twice.' } };
const BATCH = '0190a1b2-0000-4000-8000-000000000001';
const OF = '/v1/organizations/acme/credits';

let service: Service;
let clock: TestClock;
let acme: Tenant;
let other: Tenant;
let second: string;
beforeEach(async () => {
  clock = new TestClock();
  service = await Service.memory(clock);
  acme = await tenant(service, 'acme');
  other = await tenant(service, 'other');
  second = (await keyFor(service, 'second.operator', ['operator'])).token;
});
afterEach(() => service.stop());

const { refusal } = asking(() => service);
const ofAcme = (asked = ''): ReturnType<typeof balance> => balance(service, asked, acme.token);

/** What the batch of a confirmation does to the account; it has no route of its own. */
const asBatch = (command: AccountCommand) => {
  const principal = { organization: 'acme', actor: { key: 'policy', role: 'policy' } };
  const write = {
    principal,
    origin: { kind: 'policy', policy: 'batch' },
    idempotencyKey: newKey(),
    correlationId: BATCH,
  } as const;
  return service.started.kernel.accounts.execute(write, 'acme', 'batch', command, command as unknown as Json);
};
const reserve = (count: number) => {
  const sittings = Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0'));
  return asBatch({ type: 'Reserve', batch: BATCH, sittings, digest: 'ab'.repeat(32) });
};

describe('a sale', () => {
  it('is recorded by an operator for another organization, says from where it came, and is replayed', async () => {
    const key = newKey();
    const sale = { credits: 500, reference: 'INV-2024-0815' };
    const first = await service.write(`${OF}/purchases`, sale, { key });
    expect(first).toMatchObject({ outcome: 'recorded', stream: 'account-acme', revision: 0 });
    expect(await service.write(`${OF}/purchases`, sale, { key })).toMatchObject({ outcome: 'replayed', revision: 0 });
    expect(await service.write(`${OF}/purchases`, sale)).toMatchObject({ outcome: 'unchanged' });
    expect(await refusal(`${OF}/purchases`, { ...sale, credits: 50 })).toEqual({
      status: 409,
      code: 'SALE_RECORDED',
      pointer: '/reference',
    });
    const [sold] = (await service.events()).filter(({ stream }) => stream === 'account-acme');
    expect(sold!.metadata.actor).toMatchObject({ role: 'operator', home: 'main' });
    expect(await ofAcme()).toEqual({
      organization: 'acme',
      purchased: 500,
      adjusted: 0,
      available: 500,
      reserved: 0,
      consumed: 0,
      threshold: 0,
      low: false,
      etag: 0,
    });
    expect((await balance(service, '', other.token)).available).toBe(0);
  });

  it('of no credits, of a part of one, of fewer than none or of too many is refused, and the answer says how to mend it', async () => {
    for (const credits of [0, -5, 1.5, 1_000_001, '5', null]) {
      const answer = await service.post(`${OF}/purchases`, { credits });
      const { status, code, errors } = answer.json<ProblemAnswer>();
      expect([credits, status, code, errors]).toEqual([
        credits,
        400,
        'INVALID_REQUEST',
        [
          {
            pointer: '/credits',
            detail: 'Must be a whole number of credits from 1 to 1,000,000; credits are never divided.',
          },
        ],
      ]);
    }
    expect((await ofAcme()).purchased).toBe(0);
  });

  it('to an organization that does not exist is refused, and makes no key for it', async () => {
    expect(await refusal('/v1/organizations/nobody/credits/purchases', { credits: 5 })).toMatchObject({
      status: 404,
      code: 'ORGANIZATION_UNKNOWN',
    });
    expect(await service.started.kernel.keyRing.knowsOrganization('nobody')).toBe(false);
  });

  it('is not recorded by the organization itself', async () => {
    expect(await refusal(`${OF}/purchases`, { credits: 5 }, { token: acme.token })).toMatchObject({ status: 403 });
  });

  it('of another organization’s credits that was tried is in the audit trail of who tried', async () => {
    await service.post(`${OF}/purchases`, { credits: 5 }, { token: other.token });
    await service.get('/v1/credits?organization=acme', { token: other.token });
    const answer = await service.get(`/v1/audit/attempts?minPosition=${await service.end()}`, { token: other.token });
    const { items } = answer.json<{ items: { code: string; operation: string; target: string }[] }>();
    expect(items).toMatchObject([
      { code: 'FORBIDDEN', operation: 'POST /v1/organizations/:organization/credits/purchases', target: 'acme' },
      { code: 'ORGANIZATION_UNKNOWN', operation: 'GET /v1/credits', target: 'acme' },
    ]);
  });

  it('is refused on a balance that moved meanwhile, where the caller says which', async () => {
    await service.write(`${OF}/purchases`, { credits: 5 });
    expect(await refusal(`${OF}/purchases`, { credits: 5 }, { ifMatch: '"7"' })).toMatchObject({ code: 'PRECONDITION_FAILED' });
    await service.write(`${OF}/purchases`, { credits: 5 }, { ifMatch: '"0"' });
  });
});

describe('an adjustment', () => {
  beforeEach(async () => void (await service.write(`${OF}/purchases`, { credits: 10 })));

  it('waits in a list with its reason, and moves credits when a second person approves', async () => {
    await service.write(`${OF}/adjustments`, { credits: -3, ...WHY });
    const list = async (token: string, asked = '') => {
      const answer = await service.get(`/v1/credits/adjustments?minPosition=${await service.end()}${asked}`, { token });
      return answer.json<{ items: unknown[] }>().items;
    };
    const waiting = { adjustment: 1, credits: -3, reason: WHY.reason, who: { role: 'operator', home: 'main' } };
    expect(await list(acme.token)).toMatchObject([waiting]);
    expect(await list(second, '&organization=acme')).toMatchObject([waiting]);
    expect(await list(other.token)).toEqual([]);
    expect((await ofAcme()).available).toBe(10);
    await service.write(`${OF}/adjustments/1/approval`, {}, { token: second });
    expect(await ofAcme()).toMatchObject({ purchased: 10, adjusted: -3, available: 7 });
    expect(await list(acme.token)).toEqual([]);
    expect(await refusal(`${OF}/adjustments/1/approval`, {}, { token: second })).toMatchObject({ code: 'ADJUSTMENT_DECIDED' });
    expect(await refusal(`${OF}/adjustments/2/approval`, {}, { token: second })).toMatchObject({ code: 'ADJUSTMENT_UNKNOWN' });
    const approved = (await service.events()).find(({ type }) => type === 'CreditsAdjustmentApproved')!;
    expect(approved.metadata.actor).toMatchObject({ meaning: 'approved', home: 'main' });
  });

  it('is not approved by who proposed it, also under another key of that person', async () => {
    await service.write(`${OF}/adjustments`, { credits: 3, ...WHY }, { token: second });
    const again = (await keyFor(service, 'second.operator', ['operator'])).token;
    for (const token of [second, again])
      expect(await refusal(`${OF}/adjustments/1/approval`, {}, { token })).toMatchObject({ status: 403, code: 'FOUR_EYES' });
    await service.write(`${OF}/adjustments/1/approval`, {});
    expect((await ofAcme()).available).toBe(13);
  });

  it('is declined with a reason', async () => {
    await service.write(`${OF}/adjustments`, { credits: 3, ...WHY });
    await service.write(`${OF}/adjustments/1/decline`, WHY);
    expect(await ofAcme()).toMatchObject({ available: 10, adjusted: 0 });
  });

  it('never takes more than is available', async () => {
    await service.write(`${OF}/adjustments`, { credits: -11, ...WHY });
    const answer = await service.post(`${OF}/adjustments/1/approval`, {}, { token: second });
    expect(answer.json()).toMatchObject({
      code: 'CREDITS_INSUFFICIENT',
      detail: '11 credits are needed and 10 are available.',
    });
  });

  it('of no credits, of a part of one or of too many is refused', async () => {
    for (const credits of [0, 1.5, -1_000_001, 1_000_001])
      expect(await refusal(`${OF}/adjustments`, { credits, ...WHY })).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });

  it('keeps its words from who reads the log, and a service key without a person proposes none', async () => {
    await service.write(`${OF}/adjustments`, { credits: 3, ...WHY });
    expect(JSON.stringify(await service.events())).not.toContain(WHY.reason.text);
    const answer = await service.post('/v1/keys', { service: 'billing', roles: ['operator'] });
    const { token } = answer.json<{ token: string }>();
    expect(await refusal(`${OF}/adjustments`, { credits: 3, ...WHY }, { token })).toMatchObject({ code: 'PERSON_REQUIRED' });
    await service.write(`${OF}/purchases`, { credits: 3 }, { token });
  });
});

describe('what a batch took', () => {
  it('comes back after a revocation, at most as much as was consumed', async () => {
    await service.write(`${OF}/purchases`, { credits: 10 });
    expect(await reserve(11)).toMatchObject({ code: 'CREDITS_INSUFFICIENT' });
    await reserve(4);
    await asBatch({ type: 'Settle', batch: BATCH, settlement: 1, consumed: 3, released: 1, last: true });
    expect(await ofAcme()).toMatchObject({ available: 7, reserved: 0, consumed: 3 });
    expect(await refusal(`${OF}/returns`, { batch: BATCH, credits: 4, ...WHY })).toMatchObject({
      status: 409,
      code: 'CREDITS_NOT_CONSUMED',
      pointer: '/credits',
    });
    await service.write(`${OF}/returns`, { batch: BATCH, credits: 1, ...WHY });
    expect(await ofAcme()).toMatchObject({ available: 8, consumed: 2 });
    expect(await refusal(`${OF}/returns`, { credits: 1, ...WHY }, { token: acme.token })).toMatchObject({ status: 403 });
  });
});

describe('the threshold', () => {
  it('is set by the organization, and what falls below it is a fact in the same commit', async () => {
    await service.write(`${OF}/purchases`, { credits: 10 });
    await service.write('/v1/credits/threshold', { threshold: 8 }, { token: acme.token });
    const receipt = await reserve(3);
    expect(receipt).toMatchObject({ eventIds: [expect.any(String), expect.any(String)] });
    const last = (await service.events()).findLast(({ stream }) => stream === 'account-acme')!;
    expect([last.type, last.data]).toEqual(['BalanceBecameLow', { threshold: 8, available: 7 }]);
    expect(await ofAcme()).toMatchObject({ threshold: 8, low: true });
    await service.write(`${OF}/purchases`, { credits: 1 });
    expect(await ofAcme()).toMatchObject({ threshold: 8, low: false });
    expect(await refusal('/v1/credits/threshold', { threshold: -1 }, { token: acme.token })).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });
});

describe('an account', () => {
  it('is seen by its own organization and by operators; for all others it is as if there were none', async () => {
    await service.write(`${OF}/purchases`, { credits: 10 });
    expect((await balance(service, '&organization=acme')).available).toBe(10);
    const period = 'from=2024-06-01&to=2024-06-01';
    const told: string[] = [];
    for (const list of ['credits?', `credits/statement?${period}&`, 'credits/adjustments?'])
      for (const asked of ['acme', 'nobody']) {
        const { status, text } = await service.get(`/v1/${list}organization=${asked}`, { token: other.token });
        expect([list, asked, status]).toEqual([list, asked, 404]);
        told.push(text.replace(/"requestId":"[^"]*"/, ''));
      }
    expect(new Set(told).size).toBe(1);
    expect(told[0]).toContain('"code":"ORGANIZATION_UNKNOWN"');
    expect((await service.get('/v1/credits?organization=nobody')).status).toBe(404);
    const { token } = await keyFor(service, 'a.meier', ['author']);
    expect((await service.get('/v1/credits', { token })).status).toBe(403);
  });

  it('shows the balance at every position, as the log alone proves it', async () => {
    const positions: string[] = [];
    for (const credits of [5, 7, 11]) positions.push((await service.write(`${OF}/purchases`, { credits })).position!);
    await reserve(20);
    await service.end();
    const seen = [];
    for (const at of positions) seen.push((await ofAcme(`&at=${at}`)).available);
    expect(seen).toEqual([5, 12, 23]);
    const { organization: _, threshold: __, low: ___, etag: ____, ...now } = await ofAcme();
    expect(now).toEqual(provenBalance(await service.events(), 'account-acme'));
    for (const [at, status] of [
      ['nonsense', 400],
      ['ffffffff-0000000000000001', 410],
    ])
      expect((await service.get(`/v1/credits?at=${at}`, { token: acme.token })).status).toBe(status);
  });
});

describe('a statement', () => {
  const statement = async (asked: string, token = acme.token): Promise<StatementAnswer> =>
    (await service.get(`/v1/credits/statement?${asked}`, { token })).json<StatementAnswer>();

  it('opens, tells what moved credits and why, and closes; pages are of one statement', async () => {
    await service.write(`${OF}/purchases`, { credits: 10, reference: 'INV-1' });
    clock.set('2024-06-02T09:00:00Z');
    await reserve(4);
    await asBatch({ type: 'Settle', batch: BATCH, settlement: 1, consumed: 4, released: 0, last: true });
    await service.write(`${OF}/returns`, { batch: BATCH, credits: 1, ...WHY });
    const period = 'from=2024-06-02&to=2024-06-02';
    const whole = await statement(period);
    expect(whole).toMatchObject({
      opening: { available: 10 },
      items: [
        { what: 'CreditsReserved', batch: BATCH, available: 6 },
        { what: 'CreditsSettled', batch: BATCH, settlement: 1, available: 6 },
        { what: 'CreditsReturned', batch: BATCH, available: 7, reason: WHY.reason, who: { home: 'main', meaning: 'decided' } },
      ],
      closing: { available: 7, consumed: 3, reserved: 0, purchased: 10 },
    });
    expect(await statement('from=2024-06-01&to=2024-06-01')).toMatchObject({
      opening: { available: 0 },
      items: [{ what: 'CreditsPurchased', reference: 'INV-1' }],
      closing: { available: 10 },
    });
    const first = await statement(`${period}&limit=2`);
    await service.write(`${OF}/purchases`, { credits: 90 });
    const next = await statement(`${period}&limit=2&cursor=${first.next}`);
    expect([...first.items, ...next.items]).toEqual(whole.items);
    expect([first.closing, next.opening, next.closing]).toEqual([whole.closing, whole.opening, whole.closing]);
    expect(next.next).toBeUndefined();
    expect((await statement(period)).closing.available).toBe(97);
    expect((await statement(`${period}&organization=acme`, service.token)).closing.available).toBe(97);
  });

  it('of no period that exists is refused, nor one from a forged cursor', async () => {
    for (const [asked, code] of [
      ['from=2024-02-30&to=2024-06-01', 'INVALID_REQUEST'],
      ['from=2024-06-02&to=2024-06-01', 'INVALID_REQUEST'],
      ['from=2024-06-02', 'INVALID_REQUEST'],
      ['from=2024-06-01&to=2024-06-01&zone=Mars', 'INVALID_REQUEST'],
      ['from=2024-06-01&to=2024-06-01&cursor=abc', 'INVALID_CURSOR'],
    ]) {
      const answer = await service.get(`/v1/credits/statement?${asked}`, { token: acme.token });
      expect([asked, answer.status, answer.json<ProblemAnswer>().code]).toEqual([asked, 400, code]);
    }
  });
});
