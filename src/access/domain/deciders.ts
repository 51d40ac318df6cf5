import type { Decider } from '../../ledger/decider.js';
import { reject } from '../../shared/result.js';
import type { AccessEvent } from './events.js';
import type { Role } from './roles.js';

type Only<Type extends AccessEvent['type']> = Extract<AccessEvent, { type: Type }>;

export interface CreateOrganization {
  readonly subject: string;
  readonly name: string;
  readonly platform: boolean;
}

/** An organization is a stream of its own; it exists from its first event. */
export const organizationDecider: Decider<
  { exists: boolean; subject?: string },
  CreateOrganization,
  Only<'OrganizationCreated'>
> = {
  kind: 'organization',
  initial: { exists: false },
  decide: (command, state) =>
    state.exists
      ? reject('ORGANIZATION_EXISTS', 'An organization with this id exists already.')
      : [{ type: 'OrganizationCreated', data: { ...command } }],
  evolve: (_, { data }) => ({ exists: true, subject: data.subject }),
};

export interface RegisterPerson {
  readonly subject: string;
  readonly person: string;
}

export const personDecider: Decider<{ subject?: string }, RegisterPerson, Only<'PersonRegistered'>> = {
  kind: 'person',
  initial: {},
  decide: (command, state) => (state.subject === undefined ? [{ type: 'PersonRegistered', data: { ...command } }] : []),
  evolve: (_, { data }) => ({ subject: data.subject }),
  subject: (state, command) => state.subject ?? command.subject,
};

export interface IssuedKey {
  readonly person: string;
  readonly digest: string;
  readonly roles: readonly Role[];
  readonly expiresAt?: string | undefined;
}

/** A key's stream is the truth about it (architecture.md, Keys to the door). */
export const keyDecider: Decider<{ issued?: IssuedKey }, IssuedKey, Only<'KeyIssued'>> = {
  kind: 'key',
  initial: {},
  decide: ({ person, digest, roles, expiresAt }, state) =>
    state.issued === undefined
      ? [{ type: 'KeyIssued', data: { person, digest, roles: [...roles], ...(expiresAt === undefined ? {} : { expiresAt }) } }]
      : reject('KEY_EXISTS', 'A key with this id was issued already.'),
  evolve: (_, { data }) => ({ issued: data }),
};
