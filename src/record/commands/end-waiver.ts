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
import { callerId, definitionId } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

export const endWaiverSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'EndWaiver', description: 'The waiver that stands ends now; what was asked of the learner is asked again.' });
export type WaiverEnd = z.infer<typeof endWaiverSchema>;

export class EndWaiver extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: WaiverEnd,
  ) {
    super();
  }
}

@CommandHandler(EndWaiver)
export class EndWaiverHandler implements ICommandHandler<EndWaiver> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: EndWaiver): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'withdrawn' },
      learner,
      'end-waiver',
      { type: 'EndWaiver', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class EndWaiverRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/waivers/end')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'End a waiver before its last day, with a reason', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: endWaiverSchema }) body: WaiverEnd,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new EndWaiver(write, learner, scheme, body));
  }
}
