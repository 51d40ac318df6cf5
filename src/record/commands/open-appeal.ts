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
import { APPEAL_KINDS } from '../domain/certification-events.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

export const openAppealSchema = z
  .strictObject({
    kind: z.enum(APPEAL_KINDS),
    against: z
      .int()
      .min(0)
      .meta({ description: 'The revision of the decision, as "decisions" of the status of the learner in the scheme lists it.' }),
    reason: reasonSchema,
  })
  .meta({ id: 'OpenAppeal', description: 'Another person decides it than who opened it and who took the decision.' });
export type AppealOpening = z.infer<typeof openAppealSchema>;

export class OpenAppeal extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: AppealOpening,
  ) {
    super();
  }
}

@CommandHandler(OpenAppeal)
export class OpenAppealHandler implements ICommandHandler<OpenAppeal> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: OpenAppeal): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'appealed' },
      learner,
      'open-appeal',
      { type: 'OpenAppeal', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class OpenAppealRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/appeals')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Appeal against a decision, or complain about it, as the learner or on the learner’s behalf',
    tags: ['Learners'],
  })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: openAppealSchema }) body: AppealOpening,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new OpenAppeal(write, learner, scheme, body));
  }
}
