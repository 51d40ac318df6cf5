/** What other capabilities may know of access: the table of who may do what, for who acts in many operations with one request. */
export { roleFor, ruleOf } from './authorization.js';
export type { Role } from './domain/roles.js';
