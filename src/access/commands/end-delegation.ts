import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { callerId } from '../../shared/text.js';
import { Access } from '../access.js';

export class EndDelegation extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly person: string,
    readonly delegation: string,
  ) {
    super();
  }
}

@CommandHandler(EndDelegation)
export class EndDelegationHandler implements ICommandHandler<EndDelegation> {
  constructor(private readonly access: Access) {}

  async execute({ write, person, delegation }: EndDelegation): Promise<Receipt | Rejection> {
    const target = await this.access.personTarget(write, person, 'end-delegation', { delegation });
    return this.access.onPerson(target, { type: 'EndDelegation', delegation }, person);
  }
}

@Controller('v1')
export class EndDelegationRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('persons/:person/delegations/:delegation/end')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'End a delegation before its time; it gives no right from now on', tags: ['Access'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('person', { schema: callerId }) person: string,
    @Param('delegation', { schema: z.uuid().toLowerCase() }) delegation: string,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new EndDelegation(write, person, delegation));
  }
}
