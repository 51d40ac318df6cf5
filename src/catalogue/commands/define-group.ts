import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { Definitions } from '../definitions.js';
import { groupContent } from '../domain/events.js';

export const defineGroupSchema = z.strictObject(groupContent).meta({ id: 'Group' });
type GroupDefinition = z.infer<typeof defineGroupSchema>;

export class DefineGroup extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: GroupDefinition,
  ) {
    super();
  }
}

@CommandHandler(DefineGroup)
export class DefineGroupHandler implements ICommandHandler<DefineGroup> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, body }: DefineGroup): Promise<Receipt | Rejection> {
    return this.definitions.execute(write, 'define-group', { type: 'DefineGroup', ...body }, body);
  }
}

@Controller('v1')
export class DefineGroupRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('groups')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Define a group of learners; a repeat with another title renames it', tags: ['Definitions'] })
  @Answers(receiptSchema)
  define(@Write() write: WriteRequest, @Body({ schema: defineGroupSchema }) body: GroupDefinition): Promise<Receipt | Rejection> {
    return this.commands.execute(new DefineGroup(write, body));
  }
}
