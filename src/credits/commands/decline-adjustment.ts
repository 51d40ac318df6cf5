import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { organizationId } from '../../access/services.js';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { reasonSchema } from '../../shared/text.js';
import { Accounts } from '../accounts.js';
import { adjustmentNumber } from './adjustment-number.js';

export const declineAdjustmentSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'DeclineCreditAdjustment', description: 'Also by who proposed it.' });
export type AdjustmentDecline = z.infer<typeof declineAdjustmentSchema>;

export class DeclineAdjustment extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly organization: string,
    readonly adjustment: number,
    readonly body: AdjustmentDecline,
  ) {
    super();
  }
}

@CommandHandler(DeclineAdjustment)
export class DeclineAdjustmentHandler implements ICommandHandler<DeclineAdjustment> {
  constructor(private readonly accounts: Accounts) {}

  execute({ write, organization, adjustment, body }: DeclineAdjustment): Promise<Receipt | Rejection> {
    const command = { type: 'DeclineAdjustment', adjustment, subject: uuidv4(), ...body } as const;
    const decided: WriteRequest = { ...write, meaning: 'declined' };
    return this.accounts.execute(decided, organization, 'decline-adjustment', command, { ...body, adjustment });
  }
}

@Controller('v1')
export class DeclineAdjustmentRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('organizations/:organization/credits/adjustments/:adjustment/decline')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Decline an adjustment, or take the own one back', tags: ['Credits'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('organization', { schema: organizationId }) organization: string,
    @Param('adjustment', { schema: adjustmentNumber }) adjustment: number,
    @Body({ schema: declineAdjustmentSchema }) body: AdjustmentDecline,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DeclineAdjustment(write, organization, adjustment, body));
  }
}
