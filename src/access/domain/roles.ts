import type { Actor } from '../../ledger/envelope.js';
import { reject, type Rejection } from '../../shared/result.js';

/** Roles inside one organization, and those of the platform at the end (domain.md, Who acts). */
export const ROLES = [
  'learner',
  'author',
  'admin',
  'reviewer',
  'auditor',
  'reporter',
  'privacy',
  'operator',
  'security-reviewer',
] as const;
export type Role = (typeof ROLES)[number];
/** Roles over organizations; only the platform's own organization has them. */
export const PLATFORM_ROLES: ReadonlySet<Role> = new Set<Role>(['operator', 'security-reviewer']);

export interface RoleFacts {
  /** Whether the organization is the platform. */
  readonly platform: boolean;
}

/** A role of the platform is given by the platform's operator, and nowhere but in the platform's own organization. */
export function refuseRoleOfPlatform(
  roles: readonly Role[],
  { platform }: RoleFacts,
  actor: Actor,
  pointer: string,
): Rejection<'ROLE_OF_PLATFORM'> | undefined {
  const foreign = roles.find((role) => PLATFORM_ROLES.has(role));
  if (foreign === undefined || (platform && actor.role === 'operator')) return undefined;
  const detail = platform
    ? `The role ${foreign} is given by an operator only.`
    : `The role ${foreign} exists in the platform's own organization only.`;
  return reject('ROLE_OF_PLATFORM', detail, pointer);
}
