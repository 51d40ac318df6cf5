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
import { callerId, effective, isoDate } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

const correctedTo = z
  .strictObject({
    effective: effective.optional(),
    validUntil: isoDate.nullable().optional().meta({ description: 'The last day on which it counts; null takes an end away.' }),
  })
  .refine(({ effective: time, validUntil }) => time !== undefined || validUntil !== undefined, {
    message: 'Give effective, validUntil or both: what is left out stays as it stands.',
  });
export const correctFactSchema = z
  .strictObject({
    corrects: z.int().min(0).meta({ description: 'The revision of the fact, as the history of the learner lists it.' }),
    to: correctedTo.optional(),
    withdraw: z.literal(true).optional().meta({ description: 'Take the fact back whole: it never was so.' }),
    reason: reasonSchema,
  })
  .refine(({ to, withdraw }) => (to === undefined) !== (withdraw === undefined), {
    message: 'Give either to (what is true) or withdraw, not both.',
  })
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
