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
import { newCallerId, text } from '../../shared/text.js';
import { Access } from '../access.js';

export const personName = text(500);
export const registerPersonSchema = z
  .strictObject({ person: newCallerId, name: personName.optional() })
  .meta({ id: 'RegisterPerson' });
export type PersonRegistration = z.infer<typeof registerPersonSchema>;

export class RegisterPerson extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly body: PersonRegistration,
  ) {
    super();
  }
}

@CommandHandler(RegisterPerson)
export class RegisterPersonHandler implements ICommandHandler<RegisterPerson> {
  constructor(private readonly access: Access) {}

  async execute({ write, body }: RegisterPerson): Promise<Receipt | Rejection> {
    const target = await this.access.personTarget(write, body.person, 'register-person', body as JsonObject);
    return this.access.onPerson(target, { type: 'RegisterPerson', subject: uuidv4(), ...body }, body.person);
  }
}

@Controller('v1')
export class RegisterPersonRoute {
  constructor(private readonly commands: CommandBus) {}

  @Post('persons')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Register a person who may act', tags: ['Access'] })
  @Answers(receiptSchema)
  route(
    @Write() write: WriteRequest,
    @Body({ schema: registerPersonSchema }) body: PersonRegistration,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new RegisterPerson(write, body));
  }
}
