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

export const approveAwardSchema = z
  .strictObject({ reason: reasonSchema.optional() })
  .meta({ id: 'ApproveAward', description: 'Another person than who proposed it, and than the learner.' });
export type AwardApproval = z.infer<typeof approveAwardSchema>;

export class ApproveAward extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: AwardApproval,
  ) {
    super();
  }
}

@CommandHandler(ApproveAward)
export class ApproveAwardHandler implements ICommandHandler<ApproveAward> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: ApproveAward): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'approved' },
      learner,
      'approve-award',
      { type: 'ApproveAward', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class ApproveAwardRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/awards/approval')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Approve an award that waits for it', tags: ['Decisions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: approveAwardSchema }) body: AwardApproval,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ApproveAward(write, learner, scheme, body));
  }
}
