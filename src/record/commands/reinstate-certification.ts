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

export const reinstateSchema = z.strictObject({ reason: reasonSchema }).meta({
  id: 'ReinstateCertification',
  description: 'It holds again. What the evidence fulfilled meanwhile is awarded with it, in one commit.',
});
export type Reinstatement = z.infer<typeof reinstateSchema>;

export class ReinstateCertification extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: Reinstatement,
  ) {
    super();
  }
}

@CommandHandler(ReinstateCertification)
export class ReinstateCertificationHandler implements ICommandHandler<ReinstateCertification> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: ReinstateCertification): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'reinstated' },
      learner,
      'reinstate-certification',
      { type: 'ReinstateCertification', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class ReinstateCertificationRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/reinstatements')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Reinstate a suspended certification, with a reason', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: reinstateSchema }) body: Reinstatement,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ReinstateCertification(write, learner, scheme, body));
  }
}
