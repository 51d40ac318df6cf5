import { isRejection } from '../../shared/result.js';
import {
  GRANTS_MAX,
  grantsInForce,
  organizationDecider,
  type OrganizationCommand,
  type OrganizationState,
} from './organization.js';
import { PERIOD_DAYS_MAX } from './period.js';

const NOW = '2024-06-01T12:00:00Z';
const SUBJECT = '7b1f0c52-3d0e-4c5e-9a55-000000000001';
const PERSON = 'ab'.repeat(32);
const reason = { code: 'support', text: 'A case.' };
const grantId = (number: number): string => `7b1f0c52-3d0e-4c5e-9a55-${String(number).padStart(12, '0')}`;
const grant = (number: number, more: object = {}): OrganizationCommand => ({
  type: 'GrantAccess',
  grant: grantId(number),
  subject: SUBJECT,
  person: PERSON,
  personId: 'support-1',
  home: 'main',
  role: 'auditor',
  from: NOW,
  until: '2024-06-02T00:00:00Z',
  reason,
  ...more,
});

function answer(state: OrganizationState, command: OrganizationCommand, now: string, homeIsPlatform: boolean) {
  const actor = { key: 'k', role: 'admin' };
  return organizationDecider.decide(command, state, { facts: { homeIsPlatform }, now, actor, origin: { kind: 'api' } });
}
function refusal(state: OrganizationState, command: OrganizationCommand, homeIsPlatform = true): string | undefined {
  const given = answer(state, command, NOW, homeIsPlatform);
  return isRejection(given) ? given.code : undefined;
}
function does(state: OrganizationState, command: OrganizationCommand, now = NOW): OrganizationState {
  const given = answer(state, command, now, true);
  if (isRejection(given)) throw new Error(given.code);
  return given.reduce((before, event) => organizationDecider.evolve(before, event, { revision: 0, recordedAt: now }), state);
}

describe('an organization', () => {
  const made = does(organizationDecider.initial, { type: 'CreateOrganization', subject: SUBJECT, name: 'ACME', platform: false });

  it('is made once', () => {
    expect(refusal(made, { type: 'CreateOrganization', subject: SUBJECT, name: 'ACME', platform: false })).toBe(
      'ORGANIZATION_EXISTS',
    );
  });

  it('lets a person in from the start of a grant to its end, until it is revoked, and nobody else', () => {
    const open = does(made, grant(1));
    const inForce = (state: OrganizationState, now: string, who = { home: 'main', person: PERSON }) =>
      grantsInForce(state, who, now).map(({ role }) => role);
    expect([inForce(open, NOW), inForce(open, '2024-06-01T23:59:59Z'), inForce(open, '2024-06-02T00:00:00Z')]).toEqual([
      ['auditor'],
      ['auditor'],
      [],
    ]);
    expect(inForce(open, NOW, { home: 'other', person: PERSON })).toEqual([]);
    expect(inForce(open, NOW, { home: 'main', person: 'cd'.repeat(32) })).toEqual([]);
    const revoked = does(open, { type: 'RevokeGrant', grant: grantId(1), subject: SUBJECT, reason });
    expect(inForce(revoked, NOW)).toEqual([]);
  });

  it('grants no role of the platform, to nobody but persons of the platform, and for no longer than the longest time', () => {
    expect(refusal(made, grant(1, { role: 'operator' }))).toBe('ROLE_OF_PLATFORM');
    expect(refusal(made, grant(1), false)).toBe('HOME_NOT_PLATFORM');
    const longest = Date.parse(NOW) + PERIOD_DAYS_MAX * 86_400_000;
    expect(refusal(made, grant(1, { until: new Date(longest).toISOString() }))).toBeUndefined();
    expect(refusal(made, grant(1, { until: new Date(longest + 1).toISOString() }))).toBe('PERIOD_INVALID');
    expect(refusal(made, grant(1, { until: NOW }))).toBe('PERIOD_INVALID');
  });

  it('grants at most so much at once, of which what is over does not count', () => {
    let full = made;
    for (let number = 1; number <= GRANTS_MAX; number += 1) full = does(full, grant(number));
    expect(refusal(full, grant(GRANTS_MAX + 1))).toBe('TOO_MANY_GRANTS');
    const later = does(full, grant(GRANTS_MAX + 1, { until: '2024-07-01T00:00:00Z' }), '2024-06-02T00:00:00Z');
    expect(later.grants).toHaveLength(1);
    const room = does(full, { type: 'RevokeGrant', grant: grantId(1), subject: SUBJECT, reason });
    expect(does(room, grant(GRANTS_MAX + 1)).grants).toHaveLength(GRANTS_MAX);
  });
});
