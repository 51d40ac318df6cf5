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
import { callerId, definitionId, text } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

/** How many characters may say what a certification still covers. */
export const SCOPE_CHARACTERS_MAX = 2_000;

export const reduceScopeSchema = z
  .strictObject({ covers: text(SCOPE_CHARACTERS_MAX).meta({ description: 'What it still covers.' }), reason: reasonSchema })
  .meta({ id: 'ReduceScope', description: 'It holds on and covers less; what it covered before stays on record.' });
export type ScopeReduction = z.infer<typeof reduceScopeSchema>;

export class ReduceScope extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: ScopeReduction,
  ) {
    super();
  }
}

@CommandHandler(ReduceScope)
export class ReduceScopeHandler implements ICommandHandler<ReduceScope> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: ReduceScope): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'reduced' },
      learner,
      'reduce-scope',
      { type: 'ReduceScope', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class ReduceScopeRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/scope-reductions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Reduce what a certification covers, with a reason', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: reduceScopeSchema }) body: ScopeReduction,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReduceScope(write, learner, scheme, body));
  }
}
