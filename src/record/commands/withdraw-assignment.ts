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
import { callerId, definitionId } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

export const withdrawAssignmentSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'WithdrawAssignment' });
export type AssignmentWithdrawal = z.infer<typeof withdrawAssignmentSchema>;

export class WithdrawAssignment extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: AssignmentWithdrawal,
  ) {
    super();
  }
}

@CommandHandler(WithdrawAssignment)
export class WithdrawAssignmentHandler implements ICommandHandler<WithdrawAssignment> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: WithdrawAssignment): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'withdrawn' },
      learner,
      'withdraw-assignment',
      { type: 'WithdrawAssignment', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class WithdrawAssignmentRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/assignments/withdrawal')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Withdraw what was assigned, with a reason', tags: ['Tasks'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: withdrawAssignmentSchema }) body: AssignmentWithdrawal,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new WithdrawAssignment(write, learner, scheme, body));
  }
}
