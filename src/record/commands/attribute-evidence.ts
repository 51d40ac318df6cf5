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
import { ATTRIBUTED_MAX } from '../domain/certification-events.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

export const attributeEvidenceSchema = z
  .strictObject({
    evidence: z
      .array(z.int().min(0))
      .min(1)
      .max(ATTRIBUTED_MAX)
      .meta({ description: 'Revisions of the evidence, as the status lists what was not counted.' }),
    reason: reasonSchema,
  })
  .meta({
    id: 'AttributeEvidence',
    description: 'A correction: what was done without a renewal counts for it all the same. Where none is open it opens one.',
  });
export type EvidenceAttribution = z.infer<typeof attributeEvidenceSchema>;

export class AttributeEvidence extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: EvidenceAttribution,
  ) {
    super();
  }
}

@CommandHandler(AttributeEvidence)
export class AttributeEvidenceHandler implements ICommandHandler<AttributeEvidence> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: AttributeEvidence): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'attributed' },
      learner,
      'attribute-evidence',
      { type: 'AttributeEvidence', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class AttributeEvidenceRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/renewals/evidence')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Let evidence without an intent count for a renewal, with a reason', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: attributeEvidenceSchema }) body: EvidenceAttribution,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new AttributeEvidence(write, learner, scheme, body));
  }
}
