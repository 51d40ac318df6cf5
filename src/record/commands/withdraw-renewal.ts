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

export const withdrawRenewalSchema = z.strictObject({ reason: reasonSchema }).meta({
  id: 'WithdrawRenewal',
  description: 'What was done meanwhile stays on record and counts for no renewal that is opened later, unless it is attributed.',
});
export type RenewalWithdrawal = z.infer<typeof withdrawRenewalSchema>;

export class WithdrawRenewal extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: RenewalWithdrawal,
  ) {
    super();
  }
}

@CommandHandler(WithdrawRenewal)
export class WithdrawRenewalHandler implements ICommandHandler<WithdrawRenewal> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: WithdrawRenewal): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'withdrawn' },
      learner,
      'withdraw-renewal',
      { type: 'WithdrawRenewal', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class WithdrawRenewalRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/renewals/withdrawal')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Withdraw the renewal that is open, for example to choose another way', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: withdrawRenewalSchema }) body: RenewalWithdrawal,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new WithdrawRenewal(write, learner, scheme, body));
  }
}
