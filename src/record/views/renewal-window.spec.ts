import { held, open, WINDOW } from '../../../test/support/renewals.js';
import { latest } from '../../catalogue/published.js';
import { shownWindow } from './renewal-window.js';

/** Whether a window is shown as open is whether Renew Now is taken at that instant. */
test.each([
  ['2024-12-15T23:59:59Z', undefined, false],
  ['2024-12-15T23:59:59Z', 'accept', true],
  ['2024-12-16T00:00:00Z', undefined, true],
  ['2025-04-15T23:59:59Z', undefined, true],
  ['2025-04-16T00:00:00Z', 'accept', false],
] as const)('at %s, early renewal %s: open %s', (at, early, expected) => {
  const record = held({ ...WINDOW, ...(early === undefined ? {} : { early }) }, at);
  const cycle = record.cycles('S')[0]!;
  expect(shownWindow({ cycle, newest: latest(record.facts.schemes, 'S')! }, at)).toMatchObject({
    opensAt: '2024-12-16T00:00:00+00:00',
    open: expected,
  });
  expect(record.refusal(open()) === undefined).toBe(expected);
});
