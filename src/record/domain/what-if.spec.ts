import type { HoldersPolicy, SchemeEdition } from '../../catalogue/published.js';
import { catalogueWith, definitions, NOW, PureRecord, REASON, scheme } from '../../../test/support/pure-record.js';
import type { RecordState } from './state.js';
import { whatIf } from './what-if.js';

const FIRST = scheme('S', { course: 'C1' }, { duration: 'P2Y' }, 'Europe/Berlin');
const BOTH = { all: [{ course: 'C1' }, { course: 'C2' }] };
const standing = definitions(['C1', 'C2'], FIRST);
const END = '2025-03-16T00:00:00+01:00';
const UNTIL = '2024-09-01T00:00:00+02:00';
const BY: HoldersPolicy = { kind: 'must-update', by: { date: '2024-09-01' } };
const AT: HoldersPolicy = { kind: 'void', at: { date: '2024-09-01' } };

/** What a second edition would change for a learner who did these courses, C1 for an award of the first edition. */
function changed(more: Partial<SchemeEdition>, courses: readonly string[], alter = (state: RecordState) => state) {
  const record = PureRecord.registered(standing);
  for (const course of courses) record.complete(course, '2023-03-15');
  const revised = { ...FIRST, published: '2024-05-01', title: 'Second', ...more } as typeof FIRST;
  const catalogue = catalogueWith(standing, { type: 'ReviseScheme', scheme: revised });
  return whatIf(alter(record.state), { scheme: 'S', edition: 2, standing, catalogue }, NOW);
}

describe('what an edition would change for a learner', () => {
  it.each([
    ['who holds it and may keep it: nothing', {}, ['C1'], undefined],
    ['who has done nothing: nothing', {}, [], undefined],
    ['who meets it now and did not before: a gain', { criteria: { course: 'C2' } }, ['C2'], { change: 'gain' }],
    [
      'the same where an award waits for approval',
      { criteria: { course: 'C2' }, award: 'on-approval' },
      ['C2'],
      { change: 'gain', waits: true },
    ],
    ['who must update', { criteria: BOTH, holders: BY }, ['C1'], { change: 'must-update', cycle: 1, until: UNTIL }],
    [
      'who must update and has done it, but waits for approval',
      { criteria: BOTH, holders: BY, award: 'on-approval' },
      ['C1', 'C2'],
      { change: 'must-update', waits: true, cycle: 1, until: UNTIL },
    ],
    ['who is updated at once', { criteria: BOTH, holders: BY }, ['C1', 'C2'], { change: 'updated', cycle: 1 }],
    ['whose certification would be void', { holders: AT }, ['C1', 'C2'], { change: 'lose', cycle: 1, until: UNTIL }],
    [
      'whose certification ends before it would be void: nothing',
      { holders: { kind: 'void', at: { date: '2025-04-01' } } },
      ['C1'],
      undefined,
    ],
    [
      'who may renew it where nobody could',
      { renewal: { opensBefore: 'P1M' } },
      ['C1'],
      { change: 'moved', cycle: 1, before: { endsAt: END }, after: { endsAt: END, renewalOpensAt: '2025-02-16T00:00:00+01:00' } },
    ],
  ] as const)('%s', (_, more, courses, expected) => {
    expect(changed(more as Partial<SchemeEdition>, courses)).toEqual(expected);
  });

  it('nothing for whom it was revoked, nor for whose time is over', () => {
    const revoked = PureRecord.registered(standing);
    revoked.complete('C1', '2023-03-15');
    revoked.do({ type: 'Revoke', scheme: 'S', reason: REASON });
    expect(changed({ criteria: BOTH, holders: AT }, [], () => revoked.state)).toBeUndefined();
    const over = PureRecord.registered(standing);
    over.complete('C1', '2020-03-15');
    expect(changed({ criteria: BOTH, holders: AT }, [], () => over.state)).toBeUndefined();
  });

  it('the renewal window of a standing cycle is that of its award, and does not move with a new policy', () => {
    const renewable = { ...FIRST, renewal: { opensBefore: 'P1M' } };
    const before = definitions(['C1', 'C2'], renewable);
    const record = PureRecord.registered(before);
    record.complete('C1', '2023-03-15');
    const planned = (renewal: object | undefined) => {
      const { renewal: _, ...content } = renewable;
      const revised = { ...content, published: '2024-05-01', title: 'Second', ...(renewal === undefined ? {} : { renewal }) };
      const catalogue = catalogueWith(before, { type: 'ReviseScheme', scheme: revised });
      return whatIf(record.state, { scheme: 'S', edition: 2, standing: before, catalogue }, NOW);
    };
    expect(planned({ opensBefore: 'P3M' })).toBeUndefined();
    expect(planned(undefined)).toEqual({
      change: 'moved',
      cycle: 1,
      before: { endsAt: END, renewalOpensAt: '2025-02-16T00:00:00+01:00' },
      after: { endsAt: END },
    });
  });

  it('where no window stands in the award, it is that of the newest edition and moves', () => {
    const withoutWindow = (state: RecordState): RecordState => {
      const { S } = state.schemes;
      const cycles = S!.cycles.map((cycle) => ({ ...cycle, boundaries: undefined }));
      return { ...state, schemes: { S: { ...S!, cycles } } };
    };
    expect(changed({ renewal: { opensBefore: 'P2M', closesAfter: 'P1M' } }, ['C1'], withoutWindow)).toMatchObject({
      change: 'moved',
      after: { renewalOpensAt: '2025-01-16T00:00:00+01:00', renewalClosesAt: '2025-04-16T00:00:00+02:00' },
    });
  });
});
