/** What other capabilities may know of accounts: the commands of a batch, which have no route, and where they go. */
export { Accounts, accountStream } from './accounts.js';
export { SITTINGS_RESERVED_MAX } from './domain/events.js';
export type { AccountCommand } from './domain/account.js';
