import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { callerId } from '../../shared/text.js';
import { Records } from '../records.js';
import { submissionNumber } from './submission-number.js';

export class ClaimReview extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly submission: number,
  ) {
    super();
  }
}

@CommandHandler(ClaimReview)
export class ClaimReviewHandler implements ICommandHandler<ClaimReview> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, submission }: ClaimReview): Promise<Receipt | Rejection> {
    return this.records.execute(write, learner, 'claim-review', { type: 'ClaimReview', of: submission }, { submission });
  }
}

@Controller('v1')
export class ClaimReviewRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/submissions/:submission/claim')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Keep the review of a submission for oneself, for a bounded time', tags: ['Submissions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('submission', { schema: submissionNumber }) submission: number,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ClaimReview(write, learner, submission));
  }
}
