import type { Decider } from '../../ledger/decider.js';
import type { Secret } from '../../ledger/sealed.js';
import { reject, type Rejection } from '../../shared/result.js';
import type { PersonEvent } from './events.js';
import type { Reason } from './organization.js';
import { faultOf, isOver, isWithin, type Period } from './period.js';
import { refuseRoleOfPlatform, type Role, type RoleFacts } from './roles.js';

/** How many delegations of one person may stand at once, those that have not begun included. */
export const DELEGATIONS_MAX = 100;

/** A role that a person has between two instants, beside those of the key in use. */
export interface Delegation extends Period {
  readonly delegation: string;
  readonly role: Role;
  readonly ended: boolean;
}

export interface PersonState {
  readonly subject?: string;
  readonly person?: Secret;
  readonly name?: Secret;
  readonly deactivated: boolean;
  readonly delegations: readonly Delegation[];
}

export type PersonCommand =
  | { readonly type: 'RegisterPerson'; readonly subject: string; readonly person: string; readonly name?: string | undefined }
  | { readonly type: 'ChangePersonDetails'; readonly name: string }
  | ({ readonly type: 'DelegateRole' } & Omit<Delegation, 'ended'>)
  | { readonly type: 'EndDelegation'; readonly delegation: string }
  | { readonly type: 'DeactivatePerson' | 'ReactivatePerson'; readonly reason: Reason };

export interface PersonFacts extends RoleFacts {
  /** Whether no administrator could act any more if this person's keys opened nothing. */
  readonly holdsLastAdminKey: boolean;
}

type Known = PersonState & { readonly subject: string };

/** A human being who acts: registered once, with roles that others lend, and turned away at once when deactivated. */
export const personDecider: Decider<PersonState, PersonCommand, PersonEvent, PersonFacts> = {
  kind: 'person',
  initial: { deactivated: false, delegations: [] },

  decide(command, state, circumstances) {
    if (command.type === 'RegisterPerson') {
      if (state.subject !== undefined) return reject('PERSON_EXISTS', 'A person with this id is registered already.');
      const { subject, person, name } = command;
      return [
        { type: 'PersonRegistered', data: { subject, person } },
        ...(name === undefined ? [] : [{ type: 'PersonDetailsChanged' as const, data: { subject, name } }]),
      ];
    }
    if (state.subject === undefined) return reject('PERSON_UNKNOWN', 'No person with this id is registered.');
    return decideOnKnown(command, state as Known, circumstances);
  },

  evolve(state, event, { recordedAt }) {
    switch (event.type) {
      case 'PersonRegistered':
        return { ...state, subject: event.data.subject, person: event.data.person };
      case 'PersonDetailsChanged':
        return { ...state, name: event.data.name };
      case 'RoleDelegated': {
        // What is over gives no right any more, so the state holds no more than can stand at once.
        const kept = state.delegations.filter((known) => !known.ended && !isOver(known, recordedAt));
        return { ...state, delegations: [...kept, { ...event.data, ended: false }] };
      }
      case 'DelegationEnded':
        return {
          ...state,
          delegations: state.delegations.map((known) =>
            known.delegation === event.data.delegation ? { ...known, ended: true } : known,
          ),
        };
      case 'PersonDeactivated':
        return { ...state, deactivated: true };
      case 'PersonReactivated':
        return { ...state, deactivated: false };
    }
  },

  subject: (state, command) => state.subject ?? (command.type === 'RegisterPerson' ? command.subject : undefined),
};

function decideOnKnown(
  command: Exclude<PersonCommand, { type: 'RegisterPerson' }>,
  state: Known,
  { facts, now, actor }: Parameters<typeof personDecider.decide>[2],
): readonly PersonEvent[] | Rejection {
  const { subject } = state;
  switch (command.type) {
    case 'ChangePersonDetails':
      return [{ type: 'PersonDetailsChanged', data: { subject, name: command.name } }];
    case 'DelegateRole': {
      const { delegation, role, from, until } = command;
      const refusal = refuseRoleOfPlatform([role], facts, actor, '/role') ?? faultOf(command, now);
      if (refusal !== undefined) return refusal;
      if (state.deactivated) return reject('PERSON_DEACTIVATED', 'The person is deactivated. Reactivate the person first.');
      if (state.delegations.filter((known) => !known.ended && !isOver(known, now)).length >= DELEGATIONS_MAX)
        return reject('TOO_MANY_DELEGATIONS', `At most ${DELEGATIONS_MAX} delegations of a person stand at once. End one first.`);
      return [{ type: 'RoleDelegated', data: { delegation, role, from, until } }];
    }
    case 'EndDelegation': {
      const standing = state.delegations.find(({ delegation }) => delegation === command.delegation);
      if (standing === undefined) return reject('DELEGATION_UNKNOWN', 'This person has no delegation with this id.');
      if (standing.ended || isOver(standing, now)) return [];
      return [{ type: 'DelegationEnded', data: { delegation: command.delegation } }];
    }
    case 'DeactivatePerson':
      if (state.deactivated) return [];
      if (facts.holdsLastAdminKey)
        return reject('LAST_ADMIN_KEY', 'The person holds the last key that administers this organization. Issue another first.');
      return [{ type: 'PersonDeactivated', data: { subject, ...reasonOf(command.reason) } }];
    case 'ReactivatePerson':
      return state.deactivated ? [{ type: 'PersonReactivated', data: { subject, ...reasonOf(command.reason) } }] : [];
  }
}

const reasonOf = ({ code, text }: Reason): { reasonCode: string; reason: string } => ({ reasonCode: code, reason: text });

/** The roles that others lend to the person at an instant. */
export const delegationsInForce = ({ delegations }: PersonState, now: string): Delegation[] =>
  delegations.filter((delegation) => !delegation.ended && isWithin(delegation, now));
