import { inOrganization, organizationExists } from '../access/services.js';
import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Receipt } from '../ledger/receipt.js';
import { streamName } from '../ledger/stream-name.js';
import type { Json } from '../shared/json.js';
import { reject, type Rejection } from '../shared/result.js';
import { accountDecider, type AccountCommand } from './domain/account.js';

export const accountStream = (organization: string): string => streamName(accountDecider.kind, organization);

export const noOrganization = (): Rejection =>
  reject('ORGANIZATION_UNKNOWN', 'There is no such organization for you.', '/organization');

/** Sends commands to the account of an organization; they queue in its stream's lane, so that neighbours do not burn each other's retries. */
export class Accounts {
  constructor(readonly ledger: Ledger) {}

  /** For the own organization, or by the platform's operator for any that exists. */
  async execute(
    sent: WriteRequest,
    organization: string,
    operation: string,
    command: AccountCommand,
    body: Json,
  ): Promise<Receipt | Rejection> {
    if (!(await organizationExists(this.ledger, organization))) return noOrganization();
    const stream = accountStream(organization);
    const envelope = await envelopeOf(this.ledger.keyRing, inOrganization(sent, organization), stream, operation, body);
    return this.ledger.execute({
      decider: accountDecider,
      stream,
      command,
      envelope,
      facts: async () => ({ facts: undefined }),
    });
  }
}
