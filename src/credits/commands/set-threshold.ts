import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { Accounts } from '../accounts.js';
import { thresholdCredits } from '../domain/events.js';

export const thresholdSchema = z
  .strictObject({ threshold: thresholdCredits })
  .meta({ id: 'SetCreditThreshold', description: 'Below it the balance is low; 0 never warns.' });
export type Threshold = z.infer<typeof thresholdSchema>;

export class SetThreshold extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: Threshold,
  ) {
    super();
  }
}

@CommandHandler(SetThreshold)
export class SetThresholdHandler implements ICommandHandler<SetThreshold> {
  constructor(private readonly accounts: Accounts) {}

  execute({ write, body }: SetThreshold): Promise<Receipt | Rejection> {
    const { organization } = write.principal;
    return this.accounts.execute(write, organization, 'set-credit-threshold', { type: 'SetThreshold', ...body }, body);
  }
}

@Controller('v1')
export class SetThresholdRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('credits/threshold')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Say below how many available credits the balance is low', tags: ['Credits'] })
  @Answers(receiptSchema)
  route(@Write() write: WriteRequest, @Body({ schema: thresholdSchema }) body: Threshold): Promise<Receipt | Rejection> {
    return this.commands.execute(new SetThreshold(write, body));
  }
}
