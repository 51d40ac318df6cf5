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

export const suspendSchema = z
  .strictObject({ reason: reasonSchema })
  .meta({ id: 'SuspendCertification', description: 'It does not hold until it is reinstated; nothing is deleted.' });
export type Suspension = z.infer<typeof suspendSchema>;

export class SuspendCertification extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: Suspension,
  ) {
    super();
  }
}

@CommandHandler(SuspendCertification)
export class SuspendCertificationHandler implements ICommandHandler<SuspendCertification> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: SuspendCertification): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'suspended' },
      learner,
      'suspend-certification',
      { type: 'SuspendCertification', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class SuspendCertificationRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/suspensions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Suspend a certification, with a reason; it can be reinstated', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: suspendSchema }) body: Suspension,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new SuspendCertification(write, learner, scheme, body));
  }
}
