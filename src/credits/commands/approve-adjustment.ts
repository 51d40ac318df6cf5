import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { organizationId } from '../../access/services.js';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { Accounts } from '../accounts.js';
import { adjustmentNumber } from './adjustment-number.js';

export const approveAdjustmentSchema = z.strictObject({}).meta({
  id: 'ApproveCreditAdjustment',
  description: 'Another person than who proposed it; the reason is that of the proposal.',
});
export type AdjustmentApproval = z.infer<typeof approveAdjustmentSchema>;

export class ApproveAdjustment extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly organization: string,
    readonly adjustment: number,
    readonly body: AdjustmentApproval,
  ) {
    super();
  }
}

@CommandHandler(ApproveAdjustment)
export class ApproveAdjustmentHandler implements ICommandHandler<ApproveAdjustment> {
  constructor(private readonly accounts: Accounts) {}

  execute({ write, organization, adjustment, body }: ApproveAdjustment): Promise<Receipt | Rejection> {
    const command = { type: 'ApproveAdjustment', adjustment } as const;
    const decided: WriteRequest = { ...write, meaning: 'approved' };
    return this.accounts.execute(decided, organization, 'approve-adjustment', command, { ...body, adjustment });
  }
}

@Controller('v1')
export class ApproveAdjustmentRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('organizations/:organization/credits/adjustments/:adjustment/approval')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Approve an adjustment that another person proposed', tags: ['Credits'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('organization', { schema: organizationId }) organization: string,
    @Param('adjustment', { schema: adjustmentNumber }) adjustment: number,
    @Body({ schema: approveAdjustmentSchema }) body: AdjustmentApproval,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ApproveAdjustment(write, organization, adjustment, body));
  }
}
