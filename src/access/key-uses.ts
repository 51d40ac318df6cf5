import type { Logger } from 'pino';
import type { Ledger } from '../ledger/ledger.js';
import { dateAt } from '../shared/calendar.js';
import { keyDecider } from './domain/key.js';
import { streamName } from '../ledger/stream-name.js';

/** How many last uses may be on their way into the log at once; a key beyond it is noted at its next use. */
export const KEY_USES_IN_FLIGHT_MAX = 100;

const POLICY = 'key-use';

/** Records on which UTC days a key was used, once a day, beside the request and never in its way. */
export class KeyUses {
  private readonly inFlight = new Map<string, Promise<void>>();

  constructor(
    private readonly ledger: Ledger,
    private readonly logger: Logger,
  ) {}

  note(organization: string, key: string, lastUsed: string | undefined): void {
    const day = dateAt(this.ledger.clock.now(), 'UTC');
    const stream = streamName(keyDecider.kind, organization, key);
    const isNoted = lastUsed !== undefined && lastUsed >= day;
    if (isNoted || this.inFlight.has(stream) || this.inFlight.size >= KEY_USES_IN_FLIGHT_MAX) return;
    const recorded = this.record(organization, stream, day)
      .catch((err: unknown) =>
        this.logger.error({ err, stream }, 'The use of a key could not be recorded; its next use tries again.'),
      )
      .finally(() => this.inFlight.delete(stream));
    this.inFlight.set(stream, recorded);
  }

  /** Until nothing is on its way, for who is about to close the store. */
  async settle(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight.values());
  }

  private async record(organization: string, stream: string, day: string): Promise<void> {
    const commandId = await this.ledger.keyRing.commandId(organization, stream, ['used', day]);
    await this.ledger.execute({
      decider: keyDecider,
      stream,
      command: { type: 'UseKey', day },
      envelope: {
        organization,
        commandId,
        actor: { key: 'policy', role: 'policy' },
        origin: { kind: 'policy', policy: POLICY },
        correlationId: commandId,
        operation: 'use-key',
        body: { day },
      },
      facts: async () => ({ facts: { platform: false, holder: 'active', isLastAdminKey: false } }),
    });
  }
}
