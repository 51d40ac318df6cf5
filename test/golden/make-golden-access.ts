import { keyDecider } from '../../src/access/domain/key.js';
import { organizationDecider } from '../../src/access/domain/organization.js';
import { personDecider } from '../../src/access/domain/person.js';
import { streamName } from '../../src/ledger/stream-name.js';
import type { RunGolden } from './make-golden.js';

const uuid = (end: string): string => `5d7e9a10-2b4c-4d6e-8f10-0000000000${end}`;
const PERIOD = { from: '2026-04-01T00:00:00Z', until: '2026-05-01T00:00:00+02:00' };

/** What happens to an organization's persons, keys and grants after its first start. */
export async function makeGoldenAccess(
  run: RunGolden,
  { organization, person, subject, key }: { organization: string; person: string; subject: string; key: string },
): Promise<void> {
  await onPerson(run, { stream: streamName(personDecider.kind, organization, person), subject });
  await onKeys(run, { organization, key });
  await onGrants(run, streamName(organizationDecider.kind, organization), person);
}

async function onPerson(run: RunGolden, { stream, subject }: { stream: string; subject: string }): Promise<void> {
  const about = {
    decider: personDecider,
    stream,
    subject,
    pseudonymOf: { kind: 'person', id: 'a.meier' },
    given: { platform: true, holdsLastAdminKey: false },
    samples: [''],
  };
  const details = { name: 'Änne Meier' };
  const command = { type: 'ChangePersonDetails', ...details } as const;
  await run({ ...about, command, operation: 'change-person-details', body: details, key: 'p-1', sealed: details });
  const delegation = uuid('d1');
  const lent = { role: 'reviewer', ...PERIOD } as const;
  const lend = { type: 'DelegateRole', delegation, ...lent } as const;
  await run({ ...about, command: lend, operation: 'delegate-role', body: lent, key: 'p-2' });
  const end = { type: 'EndDelegation', delegation } as const;
  await run({ ...about, command: end, operation: 'end-delegation', body: { delegation }, key: 'p-3' });
  const left = { code: 'left-us', text: 'Works elsewhere since Easter.' };
  const back = { code: 'came-back', text: 'Did not like it there.' };
  for (const [type, operation, reason] of [
    ['DeactivatePerson', 'deactivate-person', left],
    ['ReactivatePerson', 'reactivate-person', back],
  ] as const) {
    const sealed = { reason: reason.text };
    await run({ ...about, command: { type, reason }, operation, body: { reason }, key: operation, sealed });
  }
}

async function onKeys(run: RunGolden, { organization, key }: { organization: string; key: string }): Promise<void> {
  const given = { platform: true, holder: 'active', isLastAdminKey: false } as const;
  const about = { decider: keyDecider, given, samples: [''] };
  const stream = streamName(keyDecider.kind, organization, key);
  const used = { type: 'UseKey', day: '2026-03-20' } as const;
  const policy = {
    origin: { kind: 'policy', policy: 'key-use' } as const,
    actor: { key: 'policy', role: 'policy' },
  };
  await run({
    ...about,
    ...policy,
    stream,
    command: used,
    operation: 'use-key',
    body: { day: used.day },
    key: ['used', used.day],
  });
  const service = {
    service: 'lms',
    roles: ['learner', 'reviewer'] as ('learner' | 'reviewer')[],
    responsibility: ['north', 'south'],
    label: 'lms-2026',
    replaces: key,
  };
  await run({
    ...about,
    stream: streamName(keyDecider.kind, organization, uuid('b1')),
    command: { type: 'IssueKey', issue: { ...service, digest: 'cd'.repeat(32) } },
    operation: 'rotate-key',
    body: { key, overlap: 3_600 },
    key: ['rotation', key, 'k-1'],
    samples: ['.service'],
  });
  const expiresAt = '2026-03-20T09:00:00.000Z';
  const shorten = { type: 'ShortenKey', expiresAt } as const;
  const rotation = { overlap: 3_600 };
  await run({
    ...about,
    stream,
    command: shorten,
    operation: 'shorten-key',
    body: rotation,
    key: ['rotation', key, 'k-1'],
  });
  const reason = { code: 'lost', text: 'Stood in a mail to everybody.' };
  await run({
    ...about,
    stream,
    command: { type: 'RevokeKey', subject: uuid('a1'), reason },
    operation: 'revoke-key',
    body: { reason },
    key: 'k-2',
    sealed: { reason: reason.text },
  });
}

async function onGrants(run: RunGolden, stream: string, person: string): Promise<void> {
  const about = { decider: organizationDecider, stream, given: { homeIsPlatform: true }, samples: [''] };
  const grant = uuid('e1');
  const request = { person: 'support-7', home: 'main', role: 'auditor', ...PERIOD } as const;
  const reason = { code: 'support-case', text: 'Look at the import of last week.' };
  const { person: personId, ...rest } = request;
  await run({
    ...about,
    command: { type: 'GrantAccess', grant, subject: uuid('a2'), ...rest, person, personId, reason },
    operation: 'grant-access',
    body: { ...request, reason },
    key: 'g-1',
    sealed: { personId, reason: reason.text },
  });
  const done = { code: 'solved', text: 'The case is closed.' };
  await run({
    ...about,
    command: { type: 'RevokeGrant', grant, subject: uuid('a3'), reason: done },
    operation: 'revoke-grant',
    body: { grant, reason: done },
    key: 'g-2',
    sealed: { reason: done.text },
  });
}
