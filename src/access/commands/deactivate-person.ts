import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { z } from 'zod';
import { receiptSchema } from '../../http/answer.js';
import { Answers } from '../../http/openapi.js';
import { Write, WriteHeaders, type WriteRequest } from '../../http/write-request.js';
import type { Receipt } from '../../ledger/receipt.js';
import type { Rejection } from '../../shared/result.js';
import { callerId, reasonSchema } from '../../shared/text.js';
import { Access } from '../access.js';

export const reasonedSchema = z.strictObject({ reason: reasonSchema }).meta({ id: 'Reasoned' });
export type Reasoned = z.infer<typeof reasonedSchema>;

export class DeactivatePerson extends Command<Receipt | Rejection> {
  constructor(
    readonly write: WriteRequest,
    readonly person: string,
    readonly change: 'DeactivatePerson' | 'ReactivatePerson',
    readonly body: Reasoned,
  ) {
    super();
  }
}

/** Both directions, as the one is the other undone. */
@CommandHandler(DeactivatePerson)
export class DeactivatePersonHandler implements ICommandHandler<DeactivatePerson> {
  constructor(private readonly access: Access) {}

  async execute({ write, person, change, body }: DeactivatePerson): Promise<Receipt | Rejection> {
    const operation = change === 'DeactivatePerson' ? 'deactivate-person' : 'reactivate-person';
    const target = await this.access.personTarget(write, person, operation, body);
    return this.access.onPerson(target, { type: change, ...body }, person);
  }
}

@Controller('v1')
export class DeactivatePersonRoutes {
  constructor(private readonly commands: CommandBus) {}

  @Post('persons/:person/deactivation')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Turn a person away: all keys and sessions of the person open nothing from now on', tags: ['Access'] })
  @Answers(receiptSchema)
  deactivate(
    @Write() write: WriteRequest,
    @Param('person', { schema: callerId }) person: string,
    @Body({ schema: reasonedSchema }) body: Reasoned,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DeactivatePerson(write, person, 'DeactivatePerson', body));
  }

  @Post('persons/:person/reactivation')
  @HttpCode(200)
  @WriteHeaders()
  @ApiOperation({ summary: 'Let a deactivated person act again, with the keys that still stand', tags: ['Access'] })
  @Answers(receiptSchema)
  reactivate(
    @Write() write: WriteRequest,
    @Param('person', { schema: callerId }) person: string,
    @Body({ schema: reasonedSchema }) body: Reasoned,
  ): Promise<Receipt | Rejection> {
    return this.commands.execute(new DeactivatePerson(write, person, 'ReactivatePerson', body));
  }
}
