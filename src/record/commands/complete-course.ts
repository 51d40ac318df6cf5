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
import { callerId, definitionId, effective, isoDate, presentation, text } from '../../shared/text.js';
import { Records } from '../records.js';

export const completeCourseSchema = z
  .strictObject({
    course: definitionId,
    presentation: presentation.optional(),
    effective,
    grade: text(100).optional(),
    honours: text(100).optional(),
    validUntil: isoDate
      .optional()
      .meta({ description: 'The last day on which it counts, where a scheme caps validity by its evidence.' }),
  })
  .meta({ id: 'CompleteCourse', description: 'A completion, true from its effective date or instant; it enrols by itself.' });
export type Completion = z.infer<typeof completeCourseSchema>;

export class CompleteCourse extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Completion,
  ) {
    super();
  }
}

@CommandHandler(CompleteCourse)
export class CompleteCourseHandler implements ICommandHandler<CompleteCourse> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: CompleteCourse): Promise<Receipt | Rejection> {
    return this.records.execute(write, learner, 'complete-course', { type: 'CompleteCourse', ...body }, body as JsonObject);
  }
}

@Controller('v1')
export class CompleteCourseRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/completions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Record that a learner completed a course; awards what it completes', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: completeCourseSchema }) body: Completion,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new CompleteCourse(write, learner, body));
  }
}
