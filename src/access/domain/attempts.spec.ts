import { isRejection } from '../../shared/result.js';
import { ATTEMPTS_RECORDED_MAX, attemptsDecider, hasOwnEvent, type Attempt } from './attempts.js';

const attempt = (count: number, code = 'FORBIDDEN'): Attempt => ({ code, operation: 'GET /v1/events', count });
const circumstances = {
  facts: undefined,
  now: '2024-06-01T12:00:00.000Z',
  actor: { key: 'key', role: 'admin' },
  origin: { kind: 'api' },
} as const;
const decided = (command: Attempt): number => {
  const events = attemptsDecider.decide(command, { count: command.count - 1 }, circumstances);
  return isRejection(events) ? -1 : events.length;
};

it(`the first ${ATTEMPTS_RECORDED_MAX} refusals of a day are an event each, and then each that doubles them`, () => {
  const recorded = Array.from({ length: 5_000 }, (_, index) => index + 1).filter((count) => hasOwnEvent(attempt(count)));
  expect(recorded.slice(0, ATTEMPTS_RECORDED_MAX)).toEqual(
    Array.from({ length: ATTEMPTS_RECORDED_MAX }, (_, index) => index + 1),
  );
  expect(recorded.slice(ATTEMPTS_RECORDED_MAX)).toEqual([64, 128, 256, 512, 1_024, 2_048, 4_096]);
});

it.each([
  [ATTEMPTS_RECORDED_MAX, 'FORBIDDEN', 1],
  [ATTEMPTS_RECORDED_MAX + 1, 'FORBIDDEN', 0],
  [ATTEMPTS_RECORDED_MAX + 1, 'FOUR_EYES', 1],
  [2 * ATTEMPTS_RECORDED_MAX - 1, 'FORBIDDEN', 0],
  [2 * ATTEMPTS_RECORDED_MAX, 'FORBIDDEN', 1],
  [3 * ATTEMPTS_RECORDED_MAX, 'FORBIDDEN', 0],
  [2 ** 20 * ATTEMPTS_RECORDED_MAX, 'FORBIDDEN', 1],
  [2 ** 20 * ATTEMPTS_RECORDED_MAX + 1, 'FORBIDDEN', 0],
])('refusal %d of the day, %s, makes %d events', (count, code, events) => {
  expect(decided(attempt(count, code))).toBe(events);
});

it('the state is the highest count that was recorded, whatever the order', () => {
  const at = { revision: 0, recordedAt: circumstances.now };
  const states = [3, 5, 4].map((count) => ({ type: 'AttemptRefused' as const, data: attempt(count) }));
  expect(states.reduce((state, event) => attemptsDecider.evolve(state, event, at), attemptsDecider.initial)).toEqual({
    count: 5,
  });
});
