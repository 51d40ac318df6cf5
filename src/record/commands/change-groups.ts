import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, definitionId } from '../../shared/text.js';
import { GROUPS_PER_LEARNER_MAX } from '../domain/events.js';
import { Records } from '../records.js';

export const changeGroupsSchema = z
  .strictObject({ groups: z.array(definitionId).max(GROUPS_PER_LEARNER_MAX) })
  .meta({ id: 'ChangeGroups', description: 'All groups that the learner is in from here on.' });
export type Groups = z.infer<typeof changeGroupsSchema>;

export class ChangeGroups extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Groups,
  ) {
    super();
  }
}

@CommandHandler(ChangeGroups)
export class ChangeGroupsHandler implements ICommandHandler<ChangeGroups> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: ChangeGroups): Promise<Receipt | Rejection> {
    return this.records.execute(write, learner, 'change-groups', { type: 'ChangeGroups', ...body }, body as JsonObject);
  }
}

@Controller('v1')
export class ChangeGroupsRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/groups')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Say in which groups a learner is', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: changeGroupsSchema }) body: Groups,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ChangeGroups(write, learner, body));
  }
}
