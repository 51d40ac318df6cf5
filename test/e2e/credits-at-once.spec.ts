import { balance, provenBalance } from '../support/credits.js';
import { keyFor, tenant, type Tenant } from '../support/access.js';
import { Service } from '../support/service.js';

const CLIENTS = 64;
const OF = '/v1/organizations/acme/credits';
const WHY = { reason: { code: 'sold-twice', text: 'The invoice was entered twice.' } };

describe('64 clients at one account', () => {
  let service: Service;
  let acme: Tenant;
  let second: string;
  beforeAll(async () => {
    service = await Service.memory();
    acme = await tenant(service, 'acme');
    second = (await keyFor(service, 'second.operator', ['operator'])).token;
  });
  afterAll(() => service.stop());

  it('lose no sale and double none, although each is sent twice', async () => {
    const sale = (client: number) => service.post(`${OF}/purchases`, { credits: client + 1 }, { key: `sale-${client}` });
    const clients = Array.from({ length: CLIENTS }, (_, client) => client);
    const answers = await Promise.all([...clients, ...clients].map(sale));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const outcomes = answers.map((answer) => answer.json<{ outcome: string }>().outcome);
    expect(outcomes.filter((outcome) => outcome === 'recorded')).toHaveLength(CLIENTS);
    expect(outcomes.filter((outcome) => outcome === 'replayed')).toHaveLength(CLIENTS);
    expect((await balance(service, '', acme.token)).available).toBe((CLIENTS * (CLIENTS + 1)) / 2);
  }, 60_000);

  it('never take an account below zero: of twenty adjustments that fit five times, five are approved', async () => {
    const { available } = await balance(service, '', acme.token);
    const credits = -available / 5;
    for (let number = 1; number <= 20; number += 1) await service.write(`${OF}/adjustments`, { credits, ...WHY });
    const approvals = Array.from({ length: CLIENTS }, (_, client) =>
      service.post(`${OF}/adjustments/${(client % 20) + 1}/approval`, {}, { token: second }),
    );
    const told = (await Promise.all(approvals)).map((answer) =>
      answer.status === 200 ? 'approved' : answer.json<{ code: string }>().code,
    );
    expect(told.filter((code) => code === 'approved')).toHaveLength(5);
    expect([...new Set(told)].sort()).toEqual(['ADJUSTMENT_DECIDED', 'CREDITS_INSUFFICIENT', 'approved']);
    const { available: left, adjusted } = await balance(service, '', acme.token);
    expect([left, adjusted]).toEqual([0, -available]);
    expect(provenBalance(await service.events(), 'account-acme')).toMatchObject({ available: 0, adjusted: -available });
    console.log(`${CLIENTS} clients: ${available} credits sold, 5 of 20 adjustments approved, ${left} left`);
  }, 60_000);
});
