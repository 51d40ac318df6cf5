import { v4 as uuidv4 } from 'uuid';
import { keyStream, secretDigest, tokenOf } from '../../src/access/authenticator.js';
import type { Role } from '../../src/access/domain/roles.js';
import { MemoryEventStore } from '../../src/adapters/memory/event-store.js';
import type { NewEvent } from '../../src/ledger/envelope.js';
import { LedgerError } from '../../src/ledger/errors.js';
import type { AppendResult, ExpectedRevision } from '../../src/ledger/ports/event-store.js';
import { ORGANIZATION, type Service } from './service.js';

/** A key with these roles and a person of its own, straight into the log, so that what a test counts is its own. */
export async function issueKey(
  service: Service,
  roles: readonly Role[],
): Promise<{ key: string; token: string; person: string }> {
  const { ledger, keyRing } = service.started.kernel;
  const [key, secret] = [uuidv4(), 'ab'.repeat(32)];
  const person = await keyRing.pseudonym(ORGANIZATION, 'person', `person ${key}`);
  const metadata = { ...(await service.events())[0]!.metadata, commandId: uuidv4() };
  const issued = { type: 'KeyIssued', data: { person, digest: secretDigest(secret), roles } };
  const event = await ledger.codec.encode(ORGANIZATION, issued, uuidv4(), metadata);
  await ledger.store.append(keyStream(ORGANIZATION, key), [event], { expected: 'none' });
  return { key, token: tokenOf(ORGANIZATION, key, secret), person };
}

/** Refuses appends to the streams that the test names, as a full disk would. */
export class RefusingEventStore extends MemoryEventStore {
  refused: RegExp | undefined;

  override append(stream: string, events: readonly NewEvent[], options: { expected: ExpectedRevision }): Promise<AppendResult> {
    if (this.refused?.test(stream) === true)
      return Promise.reject(new LedgerError('STORE_UNAVAILABLE', 'The test made this append fail.'));
    return super.append(stream, events, options);
  }
}
