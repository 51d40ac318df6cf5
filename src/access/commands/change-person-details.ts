import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { callerId } from '../../shared/text.js';
import { Access } from '../access.js';
import { personName } from './register-person.js';

export const personDetailsSchema = z.strictObject({ name: personName }).meta({ id: 'PersonDetails' });
export type PersonDetails = z.infer<typeof personDetailsSchema>;

export class ChangePersonDetails extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly person: string,
    readonly body: PersonDetails,
  ) {
    super();
  }
}

@CommandHandler(ChangePersonDetails)
export class ChangePersonDetailsHandler implements ICommandHandler<ChangePersonDetails> {
  constructor(private readonly access: Access) {}

  async execute({ write, person, body }: ChangePersonDetails): Promise<Receipt | Rejection> {
    const target = await this.access.personTarget(write, person, 'change-person-details', body);
    return this.access.onPerson(target, { type: 'ChangePersonDetails', ...body }, person);
  }
}

@Controller('v1')
export class ChangePersonDetailsRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('persons/:person/details')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Change the name of a person; what was recorded before stays in the history', tags: ['Access'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Param('person', { schema: callerId }) person: string,
    @Body({ schema: personDetailsSchema }) body: PersonDetails,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new ChangePersonDetails(write, person, body));
  }
}
