import { catalogueWith, definitions, PureRecord, REASON, scheme, typesOf } from '../../../test/support/pure-record.js';

/** What the reference model of a record (test/property/record-model.spec.ts) and the decider once said differently. */

const YEAR = { duration: 'P1Y' } as const;
const C1 = { course: 'C1' } as const;
const C2 = { course: 'C2' } as const;

test('what earned a certification that is void does not earn the first award again, though the edition is dated before it', () => {
  const content = scheme('S', C1, YEAR);
  const record = PureRecord.registered(definitions(['C1'], content));
  record.complete('C1', '2024-05-20');
  const holders = { kind: 'void', at: { date: '2024-07-01' } } as const;
  record.facts = catalogueWith(record.facts, {
    type: 'ReviseScheme',
    scheme: { ...content, published: '2024-05-01', holders },
  });
  const applied = record.do({ type: 'ApplyEdition', scheme: 'S', edition: 2, publishedAt: record.now });
  expect(typesOf(applied)).toEqual(['EditionApplied']);
  expect(typesOf(record.complete('C1', '2024-05-21'))).toContain('CertificationAwarded');
  expect(record.cycles('S')).toMatchObject([{ number: 1 }, { kind: 'initial', validity: { from: { date: '2024-05-21' } } }]);
});

test('000-10: a window that a later edition closes before it opens is closed, and nobody is told to wait for it', () => {
  const renewal = { opensBefore: 'P1M', closesAfter: 'P1M' } as const;
  const content = scheme('S', C1, YEAR, 'UTC', { renewal });
  const record = PureRecord.registered(definitions(['C1'], content));
  record.complete('C1', '2024-05-20');
  const open = { type: 'OpenRenewal', scheme: 'S', intent: { how: 'renew-now' } } as const;
  expect(record.refusal(open)).toBe('RENEWAL_TOO_EARLY');
  const holders = { kind: 'void', at: { date: '2024-07-01' } } as const;
  record.facts = catalogueWith(record.facts, {
    type: 'ReviseScheme',
    scheme: { ...content, published: '2024-05-30', holders },
  });
  record.do({ type: 'ApplyEdition', scheme: 'S', edition: 2, publishedAt: record.now });
  expect(record.refusal(open)).toBe('RENEWAL_CLOSED');
});

test('an update that waits for approval is not approved after what it would update was revoked', () => {
  const content = scheme('S', C1, YEAR, 'UTC', { award: 'on-approval' });
  const record = PureRecord.registered(definitions(['C1', 'C2'], content));
  record.complete('C1', '2024-05-20');
  record.do({ type: 'ApproveAward', scheme: 'S' });
  const holders = { kind: 'must-update', by: { date: '2024-07-01' } } as const;
  record.facts = catalogueWith(record.facts, {
    type: 'ReviseScheme',
    scheme: { ...content, criteria: C2, published: '2024-05-30', holders },
  });
  record.do({ type: 'ApplyEdition', scheme: 'S', edition: 2, publishedAt: record.now });
  expect(typesOf(record.complete('C2', '2024-05-31'))).toContain('AwardProposed');
  record.do({ type: 'Revoke', scheme: 'S', reason: REASON });
  expect(record.refusal({ type: 'ApproveAward', scheme: 'S' })).toBe('ALREADY_REVOKED');
  expect(typesOf(record.do({ type: 'DeclineAward', scheme: 'S', reason: REASON }))).toEqual(['AwardDeclined']);
  // A person may still award it anew by hand.
  const byHand = { type: 'AwardByHand', scheme: 'S', effective: { date: '2024-06-01' }, reason: REASON } as const;
  expect(typesOf(record.do(byHand))).toEqual(['CertificationAwarded']);
});
