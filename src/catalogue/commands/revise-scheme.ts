import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId } from '../../shared/text.js';
import { Definitions } from '../definitions.js';
import { schemeContent, revisedEdition } from '../domain/content.js';

export const reviseSchemeSchema = z.strictObject({ ...schemeContent, edition: revisedEdition }).meta({ id: 'SchemeRevision' });
type SchemeRevision = z.infer<typeof reviseSchemeSchema>;

export class ReviseScheme extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly scheme: string,
    readonly body: SchemeRevision,
  ) {
    super();
  }
}

@CommandHandler(ReviseScheme)
export class ReviseSchemeHandler implements ICommandHandler<ReviseScheme> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, scheme, body }: ReviseScheme): Promise<Receipt | Rejection> {
    const { edition, ...content } = body;
    return this.definitions.execute(write, 'revise-scheme', { type: 'ReviseScheme', scheme: { scheme, ...content }, edition }, {
      scheme,
      ...body,
    } as JsonObject);
  }
}

@Controller('v1')
export class ReviseSchemeRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('schemes/:scheme/editions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Publish a new edition of a scheme; holders keep the edition that they began under',
    tags: ['Definitions'],
  })
  @Answers(receiptSchema)
  revise(
    @Write() write: WriteRequest,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: reviseSchemeSchema }) body: SchemeRevision,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReviseScheme(write, scheme, body));
  }
}
