import { CatalogueFacts } from '../catalogue/services.js';
import type { Principal } from '../http/principal.js';
import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Receipt } from '../ledger/receipt.js';
import { streamName } from '../ledger/stream-name.js';
import type { Json } from '../shared/json.js';
import { isRejection, type Rejection } from '../shared/result.js';
import { learnerUnknown, outOfReach } from './domain/circumstances.js';
import type { Of, PinnedAttachment, RecordCommand } from './domain/commands.js';
import { recordDecider } from './domain/decider.js';
import type { RecordState } from './domain/state.js';
import { NO_FILES, REHEARSED_FILES, type EvidenceSources } from './evidence-files.js';

/** A submission as it is asked for: the file by the address that its upload was answered with. */
export type AskedSubmission = Omit<Of<'SubmitEvidence'>, 'type' | 'attachment'> & { readonly attachment?: string | undefined };

/** Finds a learner's one stream and sends commands to it. */
export class Records {
  private readonly catalogue: CatalogueFacts;

  constructor(
    private readonly ledger: Ledger,
    private readonly evidence: EvidenceSources = NO_FILES,
  ) {
    this.catalogue = new CatalogueFacts(ledger);
  }

  /** The same over the ledger of a dry run, which writes no file and pins none. */
  over(ledger: Ledger): Records {
    return new Records(ledger, { ...this.evidence, files: REHEARSED_FILES });
  }

  /** Whether approvals wait for what a scanner says of an attachment. */
  get scansAttachments(): boolean {
    return this.evidence.scans;
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

  /** Pins the attachment before anything refers to it; where the decision then refuses, nothing does and it is collected. */
  async submitEvidence(
    write: WriteRequest,
    learner: string,
    operation: string,
    { attachment: address, ...asked }: AskedSubmission,
    body: Json,
  ): Promise<Receipt | Rejection> {
    const attachment = address === undefined ? undefined : await this.pin(write, learner, address);
    if (isRejection(attachment)) return attachment;
    return this.execute(write, learner, operation, { type: 'SubmitEvidence', ...asked, attachment }, body);
  }

  private async pin(
    { principal, idempotencyKey }: WriteRequest,
    learner: string,
    address: string,
  ): Promise<PinnedAttachment | Rejection | undefined> {
    const { organization } = principal;
    const found = await this.subjectInReach(principal, learner);
    if (isRejection(found)) return found;
    const { commands } = await this.ledger.load(recordDecider, found.stream);
    // A repeat is answered by its receipt, even where the file was erased since.
    if (commands.has(await this.ledger.keyRing.commandId(organization, found.stream, idempotencyKey))) return undefined;
    const pinned = await this.evidence.files.pin(organization, found.subject, address);
    return isRejection(pinned) ? { ...pinned, pointer: '/attachment' } : pinned;
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
        const { responsibility } = write.principal;
        return { facts: { ...facts, responsibility, scans: this.evidence.scans }, catalogue };
      },
    });
  }

  /** Whose personal data is in the record of a learner, for who may touch that record. */
  async subjectInReach(
    principal: Principal,
    learner: string,
  ): Promise<{ readonly stream: string; readonly subject: string } | Rejection> {
    const found = await this.recordInReach(principal, learner);
    return 'code' in found ? found : { stream: found.stream, subject: found.state.profile!.subject };
  }

  /** The record of a learner as the log has it, for who may touch it. */
  async recordInReach(
    { organization, actor, responsibility }: Principal,
    learner: string,
  ): Promise<{ readonly stream: string; readonly state: RecordState } | Rejection> {
    const stream = await this.stream(organization, learner);
    const { state } = await this.ledger.load(recordDecider, stream);
    if (state.profile === undefined) return learnerUnknown();
    return outOfReach(state, { actor, facts: { responsibility } }) ?? { stream, state };
  }

  /** Rights come before a replay is answered (architecture.md, Command ids); the decision itself looks again. */
  private async outOfReach(stream: string, { principal }: WriteRequest): Promise<Rejection | undefined> {
    const { actor, responsibility } = principal;
    if (responsibility === undefined && actor.role !== 'learner') return undefined;
    const { state } = await this.ledger.load(recordDecider, stream);
    return state.profile === undefined ? undefined : outOfReach(state, { actor, facts: { responsibility } });
  }
}
