import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { CatalogueFacts } from '../../catalogue/services.js';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import { isRejection, reject, type Rejection } from '../../shared/result.js';
import { callerId, definitionId, isoInstant } from '../../shared/text.js';
import { Access, type Target } from '../access.js';
import { newSecret, secretDigest, tokenOf } from '../authenticator.js';
import { RESPONSIBILITY_GROUPS_MAX } from '../domain/events.js';
import type { IssuedKey } from '../domain/key.js';
import { ROLES } from '../domain/roles.js';

const isSet = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
const rolesSchema = z.array(z.enum(ROLES)).min(1).max(ROLES.length).refine(isSet, { message: 'A role stands twice.' });
const responsibilitySchema = z
  .array(definitionId)
  .min(1)
  .max(RESPONSIBILITY_GROUPS_MAX)
  .refine(isSet, { message: 'A group stands twice.' })
  .meta({ description: 'Groups of learners to which the key is limited; the whole organization unless told.' });
export const issueKeySchema = z
  .strictObject({
    person: callerId.optional().meta({ description: 'The person to whom the key is bound.' }),
    service: definitionId.optional().meta({ description: 'Or the trusted service that says for which person it acts.' }),
    roles: rolesSchema,
    responsibility: responsibilitySchema.optional(),
    label: definitionId.optional(),
    expiresAt: isoInstant.optional(),
  })
  .refine(({ person, service }) => (person === undefined) !== (service === undefined), {
    message: 'A key is bound either to a "person" or to a "service".',
  })
  .meta({ id: 'IssueKey' });
export type KeyRequest = z.infer<typeof issueKeySchema>;

/** Upper and lower case are one to a UUID, but not to a stream's name. */
export const keyId = z.uuid().toLowerCase();

export const issuedKeySchema = receiptSchema.extend({
  key: z.uuid(),
  token: z.string().optional().meta({ description: 'Shown this once, as only its digest is kept; a repeat does not show it.' }),
});
export type IssuedKeyAnswer = Receipt & { readonly key: string; readonly token?: string };

/** Issues a key with a fresh secret; the token leaves with the answer that recorded it, and never again. */
export async function issueWithSecret(
  access: Access,
  { key, stream, envelope }: Target & { readonly key: string },
  issue: Omit<IssuedKey, 'digest'>,
): Promise<IssuedKeyAnswer | Rejection> {
  const secret = newSecret();
  const command = { type: 'IssueKey', issue: { ...issue, digest: secretDigest(secret) } } as const;
  const outcome = await access.onKey({ stream, envelope }, command, key);
  if (isRejection(outcome)) return outcome;
  const token = tokenOf(envelope.organization, key, secret);
  return { ...outcome, key, ...(outcome.outcome === 'recorded' ? { token } : {}) };
}

export class IssueKey extends Command<IssuedKeyAnswer | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: KeyRequest,
  ) {
    super();
  }
}

@CommandHandler(IssueKey)
export class IssueKeyHandler implements ICommandHandler<IssueKey> {
  constructor(
    private readonly access: Access,
    private readonly catalogue: CatalogueFacts,
  ) {}

  async execute({ write, body }: IssueKey): Promise<IssuedKeyAnswer | Rejection> {
    const { person, ...rest } = body;
    const { facts } = await this.catalogue.read(write.principal.organization);
    const unknown = (body.responsibility ?? []).findIndex((group) => !facts.groups.has(group));
    if (unknown !== -1)
      return reject('GROUP_UNKNOWN', 'There is no group with this id. Define the group first.', `/responsibility/${unknown}`);
    const holder = person === undefined ? {} : { person: await this.access.pseudonym(write.principal.organization, person) };
    const target = await this.access.newKeyTarget(write, 'issue-key', body as JsonObject);
    return issueWithSecret(this.access, target, { ...rest, ...holder });
  }
}

@Controller('v1')
export class IssueKeyRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('keys')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Issue a key, bound to a person or to a trusted service; its token is shown once', tags: ['Access'] })
  @Answers(issuedKeySchema)
  route(@Write() write: WriteRequest, @Body({ schema: issueKeySchema }) body: KeyRequest): Promise<IssuedKeyAnswer | Rejection> {
    return this.commands.execute(new IssueKey(write, body));
  }
}
