import { randomBytes } from 'node:crypto';
import { v4 as uuidv4 } from 'uuid';
import type { Actor } from '../ledger/envelope.js';
import type { Execution, Ledger } from '../ledger/ledger.js';
import type { LedgerEvent } from '../ledger/envelope.js';
import { streamName } from '../ledger/stream-name.js';
import { assert } from '../shared/assert.js';
import { isRejection } from '../shared/result.js';
import { keyStream, secretDigest, tokenOf } from './authenticator.js';
import { keyDecider, organizationDecider, personDecider } from './domain/deciders.js';
import type { Role } from './domain/roles.js';

/** What the first administrator may do: everything that a newcomer's tour and a small organization need. */
const FIRST_ROLES: readonly Role[] = ['admin', 'author', 'auditor', 'reporter', 'operator'];
const FIRST_PERSON = 'first-administrator';

/**
 * Makes the first organization, its first person and that person's key, as events. Every step has a derived command id,
 * so a crash in between is completed by the next start. Answers the token on the start that issued it, and never again.
 */
export async function firstStart(ledger: Ledger, organization: string): Promise<string | undefined> {
  const { keyRing } = ledger;
  const key = await keyRing.commandId(organization, 'first-start', 'key');
  if ((await ledger.load(keyDecider, keyStream(organization, key))).revision >= 0) return undefined;
  const person = await keyRing.pseudonym(organization, 'person', FIRST_PERSON);
  const actor: Actor = { key: 'first-start', role: 'operator' };
  const run = async <State, Command, Event extends LedgerEvent>(
    decider: Execution<State, Command, Event, undefined>['decider'],
    stream: string,
    command: Command,
  ): Promise<void> => {
    // The stream may stand already where an earlier start was cut short.
    if ((await ledger.load(decider as never, stream)).revision >= 0) return;
    const commandId = await keyRing.commandId(organization, stream, 'first-start');
    const envelope = {
      organization,
      commandId,
      actor,
      origin: { kind: 'policy', policy: 'first-start' },
      correlationId: commandId,
      operation: 'first-start',
      body: null,
    } as const;
    const outcome = await ledger.execute({ decider, stream, command, envelope, facts: async () => ({ facts: undefined }) });
    assert(!isRejection(outcome), 'The first start was refused.');
  };
  await run(organizationDecider, streamName('organization', organization), {
    subject: uuidv4(),
    name: organization,
    platform: true,
  });
  await run(personDecider, streamName('person', organization, person), { subject: uuidv4(), person: FIRST_PERSON });
  const secret = randomBytes(32).toString('hex');
  await run(keyDecider, keyStream(organization, key), { person, digest: secretDigest(secret), roles: FIRST_ROLES });
  return tokenOf(organization, key, secret);
}
