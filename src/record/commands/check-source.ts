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
import { callerId, effective, isoDate, text } from '../../shared/text.js';
import { AUTHORITY_CHARACTERS_MAX, SOURCE_CHECK_WAYS } from '../domain/submission-events.js';
import { Records } from '../records.js';
import { submissionNumber } from './submission-number.js';

/** How long the name of an answer may be. */
export const REFERENCE_CHARACTERS_MAX = 500;

export const checkSourceSchema = z
  .strictObject({
    authority: text(AUTHORITY_CHARACTERS_MAX).meta({
      description:
        'The institution that issued the document and was asked. It is not sealed: a person there belongs into the reference.',
    }),
    how: z.enum(SOURCE_CHECK_WAYS),
    effective: effective.meta({ description: 'When the answer came.' }),
    dueAgain: isoDate.optional().meta({ description: 'The day on which it is to be asked again.' }),
    reference: text(REFERENCE_CHARACTERS_MAX).optional().meta({ description: 'What names the answer there; it is sealed.' }),
  })
  .meta({
    id: 'CheckSource',
    description: 'That a person asked whoever issued the document, and what is to be asked again when.',
  });
export type SourceCheck = z.infer<typeof checkSourceSchema>;

export class CheckSource extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly submission: number,
    readonly body: SourceCheck,
  ) {
    super();
  }
}

@CommandHandler(CheckSource)
export class CheckSourceHandler implements ICommandHandler<CheckSource> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, submission, body }: CheckSource): Promise<Receipt | Rejection> {
    return this.records.execute(
      { ...write, meaning: 'checked' },
      learner,
      'check-source',
      { type: 'CheckSource', of: submission, ...body },
      { ...body, submission } as JsonObject,
    );
  }
}

@Controller('v1')
export class CheckSourceRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/submissions/:submission/source-checks')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Record that a document was checked at its source', tags: ['Submissions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Param('submission', { schema: submissionNumber }) submission: number,
    @Body({ schema: checkSourceSchema }) body: SourceCheck,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new CheckSource(write, learner, submission, body));
  }
}
