import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { organizationId } from '../../access/services.js';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { Accounts } from '../accounts.js';
import { credits } from '../domain/events.js';

export const purchaseSchema = z
  .strictObject({
    credits,
    reference: definitionId
      .optional()
      .meta({ description: 'Of the sale, such as the number of the invoice. A sale is recorded once under its reference.' }),
  })
  .meta({ id: 'PurchaseCredits' });
export type Purchase = z.infer<typeof purchaseSchema>;

export class PurchaseCredits extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly organization: string,
    readonly body: Purchase,
  ) {
    super();
  }
}

@CommandHandler(PurchaseCredits)
export class PurchaseCreditsHandler implements ICommandHandler<PurchaseCredits> {
  constructor(private readonly accounts: Accounts) {}

  execute({ write, organization, body }: PurchaseCredits): Promise<Receipt | Rejection> {
    const command = { type: 'Purchase', ...body } as const;
    return this.accounts.execute(write, organization, 'purchase-credits', command, body as JsonObject);
  }
}

@Controller('v1')
export class PurchaseCreditsRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('organizations/:organization/credits/purchases')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Record that an organization bought credits', tags: ['Credits'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('organization', { schema: organizationId }) organization: string,
    @Body({ schema: purchaseSchema }) body: Purchase,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new PurchaseCredits(write, organization, body));
  }
}
