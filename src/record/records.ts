import { CatalogueFacts } from '../catalogue/services.js';
import type { Principal } from '../http/principal.js';
import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Receipt } from '../ledger/receipt.js';
import { streamName } from '../ledger/stream-name.js';
import type { Json } from '../shared/json.js';
import type { Rejection } from '../shared/result.js';
import type { RecordCommand } from './domain/commands.js';
import { learnerUnknown, outOfReach } from './domain/circumstances.js';
import { recordDecider } from './domain/decider.js';

/** Finds a learner's one stream and sends commands to it. */
export class Records {
  private readonly catalogue: CatalogueFacts;

  constructor(private readonly ledger: Ledger) {
    this.catalogue = new CatalogueFacts(ledger);
  }

  /** The stream of the learner whom the caller knows by `learner`; nothing of that id can be read from it. */
  async stream(organization: string, learner: string): Promise<string> {
    return streamName(recordDecider.kind, organization, await this.ledger.keyRing.pseudonym(organization, 'learner', learner));
  }

  async execute(
    write: WriteRequest,
    learner: string,
    operation: string,
    command: RecordCommand,
    body: Json,
  ): Promise<Receipt | Rejection> {
    return this.executeOn(await this.stream(write.principal.organization, learner), write, operation, command, body);
  }

  async executeOn(
    stream: string,
    write: WriteRequest,
    operation: string,
    command: RecordCommand,
    body: Json,
  ): Promise<Receipt | Rejection> {
    const envelope = await envelopeOf(this.ledger.keyRing, write, stream, operation, body);
    const refusal = await this.outOfReach(stream, write);
    if (refusal !== undefined) return refusal;
    return this.ledger.execute({
      decider: recordDecider,
      stream,
      command,
      envelope,
      facts: async () => {
        const { facts, catalogue } = await this.catalogue.read(envelope.organization);
        return { facts: { ...facts, responsibility: write.principal.responsibility }, catalogue };
      },
    });
  }

  /** Whose personal data is in the record of a learner, for who may touch that record; read from the log. */
  async subjectInReach(
    { organization, actor, responsibility }: Principal,
    learner: string,
  ): Promise<{ readonly stream: string; readonly subject: string } | Rejection> {
    const stream = await this.stream(organization, learner);
    const { state } = await this.ledger.load(recordDecider, stream);
    if (state.profile === undefined) return learnerUnknown();
    return outOfReach(state, { actor, facts: { responsibility } }) ?? { stream, subject: state.profile.subject };
  }

  /** Rights come before a replay is answered (architecture.md, Command ids); the decision itself looks again. */
  private async outOfReach(stream: string, { principal }: WriteRequest): Promise<Rejection | undefined> {
    const { actor, responsibility } = principal;
    if (responsibility === undefined && actor.role !== 'learner') return undefined;
    const { state } = await this.ledger.load(recordDecider, stream);
    return state.profile === undefined ? undefined : outOfReach(state, { actor, facts: { responsibility } });
  }
}
