import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, definitionId } from '../../shared/text.js';
import { assignmentTerms, DUE_TWICE, isDueOnce } from './assignment-terms.js';
import { Records } from '../records.js';

export const assignSchemeSchema = z
  .strictObject(assignmentTerms)
  .refine(isDueOnce, DUE_TWICE)
  .meta({ id: 'AssignScheme', description: 'Terms that are absent follow from the scheme. Effective now unless told.' });
export type Assignment = z.infer<typeof assignSchemeSchema>;

export class AssignScheme extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: Assignment,
  ) {
    super();
  }
}

@CommandHandler(AssignScheme)
export class AssignSchemeHandler implements ICommandHandler<AssignScheme> {
  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  execute({ write, learner, scheme, body }: AssignScheme): Promise<Receipt | Rejection> {
    const effective = body.effective ?? { instant: this.clock.now() };
    return this.records.execute(write, learner, 'assign-scheme', { type: 'AssignScheme', scheme, ...body, effective }, {
      ...body,
      scheme,
    } as JsonObject);
  }
}

@Controller('v1')
export class AssignSchemeRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/assignments')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Ask a learner for a certification, with a start, a due time or a time to complete it within',
    tags: ['Tasks'],
  })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: assignSchemeSchema }) body: Assignment,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new AssignScheme(write, learner, scheme, body));
  }
}
