import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective } from '../../shared/text.js';
import { Records } from '../records.js';

export const startAssignmentSchema = z
  .strictObject({ effective: effective.optional() })
  .meta({ id: 'StartAssignment', description: 'Effective now unless told; not before the start that was assigned.' });
export type AssignmentStart = z.infer<typeof startAssignmentSchema>;

export class StartAssignment extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: AssignmentStart,
  ) {
    super();
  }
}

@CommandHandler(StartAssignment)
export class StartAssignmentHandler implements ICommandHandler<StartAssignment> {
  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  execute({ write, learner, scheme, body }: StartAssignment): Promise<Receipt | Rejection> {
    const effective = body.effective ?? { instant: this.clock.now() };
    return this.records.execute(write, learner, 'start-assignment', { type: 'StartAssignment', scheme, effective }, {
      ...body,
      scheme,
    } as JsonObject);
  }
}

@Controller('v1')
export class StartAssignmentRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/assignments/start')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Start what is assigned', tags: ['Tasks'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: startAssignmentSchema }) body: AssignmentStart,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new StartAssignment(write, learner, scheme, body));
  }
}
