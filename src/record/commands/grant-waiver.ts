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
import { callerId, definitionId, isoDate, text } from '../../shared/text.js';
import { WAIVER_DAYS_MAX } from '../domain/waivers.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

/** How many characters may say on what a waiver rests. */
export const WAIVER_EVIDENCE_CHARACTERS_MAX = 2_000;

export const grantWaiverSchema = z
  .strictObject({
    lastDay: isoDate.meta({
      description: `The last day on which it stands, in the time zone of the scheme; at most ${WAIVER_DAYS_MAX} days ahead.`,
    }),
    evidence: text(WAIVER_EVIDENCE_CHARACTERS_MAX).meta({ description: 'On what it rests.' }),
    reason: reasonSchema,
  })
  .meta({
    id: 'GrantWaiver',
    description:
      'The certification is not asked of the learner for a time; a waiver always ends and never counts as a completion.',
  });
export type Waiver = z.infer<typeof grantWaiverSchema>;

export class GrantWaiver extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly body: Waiver,
  ) {
    super();
  }
}

@CommandHandler(GrantWaiver)
export class GrantWaiverHandler implements ICommandHandler<GrantWaiver> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, body }: GrantWaiver): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'waived' },
      learner,
      'grant-waiver',
      { type: 'GrantWaiver', scheme, ...body },
      { ...body, scheme } as JsonObject,
    );
  }
}

@Controller('v1')
export class GrantWaiverRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/waivers')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Waive a certification for a time, with evidence and a reason', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Body({ schema: grantWaiverSchema }) body: Waiver,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new GrantWaiver(write, learner, scheme, body));
  }
}
