import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { Definitions, learningPlanCommand } from '../definitions.js';
import { learningPlanContent } from '../domain/content.js';

export const defineLearningPlanSchema = z
  .strictObject({ learningPlan: definitionId, ...learningPlanContent })
  .meta({ id: 'LearningPlan' });
export type LearningPlanDefinition = z.infer<typeof defineLearningPlanSchema>;

export class DefineLearningPlan extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: LearningPlanDefinition,
  ) {
    super();
  }
}

@CommandHandler(DefineLearningPlan)
export class DefineLearningPlanHandler implements ICommandHandler<DefineLearningPlan> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, body }: DefineLearningPlan): Promise<Receipt | Rejection> {
    return this.definitions.execute(write, 'define-learning-plan', learningPlanCommand(body), body as JsonObject);
  }
}

@Controller('v1')
export class DefineLearningPlanRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learning-plans')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Define a learning plan, a list of courses: its first edition', tags: ['Definitions'] })
  @Answers(receiptSchema)
  define(
    @Write() write: WriteRequest,
    @Body({ schema: defineLearningPlanSchema }) body: LearningPlanDefinition,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DefineLearningPlan(write, body));
  }
}
