import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { Access } from '../access.js';
import { reasonedSchema, type Reasoned } from './deactivate-person.js';

export class RevokeGrant extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly grant: string,
    readonly body: Reasoned,
  ) {
    super();
  }
}

@CommandHandler(RevokeGrant)
export class RevokeGrantHandler implements ICommandHandler<RevokeGrant> {
  constructor(private readonly access: Access) {}

  async execute({ write, grant, body }: RevokeGrant): Promise<Receipt | Rejection> {
    const target = await this.access.organizationTarget(write, 'revoke-grant', { grant, ...body });
    return this.access.onOrganization(target, { type: 'RevokeGrant', grant, subject: uuidv4(), ...body });
  }
}

@Controller('v1')
export class RevokeGrantRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('grants/:grant/revocation')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Revoke a grant before its end; it lets nobody in from now on', tags: ['Access'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('grant', { schema: z.uuid().toLowerCase() }) grant: string,
    @Body({ schema: reasonedSchema }) body: Reasoned,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new RevokeGrant(write, grant, body));
  }
}
