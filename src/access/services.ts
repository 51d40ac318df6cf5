import type { WriteRequest } from '../http/write-request.js';
import type { Ledger } from '../ledger/ledger.js';
import { organizationStream } from './authenticator.js';
import { organizationDecider } from './domain/organization.js';

export { organizationId } from './commands/grant-access.js';

/** Whether there is an organization with this id; asked before anything is derived from its keys, which asking would make. */
export const organizationExists = async (ledger: Ledger, organization: string): Promise<boolean> =>
  (await ledger.load(organizationDecider, organizationStream(organization))).state.exists;

/** A write of the platform's operator to a stream of another organization; the events say from where it came. */
export function inOrganization(write: WriteRequest, organization: string): WriteRequest {
  const { principal } = write;
  if (principal.organization === organization) return write;
  const actor = { ...principal.actor, home: principal.actor.home ?? principal.organization };
  return { ...write, principal: { ...principal, organization, actor } };
}
