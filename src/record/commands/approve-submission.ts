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

export const approveSubmissionSchema = z
  .strictObject({ reason: reasonSchema.optional() })
  .meta({ id: 'ApproveSubmission', description: 'By a person who is neither the learner nor submitted it.' });
export type SubmissionApproval = z.infer<typeof approveSubmissionSchema>;

export class ApproveSubmission extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly submission: number,
    readonly body: SubmissionApproval,
  ) {
    super();
  }
}

@CommandHandler(ApproveSubmission)
export class ApproveSubmissionHandler implements ICommandHandler<ApproveSubmission> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, submission, body }: ApproveSubmission): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'approved' },
      learner,
      'approve-submission',
      { type: 'ApproveSubmission', of: submission, ...body },
      { ...body, submission } as JsonObject,
    );
  }
}

@Controller('v1')
export class ApproveSubmissionRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/submissions/:submission/approval')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Approve a submission: it counts, and what it earns is awarded with it', tags: ['Submissions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('submission', { schema: submissionNumber }) submission: number,
    @Body({ schema: approveSubmissionSchema }) body: SubmissionApproval,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ApproveSubmission(write, learner, submission, body));
  }
}
