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

export const declineAwardSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'DeclineAward' });
export type AwardDecline = z.infer<typeof declineAwardSchema>;

export class DeclineAward extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: AwardDecline,
  ) {
    super();
  }
}

@CommandHandler(DeclineAward)
export class DeclineAwardHandler implements ICommandHandler<DeclineAward> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: DeclineAward): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'declined' },
      learner,
      'decline-award',
      { type: 'DeclineAward', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class DeclineAwardRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/awards/decline')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Decline an award that waits for approval, with a reason', tags: ['Decisions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: declineAwardSchema }) body: AwardDecline,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DeclineAward(write, learner, scheme, body));
  }
}
