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

export const revokeSchema = z
  .strictObject({ cycle: z.int().min(1).optional(), reason: reasonSchema })
  .meta({ id: 'RevokeCertification', description: 'Final; nothing is deleted. Without a cycle, the latest one.' });
export type Revocation = z.infer<typeof revokeSchema>;

export class RevokeCertification extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: Revocation,
  ) {
    super();
  }
}

@CommandHandler(RevokeCertification)
export class RevokeCertificationHandler implements ICommandHandler<RevokeCertification> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: RevokeCertification): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'revoked' },
      learner,
      'revoke-certification',
      { type: 'Revoke', scheme, ...body },
      {
        ...body,
        scheme,
      } as JsonObject,
    );
  }
}

@Controller('v1')
export class RevokeCertificationRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/revocations')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Revoke a certification, with a reason; nothing is deleted', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: revokeSchema }) body: Revocation,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new RevokeCertification(write, learner, scheme, body));
  }
}
