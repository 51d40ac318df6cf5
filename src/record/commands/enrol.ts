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
import { callerId, definitionId, effective, presentation } from '../../shared/text.js';
import { Records } from '../records.js';

export const enrolSchema = z
  .strictObject({ course: definitionId, presentation: presentation.optional(), effective: effective.optional() })
  .meta({
    id: 'Enrol',
    description: 'Effective now unless told. A repeat while one is open in the presentation changes nothing.',
  });
export type Enrolment = z.infer<typeof enrolSchema>;

export class Enrol extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Enrolment,
  ) {
    super();
  }
}

@CommandHandler(Enrol)
export class EnrolHandler implements ICommandHandler<Enrol> {
  constructor(
    private readonly records: Records,
    private readonly clock: Clock,
  ) {}

  execute({ write, learner, body }: Enrol): Promise<Receipt | Rejection> {
    return this.records.execute(
      write,
      learner,
      'enrol',
      { type: 'Enrol', ...body, effective: body.effective ?? { instant: this.clock.now() } },
      body as JsonObject,
    );
  }
}

@Controller('v1')
export class EnrolRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/enrolments')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Enrol a learner in a course, or find the enrolment that is open', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: enrolSchema }) body: Enrolment,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new Enrol(write, learner, body));
  }
}
