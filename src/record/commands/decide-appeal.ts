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
import { callerId, definitionId, text } from '../../shared/text.js';
import { APPEAL_OUTCOMES } from '../domain/certification-events.js';
import { Records } from '../records.js';
import { appealNumber } from './appeal-number.js';
import { reasonSchema } from './reason.js';

/** How many characters may say what is to be done about a decision. */
export const REMEDY_CHARACTERS_MAX = 2_000;

export const decideAppealSchema = z
  .strictObject({
    outcome: z.enum(APPEAL_OUTCOMES),
    remedy: text(REMEDY_CHARACTERS_MAX)
      .optional()
      .meta({ description: 'What is to be done; needed unless it is dismissed, as nothing is undone by itself.' }),
    reason: reasonSchema,
  })
  .refine(({ outcome, remedy }) => outcome === 'dismissed' || remedy !== undefined, {
    message: 'Say what is to be done: nothing is undone by the outcome itself.',
    path: ['remedy'],
  })
  .meta({ id: 'DecideAppeal', description: 'Recorded, and nothing undone by itself: "remedy" says what is to be done.' });
export type AppealDecision = z.infer<typeof decideAppealSchema>;

export class DecideAppeal extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly scheme: string,
    readonly appeal: number,
    readonly body: AppealDecision,
  ) {
    super();
  }
}

@CommandHandler(DecideAppeal)
export class DecideAppealHandler implements ICommandHandler<DecideAppeal> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, scheme, appeal, body }: DecideAppeal): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'decided' },
      learner,
      'decide-appeal',
      { type: 'DecideAppeal', scheme, appeal, ...body },
      { ...body, scheme, appeal } as JsonObject,
    );
  }
}

@Controller('v1')
export class DecideAppealRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/schemes/:scheme/appeals/:appeal/decision')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Decide an appeal or a complaint; nothing is undone by itself', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('scheme', { schema: definitionId }) scheme: string,
    @Param('appeal', { schema: appealNumber }) appeal: number,
    @Body({ schema: decideAppealSchema }) body: AppealDecision,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DecideAppeal(write, learner, scheme, appeal, body));
  }
}
