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
import { callerId, definitionId, effective, isoDate, text } from '../../shared/text.js';
import { attachmentAddress, EVIDENCE_KINDS } from '../domain/submission-events.js';
import { Records } from '../records.js';

export const NOTE_CHARACTERS_MAX = 2_000;

export const submitEvidenceSchema = z
  .strictObject({
    scheme: definitionId,
    label: text(100).meta({ description: 'As the task shows it; another one is refused.' }),
    title: text(300).optional().meta({ description: 'As the task shows it, or left out.' }),
    kind: z.enum(EVIDENCE_KINDS),
    effective: effective.meta({ description: 'The day on which a document was issued, or when a training was completed.' }),
    validUntil: isoDate.optional().meta({ description: 'The last day on which it is valid, where it ends.' }),
    attachment: attachmentAddress.optional().meta({ description: 'Of a file that was uploaded before; a document needs one.' }),
    note: text(NOTE_CHARACTERS_MAX).optional().meta({ description: 'What the reviewer should know; it is sealed.' }),
  })
  .meta({ id: 'SubmitEvidence', description: 'What was done elsewhere, against a labelled item of a scheme, assigned or not.' });
export type Evidence = z.infer<typeof submitEvidenceSchema>;

export class SubmitEvidence extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Evidence,
  ) {
    super();
  }
}

@CommandHandler(SubmitEvidence)
export class SubmitEvidenceHandler implements ICommandHandler<SubmitEvidence> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: SubmitEvidence): Promise<Receipt | Rejection> {
    return this.records.submitEvidence(write, learner, 'submit-evidence', body, body as JsonObject);
  }
}

@Controller('v1')
export class SubmitEvidenceRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/submissions')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({
    summary: 'Hand in external training or a credential document, which then waits for review; after a decline also again',
    tags: ['Submissions'],
  })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: submitEvidenceSchema }) body: Evidence,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new SubmitEvidence(write, learner, body));
  }
}
