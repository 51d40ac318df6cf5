import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective, presentation } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

export const withdrawEnrolmentSchema = z
  .strictObject({ presentation: presentation.optional(), effective: effective.optional(), reason: reasonSchema.optional() })
  .meta({ id: 'WithdrawEnrolment', description: 'Effective now unless told. What was reported stays on record.' });
export type EnrolmentWithdrawal = z.infer<typeof withdrawEnrolmentSchema>;

export class WithdrawEnrolment extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly course: string,
    readonly body: EnrolmentWithdrawal,
  ) {
    super();
  }
}

@CommandHandler(WithdrawEnrolment)
export class WithdrawEnrolmentHandler implements ICommandHandler<WithdrawEnrolment> {
  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  execute({ write, learner, course, body }: WithdrawEnrolment): Promise<Receipt | Rejection> {
    const effective = body.effective ?? { instant: this.clock.now() };
    return this.records.execute(
      write,
      learner,
      'withdraw-enrolment',
      { type: 'WithdrawEnrolment', course, presentation: body.presentation, effective, reason: body.reason },
      { ...body, course } as JsonObject,
    );
  }
}

@Controller('v1')
export class WithdrawEnrolmentRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/enrolments/:course/withdrawal')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Withdraw a learner from a course', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('course', { schema: definitionId }) course: string,
    @Body({ schema: withdrawEnrolmentSchema }) body: EnrolmentWithdrawal,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new WithdrawEnrolment(write, learner, course, body));
  }
}
