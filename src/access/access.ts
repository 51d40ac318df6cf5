import { envelopeOf, type WriteRequest } from '../http/write-request.js';
import type { CommandEnvelope, Ledger } from '../ledger/ledger.js';
import type { Receipt } from '../ledger/receipt.js';
import { StreamQueue } from '../ledger/stream-queue.js';
import type { Json } from '../shared/json.js';
import type { Rejection } from '../shared/result.js';
import type { AdminKeys, Leaving } from './admin-keys.js';
import { keyStream, organizationStream, personStream } from './authenticator.js';
import { keyDecider, type KeyCommand, type KeyFacts, type KeyState } from './domain/key.js';
import { organizationDecider, type OrganizationCommand } from './domain/organization.js';
import { personDecider, type PersonCommand } from './domain/person.js';

/** Where a command goes, and under which id. */
export interface Target {
  readonly stream: string;
  readonly envelope: CommandEnvelope;
}

/** Finds the streams of organizations, persons and keys, and sends commands to them. */
export class Access {
  /** Those that take away from who may administer wait for each other, so that two of them cannot both be the last but one. */
  private readonly departures = new StreamQueue();

  constructor(
    readonly ledger: Ledger,
    private readonly adminKeys: AdminKeys,
  ) {}

  pseudonym(organization: string, person: string): Promise<string> {
    return this.ledger.keyRing.pseudonym(organization, 'person', person);
  }

  async organizationTarget(write: WriteRequest, operation: string, body: Json): Promise<Target> {
    return this.target(organizationStream(write.principal.organization), write, operation, body);
  }

  async personTarget(write: WriteRequest, person: string, operation: string, body: Json): Promise<Target> {
    const { organization } = write.principal;
    return this.target(personStream(organization, await this.pseudonym(organization, person)), write, operation, body);
  }

  keyTarget(write: WriteRequest, key: string, operation: string, body: Json): Promise<Target> {
    return this.target(keyStream(write.principal.organization, key), write, operation, body);
  }

  /** The id of a new key is the id of the command that issues it. */
  async newKeyTarget(write: WriteRequest, operation: string, body: Json): Promise<Target & { readonly key: string }> {
    const envelope = await envelopeOf(this.ledger.keyRing, write, 'keys', operation, body);
    const key = envelope.commandId;
    return { key, envelope, stream: keyStream(envelope.organization, key) };
  }

  async key(organization: string, key: string): Promise<{ readonly state: KeyState; readonly etag: number }> {
    const { state, callerRevision } = await this.ledger.load(keyDecider, keyStream(organization, key));
    return { state, etag: callerRevision };
  }

  onOrganization({ stream, envelope }: Target, command: OrganizationCommand): Promise<Receipt | Rejection> {
    const facts = async () => ({ facts: { homeIsPlatform: await this.homeIsPlatform(command, envelope.organization) } });
    return this.ledger.execute({ decider: organizationDecider, stream, command, envelope, facts });
  }

  onPerson({ stream, envelope }: Target, command: PersonCommand, person: string): Promise<Receipt | Rejection> {
    const { organization } = envelope;
    const execute = () =>
      this.ledger.execute({
        decider: personDecider,
        stream,
        command,
        envelope,
        facts: async () => ({
          facts: {
            platform: await this.isPlatform(organization),
            holdsLastAdminKey:
              command.type === 'DeactivatePerson' &&
              (await this.areLast(organization, { person: await this.pseudonym(organization, person) })),
          },
        }),
      });
    return command.type === 'DeactivatePerson' ? this.departures.run(organization, execute) : execute();
  }

  onKey({ stream, envelope }: Target, command: KeyCommand, key: string): Promise<Receipt | Rejection> {
    const { organization } = envelope;
    const execute = () =>
      this.ledger.execute({
        decider: keyDecider,
        stream,
        command,
        envelope,
        facts: async () => ({
          facts: {
            platform: await this.isPlatform(organization),
            holder: await this.holderOf(command, organization),
            isLastAdminKey: command.type === 'RevokeKey' && (await this.areLast(organization, { key })),
          },
        }),
      });
    return command.type === 'RevokeKey' ? this.departures.run(organization, execute) : execute();
  }

  private async target(stream: string, write: WriteRequest, operation: string, body: Json): Promise<Target> {
    return { stream, envelope: await envelopeOf(this.ledger.keyRing, write, stream, operation, body) };
  }

  private areLast(organization: string, leaving: Leaving): Promise<boolean> {
    return this.adminKeys.areLast(organization, leaving);
  }

  private async holderOf(command: KeyCommand, organization: string): Promise<KeyFacts['holder']> {
    if (command.type !== 'IssueKey' || command.issue.person === undefined) return 'active';
    const { state } = await this.ledger.load(personDecider, personStream(organization, command.issue.person));
    return state.subject === undefined ? 'unknown' : state.deactivated ? 'deactivated' : 'active';
  }

  private async homeIsPlatform(command: OrganizationCommand, organization: string): Promise<boolean> {
    return command.type === 'GrantAccess' && command.home !== organization && (await this.isPlatform(command.home));
  }

  async isPlatform(organization: string): Promise<boolean> {
    return (await this.ledger.load(organizationDecider, organizationStream(organization))).state.platform;
  }
}
