import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { Drafts } from '../drafts.js';

export const discardDraftSchema = z.strictObject({}).meta({ id: 'DiscardDraft' });

export class DiscardDraft extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly draft: string,
  ) {
    super();
  }
}

@CommandHandler(DiscardDraft)
export class DiscardDraftHandler implements ICommandHandler<DiscardDraft> {
  constructor(private readonly drafts: Drafts) {}

  execute({ write, draft }: DiscardDraft): Promise<Receipt | Rejection> {
    return this.drafts.discard(write, draft);
  }
}

@Controller('v1')
export class DiscardDraftRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('drafts/:draft/discard')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Give a draft up; it stays readable', tags: ['Drafts'] })
  @Answers(receiptSchema)
  discard(
    @Write() write: WriteRequest,
    @Param('draft', { schema: z.uuid().toLowerCase() }) draft: string,
    // The body says nothing more, but one that says something else than nothing is refused.
    @Body({ schema: discardDraftSchema }) _body: z.infer<typeof discardDraftSchema>,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DiscardDraft(write, draft));
  }
}
