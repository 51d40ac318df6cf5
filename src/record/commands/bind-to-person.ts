import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import { KeyRing } from '../../ledger/key-ring.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { JsonObject } from '../../shared/json.js';
import type { Rejection } from '../../shared/result.js';
import { callerId } from '../../shared/text.js';
import { Records } from '../records.js';

export const bindToPersonSchema = z.strictObject({ person: callerId }).meta({
  id: 'BindToPerson',
  description: 'Your id of the person who is this learner, and who may act as the learner from here on.',
});
export type Binding = z.infer<typeof bindToPersonSchema>;

export class BindToPerson extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly learner: string,
    readonly body: Binding,
  ) {
    super();
  }
}

@CommandHandler(BindToPerson)
export class BindToPersonHandler implements ICommandHandler<BindToPerson> {
  constructor(
    private readonly records: Records,
    private readonly keyRing: KeyRing,
  ) {}

  async execute({ write, learner, body }: BindToPerson): Promise<Receipt | Rejection> {
    const person = await this.keyRing.pseudonym(write.principal.organization, 'person', body.person);
    return this.records.execute(write, learner, 'bind-to-person', { type: 'BindToPerson', person }, body as JsonObject);
  }
}

@Controller('v1')
export class BindToPersonRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('learners/:learner/person')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Say which person a learner is', tags: ['Learners'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('learner', { schema: callerId }) learner: string,
    @Body({ schema: bindToPersonSchema }) body: Binding,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new BindToPerson(write, learner, body));
  }
}
