import type { Step } from './record-histories.js';

const complete = (...courses: readonly string[]): readonly Step[] =>
  courses.map((course) => ({ do: 'complete', course, ago: 0 }));
const wait = (days: number): Step => ({ do: 'wait', days });
const assign = (id: string, due?: number): Step => ({ do: 'assign', id, ago: 0, start: undefined, due });

/** Histories that show every status together, whatever the random ones beside them happen to come upon. */
export const EVERY_STATUS: readonly (readonly Step[])[] = [
  // Assigned, in-progress, withdrawn, and none before.
  [assign('one'), wait(2), { do: 'start', id: 'one', ago: 0 }, wait(2), { do: 'withdraw', id: 'one' }],
  // Certified, expiring, renewing, expired and lapsed.
  [
    ...complete('C1'),
    wait(22),
    { do: 'renew', id: 'one', alternative: undefined },
    wait(2),
    { do: 'withdraw-renewal', id: 'one' },
  ],
  // Overdue where late evidence is accepted, and missed where it is not.
  [assign('both', 5), assign('one', 5)],
  // Awaiting-review.
  [...complete('C2')],
  // Waived.
  [{ do: 'waive', id: 'either', lastDay: 10 }],
  // Suspended and revoked.
  [...complete('C1'), wait(1), { do: 'suspend', id: 'one' }, wait(1), { do: 'revoke', id: 'one' }],
  // Update-required.
  [...complete('C1', 'C2'), { do: 'publish', id: 'two-of-four', ago: 0, by: 30 }],
];
