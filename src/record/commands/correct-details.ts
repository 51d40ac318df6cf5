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
import { callerId, text } from '../../shared/text.js';
import { Records } from '../records.js';

export const correctDetailsSchema = z
  .strictObject({ name: text(300).optional(), contact: text(300).optional() })
  .refine(({ name, contact }) => name !== undefined || contact !== undefined, { message: 'Give a name, a contact or both.' })
  .meta({ id: 'CorrectDetails' });
export type Correction = z.infer<typeof correctDetailsSchema>;

export class CorrectDetails extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Correction,
  ) {
    super();
  }
}

@CommandHandler(CorrectDetails)
export class CorrectDetailsHandler implements ICommandHandler<CorrectDetails> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: CorrectDetails): Promise<Receipt | Rejection> {
    return this.records.execute(write, learner, 'correct-details', { type: 'CorrectDetails', ...body }, body as JsonObject);
  }
}

@Controller('v1')
export class CorrectDetailsRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/corrections')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Correct the name or contact of a learner; what stood before stays in the history',
    tags: ['Learners'],
  })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: correctDetailsSchema }) body: Correction,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new CorrectDetails(write, learner, body));
  }
}
