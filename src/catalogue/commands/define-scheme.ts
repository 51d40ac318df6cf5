import { Body, Controller, HttpCode, Post } from '@nestjs/common';
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
import { Definitions, schemeCommand } from '../definitions.js';
import { schemeContent } from '../domain/content.js';

export const defineSchemeSchema = z.strictObject({ scheme: definitionId, ...schemeContent }).meta({ id: 'Scheme' });
export type SchemeDefinition = z.infer<typeof defineSchemeSchema>;

export class DefineScheme extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: SchemeDefinition,
  ) {
    super();
  }
}

@CommandHandler(DefineScheme)
export class DefineSchemeHandler implements ICommandHandler<DefineScheme> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, body }: DefineScheme): Promise<Receipt | Rejection> {
    return this.definitions.execute(write, 'define-scheme', schemeCommand(body), body as JsonObject);
  }
}

@Controller('v1')
export class DefineSchemeRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('schemes')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Define a certification scheme: its first edition', tags: ['Definitions'] })
  @Answers(receiptSchema)
  define(
    @Write() write: WriteRequest,
    @Body({ schema: defineSchemeSchema }) body: SchemeDefinition,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DefineScheme(write, body));
  }
}
