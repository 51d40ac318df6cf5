import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId, reasonCode, text } from '../../shared/text.js';
import { Definitions } from '../definitions.js';
import type { DefinitionKind } from '../domain/state.js';

export const retireSchema = z
  .strictObject({ reason: z.strictObject({ code: reasonCode, text: text(2_000) }) })
  .meta({ id: 'RetireDefinition', description: 'Ends new use for good; who holds or began something keeps it.' });
type RetirementBody = z.infer<typeof retireSchema>;

export class RetireDefinition extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly kind: DefinitionKind,
    readonly id: string,
    readonly body: RetirementBody,
  ) {
    super();
  }
}

@CommandHandler(RetireDefinition)
export class RetireDefinitionHandler implements ICommandHandler<RetireDefinition> {
  constructor(private readonly definitions: Definitions) {}

  execute({ write, kind, id, body }: RetireDefinition): Promise<Receipt | Rejection> {
    const command = { type: 'Retire', kind, id, ...body, reasonSubject: uuidv4() } as const;
    return this.definitions.execute(write, 'retire-definition', command, { kind, id, ...body });
  }
}

@Controller('v1')
export class RetireDefinitionRoutes {
  constructor(private readonly commands: CommandBus) {}

  @Post('courses/:course/retirement')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Retire a course: nothing new may name it', tags: ['Definitions'] })
  @Answers(receiptSchema)
  course(
    @Write() write: WriteRequest,
    @Param('course', { schema: definitionId }) course: string,
    @Body({ schema: retireSchema }) body: RetirementBody,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new RetireDefinition(write, 'course', course, body));
  }

  @Post('learning-plans/:learningPlan/retirement')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Retire a learning plan: nothing new may name it', tags: ['Definitions'] })
  @Answers(receiptSchema)
  learningPlan(
    @Write() write: WriteRequest,
    @Param('learningPlan', { schema: definitionId }) learningPlan: string,
    @Body({ schema: retireSchema }) body: RetirementBody,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new RetireDefinition(write, 'learningPlan', learningPlan, body));
  }

  @Post('schemes/:scheme/retirement')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Retire a scheme: it is asked of nobody any more, and holders keep what they hold',
    tags: ['Definitions'],
  })
  @Answers(receiptSchema)
  scheme(
    @Write() write: WriteRequest,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: retireSchema }) body: RetirementBody,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new RetireDefinition(write, 'scheme', scheme, body));
  }
}
