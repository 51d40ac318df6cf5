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

export class ReleaseReview extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly submission: number,
  ) {
    super();
  }
}

@CommandHandler(ReleaseReview)
export class ReleaseReviewHandler implements ICommandHandler<ReleaseReview> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, submission }: ReleaseReview): Promise<Receipt | Rejection> {
    return this.records.execute(write, learner, 'release-review', { type: 'ReleaseReview', of: submission }, { submission });
  }
}

@Controller('v1')
export class ReleaseReviewRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/submissions/:submission/release')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Let others review a submission that one kept for oneself', tags: ['Submissions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('submission', { schema: submissionNumber }) submission: number,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReleaseReview(write, learner, submission));
  }
}
