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
import { callerId } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';
import { submissionNumber } from './submission-number.js';

export const withdrawSubmissionSchema = z
  .strictObject({ reason: reasonSchema.optional() })
  .meta({ id: 'WithdrawSubmission', description: 'While nobody decided it; by the learner or who submitted it.' });
export type SubmissionWithdrawal = z.infer<typeof withdrawSubmissionSchema>;

export class WithdrawSubmission extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly submission: number,
    readonly body: SubmissionWithdrawal,
  ) {
    super();
  }
}

@CommandHandler(WithdrawSubmission)
export class WithdrawSubmissionHandler implements ICommandHandler<WithdrawSubmission> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, submission, body }: WithdrawSubmission): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'withdrawn' },
      learner,
      'withdraw-submission',
      { type: 'WithdrawSubmission', of: submission, ...body },
      { ...body, submission } as JsonObject,
    );
  }
}

@Controller('v1')
export class WithdrawSubmissionRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/submissions/:submission/withdrawal')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Withdraw what was handed in, while nobody decided it', tags: ['Submissions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('submission', { schema: submissionNumber }) submission: number,
    @Body({ schema: withdrawSubmissionSchema }) body: SubmissionWithdrawal,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new WithdrawSubmission(write, learner, submission, body));
  }
}
