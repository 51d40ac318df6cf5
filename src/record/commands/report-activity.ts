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
import { callerId, definitionId, effective, newScore, presentation } from '../../shared/text.js';
import { ACTIVITY_COUNT_MAX, ACTIVITY_KINDS } from '../domain/events.js';
import { Records } from '../records.js';

export const reportActivitySchema = z
  .strictObject({
    course: definitionId,
    presentation: presentation.optional(),
    activity: definitionId,
    kind: z.enum(ACTIVITY_KINDS),
    effective,
    percent: z.int().min(0).max(100).optional().meta({ description: 'Of a lesson: how far it was watched. The highest counts.' }),
    score: newScore.optional().meta({ description: 'Of a quiz or an assessment; without one it is recorded as submitted.' }),
    count: z
      .int()
      .min(1)
      .max(ACTIVITY_COUNT_MAX)
      .optional()
      .meta({ description: 'Of participation or attendance; 1 unless told.' }),
    carriedOver: z
      .literal(true)
      .optional()
      .meta({ description: 'A result of an earlier presentation, carried over to this one.' }),
  })
  .meta({ id: 'ReportActivity', description: 'What a learner did in a course; the first report enrols by itself.' });
export type ActivityReport = z.infer<typeof reportActivitySchema>;

export class ReportActivity extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: ActivityReport,
  ) {
    super();
  }
}

@CommandHandler(ReportActivity)
export class ReportActivityHandler implements ICommandHandler<ReportActivity> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: ReportActivity): Promise<Receipt | Rejection> {
    return this.records.execute(write, learner, 'report-activity', { type: 'ReportActivity', ...body }, body as JsonObject);
  }
}

@Controller('v1')
export class ReportActivityRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/activities')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Report what a learner did in a course; completes and awards what it completes', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: reportActivitySchema }) body: ActivityReport,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReportActivity(write, learner, body));
  }
}
