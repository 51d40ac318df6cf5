import { isRejection } from '../../shared/result.js';
import type { KeyEvent } from './events.js';
import { isStanding, keyDecider, type KeyCommand, type KeyFacts, type KeyState } from './key.js';

const NOW = '2024-06-01T12:00:00Z';
const FACTS: KeyFacts = { platform: true, holder: 'active', isLastAdminKey: false };
const issue = (more: object = {}): KeyCommand => ({
  type: 'IssueKey',
  issue: { service: 'lms', digest: 'ab'.repeat(32), roles: ['admin'], ...more },
});
const at = { revision: 0, recordedAt: NOW };

function decide(command: KeyCommand, state: KeyState = keyDecider.initial, facts: Partial<KeyFacts> = {}, role = 'admin') {
  const circumstances = {
    facts: { ...FACTS, ...facts },
    now: NOW,
    actor: { key: 'k', role },
    origin: { kind: 'api' as const },
  };
  return keyDecider.decide(command, state, circumstances);
}
const code = (answer: ReturnType<typeof decide>) => (isRejection(answer) ? answer.code : undefined);
const after = (...events: readonly KeyEvent[]): KeyState =>
  events.reduce((state, event) => keyDecider.evolve(state, event, at), keyDecider.initial);
const accepted = (command: KeyCommand, state?: KeyState): readonly KeyEvent[] => {
  const answer = decide(command, state);
  if (isRejection(answer)) throw new Error(answer.code);
  return answer;
};

describe('a key', () => {
  const standing = after(...accepted(issue({ expiresAt: '2024-07-01T00:00:00Z' })));

  it('is issued once', () => {
    expect(code(decide(issue(), standing))).toBe('KEY_EXISTS');
  });

  it('has roles of the platform only from an operator, and only on the platform', () => {
    for (const role of ['operator', 'security-reviewer']) {
      expect(code(decide(issue({ roles: [role] }), undefined, {}, 'admin'))).toBe('ROLE_OF_PLATFORM');
      expect(code(decide(issue({ roles: [role] }), undefined, { platform: false }, 'operator'))).toBe('ROLE_OF_PLATFORM');
      expect(code(decide(issue({ roles: [role] }), undefined, {}, 'operator'))).toBeUndefined();
    }
  });

  it('opens nothing from the instant of its expiry on', () => {
    expect(isStanding(standing, '2024-06-30T23:59:59.999Z')).toBe(true);
    expect(isStanding(standing, '2024-07-01T00:00:00Z')).toBe(false);
    expect(isStanding(standing, '2024-07-01T01:59:59+02:00')).toBe(true);
    expect(isStanding(keyDecider.initial, NOW)).toBe(false);
  });

  it('never gets a later expiry by a rotation, and none after its revocation', () => {
    const later = { type: 'ShortenKey', expiresAt: '2024-07-01T00:00:01Z' } as const;
    const sooner = { type: 'ShortenKey', expiresAt: '2024-06-02T00:00:00Z' } as const;
    expect(accepted(later, standing)).toEqual([]);
    expect(accepted(sooner, standing)).toEqual([{ type: 'KeyExpiryShortened', data: { expiresAt: sooner.expiresAt } }]);
    const revoked = after(...accepted(issue()), { type: 'KeyRevoked', data: { reasonCode: 'lost' } });
    expect(accepted(sooner, revoked)).toEqual([]);
    expect(isStanding(revoked, NOW)).toBe(false);
  });

  it('that is the last to administer is not revoked', () => {
    const revoke = { type: 'RevokeKey', subject: '7b1f0c52-3d0e-4c5e-9a55-000000000001', reason: { code: 'lost' } } as const;
    expect(code(decide(revoke, standing, { isLastAdminKey: true }))).toBe('LAST_ADMIN_KEY');
    expect(accepted(revoke, standing)).toEqual([{ type: 'KeyRevoked', data: { reasonCode: 'lost' } }]);
    expect(code(decide(revoke))).toBe('KEY_UNKNOWN');
  });

  it('is noted once a day, and never for a day before the last', () => {
    const use = (day: string) =>
      accepted({ type: 'UseKey', day }, after(...accepted(issue()), { type: 'KeyUsed', data: { day: '2024-06-01' } }));
    expect([use('2024-05-31'), use('2024-06-01')]).toEqual([[], []]);
    expect(use('2024-06-02')).toEqual([{ type: 'KeyUsed', data: { day: '2024-06-02' } }]);
  });
});
