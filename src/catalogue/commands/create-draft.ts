import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Json } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { anyJson, definitionId } from '../../shared/text.js';
import { Drafts } from '../drafts.js';
import { definitionKind } from '../domain/events.js';

export const createDraftSchema = z
  .strictObject({ kind: definitionKind, id: definitionId, content: anyJson })
  .meta({ id: 'Draft', description: 'Content is whatever there is so far of what a revision of the definition would send.' });
type DraftBody = z.infer<typeof createDraftSchema>;
const createdSchema = z.object({ ...receiptSchema.shape, draft: z.uuid() });
type Created = z.infer<typeof createdSchema>;

export class CreateDraft extends Command<Created | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: DraftBody,
  ) {
    super();
  }
}

@CommandHandler(CreateDraft)
export class CreateDraftHandler implements ICommandHandler<CreateDraft> {
  constructor(private readonly drafts: Drafts) {}

  async execute({ write, body: { kind, id, content } }: CreateDraft): Promise<Created | Rejection> {
    return (await this.drafts.create(write, { kind, id, content: content as Json })) as Created | Rejection;
  }
}

@Controller('v1')
export class CreateDraftRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('drafts')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Begin a draft of a course, learning plan or scheme; it need not be right yet', tags: ['Drafts'] })
  @Answers(createdSchema)
  create(@Write() write: WriteRequest, @Body({ schema: createDraftSchema }) body: DraftBody): Promise<Created | Rejection> {
    return this.commands.execute(new CreateDraft(write, body));
  }
}
