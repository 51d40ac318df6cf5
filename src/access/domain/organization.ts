import type { Decider } from '../../ledger/decider.js';
import { reject } from '../../shared/result.js';
import type { OrganizationEvent } from './events.js';
import { faultOf, isOver, isWithin, type Period } from './period.js';
import { PLATFORM_ROLES, type Role } from './roles.js';

/** How many grants of one organization may stand at once. */
export const GRANTS_MAX = 100;

export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** A person of the platform may act here, in one role, between two instants. */
export interface Grant extends Period {
  readonly grant: string;
  readonly person: string;
  readonly home: string;
  readonly role: Role;
  readonly revoked: boolean;
}

export interface OrganizationState {
  readonly exists: boolean;
  readonly platform: boolean;
  readonly subject?: string;
  readonly grants: readonly Grant[];
}

export type OrganizationCommand =
  | { readonly type: 'CreateOrganization'; readonly subject: string; readonly name: string; readonly platform: boolean }
  | ({
      readonly type: 'GrantAccess';
      readonly subject: string;
      readonly personId: string;
      readonly reason: Reason;
    } & Omit<Grant, 'revoked'>)
  | { readonly type: 'RevokeGrant'; readonly subject: string; readonly grant: string; readonly reason: Reason };

/** Whether the home of a person who is to be let in is the platform, and another organization than the one that lets in. */
export interface OrganizationFacts {
  readonly homeIsPlatform: boolean;
}

/** An organization is a stream of its own; it exists from its first event, and it alone says who from outside may act in it. */
export const organizationDecider: Decider<OrganizationState, OrganizationCommand, OrganizationEvent, OrganizationFacts> = {
  kind: 'organization',
  initial: { exists: false, platform: false, grants: [] },

  decide(command, state, { facts, now }) {
    switch (command.type) {
      case 'CreateOrganization': {
        if (state.exists) return reject('ORGANIZATION_EXISTS', 'An organization with this id exists already.');
        const { type: _, ...data } = command;
        return [{ type: 'OrganizationCreated', data }];
      }
      case 'GrantAccess': {
        const { type: _, reason, ...granted } = command;
        if (PLATFORM_ROLES.has(granted.role))
          return reject('ROLE_OF_PLATFORM', 'A role of the platform cannot be granted inside an organization.', '/role');
        if (!facts.homeIsPlatform)
          return reject('HOME_NOT_PLATFORM', 'Only persons of the platform can be let in from outside.', '/home');
        const fault = faultOf(granted, now);
        if (fault !== undefined) return fault;
        if (state.grants.filter((grant) => !grant.revoked && !isOver(grant, now)).length >= GRANTS_MAX)
          return reject('TOO_MANY_GRANTS', `At most ${GRANTS_MAX} grants stand at once. Revoke one first.`);
        return [{ type: 'AccessGranted', data: { ...granted, reasonCode: reason.code, reason: reason.text } }];
      }
      case 'RevokeGrant': {
        const { subject, grant, reason } = command;
        const standing = state.grants.find((known) => known.grant === grant);
        if (standing === undefined) return reject('GRANT_UNKNOWN', 'There is no grant with this id.');
        if (standing.revoked || isOver(standing, now)) return [];
        return [{ type: 'AccessGrantRevoked', data: { grant, subject, reasonCode: reason.code, reason: reason.text } }];
      }
    }
  },

  evolve(state, event, { recordedAt }) {
    switch (event.type) {
      case 'OrganizationCreated':
        return { ...state, exists: true, platform: event.data.platform, subject: event.data.subject };
      case 'AccessGranted': {
        const { grant, person, home, role, from, until } = event.data;
        // What is over admits nobody any more, so the state holds no more than can stand at once.
        const kept = state.grants.filter((known) => !known.revoked && !isOver(known, recordedAt));
        return { ...state, grants: [...kept, { grant, person, home, role, from, until, revoked: false }] };
      }
      case 'AccessGrantRevoked':
        return {
          ...state,
          grants: state.grants.map((known) => (known.grant === event.data.grant ? { ...known, revoked: true } : known)),
        };
    }
  },
};

/** The grants by which a person from another organization may act here at an instant. */
export const grantsInForce = ({ grants }: OrganizationState, who: { home: string; person: string }, now: string): Grant[] =>
  grants.filter((grant) => !grant.revoked && grant.home === who.home && grant.person === who.person && isWithin(grant, now));
