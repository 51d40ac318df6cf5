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
import { callerId } from '../../shared/text.js';
import { Records } from '../records.js';
import { correctedTo, factName, isOneWay, TO_OR_WITHDRAW } from './fact-correction.js';
import { reasonSchema } from './reason.js';

export const correctFactSchema = z
  .strictObject({
    corrects: factName,
    to: correctedTo.optional(),
    withdraw: z.literal(true).optional().meta({ description: 'Take the fact back whole: it never was so.' }),
    reason: reasonSchema,
  })
  .refine(isOneWay, TO_OR_WITHDRAW)
  .meta({
    id: 'CorrectFact',
    description:
      'A completion, an approval or an approved submission was otherwise. What was recorded stays; what rests on it is evaluated again at once.',
  });
export type FactCorrection = z.infer<typeof correctFactSchema>;

export class CorrectFact extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: FactCorrection,
  ) {
    super();
  }
}

@CommandHandler(CorrectFact)
export class CorrectFactHandler implements ICommandHandler<CorrectFact> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: CorrectFact): Promise<Receipt | Rejection> {
    const { corrects, to, reason } = body;
    return this.records.execute(
      { ...write, meaning: 'corrected' },
      learner,
      'correct-fact',
      { type: 'CorrectFact', corrects, to, reason },
      body as JsonObject,
    );
  }
}

@Controller('v1')
export class CorrectFactRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/fact-corrections')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Correct a recorded fact or take it back, with a reason; what rests on it is evaluated again in the same commit',
    tags: ['Learners'],
  })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: correctFactSchema }) body: FactCorrection,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new CorrectFact(write, learner, body));
  }
}
