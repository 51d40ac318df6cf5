import { isRejection } from '../../shared/result.js';
import { accountDecider, type AccountCommand } from './account.js';
import type { AccountState } from './account-state.js';
import { ADJUSTMENTS_PENDING_MAX } from './adjustments.js';
import { entriesOf } from './entries.js';
import { accountEvents, CREDITS_MAX, SITTINGS_RESERVED_MAX, type AccountEvent } from './events.js';

const FIRST = 'aa'.repeat(32);
const SECOND = 'bb'.repeat(32);
const BATCH = '0190a1b2-0000-4000-8000-000000000001';
const OTHER = '0190a1b2-0000-4000-8000-000000000002';
const SUBJECT = '0190a1b2-0000-4000-8000-00000000000f';
const WHY = { subject: SUBJECT, reason: { code: 'because', text: 'So it was.' } };
const DIGEST = 'cd'.repeat(32);

/** One account, decided and folded as the ledger does. */
class Account {
  state: AccountState = accountDecider.initial;
  readonly events: AccountEvent[] = [];

  decide(command: AccountCommand, person: string | undefined = FIRST, key = 'k-1') {
    const actor = { key, role: 'operator', ...(person === undefined ? {} : { person }) };
    const circumstances = { facts: undefined, now: '2024-06-01T12:00:00Z', actor, origin: { kind: 'api' as const } };
    return accountDecider.decide(command, this.state, circumstances);
  }

  /** The types of what was recorded, or the code of the refusal. */
  do(command: AccountCommand, person: string | undefined = FIRST, key?: string): readonly string[] | string {
    const answer = this.decide(command, person, key);
    if (isRejection(answer)) return answer.code;
    for (const event of answer) {
      this.state = accountDecider.evolve(this.state, event, { revision: this.events.length, recordedAt: '', person });
      this.events.push(event);
    }
    return answer.map(({ type }) => type);
  }
}

const purchase = (credits: number, reference?: string): AccountCommand => ({ type: 'Purchase', credits, reference });
const reserve = (count: number, batch = BATCH, digest = DIGEST): AccountCommand => ({
  type: 'Reserve',
  batch,
  digest,
  sittings: Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0')),
});
const settle = (settlement: number, consumed: number, released: number, last: boolean, batch = BATCH): AccountCommand => ({
  type: 'Settle',
  batch,
  settlement,
  consumed,
  released,
  last,
});
const propose = (credits: number): AccountCommand => ({ type: 'ProposeAdjustment', credits, ...WHY });
const approve = (adjustment: number): AccountCommand => ({ type: 'ApproveAdjustment', adjustment });
const decline = (adjustment: number): AccountCommand => ({ type: 'DeclineAdjustment', adjustment, ...WHY });
const giveBack = (credits: number, batch?: string): AccountCommand => ({ type: 'ReturnCredits', credits, batch, ...WHY });

let account: Account;
beforeEach(() => (account = new Account()));

describe('a sale', () => {
  it('makes credits available, and is recorded once under its reference', () => {
    expect(account.do(purchase(5, 'INV-1'))).toEqual(['CreditsPurchased']);
    expect(account.do(purchase(5, 'INV-1'))).toEqual([]);
    expect(account.do(purchase(6, 'INV-1'))).toBe('SALE_RECORDED');
    expect(account.do(purchase(6, 'INV-2'))).toEqual(['CreditsPurchased']);
    expect(account.do(purchase(6))).toEqual(['CreditsPurchased']);
    expect(account.do(purchase(6))).toEqual(['CreditsPurchased']);
    expect(account.state.balances).toMatchObject({ purchased: 23, available: 23 });
  });

  it.each(['constructor', 'toString', 'hasOwnProperty'])('may have the reference %s', (reference) => {
    expect(account.do(purchase(5, reference))).toEqual(['CreditsPurchased']);
    expect(account.do(purchase(5, reference))).toEqual([]);
  });
});

describe('a reservation', () => {
  beforeEach(() => void account.do(purchase(3)));

  it('takes one credit for each sitting, down to none', () => {
    expect(account.do(reserve(3))).toEqual(['CreditsReserved']);
    expect(account.state.balances).toEqual({ purchased: 3, adjusted: 0, available: 0, reserved: 3, consumed: 0 });
  });

  it('is refused as a whole when one credit is missing, and says how many', () => {
    expect(account.decide(reserve(4))).toMatchObject({
      code: 'CREDITS_INSUFFICIENT',
      detail: '4 credits are needed and 3 are available.',
    });
    expect(account.state.balances.reserved).toBe(0);
  });

  it('of the same batch again changes nothing, also when the credits are used up; for other sittings it is refused', () => {
    account.do(reserve(3));
    expect(account.do(reserve(3))).toEqual([]);
    expect(account.do(reserve(3, BATCH, 'ee'.repeat(32)))).toBe('BATCH_RESERVED');
    expect(account.do(reserve(2))).toBe('BATCH_RESERVED');
    expect(account.do(reserve(1, OTHER))).toBe('CREDITS_INSUFFICIENT');
  });

  it('of one sitting twice is a fault of who asks, and takes nothing', () => {
    const twice = { type: 'Reserve', batch: BATCH, digest: DIGEST, sittings: ['aa'.repeat(32), 'aa'.repeat(32)] } as const;
    expect(() => account.do(twice)).toThrow('each of its sittings once');
    expect(account.state.balances.reserved).toBe(0);
  });

  it('takes as many sittings as fit into one event, and not one more', () => {
    const { schema } = accountEvents.find(({ type }) => type === 'CreditsReserved')!;
    account.do(purchase(2 * SITTINGS_RESERVED_MAX));
    const fits = (count: number): boolean => {
      const [event] = account.decide(reserve(count)) as readonly AccountEvent[];
      return schema.safeParse(event!.data).success;
    };
    expect([fits(SITTINGS_RESERVED_MAX), fits(SITTINGS_RESERVED_MAX + 1)]).toEqual([true, false]);
  });
});

describe('a settlement', () => {
  beforeEach(() => {
    account.do(purchase(10));
    account.do(reserve(5));
  });

  it('consumes and releases, in numbers without a gap, until nothing is open', () => {
    expect(account.do(settle(1, 2, 1, false))).toEqual(['CreditsSettled']);
    expect(account.do(settle(2, 1, 1, true))).toEqual(['CreditsSettled']);
    expect(account.state.balances).toEqual({ purchased: 10, adjusted: 0, available: 7, reserved: 0, consumed: 3 });
  });

  it('is known again by its number, also after the last, and refused when it says something else', () => {
    account.do(settle(1, 2, 1, false));
    account.do(settle(2, 2, 0, true));
    expect(account.do(settle(1, 2, 1, false))).toEqual([]);
    expect(account.do(settle(2, 2, 0, true))).toEqual([]);
    expect(account.do(settle(1, 1, 2, false))).toBe('SETTLEMENT_MISFIT');
    expect(account.do(settle(2, 1, 1, true))).toBe('SETTLEMENT_MISFIT');
    expect(account.do(settle(3, 1, 0, true))).toBe('SETTLEMENT_MISFIT');
  });

  it.each([
    ['that leaves a number out', settle(2, 1, 0, false)],
    ['of more than is open', settle(1, 3, 3, true)],
    ['of nothing', settle(1, 0, 0, false)],
    ['that ends while something is open', settle(1, 4, 0, true)],
    ['that leaves nothing open and does not end', settle(1, 4, 1, false)],
  ])('%s is refused', (_, command) => {
    expect(account.do(command)).toBe('SETTLEMENT_MISFIT');
  });

  it('of a batch that reserved nothing is refused', () => {
    expect(account.do(settle(1, 1, 0, false, OTHER))).toBe('BATCH_UNKNOWN');
  });
});

describe('a return', () => {
  beforeEach(() => {
    account.do(purchase(10));
    account.do(reserve(4));
    account.do(settle(1, 3, 1, true));
    account.do(reserve(2, OTHER));
    account.do(settle(1, 2, 0, true, OTHER));
  });

  it('gives back what was consumed, by the batch that is named at most what that batch consumed', () => {
    expect(account.do(giveBack(4, BATCH))).toBe('CREDITS_NOT_CONSUMED');
    expect(account.do(giveBack(2, BATCH))).toEqual(['CreditsReturned']);
    expect(account.do(giveBack(2, BATCH))).toBe('CREDITS_NOT_CONSUMED');
    expect(account.do(giveBack(1, BATCH))).toEqual(['CreditsReturned']);
    expect(account.do(giveBack(3))).toBe('CREDITS_NOT_CONSUMED');
    expect(account.do(giveBack(2))).toEqual(['CreditsReturned']);
    // The batch still had them, but they came back without its name.
    expect(account.do(giveBack(1, OTHER))).toBe('CREDITS_NOT_CONSUMED');
    expect(account.state.balances).toEqual({ purchased: 10, adjusted: 0, available: 10, reserved: 0, consumed: 0 });
  });

  it('needs a person, and a batch that is known', () => {
    const answer = accountDecider.decide(giveBack(1), account.state, {
      facts: undefined,
      now: '2024-06-01T12:00:00Z',
      actor: { key: 'k-1', role: 'operator' },
      origin: { kind: 'api' },
    });
    expect(answer).toMatchObject({ code: 'PERSON_REQUIRED' });
    expect(account.do(giveBack(1, SUBJECT))).toBe('BATCH_UNKNOWN');
  });
});

describe('an adjustment', () => {
  beforeEach(() => void account.do(purchase(5)));

  it('moves nothing until another person approves it', () => {
    expect(account.do(propose(-2))).toEqual(['CreditsAdjustmentProposed']);
    expect(account.state.balances.available).toBe(5);
    expect(account.do(approve(1), SECOND)).toEqual(['CreditsAdjustmentApproved']);
    expect(account.state.balances).toEqual({ purchased: 5, adjusted: -2, available: 3, reserved: 0, consumed: 0 });
    expect(account.do(approve(1), SECOND)).toBe('ADJUSTMENT_DECIDED');
    expect(account.do(decline(1), SECOND)).toBe('ADJUSTMENT_DECIDED');
    expect(account.do(approve(2), SECOND)).toBe('ADJUSTMENT_UNKNOWN');
  });

  it('is never approved by who proposed it, under whatever key', () => {
    account.do(propose(2));
    expect(account.do(approve(1), FIRST, 'k-1')).toBe('FOUR_EYES');
    expect(account.do(approve(1), FIRST, 'another key')).toBe('FOUR_EYES');
    expect(account.do(approve(1), SECOND, 'k-1')).toEqual(['CreditsAdjustmentApproved']);
  });

  it('is decided on the balance of its approval, and may be approved later', () => {
    account.do(propose(-5));
    account.do(reserve(1));
    expect(account.do(approve(1), SECOND)).toBe('CREDITS_INSUFFICIENT');
    account.do(settle(1, 0, 1, true));
    expect(account.do(approve(1), SECOND)).toEqual(['CreditsAdjustmentApproved']);
    expect(account.state.balances.available).toBe(0);
  });

  it('is declined by whoever decides, also by who proposed it, and then moves nothing', () => {
    account.do(propose(2));
    account.do(propose(3));
    expect(account.do(decline(1), FIRST)).toEqual(['CreditsAdjustmentDeclined']);
    expect(account.do(decline(2), SECOND)).toEqual(['CreditsAdjustmentDeclined']);
    expect(account.do(approve(2), SECOND)).toBe('ADJUSTMENT_DECIDED');
    expect(account.state.balances.adjusted).toBe(0);
  });

  it('needs a person at each step', () => {
    account.do(propose(2));
    const service = { key: 'k-9', role: 'operator' };
    const circumstances = { facts: undefined, now: '', actor: service, origin: { kind: 'api' as const } };
    for (const command of [propose(1), approve(1), decline(1)])
      expect(accountDecider.decide(command, account.state, circumstances)).toMatchObject({ code: 'PERSON_REQUIRED' });
  });

  it('waits beside others up to a bound', () => {
    for (let waiting = 0; waiting < ADJUSTMENTS_PENDING_MAX; waiting += 1)
      expect(account.do(propose(1))).toEqual(['CreditsAdjustmentProposed']);
    expect(account.do(propose(1))).toBe('TOO_MANY_ADJUSTMENTS');
    account.do(decline(1));
    expect(account.do(propose(1))).toEqual(['CreditsAdjustmentProposed']);
    expect(account.state.adjustments).toBe(ADJUSTMENTS_PENDING_MAX + 1);
  });
});

describe('a low balance', () => {
  const threshold = (value: number): AccountCommand => ({ type: 'SetThreshold', threshold: value });

  it('is told in the commit that made it low, once until it has risen again', () => {
    account.do(purchase(5));
    expect(account.do(threshold(4))).toEqual(['LowBalanceThresholdSet']);
    expect(account.do(threshold(4))).toEqual([]);
    expect(account.do(reserve(1))).toEqual(['CreditsReserved']);
    expect(account.do(reserve(1, OTHER))).toEqual(['CreditsReserved', 'BalanceBecameLow']);
    expect(account.events.at(-1)).toEqual({ type: 'BalanceBecameLow', data: { threshold: 4, available: 3 } });
    account.do(propose(-1));
    expect(account.do(approve(1), SECOND)).toEqual(['CreditsAdjustmentApproved']);
    expect(account.do(purchase(2))).toEqual(['CreditsPurchased']);
    account.do(propose(-1));
    expect(account.do(approve(2), SECOND)).toEqual(['CreditsAdjustmentApproved', 'BalanceBecameLow']);
  });

  it('is told when the threshold is set above the balance, and never with a threshold of 0', () => {
    expect(account.do(threshold(1))).toEqual(['LowBalanceThresholdSet', 'BalanceBecameLow']);
    expect(account.do(threshold(2))).toEqual(['LowBalanceThresholdSet']);
    expect(account.do(threshold(0))).toEqual(['LowBalanceThresholdSet']);
    expect(account.do(threshold(1))).toEqual(['LowBalanceThresholdSet', 'BalanceBecameLow']);
  });
});

describe('the entries of an event', () => {
  it('sum to zero, and are none where nothing moves', () => {
    account.do(purchase(9));
    account.do({ type: 'SetThreshold', threshold: 9 });
    account.do(reserve(5));
    account.do(settle(1, 2, 3, true));
    account.do(giveBack(1, BATCH));
    account.do(propose(-1));
    account.do(propose(1));
    account.do(approve(1), SECOND);
    account.do(decline(2));
    expect(new Set(account.events.map(({ type }) => type)).size).toBe(accountEvents.length);
    const moving = account.events.filter((event) => entriesOf(event).length > 0).map(({ type }) => type);
    expect(moving).toEqual([
      'CreditsPurchased',
      'CreditsReserved',
      'CreditsSettled',
      'CreditsReturned',
      'CreditsAdjustmentApproved',
    ]);
    for (const event of account.events) expect(entriesOf(event).reduce((sum, { credits }) => sum + credits, 0)).toBe(0);
  });
});

test('one sale moves at most the maximum', () => {
  const { schema } = accountEvents.find(({ type }) => type === 'CreditsPurchased')!;
  const passes = (credits: unknown): boolean => schema.safeParse({ credits }).success;
  expect([1, CREDITS_MAX].map(passes)).toEqual([true, true]);
  expect([0, -1, 1.5, CREDITS_MAX + 1, '5', null].map(passes)).toEqual([false, false, false, false, false, false]);
});
