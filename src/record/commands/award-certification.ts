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
import { callerId, definitionId, effective } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

export const awardSchema = z.strictObject({ effective, reason: reasonSchema }).meta({ id: 'AwardCertification' });
export type Award = z.infer<typeof awardSchema>;

export class AwardCertification extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: Award,
  ) {
    super();
  }
}

@CommandHandler(AwardCertification)
export class AwardCertificationHandler implements ICommandHandler<AwardCertification> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: AwardCertification): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'awarded' },
      learner,
      'award-certification',
      { type: 'AwardByHand', scheme, ...body },
      {
        ...body,
        scheme,
      } as JsonObject,
    );
  }
}

@Controller('v1')
export class AwardCertificationRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/awards')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Award a certification by hand, with a reason', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: awardSchema }) body: Award,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new AwardCertification(write, learner, scheme, body));
  }
}
