import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { Clock } from '../../ledger/ports/clock.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, definitionId, effective, presentation, text } from '../../shared/text.js';
import { Records } from '../records.js';
import { reasonSchema } from './reason.js';

export const approveSchema = z
  .strictObject({
    course: definitionId.optional(),
    presentation: presentation.optional(),
    scheme: definitionId.optional(),
    label: text(100),
    effective: effective.optional(),
    reason: reasonSchema.optional(),
  })
  .refine(({ course, scheme }) => (course === undefined) !== (scheme === undefined), {
    message: 'Give either the course or the scheme whose criteria ask for the approval.',
  })
  .refine(({ course, presentation: run }) => run === undefined || course !== undefined, {
    message: 'Only a course has presentations.',
    path: ['presentation'],
  })
  .meta({
    id: 'Approve',
    description: 'What the criteria of a course or a scheme ask a person to approve. Effective now unless told.',
  });
export type Approval = z.infer<typeof approveSchema>;

export class Approve extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Approval,
  ) {
    super();
  }
}

@CommandHandler(Approve)
export class ApproveHandler implements ICommandHandler<Approve> {
  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  execute({ write, learner, body }: Approve): Promise<Receipt | Rejection> {
    const { course, presentation: run, scheme, label, reason } = body;
    const target = course === undefined ? { scheme: scheme! } : { course, presentation: run };
    const effective = body.effective ?? { instant: this.clock.now() };
    return this.records.execute(
      { ...write, meaning: 'approved' },
      learner,
      'approve',
      { type: 'Approve', target, label, effective, reason },
      body as JsonObject,
    );
  }
}

@Controller('v1')
export class ApproveRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/approvals')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Approve what the criteria of a course or a scheme ask a person to approve', tags: ['Decisions'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: approveSchema }) body: Approval,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new Approve(write, learner, body));
  }
}
