import { accountDecider, type AccountCommand } from '../../src/credits/domain/account.js';
import { batchOf, consumedOf, openOf, type AccountState } from '../../src/credits/domain/account-state.js';
import { booked, entriesOf, NO_CREDITS } from '../../src/credits/domain/entries.js';
import { accountEvents, type AccountEvent } from '../../src/credits/domain/events.js';
import { isRejection } from '../../src/shared/result.js';
import { fc } from '../support/property.js';

/**
 * Any sequence of commands, most of them plausible and many repeated, out of order or too much: the account is held to what
 * must be true after each event, and to a model that is not written with entries.
 */
const SUBJECT = '0190a1b2-0000-4000-8000-00000000000f';
const WHY = { subject: SUBJECT, reason: { code: 'because', text: 'So it was.' } };
const batch = fc.constantFrom(1, 2, 3).map((number) => `0190a1b2-0000-4000-8000-00000000000${number}`);
const few = fc.integer({ min: 1, max: 12 });
const part = fc.integer({ min: 0, max: 6 });
const sittings = (count: number): string[] => Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, '0'));

const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  fc.record({
    type: fc.constant('Purchase' as const),
    credits: few,
    reference: fc.option(fc.constantFrom('INV-1', 'INV-2', 'toString'), { nil: undefined }),
  }),
  fc
    .record({ batch, count: few, digest: fc.constantFrom('ab'.repeat(32), 'cd'.repeat(32)) })
    .map(({ batch, count, digest }) => ({ type: 'Reserve' as const, batch, digest, sittings: sittings(count) })),
  fc.record({
    type: fc.constant('Settle' as const),
    batch,
    settlement: fc.integer({ min: 1, max: 4 }),
    consumed: part,
    released: part,
    last: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('ReturnCredits' as const),
    batch: fc.option(batch, { nil: undefined }),
    credits: few,
    subject: fc.constant(SUBJECT),
    reason: fc.constant(WHY.reason),
  }),
  fc
    .integer({ min: -12, max: 12 })
    .filter((credits) => credits !== 0)
    .map((credits) => ({ type: 'ProposeAdjustment' as const, credits, ...WHY })),
  fc.integer({ min: 1, max: 4 }).map((adjustment) => ({ type: 'ApproveAdjustment' as const, adjustment })),
  fc.integer({ min: 1, max: 4 }).map((adjustment) => ({ type: 'DeclineAdjustment' as const, adjustment, ...WHY })),
  fc.integer({ min: 0, max: 10 }).map((threshold) => ({ type: 'SetThreshold' as const, threshold })),
);
/** What fits the account as it stands: the next settlement of a batch, within what is open, or a return of what is consumed. */
const fitting = fc.record({ batch, consumed: part, released: part, back: fc.boolean() }).map((wish) => {
  return (state: AccountState): AccountCommand | undefined => {
    const known = batchOf(state, wish.batch);
    if (known === undefined) return undefined;
    if (wish.back) {
      const credits = Math.min(consumedOf(known), wish.consumed);
      return credits < 1 ? undefined : { type: 'ReturnCredits', batch: wish.batch, credits, ...WHY };
    }
    const open = openOf(known);
    const consumed = Math.min(wish.consumed, open);
    const released = Math.min(wish.released, open - consumed);
    const settlement = known.settlements.length + 1;
    return { type: 'Settle', batch: wish.batch, settlement, consumed, released, last: consumed + released === open };
  };
});
const asked = fc.oneof(
  command.map((one) => (): AccountCommand | undefined => one),
  fitting,
);
const sent = fc.record({ asked, person: fc.constantFrom('aa'.repeat(32), 'bb'.repeat(32)) });

function decide(state: AccountState, command: AccountCommand, person: string) {
  const actor = { key: 'k', person, role: 'operator' };
  return accountDecider.decide(command, state, { facts: undefined, now: '', actor, origin: { kind: 'api' } });
}

/** What is available, counted from what the events say in words and without their entries. */
function counted(events: readonly AccountEvent[]): number {
  let available = 0;
  for (const { type, data } of events) {
    if (type === 'CreditsPurchased' || type === 'CreditsReturned' || type === 'CreditsAdjustmentApproved')
      available += data.credits;
    if (type === 'CreditsReserved') available -= data.sittings.length;
    if (type === 'CreditsSettled') available += data.released;
  }
  return available;
}

test('whatever is asked of an account in whatever order, no balance is negative, entries sum to zero and the log proves it', () => {
  const types = new Set<string>();
  const codes = new Set<string>();
  fc.assert(
    fc.property(fc.array(sent, { minLength: 1, maxLength: 60, size: 'max' }), (sendings) => {
      let state = accountDecider.initial;
      const events: AccountEvent[] = [];
      for (const { asked, person } of sendings) {
        const command = asked(state);
        if (command === undefined) continue;
        const answer = decide(state, command, person);
        if (isRejection(answer)) {
          codes.add(answer.code);
          continue;
        }
        for (const event of answer) {
          types.add(event.type);
          state = accountDecider.evolve(state, event, { revision: events.length, recordedAt: '', person });
          events.push(event);
          const entries = entriesOf(event);
          expect(entries.reduce((sum, { credits }) => sum + credits, 0)).toBe(0);
          const proven = events.reduce((balances, one) => booked(balances, entriesOf(one)), NO_CREDITS);
          expect(state.balances).toEqual(proven);
          const { purchased, adjusted, available, reserved, consumed } = proven;
          expect(Math.min(available, reserved, consumed)).toBeGreaterThanOrEqual(0);
          expect(available + reserved + consumed).toBe(purchased + adjusted);
          expect(available).toBe(counted(events));
        }
        // After each command the fact stands exactly where the balance is low.
        expect(state.low).toBe(state.balances.available < state.threshold);
        if (command.type === 'Reserve' || command.type === 'Settle') expect(decide(state, command, person)).toEqual([]);
      }
      for (const { reserved, settlements } of Object.values(state.batches)) {
        const settled = settlements.reduce((sum, { consumed, released }) => sum + consumed + released, 0);
        expect(settled).toBeLessThanOrEqual(reserved);
        expect(settlements.some(({ last }) => last)).toBe(settled === reserved);
      }
    }),
    { numRuns: 400 },
  );
  // Otherwise the property would have held for want of trying.
  expect([...types].sort()).toEqual(accountEvents.map(({ type }) => type).sort());
  const refusals = [
    'ADJUSTMENT_DECIDED',
    'ADJUSTMENT_UNKNOWN',
    'BATCH_RESERVED',
    'BATCH_UNKNOWN',
    'CREDITS_INSUFFICIENT',
    'CREDITS_NOT_CONSUMED',
    'FOUR_EYES',
    'SALE_RECORDED',
    'SETTLEMENT_MISFIT',
  ];
  expect([...codes]).toEqual(expect.arrayContaining(refusals));
});
