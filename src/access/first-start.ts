import { v4 as uuidv4 } from 'uuid';
import type { Decider } from '../ledger/decider.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerEvent } from '../ledger/envelope.js';
import { LedgerError } from '../ledger/errors.js';
import type { EventFeed } from '../ledger/ports/event-store.js';
import { parseStreamName } from '../ledger/stream-name.js';
import { assert } from '../shared/assert.js';
import { isRejection } from '../shared/result.js';
import { keyStream, newSecret, organizationStream, personStream, secretDigest, tokenOf } from './authenticator.js';
import { keyDecider } from './domain/key.js';
import { organizationDecider } from './domain/organization.js';
import { personDecider } from './domain/person.js';
import type { Role } from './domain/roles.js';

/** What the first administrator may do: everything that a newcomer's tour and a small organization need. */
const FIRST_ROLES: readonly Role[] = ['admin', 'author', 'auditor', 'reporter', 'operator'];
const FIRST_PERSON = 'first-administrator';

/**
 * A folder holds the ledger that it was made with: another organization's name, or lost keys, must never begin a second
 * one in it. Only the platform runs the service; whoever holds the folder may act in any organization of it. Throws
 * FOREIGN_FILE or KEY_UNUSABLE; writes nothing.
 */
export async function refuseForeignLedger(
  ledger: Ledger,
  feed: EventFeed,
  organization: string,
  purpose: 'service' | 'folder',
): Promise<void> {
  const platform = await firstOrganization(feed);
  if (platform === undefined) return;
  const { exists } = (await ledger.load(organizationDecider, organizationStream(organization))).state;
  if (!exists || (purpose === 'service' && organization !== platform)) {
    const why = exists
      ? `The organization ${organization} does not run this service`
      : `This ledger has no organization ${organization}`;
    throw new LedgerError('FOREIGN_FILE', `${why}. Set CERTLEDGER_ORGANIZATION=${platform}.`);
  }
  if (!(await ledger.keyRing.knowsOrganization(organization))) {
    throw new LedgerError(
      'KEY_UNUSABLE',
      `The key of the organization ${organization} is missing. Put the newest backup of the keys back.`,
    );
  }
}

/** Whose event the log begins with: the first start's, before there could be another organization. */
async function firstOrganization(feed: EventFeed): Promise<string | undefined> {
  const stopping = new AbortController();
  for await (const item of feed.open({ signal: stopping.signal })) {
    if (item.kind === 'progress') continue;
    stopping.abort();
    return item.kind === 'event' ? parseStreamName(item.event.stream).organization : undefined;
  }
  return undefined;
}

/**
 * Makes the first organization, its first person and that person's key, as events. Every step has a derived command id,
 * so a crash in between is completed by the next start. The token is shown before the key is recorded: a start that is
 * cut short in between leaves a token that opens nothing, and never a key that nobody has seen. Answers whether the shown
 * token opens the door: of instances that start at once each shows one, and only one is recorded.
 */
export async function firstStart(ledger: Ledger, organization: string, show: (token: string) => void): Promise<boolean> {
  const { keyRing } = ledger;
  const key = await keyRing.commandId(organization, 'first-start', 'key');
  if ((await ledger.load(keyDecider, keyStream(organization, key))).revision >= 0) return false;
  const person = await keyRing.pseudonym(organization, 'person', FIRST_PERSON);
  await record(ledger, organization, organizationStream(organization), {
    decider: organizationDecider,
    command: { type: 'CreateOrganization', subject: uuidv4(), name: organization, platform: true },
    facts: { homeIsPlatform: true },
  });
  await record(ledger, organization, personStream(organization, person), {
    decider: personDecider,
    command: { type: 'RegisterPerson', subject: uuidv4(), person: FIRST_PERSON },
    facts: { platform: true, holdsLastAdminKey: false },
  });
  const secret = newSecret();
  show(tokenOf(organization, key, secret));
  return record(ledger, organization, keyStream(organization, key), {
    decider: keyDecider,
    command: { type: 'IssueKey', issue: { person, digest: secretDigest(secret), roles: [...FIRST_ROLES] } },
    facts: { platform: true, holder: 'active', isLastAdminKey: false },
  });
}

async function record<State, Command, Event extends LedgerEvent, Facts>(
  ledger: Ledger,
  organization: string,
  stream: string,
  { decider, command, facts }: { decider: Decider<State, Command, Event, Facts>; command: Command; facts: Facts },
): Promise<boolean> {
  // The stream may stand already where an earlier start was cut short.
  if ((await ledger.load(decider as never, stream)).revision >= 0) return false;
  const commandId = await ledger.keyRing.commandId(organization, stream, 'first-start');
  const envelope = {
    organization,
    commandId,
    actor: { key: 'first-start', role: 'operator' },
    origin: { kind: 'policy', policy: 'first-start' },
    correlationId: commandId,
    operation: 'first-start',
    body: null,
  } as const;
  const outcome = await ledger.execute({ decider, stream, command, envelope, facts: async () => ({ facts }) });
  assert(!isRejection(outcome), 'The first start was refused.');
  return outcome.outcome === 'recorded';
}
