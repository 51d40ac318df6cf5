import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import { ORGANIZATION_ID } from '../../ledger/stream-name.js';
import { isRejection, type Rejection } from '../../shared/result.js';
import { callerId, reasonSchema } from '../../shared/text.js';
import { Access } from '../access.js';
import { ROLES } from '../domain/roles.js';
import { periodSchema } from './delegate-role.js';

export const organizationId = z.string().regex(ORGANIZATION_ID, 'Must be 1 to 32 lower-case letters or digits.');
export const grantAccessSchema = z
  .strictObject({
    person: callerId.meta({ description: 'The id of the person at home.' }),
    home: organizationId.meta({ description: 'The organization that runs the service.' }),
    role: z.enum(ROLES),
    ...periodSchema,
    reason: reasonSchema,
  })
  .meta({ id: 'GrantAccess' });
export type GrantRequest = z.infer<typeof grantAccessSchema>;

const answerSchema = receiptSchema.extend({ grant: z.uuid() });
export type GrantAnswer = Receipt & { readonly grant: string };

export class GrantAccess extends Command<GrantAnswer | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: GrantRequest,
  ) {
    super();
  }
}

@CommandHandler(GrantAccess)
export class GrantAccessHandler implements ICommandHandler<GrantAccess> {
  constructor(private readonly access: Access) {}

  async execute({ write, body }: GrantAccess): Promise<GrantAnswer | Rejection> {
    const target = await this.access.organizationTarget(write, 'grant-access', body);
    const grant = target.envelope.commandId;
    // An organization that is not the platform, or none at all, has no pseudonyms to give to others, and must not get a key here.
    const person = (await this.access.isPlatform(body.home)) ? await this.access.pseudonym(body.home, body.person) : '';
    const { person: personId, ...rest } = body;
    const command = { type: 'GrantAccess', grant, person, personId, subject: uuidv4(), ...rest } as const;
    const outcome = await this.access.onOrganization(target, command);
    return isRejection(outcome) ? outcome : { ...outcome, grant };
  }
}

@Controller('v1')
export class GrantAccessRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('grants')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Let a person of the platform act here in one role between two instants', tags: ['Access'] })
  @Answers(answerSchema)
  route(@Write() write: WriteRequest, @Body({ schema: grantAccessSchema }) body: GrantRequest): Promise<GrantAnswer | Rejection> {
    return this.commands.execute(new GrantAccess(write, body));
  }
}
