/** Roles inside one organization, and `operator` of the platform (domain.md, Who acts). */
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
