import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { definitionId, newCallerId, text } from '../../shared/text.js';
import { GROUPS_PER_LEARNER_MAX } from '../domain/events.js';
import { Records } from '../records.js';

export const registerLearnerSchema = z
  .strictObject({
    learner: newCallerId,
    name: text(300).optional(),
    contact: text(300).optional(),
    groups: z.array(definitionId).max(GROUPS_PER_LEARNER_MAX).optional(),
  })
  .meta({ id: 'RegisterLearner', description: 'Your opaque id of the learner; id, name and contact are sealed.' });
export type Registration = z.infer<typeof registerLearnerSchema>;

export class RegisterLearner extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Registration,
  ) {
    super();
  }
}

@CommandHandler(RegisterLearner)
export class RegisterLearnerHandler implements ICommandHandler<RegisterLearner> {
  constructor(private readonly records: Records) {}

  execute({ write, learner, body }: RegisterLearner): Promise<Receipt | Rejection> {
    return this.records.execute(
      write,
      learner,
      'register-learner',
      { type: 'RegisterLearner', subject: uuidv4(), ...body },
      body as JsonObject,
    );
  }
}

@Controller('v1')
export class RegisterLearnerRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Register a learner under an id of yours', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(@Write() write: WriteRequest, @Body({ schema: registerLearnerSchema }) body: Registration): Promise<Receipt | Rejection> {
    return this.commands.execute(new RegisterLearner(write, body.learner, body));
  }
}
