import { z } from 'zod';
import { organizationExists, organizationId } from '../../access/services.js';
import type { Principal } from '../../http/principal.js';
import type { Ledger } from '../../ledger/ledger.js';
import { DOCUMENTS_PER_FIND_MAX } from '../../projections/ports/read-model-store.js';
import type { Projections } from '../../projections/projections.js';
import type { Rejection } from '../../shared/result.js';
import { accountStream, noOrganization } from '../accounts.js';
import { ACCOUNTS, booked, NO_CREDITS, type Balances } from '../domain/entries.js';
import { creditEntries, type EntryDocument } from './credit-entries.projection.js';

export const organizationParameter = organizationId
  .optional()
  .meta({ description: 'Whose account, where it is not the own one; for the platform’s operators.' });

export const balancesSchema = z
  .object(Object.fromEntries(ACCOUNTS.map((account) => [account, z.int()])) as Record<(typeof ACCOUNTS)[number], z.ZodInt>)
  .meta({ description: 'available + reserved + consumed = purchased + adjusted, at every position.' });

/**
 * Whose account is asked for: the own one, or any that exists where an operator asks. Whether another organization exists
 * is told to nobody else, nor by how long the answer takes.
 */
export async function accountAsked(
  ledger: Ledger,
  { organization: own, actor }: Principal,
  asked: string | undefined,
): Promise<string | Rejection> {
  if (asked === undefined || asked === own) return own;
  if (actor.role !== 'operator') return noOrganization();
  return (await organizationExists(ledger, asked)) ? asked : noOrganization();
}

/** Everything that moved credits on an account, in the order of the log. */
export async function entriesOfAccount(projections: Projections, organization: string): Promise<readonly EntryDocument[]> {
  const where = { index: 'byAccount', equals: [accountStream(organization)], limit: DOCUMENTS_PER_FIND_MAX };
  const entries: EntryDocument[] = [];
  let after: string | undefined;
  do {
    const page = await projections.find(creditEntries.name, { ...where, after });
    entries.push(...page.documents.map(({ body }) => body as unknown as EntryDocument));
    after = page.next;
  } while (after !== undefined);
  return entries;
}

export const sumOf = (documents: readonly EntryDocument[], from: Balances = NO_CREDITS): Balances =>
  documents.reduce((balances, { entries }) => booked(balances, entries), from);
