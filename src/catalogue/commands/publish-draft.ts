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
import { revisedEdition } from '../domain/content.js';

const whatIf = z.enum(['count', 'skip']).optional().meta({
  description:
    'Whether it is counted before what a scheme changes for the learners, and kept with the publication; count unless told.',
});
export const publishDraftSchema = z.strictObject({ edition: revisedEdition, whatIf }).meta({ id: 'PublishDraft' });
type Publication = z.infer<typeof publishDraftSchema>;

export class PublishDraft extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly draft: string,
    readonly body: Publication,
  ) {
    super();
  }
}

@CommandHandler(PublishDraft)
export class PublishDraftHandler implements ICommandHandler<PublishDraft> {
  constructor(private readonly drafts: Drafts) {}

  execute({ write, draft, body }: PublishDraft): Promise<Receipt | Rejection> {
    return this.drafts.publish(write, draft, { edition: body.edition, isUncounted: body.whatIf === 'skip' });
  }
}

@Controller('v1')
export class PublishDraftRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('drafts/:draft/publication')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: "Publish a draft as the next edition; If-Match takes the draft's ETag, the receipt is the catalogue's",
    tags: ['Drafts'],
  })
  @Answers(receiptSchema)
  publish(
    @Write() write: WriteRequest,
    @Param('draft', { schema: z.uuid().toLowerCase() }) draft: string,
    @Body({ schema: publishDraftSchema }) body: Publication,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new PublishDraft(write, draft, body));
  }
}
