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
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { reasonSchema } from '../../shared/text.js';
import { Accounts } from '../accounts.js';
import { credits } from '../domain/events.js';

export const returnSchema = z
  .strictObject({
    batch: z.uuid().optional().meta({ description: 'The batch that consumed them; then at most what it consumed.' }),
    credits,
    reason: reasonSchema,
  })
  .meta({ id: 'ReturnCredits' });
export type CreditReturn = z.infer<typeof returnSchema>;

export class ReturnCredits extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly organization: string,
    readonly body: CreditReturn,
  ) {
    super();
  }
}

@CommandHandler(ReturnCredits)
export class ReturnCreditsHandler implements ICommandHandler<ReturnCredits> {
  constructor(private readonly accounts: Accounts) {}

  execute({ write, organization, body }: ReturnCredits): Promise<Receipt | Rejection> {
    const command = { type: 'ReturnCredits', subject: uuidv4(), ...body } as const;
    const decided: WriteRequest = { ...write, meaning: 'decided' };
    return this.accounts.execute(decided, organization, 'return-credits', command, body as JsonObject);
  }
}

@Controller('v1')
export class ReturnCreditsRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('organizations/:organization/credits/returns')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Give consumed credits back, for instance after a revocation', tags: ['Credits'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('organization', { schema: organizationId }) organization: string,
    @Body({ schema: returnSchema }) body: CreditReturn,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReturnCredits(write, organization, body));
  }
}
