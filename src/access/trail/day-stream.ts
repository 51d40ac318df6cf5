import type { Principal } from '../../http/principal.js';
import type { Decider } from '../../ledger/decider.js';
import type { LedgerEvent } from '../../ledger/envelope.js';
import type { Ledger } from '../../ledger/ledger.js';
import { streamName } from '../../ledger/stream-name.js';
import { assert } from '../../shared/assert.js';
import { dateAt } from '../../shared/calendar.js';
import type { JsonObject } from '../../shared/json.js';
import { isRejection } from '../../shared/result.js';

/** What was asked, by whom, in which request. */
export interface Asked<Command> {
  readonly principal: Principal;
  readonly request: string;
  readonly what: Command;
}

/** The stream of one actor's day in UTC; a day bounds it. */
export const dayStream = (kind: string, { organization, actor }: Principal, now: string): string =>
  streamName(kind, organization, `${actor.key}-${dateAt(now, 'UTC')}`);

/** Appends what the decider makes of one request, which is the id of the command, so that it is recorded once. */
export async function appendToDay<State, Command extends { readonly operation: string }, Event extends LedgerEvent>(
  ledger: Ledger,
  decider: Decider<State, Command, Event>,
  stream: string,
  { principal: { organization, actor }, request, what }: Asked<Command>,
): Promise<void> {
  const commandId = await ledger.keyRing.commandId(organization, stream, request);
  const outcome = await ledger.execute({
    decider,
    stream,
    command: what,
    envelope: {
      organization,
      commandId,
      actor,
      origin: { kind: 'api' },
      correlationId: request,
      operation: what.operation,
      body: what as unknown as JsonObject,
    },
    facts: async () => ({ facts: undefined }),
  });
  assert(!isRejection(outcome), 'What a request did is recorded without a rule that could refuse it.');
}
