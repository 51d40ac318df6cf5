import { isRejection } from '../../shared/result.js';
import type { PersonEvent } from './events.js';
import {
  DELEGATIONS_MAX,
  delegationsInForce,
  personDecider,
  type PersonCommand,
  type PersonFacts,
  type PersonState,
} from './person.js';

const SUBJECT = '7b1f0c52-3d0e-4c5e-9a55-000000000001';
const delegationId = (number: number): string => `7b1f0c52-3d0e-4c5e-9a55-${String(number).padStart(12, '0')}`;
const lend = (number: number, until = '2024-06-03T00:00:00Z'): PersonCommand => ({
  type: 'DelegateRole',
  delegation: delegationId(number),
  role: 'reviewer',
  from: '2024-06-02T00:00:00Z',
  until,
});
const reason = { code: 'left-us', text: 'Went away.' };

/** A person's stream in memory. */
class Person {
  private constructor(readonly state: PersonState) {}
  static readonly nobody = new Person(personDecider.initial);
  static readonly registered = Person.nobody.does({ type: 'RegisterPerson', subject: SUBJECT, person: 'a.meier' });

  answer(command: PersonCommand, now: string, facts: Partial<PersonFacts> = {}) {
    return personDecider.decide(command, this.state, {
      facts: { platform: true, holdsLastAdminKey: false, ...facts },
      now,
      actor: { key: 'k', role: 'admin' },
      origin: { kind: 'api' },
    });
  }

  events(command: PersonCommand, now = '2024-06-01T12:00:00Z'): readonly PersonEvent[] {
    const answer = this.answer(command, now);
    if (isRejection(answer)) throw new Error(answer.code);
    return answer;
  }

  refusal(command: PersonCommand, facts?: Partial<PersonFacts>, now = '2024-06-01T12:00:00Z'): string | undefined {
    const answer = this.answer(command, now, facts);
    return isRejection(answer) ? answer.code : undefined;
  }

  does(command: PersonCommand, now = '2024-06-01T12:00:00Z'): Person {
    const at = { revision: 0, recordedAt: now };
    return new Person(this.events(command, now).reduce((state, event) => personDecider.evolve(state, event, at), this.state));
  }
}

describe('a person', () => {
  it('is registered once, with a name where there is one', () => {
    const named = { type: 'RegisterPerson', subject: SUBJECT, person: 'a.meier', name: 'Anna' } as const;
    expect(Person.nobody.events(named).map(({ type }) => type)).toEqual(['PersonRegistered', 'PersonDetailsChanged']);
    expect(Person.registered.refusal(named)).toBe('PERSON_EXISTS');
    expect(Person.nobody.refusal(lend(1))).toBe('PERSON_UNKNOWN');
  });

  it('has a lent role from its start, inclusive, to its end, exclusive, and not after it was ended', () => {
    const lent = Person.registered.does(lend(1));
    const roles = (person: Person, now: string) => delegationsInForce(person.state, now).map(({ role }) => role);
    expect(
      ['2024-06-01T23:59:59Z', '2024-06-02T00:00:00Z', '2024-06-02T23:59:59Z', '2024-06-03T00:00:00Z'].map((now) =>
        roles(lent, now),
      ),
    ).toEqual([[], ['reviewer'], ['reviewer'], []]);
    const ended = lent.does({ type: 'EndDelegation', delegation: delegationId(1) });
    expect(roles(ended, '2024-06-02T12:00:00Z')).toEqual([]);
    expect(ended.events({ type: 'EndDelegation', delegation: delegationId(1) })).toEqual([]);
  });

  it('was lent at most so many roles at once, of which those that are over do not count', () => {
    let person = Person.registered;
    for (let number = 1; number <= DELEGATIONS_MAX; number += 1) person = person.does(lend(number));
    expect(person.refusal(lend(DELEGATIONS_MAX + 1))).toBe('TOO_MANY_DELEGATIONS');
    const later = person.does(lend(DELEGATIONS_MAX + 1, '2024-07-01T00:00:00Z'), '2024-06-03T00:00:00Z');
    expect(later.state.delegations).toHaveLength(1);
    const room = person.does({ type: 'EndDelegation', delegation: delegationId(1) }).does(lend(DELEGATIONS_MAX + 1));
    expect(room.state.delegations).toHaveLength(DELEGATIONS_MAX);
  });

  it('who holds the last key of an administrator is not deactivated', () => {
    expect(Person.registered.refusal({ type: 'DeactivatePerson', reason }, { holdsLastAdminKey: true })).toBe('LAST_ADMIN_KEY');
  });

  it('is deactivated and reactivated, each once', () => {
    const away = Person.registered.does({ type: 'DeactivatePerson', reason });
    expect(away.events({ type: 'DeactivatePerson', reason })).toEqual([]);
    expect(away.refusal(lend(1))).toBe('PERSON_DEACTIVATED');
    expect(away.does({ type: 'ReactivatePerson', reason }).state.deactivated).toBe(false);
    expect(Person.registered.events({ type: 'ReactivatePerson', reason })).toEqual([]);
  });
});
