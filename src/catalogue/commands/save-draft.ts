import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Json } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { anyJson } from '../../shared/text.js';
import { Drafts } from '../drafts.js';

export const saveDraftSchema = z.strictObject({ content: anyJson }).meta({ id: 'SaveDraft' });
type SaveBody = z.infer<typeof saveDraftSchema>;

export class SaveDraft extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly draft: string,
    readonly body: SaveBody,
  ) {
    super();
  }
}

@CommandHandler(SaveDraft)
export class SaveDraftHandler implements ICommandHandler<SaveDraft> {
  constructor(private readonly drafts: Drafts) {}

  execute({ write, draft, body }: SaveDraft): Promise<Receipt | Rejection> {
    return this.drafts.save(write, draft, body.content as Json);
  }
}

@Controller('v1')
export class SaveDraftRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('drafts/:draft')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Save a draft again, with all of its content', tags: ['Drafts'] })
  @Answers(receiptSchema)
  save(
    @Write() write: WriteRequest,
    @Param('draft', { schema: z.uuid().toLowerCase() }) draft: string,
    @Body({ schema: saveDraftSchema }) body: SaveBody,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new SaveDraft(write, draft, body));
  }
}
