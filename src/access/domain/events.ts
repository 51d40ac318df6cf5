import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema, type Secret } from '../../ledger/sealed.js';
import { definitionId, isoDate, isoInstant, reasonCode } from '../../shared/text.js';
import { ROLES } from './roles.js';

/** How many groups of learners a key may be limited to. */
export const RESPONSIBILITY_GROUPS_MAX = 200;

const pseudonym = z.string().regex(/^[0-9a-f]{64}$/);
const organization = z.string().regex(/^[a-z0-9]{1,32}$/);
const role = z.enum(ROLES);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const reasoned = { subject: z.uuid(), reasonCode, reason: sealedSchema };

const organizationCreated = z.strictObject({ platform: z.boolean(), subject: z.uuid(), name: sealedSchema });
const accessGranted = z.strictObject({
  grant: z.uuid(),
  person: pseudonym,
  home: organization,
  role,
  from: isoInstant,
  until: isoInstant,
  personId: sealedSchema,
  ...reasoned,
});
const accessGrantRevoked = z.strictObject({ grant: z.uuid(), ...reasoned });

const personRegistered = z.strictObject({ subject: z.uuid(), person: sealedSchema });
const personDetailsChanged = z.strictObject({ subject: z.uuid(), name: sealedSchema });
const roleDelegated = z.strictObject({ delegation: z.uuid(), role, from: isoInstant, until: isoInstant });
const delegationEnded = z.strictObject({ delegation: z.uuid() });
const personDeactivated = z.strictObject(reasoned);
const personReactivated = z.strictObject(reasoned);

const keyIssued = z.strictObject({
  person: pseudonym.optional(),
  service: definitionId.optional(),
  /** SHA-256 of the 256-bit secret, lower-case hex; the secret itself is shown once and never kept. */
  digest,
  roles: z.array(role).min(1),
  responsibility: z.array(definitionId).min(1).max(RESPONSIBILITY_GROUPS_MAX).optional(),
  label: definitionId.optional(),
  expiresAt: isoInstant.optional(),
  replaces: z.uuid().optional(),
});
const keyRevoked = z.strictObject({ reasonCode, subject: z.uuid().optional(), reason: sealedSchema.optional() });
const keyExpiryShortened = z.strictObject({ expiresAt: isoInstant });
const keyUsed = z.strictObject({ day: isoDate });

/** As the log holds it, with what is sealed still open where a decision has just made it. */
type Data<Schema extends z.ZodType, Sealed extends string> = Omit<z.infer<Schema>, Sealed> & {
  readonly [Field in Extract<keyof z.infer<Schema>, Sealed>]: Secret;
};

export type OrganizationEvent =
  | LedgerEvent<'OrganizationCreated', Data<typeof organizationCreated, 'name'>>
  | LedgerEvent<'AccessGranted', Data<typeof accessGranted, 'personId' | 'reason'>>
  | LedgerEvent<'AccessGrantRevoked', Data<typeof accessGrantRevoked, 'reason'>>;
export type PersonEvent =
  | LedgerEvent<'PersonRegistered', Data<typeof personRegistered, 'person'>>
  | LedgerEvent<'PersonDetailsChanged', Data<typeof personDetailsChanged, 'name'>>
  | LedgerEvent<'RoleDelegated', z.infer<typeof roleDelegated>>
  | LedgerEvent<'DelegationEnded', z.infer<typeof delegationEnded>>
  | LedgerEvent<'PersonDeactivated', Data<typeof personDeactivated, 'reason'>>
  | LedgerEvent<'PersonReactivated', Data<typeof personReactivated, 'reason'>>;
export type KeyEvent =
  | LedgerEvent<'KeyIssued', z.infer<typeof keyIssued>>
  | LedgerEvent<'KeyRevoked', Omit<z.infer<typeof keyRevoked>, 'reason'> & { readonly reason?: Secret }>
  | LedgerEvent<'KeyExpiryShortened', z.infer<typeof keyExpiryShortened>>
  | LedgerEvent<'KeyUsed', z.infer<typeof keyUsed>>;

const reasonSealed = [{ field: 'reason', subject: 'subject' }];

export const accessEvents = [
  defineEvent('OrganizationCreated', organizationCreated, { sealed: [{ field: 'name', subject: 'subject' }] }),
  defineEvent('AccessGranted', accessGranted, { sealed: [{ field: 'personId', subject: 'subject' }, ...reasonSealed] }),
  defineEvent('AccessGrantRevoked', accessGrantRevoked, { sealed: reasonSealed }),
  defineEvent('PersonRegistered', personRegistered, { sealed: [{ field: 'person', subject: 'subject' }] }),
  defineEvent('PersonDetailsChanged', personDetailsChanged, { sealed: [{ field: 'name', subject: 'subject' }] }),
  defineEvent('RoleDelegated', roleDelegated),
  defineEvent('DelegationEnded', delegationEnded),
  defineEvent('PersonDeactivated', personDeactivated, { sealed: reasonSealed }),
  defineEvent('PersonReactivated', personReactivated, { sealed: reasonSealed }),
  // Version 1 had always a person and none of the newer fields, so it is a version 2 as it stands.
  defineEvent('KeyIssued', keyIssued, { version: 2, upcasters: [(data) => data] }),
  defineEvent('KeyRevoked', keyRevoked, { sealed: reasonSealed }),
  defineEvent('KeyExpiryShortened', keyExpiryShortened),
  defineEvent('KeyUsed', keyUsed),
];
