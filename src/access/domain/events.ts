import { z } from 'zod';
import { defineEvent } from '../../ledger/event-registry.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import { sealedSchema, type Secret } from '../../ledger/sealed.js';
import { isoInstant } from '../../shared/text.js';
import { ROLES } from './roles.js';

const person = z.string().regex(/^[0-9a-f]{64}$/);
const organizationCreated = z.strictObject({ platform: z.boolean(), subject: z.uuid(), name: sealedSchema });
const personRegistered = z.strictObject({ subject: z.uuid(), person: sealedSchema });
const keyIssued = z.strictObject({
  person,
  /** SHA-256 of the 256-bit secret, lower-case hex; the secret itself is shown once and never kept. */
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  roles: z.array(z.enum(ROLES)).min(1),
  expiresAt: isoInstant.optional(),
});

export type AccessEvent =
  | LedgerEvent<'OrganizationCreated', { platform: boolean; subject: string; name: Secret }>
  | LedgerEvent<'PersonRegistered', { subject: string; person: Secret }>
  | LedgerEvent<'KeyIssued', z.infer<typeof keyIssued>>;

export const accessEvents = [
  defineEvent('OrganizationCreated', organizationCreated, { sealed: [{ field: 'name', subject: 'subject' }] }),
  defineEvent('PersonRegistered', personRegistered, { sealed: [{ field: 'person', subject: 'subject' }] }),
  defineEvent('KeyIssued', keyIssued),
];
