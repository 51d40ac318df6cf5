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
import { definitionId } from '../../shared/text.js';
import { Definitions } from '../definitions.js';
import { learningPlanContent, revisedEdition } from '../domain/content.js';

export const reviseLearningPlanSchema = z
  .strictObject({ ...learningPlanContent, edition: revisedEdition })
  .meta({ id: 'LearningPlanRevision' });
type LearningPlanRevision = z.infer<typeof reviseLearningPlanSchema>;

export class ReviseLearningPlan extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learningPlan: string,
    readonly body: LearningPlanRevision,
  ) {
    super();
  }
}

@CommandHandler(ReviseLearningPlan)
export class ReviseLearningPlanHandler implements ICommandHandler<ReviseLearningPlan> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, learningPlan, body }: ReviseLearningPlan): Promise<Receipt | Rejection> {
    const { edition, ...content } = body;
    return this.definitions.execute(
      write,
      'revise-learning-plan',
      { type: 'ReviseLearningPlan', learningPlan: { learningPlan, ...content }, edition },
      {
        learningPlan,
        ...body,
      } as JsonObject,
    );
  }
}

@Controller('v1')
export class ReviseLearningPlanRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learning-plans/:learningPlan/editions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Publish a new edition of a learning plan; earlier editions stay', tags: ['Definitions'] })
  @Answers(receiptSchema)
  revise(
    @Write() write: WriteRequest,
    @Param('learningPlan', { schema: definitionId }) learningPlan: string,
    @Body({ schema: reviseLearningPlanSchema }) body: LearningPlanRevision,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReviseLearningPlan(write, learningPlan, body));
  }
}
