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
import { callerId, definitionId, effective } from '../../shared/text.js';
import { Records } from '../records.js';

export const completePlanSchema = z
  .strictObject({ learningPlan: definitionId, effective })
  .meta({ id: 'CompletePlan', description: "By the learning platform's word, where the plan takes it." });
export type PlanCompletion = z.infer<typeof completePlanSchema>;

export class CompletePlan extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: PlanCompletion,
  ) {
    super();
  }
}

@CommandHandler(CompletePlan)
export class CompletePlanHandler implements ICommandHandler<CompletePlan> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: CompletePlan): Promise<Receipt | Rejection> {
    return this.records.execute(write, learner, 'complete-plan', { type: 'CompletePlan', ...body }, body as JsonObject);
  }
}

@Controller('v1')
export class CompletePlanRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/plan-completions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Record that a learner completed a learning plan; awards what it completes', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: completePlanSchema }) body: PlanCompletion,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new CompletePlan(write, learner, body));
  }
}
