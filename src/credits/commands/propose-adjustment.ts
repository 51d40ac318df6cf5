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
import { signedCredits } from '../domain/events.js';

export const proposeAdjustmentSchema = z
  .strictObject({ credits: signedCredits, reason: reasonSchema })
  .meta({ id: 'ProposeCreditAdjustment', description: 'Nothing moves until another person approves it.' });
export type AdjustmentProposal = z.infer<typeof proposeAdjustmentSchema>;

export class ProposeAdjustment extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly organization: string,
    readonly body: AdjustmentProposal,
  ) {
    super();
  }
}

@CommandHandler(ProposeAdjustment)
export class ProposeAdjustmentHandler implements ICommandHandler<ProposeAdjustment> {
  constructor(private readonly accounts: Accounts) {}

  execute({ write, organization, body }: ProposeAdjustment): Promise<Receipt | Rejection> {
    const command = { type: 'ProposeAdjustment', subject: uuidv4(), ...body } as const;
    return this.accounts.execute({ ...write, meaning: 'corrected' }, organization, 'propose-credit-adjustment', command, body);
  }
}

@Controller('v1')
export class ProposeAdjustmentRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('organizations/:organization/credits/adjustments')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Propose that credits are added or taken away; another person approves', tags: ['Credits'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('organization', { schema: organizationId }) organization: string,
    @Body({ schema: proposeAdjustmentSchema }) body: AdjustmentProposal,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ProposeAdjustment(write, organization, body));
  }
}
