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

export const declineSubmissionSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'DeclineSubmission', description: 'The task is open again; what is handed in next is linked to this one.' });
export type SubmissionDecline = z.infer<typeof declineSubmissionSchema>;

export class DeclineSubmission extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly submission: number,
    readonly body: SubmissionDecline,
  ) {
    super();
  }
}

@CommandHandler(DeclineSubmission)
export class DeclineSubmissionHandler implements ICommandHandler<DeclineSubmission> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, submission, body }: DeclineSubmission): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'declined' },
      learner,
      'decline-submission',
      { type: 'DeclineSubmission', of: submission, ...body },
      { ...body, submission } as JsonObject,
    );
  }
}

@Controller('v1')
export class DeclineSubmissionRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/submissions/:submission/decline')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Decline a submission, with a reason', tags: ['Submissions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('submission', { schema: submissionNumber }) submission: number,
    @Body({ schema: declineSubmissionSchema }) body: SubmissionDecline,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DeclineSubmission(write, learner, submission, body));
  }
}
